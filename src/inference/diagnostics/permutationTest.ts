/**
 * Permutation test: how often a statistic of two samples is as large when the labels mean nothing.
 *
 *   p = #{divisions of the n + m data into n and m : T ≥ T_observed} / #{divisions}       exact, where there are few
 *   p = (1 + #{random divisions : T ≥ T_observed}) / (1 + B)                                else
 *
 * Both are valid whatever the data: under the null hypothesis P(p ≤ α) ≤ α, since the observed division is one of the
 * equally likely ones. The smallest possible p is 1 / (1 + B). Ties count against the finding; numbers within 1e-12 of
 * each other (relatively, above 1) are tied, so that rounding in another order of summation makes none smaller.
 * Source: Phipson, Smyth, "Permutation p-values should never be zero" (2010). Tested in
 * tests/inference/diagnostics/permutationTest.test.ts.
 */
import { fold, type Key, permutation } from '../../runtime/keys.js'
import { turns } from './turns.js'

/** A statistic of the division of n + m data, given by the places of the first sample. */
export type DivisionStatistic = (first: ArrayLike<number>) => number

/** Sizes of both samples, how many divisions to draw, and where their randomness comes from. */
export interface PermutationOptions {
  readonly n: number
  readonly m: number
  /** B; divisions are enumerated instead if there are no more than B + 1. */
  readonly permutations: number
  readonly key: Key
}

/** n over k, as long as it stays below `bound`; infinity else. */
const choose = (n: number, k: number, bound: number): number => {
  let c = 1
  for (let i = 1; i <= Math.min(k, n - k); i++) {
    c = (c * (n - Math.min(k, n - k) + i)) / i
    if (c > bound) return Number.POSITIVE_INFINITY
  }
  return Math.round(c)
}

/** Every choice of k of 0 … n − 1, in lexicographic order; one array, written anew each time. */
function* combinations(n: number, k: number): Generator<Int32Array> {
  const c = Int32Array.from({ length: k }, (_, i) => i)
  for (;;) {
    yield c
    let i = k - 1
    while (i >= 0 && c[i] === n - k + i) i--
    if (i < 0) return
    c[i] = (c[i] as number) + 1
    for (let j = i + 1; j < k; j++) c[j] = (c[j - 1] as number) + 1
  }
}

/** B random choices of n of the n + m places. */
function* randomDivisions({ n, m, permutations, key }: PermutationOptions): Generator<Int32Array> {
  for (let b = 0; b < permutations; b++) yield permutation(fold(key, b), n + m).subarray(0, n)
}

/** How far below the observed statistic another one may lie and still be tied with it. */
const SLACK = 1e-12

/** Counts what passes; the event loop turns every 50 ms. */
const countOf = async (
  divisions: Iterable<Int32Array>,
  passes: (d: Int32Array) => boolean,
): Promise<number> => {
  const turn = turns()
  let count = 0
  for (const d of divisions) {
    if (passes(d)) count++
    await turn()
  }
  return count
}

/** The p-value of the observed division, in which the first n data are the first sample. */
export const permutationPValue = async (
  statistic: DivisionStatistic,
  options: PermutationOptions,
): Promise<number> => {
  const { n, m, permutations } = options
  const observed = statistic(Int32Array.from({ length: n }, (_, i) => i))
  const bound = observed - SLACK * Math.max(1, Math.abs(observed))
  const passes = (d: Int32Array): boolean => statistic(d) >= bound
  const divisions = choose(n + m, n, permutations + 1)
  return Number.isFinite(divisions)
    ? (await countOf(combinations(n + m, n), passes)) / divisions
    : (1 + (await countOf(randomDivisions(options), passes))) / (1 + permutations)
}
