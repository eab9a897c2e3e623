/**
 * log1p(x) = log(1 + x),  x > -1,   d log1p / dx = 1 / (1 + x)
 *
 *   u = fl(1 + x);   log1p(x) = x if u = 1, else log(u) x / (u - 1)          (Kahan; Higham 2002, section 1.14.1)
 *
 * The error of log(u) from rounding 1 + x cancels against that of u - 1. The kernel Log1p of tfjs-backend-wasm is the
 * naive log(1 + x): it returns 0 at x = 1e-8. Relative error here: below 3e-7.
 * Laws: tests/dsl/numerics/log1p.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { unary } from './customGradient.js'

const value = (x: tf.Tensor): tf.Tensor => {
  const u = tf.add(x, 1)
  const lost = tf.equal(u, 1)
  const rounded = tf.where(lost, tf.onesLike(u), tf.sub(u, 1))
  return tf.where(lost, x, tf.mul(tf.log(u), tf.div(x, rounded)))
}

/** log(1 + x), accurate near 0 on every backend. */
export const log1p: (x: tf.Tensor) => tf.Tensor = unary(value, (x) => tf.reciprocal(tf.add(x, 1)))

/** exp(x) - 1, accurate near 0: the stock kernels hold 7e-8 relative on cpu and wasm. */
export const expm1 = (x: tf.Tensor): tf.Tensor => tf.expm1(x)
