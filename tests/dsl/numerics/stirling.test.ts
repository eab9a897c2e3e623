import * as tf from '@tensorflow/tfjs'
import { digamma, lgamma, trigamma } from 'lib-r-math.js'
import { describe, expect, it } from 'vitest'
import { digammaError, logFactorialRest, stirlingError } from '../../../src/dsl/numerics/stirling.js'
import { hasGradient } from '../../../src/testing/laws/distribution.js'
import { decades, derivative, onEachBackend } from './agreement.js'

/** Oracle: R in float64; from 10 on the first terms of the series. */
const error = (a: number): number =>
  a < 10
    ? lgamma(a) - (a - 0.5) * Math.log(a) + a - 0.5 * Math.log(2 * Math.PI)
    : 1 / (12 * a) - 1 / (360 * a ** 3) + 1 / (1260 * a ** 5) - 1 / (1680 * a ** 7)
const slope = (a: number): number =>
  a < 10
    ? Math.log(a) - 0.5 / a - digamma(a)
    : 1 / (12 * a ** 2) - 1 / (120 * a ** 4) + 1 / (252 * a ** 6) - 1 / (240 * a ** 8)

/** x, log x! − x log x + x, from mpmath at 40 digits: loggamma(x + 1) - x*log(x) + x. */
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

const numberOf = (t: tf.Tensor): number => t.dataSync()[0] as number

onEachBackend('stirling', () => {
  const points = decades(-3, 6, 500)

  it('leaves errors below 1e-6 of the result from 3 on, and of the largest term below', () => {
    const [found, found2] = [stirlingError, digammaError].map((f) => f(tf.tensor1d(points)).dataSync())
    points.forEach((a, i) => {
      const scale = a < 3 ? Math.max(1, Math.abs(Math.log(a))) : error(a)
      expect(Math.abs((found?.[i] as number) - error(a)), `at ${a}`).toBeLessThan(1e-6 * scale)
      const size = a < 2 ? 1 / a : slope(a)
      expect(Math.abs((found2?.[i] as number) - slope(a)), `slope at ${a}`).toBeLessThan(2e-6 * size)
    })
  })

  it('differentiates: stirlingError’ = −digammaError, and that once more', () => {
    const at = decades(-1, 3, 100)
    const first = derivative(stirlingError)(tf.tensor1d(at)).dataSync()
    const second = derivative(derivative(stirlingError))(tf.tensor1d(at)).dataSync()
    at.forEach((a, i) => {
      expect(Math.abs((first[i] as number) + slope(a))).toBeLessThan(
        3e-6 * Math.max(slope(a), a < 2 ? 1 / a : 0),
      )
      // d/da of log a − 1/(2a) − digamma(a), negated
      const exact = trigamma(a) - 1 / a - 0.5 / a ** 2
      if (a < 20) expect(Math.abs((second[i] as number) - exact)).toBeLessThan(1e-5 * (exact + 1 / a ** 2))
    })
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
