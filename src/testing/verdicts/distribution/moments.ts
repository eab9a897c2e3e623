/**
 * Laws of what a distribution says of itself, where it says it, against its density:
 *
 *   mean = Σ w p x        variance = Σ w p (x − mean)²        entropy = −Σ w p log p        cdf(x) = ∫ p up to x
 *
 * A mean or variance that is infinite or undefined, as those of heavy tails are, is not held against anything. Without a
 * density, mean and variance are held against draws.
 */
import * as domains from '../../../dsl/domain.js'
import type { AnyValue } from '../../../dsl/value.js'
import { meanAndError } from '../../../inference/estimate.js'
import { tidily } from '../tidily.js'
import { equal, type LawVerdict, shown, worstOf } from '../verdict.js'
import { type Case, entryOf, lawOf } from './case.js'
import { rowsAsValue } from './points.js'

const numbersOf = (f: () => AnyValue): readonly number[] => tidily(() => Array.from(f().tensor.dataSync()))

/** E[f(x)] by the density, or by draws where there is none. */
const expected = (c: Case, f: (x: number) => number, entry: number) => {
  const { points } = c
  if (points === undefined) {
    const { value, standardError } = meanAndError(Array.from(entryOf(c.draws, c.size, entry), f))
    return { value, standardError, by: 'over the draws it is' }
  }
  const found = points.expect((i) => f(points.xs[i * c.size + entry] as number))
  return { ...found, by: 'by the density it is' }
}

const entries = (c: Case, name: string, said: readonly number[], f: (x: number, j: number) => number) => {
  const law = lawOf(c, `the ${name} is that of the density`, `check the formula of ${name}()`)
  const all = said.flatMap((found, j) => {
    if (!Number.isFinite(found)) return []
    const { value, standardError, by } = expected(c, (x) => f(x, j), j)
    const size = Math.max(1, ...said.filter(Number.isFinite).map(Math.abs))
    return [
      equal(
        law,
        { ...c.options, tolerance: (c.options.tolerance ?? 1e-3) * size },
        {
          what: `${name}()${c.size > 1 ? ` of entry ${j}` : ''}`,
          found,
          other: by,
          expected: value,
          expectedError: standardError,
        },
      ),
    ]
  })
  const worst = worstOf(all)
  return worst === undefined ? [] : [worst]
}

/** Mean and variance. */
export const hasMoments = (c: Case): readonly LawVerdict[] => {
  const { mean, variance } = c.subject.d
  if (mean === undefined) return []
  const means = numbersOf(mean)
  const spread = variance === undefined ? undefined : numbersOf(variance)
  // Importance sampling and draws have no error of their own where a moment does not exist.
  const usable = spread?.every(Number.isFinite) !== false
  return [
    ...(usable ? entries(c, 'mean', means, (x) => x) : []),
    ...(spread === undefined || !usable
      ? []
      : entries(c, 'variance', spread, (x, j) => (x - (means[j] as number)) ** 2)),
  ]
}

/** The entropy. */
export const hasEntropy = (c: Case): readonly LawVerdict[] => {
  const { points } = c
  const { entropy } = c.subject.d
  if (entropy === undefined || points === undefined) return []
  const { value, standardError } = points.expect((i) => -(points.logs[i] as number))
  return [
    equal(lawOf(c, 'the entropy is that of the density', 'check the formula of entropy()'), c.options, {
      what: 'entropy()',
      found: numbersOf(entropy)[0] as number,
      other: 'by the density it is',
      expected: value,
      expectedError: standardError,
    }),
  ]
}

/** The cdf is the integral, or the sum, of the density. */
export const hasCdf = (c: Case): readonly LawVerdict[] => {
  const { points } = c
  const { cdf } = c.subject.d
  if (cdf === undefined || points === undefined || c.size !== 1) return []
  const sorted = Float64Array.from(c.draws).sort()
  const xs = [0.02, 0.2, 0.5, 0.8, 0.98].map((u) => sorted[Math.floor(u * sorted.length)] as number)
  const said = tidily(() =>
    Array.from(
      cdf(rowsAsValue(c.subject.d, Float32Array.from(xs), domains.real as never) as never).tensor.dataSync(),
    ),
  )
  const upTo = (x: number) => points.expect((i) => ((points.xs[i] as number) <= x ? 1 : 0)).value
  const integrals = points.cdf?.(xs) ?? xs.map(upTo)
  const law = lawOf(c, 'the cdf is the integral of the density', 'check the formula of cdf()')
  const tolerance = c.options.tolerance ?? 2e-3
  const worst = worstOf(
    xs.map((x, i) =>
      equal(
        law,
        { ...c.options, tolerance },
        {
          what: `cdf(${shown(x)})`,
          found: said[i] as number,
          other: 'the density up to there integrates to',
          expected: integrals[i] as number,
        },
      ),
    ),
  )
  return worst === undefined ? [] : [worst]
}
