/**
 * p(x) = c0 + c1 x + ... + cn x^n, by Horner's rule in float32
 *
 * The coefficients in this folder are Chebyshev interpolants computed with mpmath at 40 digits; each use states the
 * function and the interval. Laws: the tests of the functions that use it.
 */
import * as tf from '@tensorflow/tfjs'

/** The polynomial with the given coefficients, constant term first. */
export const polynomial =
  (coefficients: readonly number[]) =>
  (x: tf.Tensor): tf.Tensor => {
    const [highest, ...rest] = coefficients.toReversed() as [number, ...number[]]
    return rest.reduce<tf.Tensor>((sum, c) => tf.add(tf.mul(sum, x), c), tf.fill(x.shape, highest))
  }
