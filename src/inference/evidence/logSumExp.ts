/**
 * log Σ_i exp x_i in float64, shifted by the largest: −Infinity for no terms, NaN where a term is NaN.
 *
 * The float32 tensor version is src/dsl/numerics/logSumExp.ts. Tested in tests/inference/evidence/integrate.test.ts.
 */

/** log Σ exp of float64 numbers. */
export const logSumExp = (xs: ArrayLike<number>, begin = 0, end: number = xs.length): number => {
  let top = Number.NEGATIVE_INFINITY
  for (let i = begin; i < end; i++) {
    const x = xs[i] as number
    if (Number.isNaN(x)) return Number.NaN
    if (x > top) top = x
  }
  if (!Number.isFinite(top)) return top
  let sum = 0
  for (let i = begin; i < end; i++) sum += Math.exp((xs[i] as number) - top)
  return top + Math.log(sum)
}
