/** The predicates hold what is true, and refuse what is false. */
import { describe, expect, it } from 'vitest'
import { keyFromSeed, normals, uniforms } from '../../../src/runtime/keys.js'
import {
  differences,
  followsCdf,
  followsMasses,
  hasGradient,
  hasMean,
  integral,
  integratesToOne,
  invertsCdf,
  sumsToOne,
} from '../../../src/testing/laws/distribution.js'

const logNormalDensity = (shift: number) => (xs: readonly number[]) =>
  xs.map((x) => -0.5 * (x - shift) ** 2 - 0.5 * Math.log(2 * Math.PI))
const identity = (xs: readonly number[]) => xs

describe('laws of distributions', () => {
  it('integrate', () => {
    expect(integral((xs) => xs.map((x) => x ** 3), 0, 2, 10)).toBeCloseTo(4, 12)
    expect(integratesToOne(logNormalDensity(0), -8, 8).holds).toBe(true)
    expect(integratesToOne((xs) => logNormalDensity(0)(xs).map((p) => p + 0.001), -8, 8).holds).toBe(false)
    expect(sumsToOne([Math.log(0.25), Math.log(0.75)]).holds).toBe(true)
    expect(sumsToOne([Math.log(0.25), Math.log(0.7)]).holds).toBe(false)
  })

  it('follow a cdf, and refuse a shifted one', () => {
    const us = uniforms(keyFromSeed(1), 4000)
    expect(followsCdf(us, identity).holds).toBe(true)
    expect(
      followsCdf(
        us.map((u) => u ** 1.1),
        identity,
      ).holds,
    ).toBe(false)
    expect(followsCdf([0.5], identity).found).toBeCloseTo(0.5, 12)
  })

  it('refuse a true cdf as often as the level says', () => {
    const refused = Array.from({ length: 2000 }, (_, i) => uniforms(keyFromSeed(i), 200)).filter(
      (us) => !followsCdf(us, identity, 0.05).holds,
    )
    // Binomial(2000, 0.05) has mean 100 and standard deviation 9.7; the asymptotic bound is a little strict at n = 200.
    expect(refused.length).toBeGreaterThan(50)
    expect(refused.length).toBeLessThan(150)
  })

  it('follow masses, and refuse others and impossible draws', () => {
    const us = uniforms(keyFromSeed(2), 4000)
    const counts = [0, 1, 2, 3].map((k) => us.filter((u) => Math.floor(4 * u) === k).length)
    expect(followsMasses(counts, [0.25, 0.25, 0.25, 0.25]).holds).toBe(true)
    expect(followsMasses(counts, [0.28, 0.22, 0.25, 0.25]).holds).toBe(false)
    expect(followsMasses([10, 1], [1, 0]).holds).toBe(false)
    // R: qnorm(pchisq(11.345, 3)) = 2.3263 where X² = 11.345 is the 0.99 quantile of 3 degrees of freedom
    const n = 4000
    const off = Math.sqrt((11.345 * n * 0.25) / 4)
    const z = followsMasses([1000 + off, 1000 - off, 1000 + off, 1000 - off], [0.25, 0.25, 0.25, 0.25]).found
    expect(Math.abs(z - 2.3263)).toBeLessThan(0.03)
  })

  it('have a mean, and refuse another', () => {
    const zs = normals(keyFromSeed(3), 4000)
    expect(hasMean(zs, 0).holds).toBe(true)
    expect(hasMean(zs, 0.2).holds).toBe(false)
  })

  it('have gradients, and refuse others', () => {
    const f = (x: readonly number[]) => Math.sin(x[0] as number) * (x[1] as number)
    expect(differences(f, [0.5, 2])[0]).toBeCloseTo(2 * Math.cos(0.5), 6)
    expect(hasGradient(f, [2 * Math.cos(0.5), Math.sin(0.5)], [0.5, 2]).holds).toBe(true)
    expect(hasGradient(f, [2 * Math.cos(0.5), 0.5], [0.5, 2]).holds).toBe(false)
    expect(hasGradient(f, [Number.NaN, 0.5], [0.5, 2]).holds).toBe(false)
    expect(hasGradient(f, [], [0.5, 2]).holds).toBe(false)
  })

  it('invert a cdf', () => {
    const cdf = (xs: readonly number[]) => xs.map((x) => 1 - Math.exp(-x))
    const quantile = (us: readonly number[]) => us.map((u) => -Math.log(1 - u))
    expect(invertsCdf(cdf, quantile, [0.1, 1, 3]).holds).toBe(true)
    expect(invertsCdf(cdf, identity, [0.1, 1, 3]).holds).toBe(false)
  })
})
