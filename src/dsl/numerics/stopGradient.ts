/**
 * stopGradient(x) = x,  d stopGradient(x) / dx = 0
 *
 * `detach` goes further: its result is not on the tape at all, so nothing is computed for it backward.
 * It serves masks, shifts and other quantities inside larger functions, where the zero gradient is never asked for.
 * Laws: tests/dsl/numerics/stopGradient.test.ts
 */
import * as tf from '@tensorflow/tfjs'

/** `x` unchanged, and constant to every gradient: the derivative exists and is zero. */
export const stopGradient = (x: tf.Tensor): tf.Tensor =>
  tf.customGrad((t) => ({
    value: tf.clone(t as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
  }))(x)

/**
 * `x` cut off the tape. A function of `detach(x)` alone has no gradient (tf.grad throws);
 * use it beside a differentiable use of `x`, else `stopGradient`.
 */
export const detach = (x: tf.Tensor): tf.Tensor =>
  tf.customGrad(() => ({ value: tf.clone(x), gradFunc: () => [] }))()
