/**
 * Estimates of many cases with known expectations, held against them all at once. With d_c = (found_c − exact_c) / max(1, |exact_c|):
 *
 *   |Σ_c d_c| <= 5 (Σ_c d_c²)^½ + rounding
 *
 * Where the estimates have no bias, Σ d_c² is an estimate of the variance of Σ d_c. One comparison instead of a thousand: a thousand
 * at 5 standard errors each fail by chance once in 1,700 runs, and more often where each error is known from few draws. What is
 * wrong in single cases is for laws without an error of sampling.
 */
import { expect } from 'vitest'

/** Estimates that are collected, and then judged together. */
export interface Pool {
  readonly add: (found: number, exact: number) => void
  readonly expectUnbiased: (what: string) => void
}

/** An empty pool; float32 is forgiven 1e-5 of each estimate. */
export const pool = (): Pool => {
  const differences: number[] = []
  return {
    add: (found, exact) => void differences.push((found - exact) / Math.max(1, Math.abs(exact))),
    expectUnbiased: (what) => {
      const sum = differences.reduce((a, d) => a + d, 0)
      const error = Math.hypot(...differences)
      const bound = 5 * error + 1e-5 * differences.length
      expect(Math.abs(sum), `${what}: off by ${sum}, ${sum / error} standard errors`).toBeLessThan(bound)
    },
  }
}
