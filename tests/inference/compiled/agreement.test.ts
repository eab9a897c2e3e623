/**
 * Compiled = eager, to 1e-5 relative in value and gradient: every family of the registry, random models of every exactly
 * solvable kind, random nets of every activation. Oracle: the same objective on tfjs's cpu backend, same bits of noise.
 */
import fc from 'fast-check'
import * as g from 'giry'
import { families } from 'giry/models'
import { describe, expect, it } from 'vitest'
import { dataset } from '../../../src/dsl/dataset.js'
import { activations } from '../../../src/dsl/nets/activation.js'
import type { AnyObjective } from '../../../src/dsl/objective.js'
import { flattenParams, type NetParams } from '../../../src/dsl/params.js'
import { batchAt } from '../../../src/inference/batches.js'
import { keyFromSeed, uniforms } from '../../../src/runtime/keys.js'
import { type AnyBoundOptions, type BoundCase, boundOf } from '../../../src/testing/arbitraries/boundCase.js'
import { conjugatePairs } from '../../../src/testing/arbitraries/conjugate.js'
import { finiteModels } from '../../../src/testing/arbitraries/finite.js'
import { gaussianMixtures } from '../../../src/testing/arbitraries/gaussianMixture.js'
import { factorAnalyses, pcas } from '../../../src/testing/arbitraries/linearGaussian.js'
import { compiled, disagreement, eagerly } from './agree.js'
import { agreementOf, type Names } from './cases.js'

const paramsOf = (o: AnyObjective, seed: number) =>
  flattenParams(g.init({ nets: o.nets }, seed) as Readonly<Record<string, NetParams>>)

/** Rows in the domain of a family: bits, or numbers around 0. */
const rowsFor = (domain: string, rows: number, size: number, seed: number): number[][] => {
  const u = uniforms(keyFromSeed(seed), rows * size)
  return Array.from({ length: rows }, (_, i) =>
    Array.from(u.subarray(i * size, (i + 1) * size), (x) =>
      domain === 'Binary' ? (x < 0.4 ? 1 : 0) : 3 * x - 1.5,
    ),
  )
}

const all = (n: number) => Int32Array.from({ length: n }, (_, i) => i)

describe('every family', () => {
  it.each(Object.values(families))('$name', async (family) => {
    const sizes = [
      [3, 5],
      [7, 16],
    ] as const
    for (const [size, rows] of sizes) {
      const { objective } = family.build(
        { size, domain: family.models },
        { ...(family.defaults as object), latent: 2 },
      )
      const data = dataset(objective.data, { x: rowsFor(family.models, rows, size, size) } as never)
      const arrays = paramsOf(objective, 5)
      const batch = batchAt(data, all(rows), keyFromSeed(9))
      const difference = disagreement(
        await eagerly(objective, arrays, batch),
        await compiled(objective, arrays, batch),
      )
      expect(difference).toBeLessThan(1e-5)
    }
  })
})

const kinds: readonly (readonly [string, fc.Arbitrary<BoundCase>, AnyBoundOptions])[] = [
  ['finite models, enumerated', finiteModels(), {}],
  ['Gaussian mixtures', gaussianMixtures(), {}],
  ['Gaussian mixtures, 3 particles', gaussianMixtures(), { particles: 3 }],
  ['probabilistic PCA', pcas(), {}],
  ['factor analysis', factorAnalyses(), { particles: 2 }],
  ['conjugate pairs', conjugatePairs(), {}],
]

describe('random models', () => {
  it.each(kinds)(
    '%s',
    async (_, cases, options) => {
      await fc.assert(
        fc.asyncProperty(cases, fc.nat(1000), async (c, seed) => {
          const objective = boundOf(c.p, c.q, options)
          const data = dataset(objective.data, c.data as never)
          const arrays = flattenParams(c.params)
          const batch = batchAt(data, all(data.size), keyFromSeed(seed))
          const difference = disagreement(
            await eagerly(objective, arrays, batch),
            await compiled(objective, arrays, batch),
          )
          expect(difference).toBeLessThan(1e-5)
        }),
        { numRuns: 12, seed: 3 },
      )
    },
    120_000,
  )
})

describe('random nets', () => {
  const names = Object.keys(activations) as Names[]
  it('of every activation, depth and width', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 3 }),
        fc.record({ latent: fc.integer({ min: 1, max: 3 }), size: fc.integer({ min: 1, max: 6 }) }),
        fc.constantFrom('pathwise' as const, 'score' as const),
        fc.nat(1000),
        async (activation, hidden, sizes, method, seed) => {
          const { objective, batch } = agreementOf({ activation, hidden, ...sizes, method, seed })
          const arrays = paramsOf(objective, seed)
          const difference = disagreement(
            await eagerly(objective, arrays, batch),
            await compiled(objective, arrays, batch),
          )
          expect(difference).toBeLessThan(1e-5)
        },
      ),
      { numRuns: 40, seed: 4 },
    )
  }, 120_000)
})
