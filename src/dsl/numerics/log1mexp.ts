/**
 * log1mexp(x) = log(1 - exp(x)),  x < 0,   d log1mexp / dx = r(x) = -1 / expm1(-x),   r' = r (1 - r)
 *
 *   x > -log 2:  log(-expm1(x))        otherwise:  log1p(-exp(x))            (Maechler 2012, Rmpfr vignette, eq. 7)
 *
 * Laws: tests/dsl/numerics/log1mexp.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { unary } from './customGradient.js'
import { log1p } from './log1p.js'

const value = (x: tf.Tensor): tf.Tensor =>
  tf.where(tf.greater(x, -Math.LN2), tf.log(tf.neg(tf.expm1(x))), log1p(tf.neg(tf.exp(x))))

const slope: (x: tf.Tensor) => tf.Tensor = unary(
  (x) => tf.neg(tf.reciprocal(tf.expm1(tf.neg(x)))),
  (x) => {
    const r = slope(x)
    return tf.mul(r, tf.sub(1, r))
  },
)

/** log(1 - exp(x)) for x < 0, accurate at both ends. */
export const log1mexp: (x: tf.Tensor) => tf.Tensor = unary(value, (x) => slope(x))
