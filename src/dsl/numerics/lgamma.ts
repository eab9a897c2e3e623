/**
 * lgamma(x) = log Gamma(x),  x > 0,   lgamma' = digamma
 *
 *   x < 1/2         x A(x) - log x                   A(d) = log Gamma(1 + d) / d
 *   1/2 <= x < 3/2  d A(d),  d = x - 1               relative accuracy at the zero x = 1
 *   3/2 <= x < 3    e B(e),  e = x - 2               and at the zero x = 2
 *   3 <= x          (x - 1/2)(log x - 1) + (log 2 pi - 1)/2 + S(1/x^2) / x     (Stirling)
 *
 * Limits: lgamma(0) = Infinity, negative x gives NaN.
 * Laws: tests/dsl/numerics/lgamma.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { unary } from './customGradient.js'
import { digamma } from './polygamma.js'
import { polynomial } from './polynomial.js'

/** 1/2 log 2 pi. */
export const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI)

/** log Gamma(1 + d) / d on [-1/2, 1/2]. */
const aroundOne = polynomial([
  -0.577215666066, 0.822467034523, -0.400685178949, 0.270580378787, -0.207414358915, 0.16958435116,
  -0.143374465814, 0.124872636449, -0.118744583445, 0.107086707249, -0.0505540163984, 0.0452779780951,
  -0.177682881753, 0.166292782202,
])

/** log Gamma(2 + e) / e on [-1/2, 1]. */
const aroundTwo = polynomial([
  0.422784337178, 0.322467040203, -0.0673525140325, 0.0205807552312, -0.00738207511543, 0.00288787989534,
  -0.00121009584774, 0.00053586315901, -0.000207585253905, 4.35766232377e-5,
])

/** x (log Gamma(x) - leading terms) in t = 1/x^2 on (0, 1/9]. */
export const stirlingSeries = polynomial([
  0.0833333326726, -0.00277758622476, 0.000784718412652, -0.000454428317976,
])

const small = (x: tf.Tensor): tf.Tensor => {
  const below = tf.less(x, 0.5)
  const d = tf.where(below, x, tf.sub(x, 1))
  const product = tf.mul(d, aroundOne(d))
  return tf.where(below, tf.sub(product, tf.log(x)), product)
}

const middle = (x: tf.Tensor): tf.Tensor => {
  const e = tf.sub(x, 2)
  return tf.mul(e, aroundTwo(e))
}

const large = (x: tf.Tensor): tf.Tensor => {
  const inverse = tf.div(1, x)
  const correction = tf.add(tf.mul(inverse, stirlingSeries(tf.square(inverse))), HALF_LOG_2PI - 0.5)
  return tf.add(tf.mul(tf.sub(x, 0.5), tf.sub(tf.log(x), 1)), correction)
}

const value = (x: tf.Tensor): tf.Tensor =>
  tf.where(
    tf.greaterEqual(x, 3),
    large(tf.maximum(x, 3)),
    tf.where(tf.less(x, 1.5), small(tf.minimum(x, 1.5)), middle(tf.minimum(x, 3))),
  )

/** log Gamma(x) for x > 0. */
export const lgamma: (x: tf.Tensor) => tf.Tensor = unary(value, (x) => digamma(x))
