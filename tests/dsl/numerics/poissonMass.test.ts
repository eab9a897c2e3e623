/**
 * Quantiles against sums of masses in float64, which agree with scipy.stats.poisson(rate).ppf(u) where that is written down.
 * Masses: tests/dsl/distributions/poisson.test.ts, against scipy.stats.poisson.logpmf.
 */
import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { poissonQuantile } from '../../../src/dsl/numerics/poissonMass.js'

const quantile = (u: number, rate: number): number =>
  poissonQuantile(tf.tensor1d([u]), tf.scalar(rate)).dataSync()[0] as number

/** log k! by Stirling's series, to 1e-12 from k = 10 on. */
const stirling = (k: number): number => {
  const z = k + 1
  const rest = 1 / (12 * z) - 1 / (360 * z ** 3) + 1 / (1260 * z ** 5)
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + rest
}

/** P(X <= k) at k = from, from + 1, …, in float64, where next to nothing lies below `from`. */
const cdfs = (rate: number): { readonly from: number; readonly cdf: readonly number[] } => {
  const low = Math.floor(rate - 12 * Math.sqrt(rate) - 12)
  const from = low >= 10 ? low : 0
  let mass = from === 0 ? Math.exp(-rate) : Math.exp(from * Math.log(rate) - rate - stirling(from))
  let sum = mass
  const cdf = [sum]
  for (let k = from + 1; k < rate + 24 * Math.sqrt(rate) + 24; k++) {
    mass *= rate / k
    sum += mass
    cdf.push(sum)
  }
  return { from, cdf }
}

describe('poissonQuantile', () => {
  it('is that of SciPy', () => {
    // scipy.stats.poisson(rate).ppf(u)
    const found = [
      [0.5, 0.125, 0],
      [1 - 2 ** -24, 1, 10],
      [2 ** -24, 1000, 837],
      [0.5, 1000, 1000],
      [1 - 2 ** -24, 1000, 1172],
      [0.001, 250, 203],
      [0.5, 1e6, 1000000],
    ] as const
    for (const [u, rate, k] of found) expect(quantile(u, rate), `${u} at ${rate}`).toBe(k)
  })

  // The bounds of the header, and 2e-6 for the float32 rounding of cdfs and of w.
  it.each([
    [1e-3, 2e-6],
    [0.5, 2e-6],
    [7.25, 2e-6],
    [31.5, 2e-6],
    [32, 6e-6],
    [64, 3e-6],
    [250, 3e-6],
    [1000, 3e-6],
    [20000, 1e-5],
  ])('is the smallest k with P(X <= k) >= u at the rate %d, the cdf off by %d at most', (rate, off) => {
    const n = 2000
    const us = Float32Array.from({ length: n }, (_, i) => (i + 0.5) / n)
    const tails = Float32Array.from({ length: 60 }, (_, i) => 2 ** -(4 + (i % 20)))
    const all = Float32Array.from([...us, ...tails, ...tails.map((t) => 1 - t)])
    const ks = poissonQuantile(tf.tensor1d(all), tf.scalar(rate)).dataSync()
    const { from, cdf } = cdfs(rate)
    const at = (k: number) => (k < from ? 0 : (cdf[k - from] ?? 1))
    for (const [i, k] of ks.entries()) {
      const u = all[i] as number
      expect(at(k), `P(X <= ${k}) and u = ${u}`).toBeGreaterThanOrEqual(u - off)
      expect(at(k - 1), `P(X < ${k}) and u = ${u}`).toBeLessThan(u + off)
    }
  })

  it('keeps its digits in the tails of small rates', () => {
    // P(X > 1e-3's k): 1 - poisson(0.001).cdf([0, 1]) = 9.995e-4, 4.997e-7
    expect(quantile(Math.fround(1 - 1e-3), 1e-3)).toBe(0)
    expect(quantile(1 - 2 ** -20, 1e-3)).toBe(1)
    expect(quantile(1 - 2 ** -22, 1e-3)).toBe(2)
  })

  it('takes rates that broadcast, of any rank', () => {
    const u = tf.linspace(0.05, 0.95, 64)
    const r = tf.tensor([0.5, 40])
    const dims = [2, 2, 2, 1, 2, 2, 2]
    const flat = poissonQuantile(tf.reshape(u, [32, 2]), r).dataSync()
    expect(poissonQuantile(tf.reshape(u, dims), r).dataSync()).toEqual(flat)
    expect(poissonQuantile(tf.reshape(u, dims), tf.scalar(3)).shape).toEqual(dims)
  })

  it('is 0 at a rate of 0, NaN where there is no finite rate, and large at large ones', () => {
    expect(quantile(0.99, 0)).toBe(0)
    expect(quantile(0.5, Number.POSITIVE_INFINITY)).toBeNaN()
    expect(quantile(0.5, Number.NaN)).toBeNaN()
    expect(quantile(0.5, 1e20)).toBe(Math.fround(1e20))
  })
})
