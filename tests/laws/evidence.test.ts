/** `evidence` on the random models equals the float64 oracles, datum by datum, whichever exact method it takes. */
import fc from 'fast-check'
import { either as E } from 'fp-ts'
import { describe, expect, it } from 'vitest'
import type { AnyModel } from '../../src/dsl/model.js'
import { type Evidence, evidence } from '../../src/inference/evidence.js'
import { type AnyParams, type BoundCase, seeds } from '../../src/testing/arbitraries/boundCase.js'
import { conjugateCase } from '../../src/testing/arbitraries/conjugate.js'
import { finiteCase } from '../../src/testing/arbitraries/finite.js'
import { mixtureCase } from '../../src/testing/arbitraries/gaussianMixture.js'
import { factorAnalysisCase, pcaCase } from '../../src/testing/arbitraries/linearGaussian.js'
import { type NonlinearFacts, nonlinearCase } from '../../src/testing/arbitraries/nonlinear.js'
import { conjugateExact, finiteExact, linearGaussianExact, mixtureExact, nonlinearExact } from './oracle.js'
import { runs } from './runs.js'

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

/** Each datum of a case, against its oracle, on so many random cases. */
const holdOn = (make: (seed: number) => Promise<void>, n?: number): Promise<void> =>
  fc.assert(fc.asyncProperty(seeds(), make), runs(n)) as Promise<void>

const nonlinearOf = async (c: BoundCase<NonlinearFacts>) =>
  expectEvidence(
    c,
    'quadrature',
    rowsOf(c).map(({ x }) => nonlinearExact(c.facts, x as never).evidence),
  )

describe('evidence', () => {
  it('enumerates 1,000 finite models', () =>
    holdOn((seed) => {
      const c = finiteCase(seed)
      const expected = rowsOf(c).map((x) => finiteExact(c.facts, x).evidence)
      return expectEvidence(c, 'enumeration', expected)
    }))

  it('enumerates 1,000 Gaussian mixtures', () =>
    holdOn((seed) => {
      const c = mixtureCase(seed)
      const expected = rowsOf(c).map(({ x }) => mixtureExact(c.facts, x as never).evidence)
      return expectEvidence(c, 'enumeration', expected)
    }))

  it.each([
    ['probabilistic PCAs', pcaCase],
    ['factor analyses', factorAnalysisCase],
  ] as const)('solves 1,000 %s', (_, make) =>
    holdOn((seed) => {
      const c = make(seed)
      const expected = rowsOf(c).map(({ x }) => linearGaussianExact(c.facts, x as never).evidence)
      return expectEvidence(c, 'linear-Gaussian', expected)
    }),
  )

  it.each([
    ['solves', 'normal', 'linear-Gaussian'],
    ['integrates', 'logNormal', 'quadrature'],
  ] as const)('%s 1,000 conjugate pairs (%s), %s', (_, kind, method) =>
    holdOn((seed) => {
      const c = conjugateCase(seed, kind)
      const one = (x: number) => conjugateExact({ ...c.facts, xs: [x] }).evidence
      return expectEvidence(c, method, c.facts.xs.map(one))
    }),
  )

  it('integrates 1,000 nonlinear models over 1 dimension', () =>
    holdOn((seed) => nonlinearOf(nonlinearCase(seed, 1))))

  it('integrates 100 nonlinear models over 2 dimensions', () =>
    holdOn((seed) => nonlinearOf(nonlinearCase(seed, 2, 1)), 100))
})
