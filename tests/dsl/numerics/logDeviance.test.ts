import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { deviance, logDeviance } from '../../../src/dsl/numerics/logDeviance.js'
import { decades, derivative, linear, onEachBackend, worstRelative } from './agreement.js'
import { worstOf } from './special.js'

/** Oracle: float64, by its series near 0. */
const exact = (u: number): number =>
  Math.abs(u) < 1e-2
    ? [2, 3, 4, 5, 6, 7, 8].reduce((s, n) => s + (-1) ** n * (u ** n / n), 0)
    : u - Math.log1p(u)

onEachBackend('logDeviance', () => {
  const points = [
    ...decades(-15, 6, 400),
    ...decades(-15, -0.05, 300).map((u) => -u),
    ...linear(-0.6, 0.6, 300),
  ]

  it('has relative error below 1e-6, at its double zero too', () =>
    expect(
      worstRelative(
        logDeviance,
        exact,
        points.filter((u) => u !== 0),
      ),
    ).toBeLessThan(1e-6))

  it('has the derivative u / (1 + u)', () =>
    expect(
      worstRelative(
        derivative(logDeviance),
        (u) => u / (1 + u),
        points.filter((u) => u > -0.9),
      ),
    ).toBeLessThan(1e-6))

  it('as a deviance, keeps tiny ratios', () => {
    const [x, a] = [
      [1e-30, 1e-4, 0.9, 1, 30],
      [2, 3, 1, 1, 3],
    ]
    const values = x.map((v, i) => {
      const ratio = Math.fround(v) / (a[i] as number)
      return ratio - 1 - Math.log(ratio)
    })
    expect(worstOf(deviance(tf.tensor1d(x), tf.tensor1d(a)), values)).toBeLessThan(1e-6)
    const [byX, byA] = tf.grads((s, t) => tf.sum(deviance(s, t)))([tf.tensor1d(x), tf.tensor1d(a)])
    expect(
      worstOf(
        byX as tf.Tensor,
        x.map((v, i) => 1 / (a[i] as number) - 1 / v),
      ),
    ).toBeLessThan(1e-6)
    expect(
      worstOf(
        byA as tf.Tensor,
        x.map((v, i) => (1 - v / (a[i] as number)) / (a[i] as number)),
      ),
    ).toBeLessThan(1e-6)
  })
})
