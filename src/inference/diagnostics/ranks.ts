/**
 * Ranks with ties, and the area under the ROC curve that follows from them.
 *
 *   rank(x_i) = #{j : x_j < x_i} + ½ (#{j : x_j = x_i} + 1)
 *   AUC(a, b) = P(a > b) + ½ P(a = b) = (Σ_i rank(a_i) − n (n + 1) / 2) / (n m)
 *
 *   V(AUC) ≈ Var_i P(a_i > b) / n + Var_j P(a > b_j) / m,        P(…) with half of the ties
 *
 * The numerator is the U of Mann and Whitney. Units: a probability; ½ means that a and b cannot be told apart by size.
 * Sources: Mann, Whitney, "On a test of whether one of two random variables is stochastically larger than the other"
 * (1947); DeLong, DeLong, Clarke-Pearson, "Comparing the areas under correlated ROC curves" (1988), for the variance. Tested in tests/inference/diagnostics/ranks.test.ts.
 */

/** The ranks of numbers, from 1; tied numbers share the mean of theirs. */
export const ranksOf = (x: ArrayLike<number>): Float64Array => {
  const order = Uint32Array.from({ length: x.length }, (_, i) => i).sort(
    (i, j) => (x[i] as number) - (x[j] as number),
  )
  const at = (i: number): number => x[order[i] as number] as number
  const ranks = new Float64Array(x.length)
  for (let begin = 0, end = 0; begin < x.length; begin = end) {
    while (end < x.length && at(end) === at(begin)) end++
    for (let i = begin; i < end; i++) ranks[order[i] as number] = (begin + end + 1) / 2
  }
  return ranks
}

/** Both, one after the other. */
export const concat = (a: ArrayLike<number>, b: ArrayLike<number>): Float64Array => {
  const both = new Float64Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

/** The AUC that a sum of ranks of n of n + m numbers means. */
export const aucOfRankSum = (sum: number, n: number, m: number): number => (sum - (n * (n + 1)) / 2) / (n * m)

/** P(a > b) + ½ P(a = b). */
export const auc = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  const sum = ranksOf(concat(a, b))
    .subarray(0, a.length)
    .reduce((s, r) => s + r, 0)
  return aucOfRankSum(sum, a.length, b.length)
}

const varianceOf = (x: Float64Array): number => {
  const mean = x.reduce((a, b) => a + b, 0) / x.length
  return x.reduce((s, a) => s + (a - mean) ** 2, 0) / (x.length - 1)
}

/** The standard error of the AUC of two samples, which need two numbers each. */
export const aucStandardError = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  const [n, m] = [a.length, b.length]
  const both = ranksOf(concat(a, b))
  const [ofA, ofB] = [ranksOf(a), ranksOf(b)]
  const above = ofA.map((r, i) => ((both[i] as number) - r) / m)
  const below = ofB.map((r, j) => ((both[n + j] as number) - r) / n)
  return Math.sqrt(varianceOf(above) / n + varianceOf(below) / m)
}
