/** `evidence` on the random models equals the float64 oracles, datum by datum, whichever exact method it takes. */
import { either as E } from 'fp-ts'
import { describe, expect, it } from 'vitest'
import type { AnyModel } from '../../src/dsl/model.js'
import { type Evidence, evidence } from '../../src/inference/evidence.js'
import type { AnyParams, BoundCase } from '../../src/testing/arbitraries/boundCase.js'
import { conjugateCase } from '../../src/testing/arbitraries/conjugate.js'
import { finiteCase } from '../../src/testing/arbitraries/finite.js'
import { mixtureCase } from '../../src/testing/arbitraries/gaussianMixture.js'
import { factorAnalysisCase, pcaCase } from '../../src/testing/arbitraries/linearGaussian.js'
import { nonlinearCase } from '../../src/testing/arbitraries/nonlinear.js'
import { conjugateExact, finiteExact, linearGaussianExact, mixtureExact, nonlinearExact } from './oracle.js'

const evidenceAt = evidence as unknown as (
  m: AnyModel,
  data: object,
  o: { readonly params: AnyParams },
) => ReturnType<typeof evidence>

const of = async (c: BoundCase): Promise<Evidence> => {
  const found = await evidenceAt(c.p, c.data, { params: c.params })()
  if (E.isLeft(found)) throw new Error(found.left.map((e) => e.message).join('\n'))
  return found.right
}

/** The data, one record each. */
const rowsOf = (c: BoundCase) =>
  Array.from({ length: (Object.values(c.data)[0] as readonly unknown[]).length }, (_, i) =>
    Object.fromEntries(Object.entries(c.data).map(([name, column]) => [name, column[i] as never])),
  )

const expectEvidence = async (c: BoundCase, method: string, expected: readonly number[]) => {
  const found = await of(c)
  expect(found.kind).toBe('exact')
  expect(found.method).toBe(method)
  for (const [i, e] of expected.entries())
    expect(
      Math.abs((found.value[i] as number) - e),
      `${c.description}: ${found.value[i]} should be ${e}`,
    ).toBeLessThan(1e-4 * Math.max(1, Math.abs(e)))
}

const seeds = Array.from({ length: 20 }, (_, seed) => seed)

describe('evidence', () => {
  it('enumerates 20 finite models', async () => {
    for (const seed of seeds) {
      const c = finiteCase(seed)
      await expectEvidence(
        c,
        'enumeration',
        rowsOf(c).map((x) => finiteExact(c.facts, x).evidence),
      )
    }
  })

  it('enumerates 20 Gaussian mixtures', async () => {
    for (const seed of seeds) {
      const c = mixtureCase(seed)
      await expectEvidence(
        c,
        'enumeration',
        rowsOf(c).map(({ x }) => mixtureExact(c.facts, x as never).evidence),
      )
    }
  })

  it('solves 20 probabilistic PCAs and 20 factor analyses', async () => {
    for (const seed of seeds)
      for (const c of [pcaCase(seed), factorAnalysisCase(seed)])
        await expectEvidence(
          c,
          'linear-Gaussian',
          rowsOf(c).map(({ x }) => linearGaussianExact(c.facts, x as never).evidence),
        )
  })

  it('solves 10 conjugate normals, and integrates 10 conjugate log-normals', async () => {
    for (const seed of seeds.slice(0, 10))
      for (const [kind, method] of [
        ['normal', 'linear-Gaussian'],
        ['logNormal', 'quadrature'],
      ] as const) {
        const c = conjugateCase(seed, kind)
        const one = (x: number) => conjugateExact({ ...c.facts, xs: [x] }).evidence
        await expectEvidence(c, method, c.facts.xs.map(one))
      }
  })

  it.each([1, 2])('integrates 6 nonlinear models over %i dimensions', async (k) => {
    for (const seed of seeds.slice(0, 6)) {
      const c = nonlinearCase(seed, k)
      await expectEvidence(
        c,
        'quadrature',
        rowsOf(c).map(({ x }) => nonlinearExact(c.facts, x as never).evidence),
      )
    }
  })
})
