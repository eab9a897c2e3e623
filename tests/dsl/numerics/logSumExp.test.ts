import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { logSoftmax, logSumExp, softmax } from '../../../src/dsl/numerics/logSumExp.js'
import {
  derivative,
  expectClose,
  expectDifferentiableTwice,
  type Fn,
  linear,
  noise,
  onEachBackend,
  worstRelative,
} from './agreement.js'

const pair: Fn = (x) => tf.stack([x, tf.zerosLike(x)], -1)
const first: Fn = (x) => tf.squeeze(tf.slice(x, [0, 0], [-1, 1]), [1])
const exact = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
const logistic = (x: number): number => (x > 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)))
const points = linear(-87, 87, 2000)
const cube = () => tf.tensor(noise(24, 4), [2, 3, 4]).mul(3)

onEachBackend('logSumExp', () => {
  it('of [x, 0] is softplus(x), relative error below 1e-6 in the tails', () => {
    expect(worstRelative((x) => logSumExp(pair(x), -1), exact, points)).toBeLessThan(3e-7)
    expect(
      worstRelative(
        (x) => first(logSoftmax(pair(x))),
        (x) => -exact(-x),
        points,
      ),
    ).toBeLessThan(3e-7)
    expect(worstRelative((x) => first(softmax(pair(x))), logistic, points)).toBeLessThan(4e-7)
  })

  it('has the derivatives of softplus', () => {
    const f: Fn = (x) => logSumExp(pair(x), -1)
    const bell = (x: number) => logistic(x) * logistic(-x)
    expect(worstRelative(derivative(f), logistic, points)).toBeLessThan(4e-7)
    // p - p^2 in float32: exact to rounding on the scale of p, not of 1 - p.
    const second = derivative(derivative(f))(tf.tensor1d(points)).dataSync()
    expectClose(second, points.map(bell), 1e-6, 1.2e-7)
  })

  it('agrees with the definition over any axes', () => {
    const x = cube()
    for (const axes of [null, 0, 1, [0, 2], -1]) {
      const definition = tf.log(tf.sum(tf.exp(x), axes as number, true))
      expectClose(logSumExp(x, axes, true).dataSync(), definition.dataSync(), 1e-6, 1e-6)
      expect(logSumExp(x, axes).shape).toEqual(tf.sum(x, axes as number).shape)
    }
    for (const axis of [0, 1, 2]) {
      const definition = tf.sub(x, logSumExp(x, axis, true))
      expectClose(logSoftmax(x, axis).dataSync(), definition.dataSync(), 1e-6, 1e-6)
      expectClose(softmax(x, axis).dataSync(), tf.exp(definition).dataSync(), 2e-6, 0)
    }
  })

  it.each([0, 1, 2])('differentiates twice along axis %i', (axis) => {
    tf.tidy(() => {
      for (const f of [logSumExp, logSoftmax, softmax])
        expectDifferentiableTwice((x) => f(x, axis), cube(), 0.03, 2e-3)
    })
  })

  it('counts ties, at +-100 as well', () => {
    const x = tf.tensor2d([
      [100, 100],
      [-100, -100],
      [100, -100],
    ])
    expectClose(logSumExp(x, 1).dataSync(), [100 + Math.LN2, -100 + Math.LN2, 100], 1e-7, 0)
    expect([...derivative((t) => logSumExp(t, 1))(x).dataSync()]).toEqual([0.5, 0.5, 0.5, 0.5, 1, 0])
    const second = derivative(derivative((t) => logSumExp(t, 1)))(x).dataSync()
    expect([...second].every(Number.isFinite)).toBe(true)
  })

  it('takes zero probabilities: -Infinity counts for nothing, all -Infinity has gradient 0', () => {
    const none = Number.NEGATIVE_INFINITY
    const x = tf.tensor2d([
      [0, none],
      [none, none],
    ])
    expect([...logSumExp(x, 1).dataSync()]).toEqual([0, none])
    expect([...derivative((t) => logSumExp(t, 1))(x).dataSync()]).toEqual([1, 0, 0, 0])
  })
})
