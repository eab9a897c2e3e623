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
import { compare, compiled, disagreement, eagerly, extreme } from './agree.js'
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

const extremes = [
  [5, 0],
  [10, 0],
  [1, 10],
  [5, 10],
] as const

describe('every family far from the start', () => {
  it.each(Object.values(families))('$name', async (family) => {
    const { objective } = family.build(
      { size: 7, domain: family.models },
      { ...(family.defaults as object), latent: 2 },
    )
    const data = dataset(objective.data, { x: rowsFor(family.models, 16, 7, 7) } as never)
    const batch = batchAt(data, all(16), keyFromSeed(9))
    for (const [by, bias] of extremes) {
      const arrays = extreme(paramsOf(objective, 5), by, bias)
      const { difference, bound } = await compare(objective, arrays, batch)
      expect(difference, `times ${by}, biases ${bias}`).toBeLessThan(bound)
    }
  })
})

describe('confident decoders', () => {
  const names = Object.keys(activations) as Names[]
  it('of every activation', async () => {
    for (const activation of names)
      for (const [by, bias] of extremes) {
        const { objective, batch } = agreementOf({
          activation,
          hidden: [5],
          latent: 2,
          size: 8,
          method: 'pathwise',
          seed: 1,
        })
        const arrays = extreme(paramsOf(objective, 1), by, bias)
        const { difference, bound } = await compare(objective, arrays, batch)
        expect(difference, `${activation}, times ${by}, biases ${bias}`).toBeLessThan(bound)
      }
  }, 120_000)
})

describe('a confident classifier that is right', () => {
  const U = g.real(1)
  const X = g.binary(3)
  const p = g.pipe(
    g.given({ u: U }),
    g.nets({ net: g.dense(U, g.real(3)) }),
    g.bind('x', ({ u, net }) => g.bernoulli({ logits: net(u) })),
  )
  const objective = g.elbo(p, g.given({ u: U, x: X })) as unknown as AnyObjective

  it.each([5, 10, 14, 20, 40, 80])('at logit %d keeps the small gradient that is left', async (logit) => {
    const data = dataset(objective.data, {
      u: [[0], [0.1]],
      x: [Array(3).fill(1), Array(3).fill(1)],
    } as never)
    const arrays = {
      'net/kernel': { shape: [1, 3], data: new Float32Array(3) },
      'net/bias': { shape: [3], data: new Float32Array(3).fill(logit) },
    }
    const batch = batchAt(data, all(2), keyFromSeed(9))
    const both = await compiled(objective, arrays, batch)
    expect(disagreement(await eagerly(objective, arrays, batch), both)).toBeLessThan(1e-5)
    expect(Math.abs(both.gradients['net/bias']?.[0] as number) * (1 + Math.exp(logit))).toBeCloseTo(1, 4)
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
