/**
 * rankTest(a, b): are the numbers a larger than b? The AUC of the two, and its p-value by permutation.
 *
 *   T(division) = Σ of the ranks of the first sample,     p one-sided: large where a is larger
 *
 * The rank test of Wilcoxon, Mann and Whitney, its null distribution enumerated or sampled instead of approximated, so that
 * ties need no correction. Tested in tests/inference/diagnostics/rankTest.test.ts.
 */
import type { Key } from '../../runtime/keys.js'
import { permutationPValue } from './permutationTest.js'
import { aucOfRankSum, concat, ranksOf } from './ranks.js'

/** An AUC with its p-value. */
export interface RankTest {
  /** P(a > b) + ½ P(a = b). */
  readonly auc: number
  /** The probability of so large an AUC, or a larger one, if a and b came from one distribution. */
  readonly pValue: number
}

/** Compares two lists of numbers by their ranks. */
export const rankTest = async (
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: { readonly permutations: number; readonly key: Key },
): Promise<RankTest> => {
  const ranks = ranksOf(concat(a, b))
  const rankSum = (first: ArrayLike<number>): number => {
    let sum = 0
    for (let i = 0; i < first.length; i++) sum += ranks[first[i] as number] as number
    return sum
  }
  const [n, m] = [a.length, b.length]
  const observed = rankSum(Int32Array.from({ length: n }, (_, i) => i))
  const pValue = await permutationPValue(rankSum, { n, m, ...options })
  return { auc: aucOfRankSum(observed, n, m), pValue }
}
