/** Against float64 near 0 by series; deviance against mpmath at 40 digits: n*log(n/r) + r - n. */
import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { deviance, logDeviance, logOrLarge, relativeDeviance } from '../../../src/dsl/numerics/deviance.js'
import { hasGradient } from '../../../src/testing/laws/distribution.js'
import { decades, derivative, linear, onEachBackend, worstRelative } from './agreement.js'
import { worstOf } from './special.js'

/** n, r, n log(n/r) + r − n. */
const deviances: readonly (readonly [number, number, number])[] = [
  [0, 2.5, 2.5],
  [1, 1, 0],
  [3, 2.75, 0.011034130968889298],
  [7, 19, 5.01029818922211],
  [50, 2, 112.94379124341005],
  [1000, 1001, 0.0004996669164668332],
  [1000, 1040, 0.7792868467187037],
  [1e6, 1000500, 0.12495834895208593],
  [16777216, 16777210, 1.0728838617524847e-6],
  [2.5, 2.25, 0.013401289144565754],
]

const devianceAt = (n: tf.Tensor, r: tf.Tensor): tf.Tensor =>
  deviance(n, tf.sub(r, n), logOrLarge(n), logOrLarge(r))
const numberOf = (t: tf.Tensor): number => t.dataSync()[0] as number

describe('deviance', () => {
  it.each(deviances)('of %d and %d keeps its relative accuracy', (n, r, expected) => {
    const found = numberOf(devianceAt(tf.scalar(n), tf.scalar(r)))
    expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-6 * expected)
  })

  it('is infinite where r has no mass that n has, and 0 where both have none', () => {
    const at = (n: number, gap: number) =>
      numberOf(deviance(tf.scalar(n), tf.scalar(gap), logOrLarge(tf.scalar(n)), tf.scalar(-Infinity)))
    expect(at(3, -3)).toBe(Infinity)
    expect(at(0, 0)).toBe(0)
  })

  it('is differentiable twice, near and far', () => {
    const f = (t: tf.Tensor) => tf.sum(devianceAt(tf.tensor([3, 3, 5, 0]), t))
    const g = (t: tf.Tensor) => tf.sum(tf.mul(tf.grad(f)(t), tf.tensor([1, 2, 3, 4])))
    const at = [2.5, 9, 5, 2]
    for (const h of [f, g])
      expect(
        hasGradient((xs) => numberOf(h(tf.tensor([...xs]))), tf.grad(h)(tf.tensor(at)).dataSync(), at).holds,
      ).toBe(true)
  })
})

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

  it('as relativeDeviance, keeps tiny ratios', () => {
    const [x, a] = [
      [1e-30, 1e-4, 0.9, 1, 30],
      [2, 3, 1, 1, 3],
    ]
    const values = x.map((v, i) => {
      const ratio = Math.fround(v) / (a[i] as number)
      return ratio - 1 - Math.log(ratio)
    })
    expect(worstOf(relativeDeviance(tf.tensor1d(x), tf.tensor1d(a)), values)).toBeLessThan(1e-6)
    const [byX, byA] = tf.grads((s, t) => tf.sum(relativeDeviance(s, t)))([tf.tensor1d(x), tf.tensor1d(a)])
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
