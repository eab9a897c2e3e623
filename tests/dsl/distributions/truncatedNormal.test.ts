/**
 * mpmath at 30 digits: integrals of exp(-(t^2 - c^2)/2) over the interval, by quad, in the tails, narrow and unbounded.
 */
import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { truncatedNormal } from '../../../src/dsl/distributions/truncatedNormal.js'
import { positive, real } from '../../../src/dsl/domain.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { makeValue } from '../../../src/dsl/value.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'
import { followsCdf, hasGradient, hasMean } from '../../../src/testing/laws/distribution.js'
import { continuousLaws, expectClose, expectLaw, logProbAt, number, numbers, scalars } from './laws.js'

/** Parameters loc, scale, low, high; a point with its log density and its cdf. */
interface Case {
  readonly at: readonly [number, number, number, number]
  readonly mean: number
  readonly variance: number
  readonly entropy: number
  readonly x: number
  readonly logProb: number
  readonly cdf: number
}

const cases: readonly Case[] = [
  {
    at: [0.0, 1.0, -1.0, 2.0],
    mean: 0.229637179091329,
    variance: 0.5197625392115339,
    entropy: 1.005020125496489,
    x: 0.5901099443435669,
    logProb: -0.892887112086794,
    cdf: 0.6887246326689999,
  },
  {
    at: [0.0, 1.0, 3.0, 5.0],
    mean: 3.282694379942298,
    variance: 0.06979756607044493,
    entropy: -0.2660600823046221,
    x: 3.75,
    logProb: -1.34224993860778,
    cdf: 0.9346992512577041,
  },
  {
    at: [0.5, 2.0, -20.0, -4.0],
    mean: -4.692805077373924,
    variance: 0.4023982765822514,
    entropy: 0.6287231886341789,
    x: -5.903046131134033,
    logProb: -2.33264530229016,
    cdf: 0.05591371262355584,
  },
  {
    at: [0.0, 1.0, -0.0009765625, 0.0],
    mean: -0.000488281211194894,
    variance: 7.947285717414579e-8,
    entropy: -6.931471805599463,
    x: -0.0003473265678621829,
    logProb: 6.93147190422729,
    cdf: 0.6443375451290412,
  },
  {
    at: [0.0, 1.0, 20.0, 1000000.0],
    mean: 20.04975306852785,
    variance: 0.002463261615052164,
    entropy: -2.000686152614086,
    x: 20.14889335632324,
    logProb: 0.009265095649147462,
    cdf: 0.95003000092327,
  },
  {
    at: [0.0, 1.0, 100.0, 200.0],
    mean: 100.0099980009993,
    variance: 9.994004994826346e-5,
    entropy: -3.605370111037381,
    x: 100.0299911499023,
    logProb: 1.605705436229808,
    cdf: 0.9502061865898194,
  },
  {
    at: [1.0, 0.5, -1000000.0, 1000000.0],
    mean: 1.0,
    variance: 0.25,
    entropy: 0.7257913526447274,
    x: 1.25,
    logProb: -0.3507913526447274,
    cdf: 0.6914624612740131,
  },
  {
    at: [0.0, 1.0, 1000.0, 1000.001953125],
    mean: 1000.000677205829,
    variance: 2.653470305477369e-7,
    entropy: -6.38350269961394,
    x: 1000.000732421875,
    logProb: 6.328286747040718,
    cdf: 0.6050747137357242,
  },
  {
    at: [-3.0, 0.25, 4.0, 5.0],
    mean: 4.008905938367271,
    variance: 7.911569090221394e-5,
    entropy: -3.721037790979087,
    x: 4.026684284210205,
    logProb: 1.7254340998128,
    cdf: 0.950119813764852,
  },
  {
    at: [0.0, 1.0, 10000.0, 1000000.0],
    mean: 10000.0001,
    variance: 9.99999940000005e-9,
    entropy: -8.210340391976182,
    x: 10000.0,
    logProb: 9.210340381976183,
    cdf: 0.0,
  },
  {
    at: [0.0, 1.0, -7.0, 7.5],
    mean: 8.891288355073356e-12,
    variance: 0.9999999999342312,
    entropy: 1.418938533170477,
    x: 0.5,
    logProb: -1.043938533203361,
    cdf: 0.6914624612736403,
  },
]

const made = ([loc, scale, low, high]: Case['at']) => truncatedNormal({ loc, scale: scale as 1, low, high })

continuousLaws('truncatedNormal', {
  make: (p) => truncatedNormal(p as never),
  domains: { loc: real, scale: positive, low: real, high: real },
  at: { loc: 0.5, scale: 1.25, low: -0.75, high: 2 },
  support: [-0.75, 2],
  logProbs: [],
  summaries: [],
})

continuousLaws('truncatedNormal in the upper tail', {
  make: (p) => truncatedNormal(p as never),
  domains: { loc: real, scale: positive, low: real, high: real },
  at: { loc: -1, scale: 1.5, low: 0.5, high: 4 },
  support: [0.5, 4],
  logProbs: [],
  summaries: [],
})

continuousLaws('truncatedNormal in the lower tail', {
  make: (p) => truncatedNormal(p as never),
  domains: { loc: real, scale: positive, low: real, high: real },
  at: { loc: 1.25, scale: 1.5, low: -4, high: -0.5 },
  support: [-4, -0.5],
  logProbs: [],
  summaries: [],
})

describe('truncatedNormal', () => {
  it.each(cases)('has the moments, entropy, density and cdf of $at', (c) => {
    const d = made(c.at)
    const deviation = Math.sqrt(c.variance)
    // Rounding of x itself (2⁻²⁴ relative) is all that may be lost of the mean.
    expect(Math.abs(number(d.mean()) - c.mean)).toBeLessThan(2e-6 * deviation + 1.2e-7 * Math.abs(c.mean))
    expectClose(number(d.variance()) / c.variance, 1, 5e-6, 'variance')
    expectClose(number(d.entropy()), c.entropy, 2e-6, 'entropy')
    const x = scalars(real, [c.x])
    expectClose(number(logProbAt(d, x)), c.logProb, 1e-5, 'log density')
    expectClose(number(d.cdf(x)), c.cdf, 2e-6, 'cdf')
  })

  it.each(cases)('has a quantile that inverts the cdf of $at, within its ends', (c) => {
    const d = made(c.at)
    const us = [2 ** -24, 1e-3, 0.25, 0.5, 0.9, 0.9999]
    const xs = numbers(d.quantile(scalars(real, us)))
    const found = numbers(d.cdf(scalars(real, xs)))
    // A cdf cannot be met better than the spacing of float32 around x lets it.
    const spacing = (1.2e-7 * Math.abs(c.mean)) / Math.sqrt(c.variance)
    found.forEach((u, i) => {
      expect(Math.abs(u - (us[i] as number))).toBeLessThan(2e-6 + 2 * spacing)
    })
    expect(xs.every((x) => x >= c.at[2] && x <= c.at[3])).toBe(true)
    expect(xs.every((x, i) => i === 0 || x >= (xs[i - 1] as number))).toBe(true)
  })

  it.each([
    [0, 1, 20, 1e6],
    [0.5, 2, -20, -4],
    [0, 1, -0.5, 0.25],
  ] as const)('is sampled by its cdf and mean: N(%d, %d²) on [%d, %d]', (...at) => {
    const d = made(at)
    const xs = numbers(d.sample(noiseFromSeed(5), [{ name: 'draw', size: 4000 }]))
    expectLaw(followsCdf(xs, (x) => numbers(d.cdf(scalars(real, x)))))
    expectLaw(hasMean(xs, number(d.mean())))
  })

  it('has density −Infinity and cdf 0 or 1 outside', () => {
    const d = made([0, 1, -1, 2])
    expect(numbers(logProbAt(d, scalars(real, [-1.5, 2.5])))).toEqual([-Infinity, -Infinity])
    expect(numbers(d.cdf(scalars(real, [-1.5, 2.5])))).toEqual([0, 1])
  })

  it('has pathwise gradients by all four parameters, in a tail and twice', () => {
    const draw = (...[loc, scale, low, high]: tf.Tensor[]) => {
      const scalar = (t: tf.Tensor | undefined) => makeValue(t as tf.Tensor, [] as [], real)
      const d = truncatedNormal({
        loc: scalar(loc),
        scale: makeValue(scale as tf.Tensor, [] as [], positive),
        low: scalar(low),
        high: scalar(high),
      })
      return tf.mean(tf.sin(d.sample(noiseFromSeed(3), [{ name: 'draw', size: 20 }]).tensor))
    }
    const second = (...ts: tf.Tensor[]) =>
      tf.addN(
        tf
          .grads(draw)(ts)
          .map((g, i) => tf.mul(g, 1 / (i + 1))),
      )
    for (const at of [
      [0.5, 1.25, -0.75, 2],
      [0, 0.5, 1.5, 4],
      [0, 0.5, -4, -1.5],
    ])
      for (const f of [draw, second])
        expectLaw(
          hasGradient(
            (xs) => f(...xs.map((x) => tf.scalar(x))).dataSync()[0] as number,
            tf
              .grads(f)(at.map((x) => tf.scalar(x)))
              .map((g) => g.dataSync()[0] as number),
            at,
          ),
          at.join(),
        )
  })

  it('refuses other parameters, in the words of the compiler', () => {
    expect(() => truncatedNormal({ loc: 0, scale: 1, low: 2, high: 1 })).toThrow(
      'high of truncatedNormal must be greater than low, but low = 2 and high = 1 were given',
    )
    expect(() =>
      truncatedNormal({ loc: 0, scale: value(space.real(), 1) as never, low: 0, high: 1 }),
    ).toThrow('scale of truncatedNormal must be Positive, but Real was given')
  })
})
