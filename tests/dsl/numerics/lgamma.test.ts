import * as tf from '@tensorflow/tfjs'
import { digamma as digammaOracle, lgamma as lgammaOracle, psigamma, trigamma } from 'lib-r-math.js'
import { expect, it } from 'vitest'
import { lgamma } from '../../../src/dsl/numerics/lgamma.js'
import { decades, derivative, onEachBackend, worstRelative } from './agreement.js'
import { around, positives } from './special.js'

// Oracle: R's lgammafn and its derivatives, in float64 at the float32 argument.
onEachBackend('lgamma', () => {
  it('has relative error below 1e-6 from 1e-37 to 1e36, the zeros at 1 and 2 included', () => {
    expect(worstRelative(lgamma, lgammaOracle, positives)).toBeLessThan(4e-7)
  })

  it('differentiates three times', () => {
    const first = derivative(lgamma)
    const second = derivative(first)
    expect(worstRelative(first, digammaOracle, [...positives, ...around(1.4616321)])).toBeLessThan(4e-7)
    expect(worstRelative(second, trigamma, positives)).toBeLessThan(5e-7)
    expect(worstRelative(derivative(second), (x) => psigamma(x, 2), decades(-10, 12, 300))).toBeLessThan(6e-7)
  })

  it('is exactly 0 at 1 and 2, Infinity at 0, NaN below', () => {
    const values = [...lgamma(tf.tensor1d([1, 2, 0, -1.5])).dataSync()]
    expect(values.map(Math.abs)).toEqual([0, 0, Number.POSITIVE_INFINITY, Number.NaN])
  })

  it('keeps the shape', () => {
    expect(lgamma(tf.ones([2, 3])).shape).toEqual([2, 3])
    expect(derivative(derivative(lgamma))(tf.scalar(2)).shape).toEqual([])
  })
})
