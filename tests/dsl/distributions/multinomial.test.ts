/** SciPy 1.17.1's `multinomial`. */
import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { binomial } from '../../../src/dsl/distributions/binomial.js'
import { multinomial } from '../../../src/dsl/distributions/multinomial.js'
import { count, real } from '../../../src/dsl/domain.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { makeValue } from '../../../src/dsl/value.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'
import { followsMasses, hasGradient, hasMean } from '../../../src/testing/laws/distribution.js'
import { expectClose, expectLaw, logProbAt, number, numbers, scalars } from './laws.js'

const simplexOf = (probs: readonly number[]) => value(space.simplex(probs.length), [...probs])
const at = (trials: number, probs: readonly number[], x: readonly number[]): number =>
  number(
    logProbAt(
      multinomial({ trials, probs: simplexOf(probs) as never }),
      value(space.count(x.length), [...x]),
    ),
  )

/** Every way to write n as a sum of k counts. */
const compositions = (n: number, k: number): number[][] =>
  k === 1
    ? [[n]]
    : Array.from({ length: n + 1 }, (_, first) =>
        compositions(n - first, k - 1).map((rest) => [first, ...rest]),
      ).flat()

describe('multinomial', () => {
  it('agrees with SciPy on log masses', () => {
    // multinomial(n, p).logpmf(x)
    expectClose(at(1, [0.25, 0.25, 0.5], [0, 1, 0]), -1.3862943611198906)
    expectClose(at(10, [0.25, 0.25, 0.5], [3, 2, 5]), -2.56519352789371)
    expectClose(at(4, [0.5, 0, 0.5], [1, 0, 3]), -1.3862943611198904)
    // mpmath: loggamma(n+1) - sum(loggamma(x+1)) + sum(x*log(p))
    expectClose(at(100000, [0.25, 0.25, 0.5], [25100, 24850, 50050]), -12.293057055773701, 2e-6)
  })

  it('sums to 1, and is −Infinity off its support', () => {
    const d = multinomial({ trials: 5, logits: value(space.real(3), [0.5, -1, 0]) })
    const all = compositions(5, 3)
    const x = makeValue(tf.tensor(all), [3] as [3], count, [{ name: 'point', size: all.length }])
    expectClose(
      numbers(d.logProb(x)).reduce((s, l) => s + Math.exp(l), 0),
      1,
    )
    expect(at(4, [0.25, 0.25, 0.5], [1, 1, 1])).toBe(-Infinity)
    expect(at(2, [0.5, 0, 0.5], [1, 1, 0])).toBe(-Infinity)
  })

  it('is a binomial for two labels', () => {
    const k = [0, 1, 4, 9]
    const two = makeValue(tf.tensor(k.map((x) => [x, 9 - x])), [2] as [2], count, [
      { name: 'point', size: 4 },
    ])
    const own = numbers(logProbAt(multinomial({ trials: 9, probs: simplexOf([0.25, 0.75]) as never }), two))
    const other = numbers(logProbAt(binomial({ trials: 9, probs: 0.25 }), scalars(count, k)))
    own.forEach((l, i) => {
      expectClose(l, other[i] as number)
    })
  })

  it('has moments n p and n p (1 − p)', () => {
    const d = multinomial({ trials: 10, probs: simplexOf([0.25, 0.75]) as never })
    expect(numbers(d.mean())).toEqual([2.5, 7.5])
    expect(numbers(d.variance())).toEqual([1.875, 1.875])
  })

  it('is sampled by its masses: every count a binomial, in sum the trials', () => {
    const probs = [0.5, 0.125, 0, 0.375]
    const d = multinomial({ trials: 6, probs: simplexOf(probs) as never })
    const x = d.sample(noiseFromSeed(9), [{ name: 'draw', size: 4000 }])
    const rows = x.tensor.arraySync() as number[][]
    expect(rows.every((r) => r.reduce((a, b) => a + b, 0) === 6)).toBe(true)
    probs.forEach((p, k) => {
      const ks = Array.from({ length: 7 }, (_, n) => n)
      const masses = numbers(logProbAt(binomial({ trials: 6, probs: p }), scalars(count, ks))).map(Math.exp)
      expectLaw(
        followsMasses(
          ks.map((n) => rows.filter((r) => r[k] === n).length),
          masses,
        ),
        `label ${k}`,
      )
    })
    // Cov(x_0, x_3) = −n p_0 p_3
    expectLaw(
      hasMean(
        rows.map((r) => ((r[0] as number) - 3) * ((r[3] as number) - 2.25)),
        -6 * 0.5 * 0.375,
      ),
    )
  })

  it('takes trials that differ by datum', () => {
    const trials = makeValue(tf.tensor([1, 30]), [] as [], count, [{ name: 'datum', size: 2 }])
    const d = multinomial({ trials, logits: value(space.real(3), [0.5, -1, 0]) })
    const x = d.sample(noiseFromSeed(4), [{ name: 'draw', size: 5 }])
    expect(x.axes.map((a) => a.name)).toEqual(['draw', 'datum'])
    expect(numbers(makeValue(tf.sum(x.tensor, -1), [] as [], real, x.axes))).toEqual([
      1, 30, 1, 30, 1, 30, 1, 30, 1, 30,
    ])
    expect(numbers(d.logProb(x)).every(Number.isFinite)).toBe(true)
  })

  it('has a log mass that is differentiable twice in its logits', () => {
    const x = makeValue(
      tf.tensor([
        [3, 0, 2],
        [1, 1, 3],
      ]),
      [3] as [3],
      count,
      [{ name: 'point', size: 2 }],
    )
    const f = (t: tf.Tensor) =>
      tf.sum(logProbAt(multinomial({ trials: 5, logits: makeValue(t, [3] as [3], real) }), x).tensor)
    const g = (t: tf.Tensor) => tf.sum(tf.mul(tf.grad(f)(t), tf.tensor([1, 2, 3])))
    const point = [0.5, -1, 0.25]
    for (const h of [f, g])
      expectLaw(
        hasGradient(
          (xs) => h(tf.tensor([...xs])).dataSync()[0] as number,
          tf.grad(h)(tf.tensor(point)).dataSync(),
          point,
        ),
      )
  })

  it('refuses other parameters, in the words of the compiler', () => {
    const probs = simplexOf([0.5, 0.5]) as never
    expect(() => multinomial({ trials: -1 as never, probs })).toThrow(
      'trials of multinomial must be Count, but -1 was given',
    )
    expect(() => multinomial({ trials: value(space.count(2), [1, 2]) as never, probs })).toThrow(
      'trials of multinomial must be a scalar, but Count[2] was given',
    )
    expect(() => multinomial({ trials: 3 } as never)).toThrow('multinomial takes either logits or probs')
  })
})
