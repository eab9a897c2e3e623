/** SciPy 1.17.1's `binom`; from 10⁶ trials on mpmath, since logpmf loses digits there. */
import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { binomial } from '../../../src/dsl/distributions/binomial.js'
import { count, real, unit } from '../../../src/dsl/domain.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { makeValue } from '../../../src/dsl/value.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'
import { followsMasses, hasMean } from '../../../src/testing/laws/distribution.js'
import { discreteLaws, expectClose, expectLaw, logProbAt, number, numbers, scalars } from './laws.js'
import type { Reference } from './reference.js'

discreteLaws('binomial by probs', {
  make: (p) => binomial({ trials: 8, ...p } as never),
  domains: { probs: unit },
  at: { probs: 0.375 },
  support: [0, 8],
  logProbs: [],
  summaries: [],
})

discreteLaws('binomial by logits', {
  make: (p) => binomial({ trials: 40, ...p } as never),
  domains: { logits: real },
  at: { logits: -1.25 },
  support: [0, 40],
  logProbs: [],
  summaries: [],
})

const logProbs: readonly Reference[] = [
  // binom(1, 0.25).logpmf(1)
  { parameters: { trials: 1, probs: 0.25 }, x: 1, logProb: -1.3862943611198906 },
  // binom(10, 0.25).logpmf(0)
  { parameters: { trials: 10, probs: 0.25 }, x: 0, logProb: -2.876820724517809 },
  // binom(10, 0.25).logpmf(3)
  { parameters: { trials: 10, probs: 0.25 }, x: 3, logProb: -1.3851658477400912 },
  // binom(10, 0.25).logpmf(10)
  { parameters: { trials: 10, probs: 0.25 }, x: 10, logProb: -13.862943611198906 },
  // binom(100, 0.5).logpmf(37)
  { parameters: { trials: 100, probs: 0.5 }, x: 37, logProb: -5.9152713545 },
  // binom(1000, 0.0078125).logpmf(12)
  { parameters: { trials: 1000, probs: 0.0078125 }, x: 12, logProb: -3.1338281084757806 },
  // binom(1000, 0.9921875).logpmf(990)
  { parameters: { trials: 1000, probs: 0.9921875 }, x: 990, logProb: -2.357051287724296 },
  // mpmath: loggamma(n+1) - loggamma(x+1) - loggamma(n-x+1) + x*log(p) + (n-x)*log(1-p)
  { parameters: { trials: 1048576, probs: 0.25 }, x: 262000, logProb: -7.065980091606623 },
  { parameters: { trials: 1048576, probs: 0.0009765625 }, x: 1100, logProb: -7.175797700164195 },
  { parameters: { trials: 16777216, probs: 0.5 }, x: 8390000, logProb: -8.7745450703855 },
  // binom(7, 0.0).logpmf(0), binom(7, 1.0).logpmf(7)
  { parameters: { trials: 7, probs: 0 }, x: 0, logProb: 0 },
  { parameters: { trials: 7, probs: 1 }, x: 7, logProb: 0 },
]

const draws = (d: ReturnType<typeof binomial>, n: number, seed = 5): number[] =>
  numbers(d.sample(noiseFromSeed(seed), [{ name: 'draw', size: n }]))

describe('binomial', () => {
  it('agrees with SciPy on log masses, by probs and by logits', () => {
    for (const { parameters, x, logProb } of logProbs) {
      const { trials, probs } = parameters as { readonly trials: number; readonly probs: number }
      const at = (d: ReturnType<typeof binomial>) => number(logProbAt(d, value(space.count(), x as number)))
      const what = JSON.stringify(parameters)
      expectClose(at(binomial({ trials, probs })), logProb, 4e-6, what)
      if (probs > 0 && probs < 1)
        expectClose(at(binomial({ trials, logits: Math.log(probs / (1 - probs)) })), logProb, 4e-6, what)
    }
  })

  it('has moments n p and n p (1 − p)', () => {
    // d = binom(10, 0.25); d.mean(), d.var()
    const d = binomial({ trials: 10, probs: 0.25 })
    expectClose(number(d.mean()), 2.5)
    expectClose(number(d.variance()), 1.875)
  })

  it('stays finite at saturated logits', () => {
    const at = (logits: number, x: number) =>
      number(logProbAt(binomial({ trials: 5, logits }), value(space.count(), x)))
    expectClose(at(-200, 0), 0)
    expectClose(at(-200, 2), -400 + Math.log(10))
    expectClose(at(200, 3), -400 + Math.log(10))
  })

  it('has log mass −Infinity beyond its trials, and where the chance is 0 or 1', () => {
    expect(
      numbers(logProbAt(binomial({ trials: 3, probs: 0.5 }), scalars(count, [3, 4, 1e6]))).slice(1),
    ).toEqual([-Infinity, -Infinity])
    expect(numbers(logProbAt(binomial({ trials: 3, probs: 1 }), scalars(count, [2, 3])))).toEqual([
      -Infinity,
      0,
    ])
  })

  it('lists its support, whose masses sum to 1, over entries too', () => {
    const one = binomial({ trials: 4, probs: 0.25 })
    expect(one.supportSize).toBe(5)
    expect(numbers(one.enumerate('k'))).toEqual([0, 1, 2, 3, 4])
    const two = binomial({ trials: 2, logits: value(space.real(2), [0.5, -1]) })
    expect(two.supportSize).toBe(9)
    expectClose(
      numbers(two.logProb(two.enumerate('k'))).reduce((s, l) => s + Math.exp(l), 0),
      1,
    )
    expect(binomial({ trials: 100000, probs: 0.5 }).supportSize).toBe(Infinity)
    expect(binomial({ trials: value(space.count(), 4), probs: 0.5 }).supportSize).toBe(Infinity)
  })

  it('is sampled by its masses with trials that differ by datum', () => {
    const trials = makeValue(tf.tensor([2, 12]), [] as [], count, [{ name: 'datum', size: 2 }])
    const d = binomial({ trials, probs: 0.375 })
    const x = d.sample(noiseFromSeed(3), [{ name: 'draw', size: 4000 }])
    expect(x.axes.map((a) => a.name)).toEqual(['draw', 'datum'])
    const all = numbers(x)
    ;[2, 12].forEach((n, i) => {
      const own = all.filter((_, j) => j % 2 === i)
      const k = Array.from({ length: 13 }, (_, x) => x)
      const masses = numbers(logProbAt(binomial({ trials: n, probs: 0.375 }), scalars(count, k))).map(
        Math.exp,
      )
      expectLaw(
        followsMasses(
          k.map((x) => own.filter((y) => y === x).length),
          masses,
        ),
      )
    })
  })

  it.each([
    [1000, 0.5],
    [1000, 0.001],
    [1e6, 0.25],
  ])('has the mean and variance of %d trials of chance %d', (trials, probs) => {
    const d = binomial({ trials, probs })
    const xs = draws(d, trials > 1e5 ? 300 : 2000)
    const mean = trials * probs
    expectLaw(hasMean(xs, mean))
    expectLaw(
      hasMean(
        xs.map((x) => (x - mean) ** 2),
        mean * (1 - probs),
      ),
    )
  })

  it('takes no trials at all', () => {
    expect(draws(binomial({ trials: 0, probs: 0.5 }), 3)).toEqual([0, 0, 0])
    expect(number(logProbAt(binomial({ trials: 0, probs: 0.5 }), value(space.count(), 0)))).toBe(0)
  })

  it('refuses other parameters, in the words of the compiler', () => {
    expect(() => binomial({ trials: 2.5 as never, probs: 0.5 })).toThrow(
      'trials of binomial must be Count, but 2.5 was given',
    )
    expect(() => binomial({ trials: 2, probs: value(space.real(), 1) as never })).toThrow(
      'probs of binomial must be Unit, but Real was given',
    )
    expect(() => binomial({ trials: 2 } as never)).toThrow('binomial takes either logits or probs')
    expect(() => binomial({ trials: 2, logits: 0, probs: 0.5 } as never)).toThrow(
      'binomial takes either logits or probs',
    )
  })
})
