/** Against mpmath at 40 digits: n*log(n/r) + r - n and loggamma(x + 1) - x*log(x) + x. */
import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { deviance, logFactorialRest, logOrLarge } from '../../../src/dsl/numerics/deviance.js'
import { hasGradient } from '../../../src/testing/laws/distribution.js'

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

/** x, log x! − x log x + x. */
const rests: readonly (readonly [number, number])[] = [
  [0, 0],
  [0.125, 0.3249070085839399],
  [0.5, 0.7257913526447274],
  [1, 1],
  [2, 1.3068528194400546],
  [3, 1.4959226032237258],
  [4.5, 1.689465682125483],
  [4.96875, 1.7372717817461887],
  [5, 1.7403021806115442],
  [5.5, 1.7864475525458028],
  [9, 2.0268062840554952],
  [10, 2.0785616431350586],
  [100, 3.2223569567543535],
  [12345, 5.629448484465581],
  [16777216, 9.23670470489107],
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

describe('logFactorialRest', () => {
  it.each(rests)('at %d', (x, expected) => {
    expect(Math.abs(numberOf(logFactorialRest(tf.scalar(x))) - expected)).toBeLessThan(1.5e-6)
  })

  it('is differentiable twice on both sides of 5', () => {
    const f = (t: tf.Tensor) => tf.sum(logFactorialRest(t))
    const g = (t: tf.Tensor) => tf.sum(tf.mul(tf.grad(f)(t), tf.tensor([1, 2, 3])))
    const at = [0.75, 3, 8]
    for (const h of [f, g])
      expect(
        hasGradient((xs) => numberOf(h(tf.tensor([...xs]))), tf.grad(h)(tf.tensor(at)).dataSync(), at).holds,
      ).toBe(true)
  })
})
