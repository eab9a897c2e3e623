/** mpmath: log((K-1)! L**(K-1)) + sum(log(a_k*x_k**(-L-1) / sum(a*x**-L))), a = exp(logits), L = temperature. */
import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { relaxedBernoulli } from '../../../src/dsl/distributions/relaxedBernoulli.js'
import { relaxedOneHotCategorical } from '../../../src/dsl/distributions/relaxedOneHotCategorical.js'
import { positive, real, simplex, unit } from '../../../src/dsl/domain.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { makeValue } from '../../../src/dsl/value.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'
import { followsCdf, followsMasses, hasGradient } from '../../../src/testing/laws/distribution.js'
import { expectClose, expectLaw, logProbAt, number, numbers, scalars } from './laws.js'

/** Temperature, logits, x, log density. */
const references: readonly (readonly [number, readonly number[], readonly number[], number])[] = [
  [0.5, [0, 0, 0], [0.25, 0.25, 0.5], -0.5616262365608514],
  [1, [1, -1, 0.5], [0.5, 0.375, 0.125], -0.227729693588295],
  [0.25, [3, 0, -2, 1], [0.0078125, 0.4921875, 0.25, 0.25], -7.100486891813595],
  [2, [30, 0], [0.5, 0.5], -27.92055845832035],
]

const logitsOf = (xs: readonly number[]) => value(space.real(xs.length), [...xs])
const points = (rows: readonly (readonly number[])[], k: number) =>
  makeValue(tf.tensor(rows.map((r) => [...r])), [k], simplex, [{ name: 'point', size: rows.length }])

describe('relaxedOneHotCategorical', () => {
  it.each(references)('at temperature %d and logits %j has its log density', (t, logits, x, expected) => {
    const d = relaxedOneHotCategorical({ temperature: t as 1, logits: logitsOf(logits) })
    expectClose(number(logProbAt(d, points([x], x.length))), expected)
  })

  it('is a relaxed coin for two labels', () => {
    const d = relaxedOneHotCategorical({ temperature: 0.5, logits: logitsOf([1.25, 0.5]) })
    const xs = [0.125, 0.5, 0.875]
    const coin = relaxedBernoulli({ temperature: 0.5, logits: 0.75 })
    const own = numbers(
      logProbAt(
        d,
        points(
          xs.map((x) => [x, 1 - x]),
          2,
        ),
      ),
    )
    numbers(logProbAt(coin, scalars(unit, xs))).forEach((l, i) => {
      expectClose(own[i] as number, l)
    })
    const rows = d.sample(noiseFromSeed(3), [{ name: 'draw', size: 3000 }]).tensor.arraySync() as number[][]
    expectLaw(
      followsCdf(
        rows.map((r) => r[0] as number),
        (x) => numbers(coin.cdf(scalars(real, x))),
      ),
    )
  })

  it('integrates to 1 over the simplex, by probs', () => {
    const d = relaxedOneHotCategorical({ temperature: 3, probs: value(space.simplex(3), [0.25, 0.25, 0.5]) })
    const n = 200
    const rows: number[][] = []
    // The centers of the small triangles of either orientation: a rule of second order.
    for (let i = 0; i < n; i++)
      for (let j = 0; i + j < n; j++)
        for (const s of i + j < n - 1 ? [1 / 3, 2 / 3] : [1 / 3]) {
          const [a, b] = [(i + s) / n, (j + s) / n]
          rows.push([a, b, 1 - a - b])
        }
    const total = numbers(logProbAt(d, points(rows, 3))).reduce((s, l) => s + Math.exp(l), 0)
    expectClose(total / (2 * n * n), 1, 2e-4)
  })

  it('has its largest entry where the label is, at every temperature', () => {
    const probs = [0.5, 0.125, 0.375]
    for (const temperature of [0.1, 1, 5]) {
      const d = relaxedOneHotCategorical({
        temperature: temperature as 1,
        probs: value(space.simplex(3), [...probs]) as never,
      })
      const x = d.sample(noiseFromSeed(6), [{ name: 'draw', size: 3000 }])
      const rows = x.tensor.arraySync() as number[][]
      const label = rows.map((r) => r.indexOf(Math.max(...r)))
      expectLaw(
        followsMasses(
          probs.map((_, k) => label.filter((l) => l === k).length),
          probs,
        ),
      )
      expect(rows.every((r) => Math.abs(r.reduce((a, b) => a + b, 0) - 1) < 1e-5)).toBe(true)
      expect(numbers(logProbAt(d, x)).every(Number.isFinite)).toBe(true)
    }
  })

  it('has a log density and draws that are differentiable twice in their parameters', () => {
    const of = (t: tf.Tensor) =>
      relaxedOneHotCategorical({
        temperature: makeValue(tf.reshape(tf.slice(t, 3, 1), []), [] as [], positive),
        logits: makeValue(tf.slice(t, 0, 3), [3] as [3], real),
      })
    const density = (t: tf.Tensor) =>
      tf.mean(
        logProbAt(
          of(t),
          points(
            [
              [0.5, 0.25, 0.25],
              [0.125, 0.125, 0.75],
            ],
            3,
          ),
        ).tensor,
      )
    const draws = (t: tf.Tensor) =>
      tf.mean(
        tf.mul(
          tf.sin(of(t).sample(noiseFromSeed(1), [{ name: 'draw', size: 20 }]).tensor),
          tf.tensor([1, 2, 3]),
        ),
      )
    const derivative = (f: typeof draws) => (t: tf.Tensor) =>
      tf.sum(tf.mul(tf.grad(f)(t), tf.tensor([1, 0.5, 0.25, 0.75])))
    const at = [0.5, -0.25, 1, 0.75]
    for (const f of [density, draws, derivative(density), derivative(draws)])
      expectLaw(
        hasGradient(
          (xs) => f(tf.tensor([...xs])).dataSync()[0] as number,
          tf.grad(f)(tf.tensor(at)).dataSync(),
          at,
        ),
      )
  })

  it('refuses other parameters, in the words of the compiler', () => {
    const logits = logitsOf([0, 1])
    expect(() => relaxedOneHotCategorical({ temperature: -1 as never, logits })).toThrow(
      'temperature of relaxedOneHotCategorical must be Positive, but -1 was given',
    )
    expect(() =>
      relaxedOneHotCategorical({ temperature: value(space.positive(2), [1, 2]) as never, logits }),
    ).toThrow('temperature of relaxedOneHotCategorical must be a scalar, but Positive[2] was given')
    expect(() => relaxedOneHotCategorical({ temperature: 1 } as never)).toThrow(
      'relaxedOneHotCategorical takes either logits or probs',
    )
  })
})
