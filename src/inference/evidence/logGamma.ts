/**
 * log Γ(z), z > 0, in float64, by Stirling's series from z = 12 on and by Γ(z) = Γ(z + 1)/z below; to about 1e-13.
 *
 *   logBeta(a, b) = log Γ(a) + log Γ(b) − log Γ(a + b)        logChoose(n, k) = log (n! / (k! (n − k)!))
 *
 * Tested in tests/inference/evidence/conjugate.test.ts.
 */

const halfLog2Pi = 0.5 * Math.log(2 * Math.PI)

/** log Γ(z). */
export const logGamma = (z: number): number => {
  let shift = 1
  let x = z
  for (; x < 12; x++) shift *= x
  const t = 1 / x ** 2
  const series = (1 / 12 - t * (1 / 360 - t * (1 / 1260 - t * (1 / 1680 - t / 1188)))) / x
  return (x - 0.5) * Math.log(x) - x + halfLog2Pi + series - Math.log(shift)
}

/** log B(a, b). */
export const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b)

/** log of the binomial coefficient; −Infinity unless 0 <= k <= n. */
export const logChoose = (n: number, k: number): number =>
  k < 0 || k > n ? Number.NEGATIVE_INFINITY : logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)
