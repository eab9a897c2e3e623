/**
 * lgammaRatio(b, a) = log Gamma(b + a) - log Gamma(b),   b > 0,  a >= 0:  the log of Pochhammer's (b)_a
 * digammaStep(b, a) = digamma(b + a) - digamma(b)
 *
 *   8 <= b:  (b - 1/2) log1p(a/b) + a (log(a + b) - 1) + stirlingError(a + b) - stirlingError(b)
 *   b < 8:   lgammaRatio(b + 8, a) - sum_{k < 8} log1p(a / (b + k))
 *
 * Relative to a, hence also where a is a small part of b and the two lgamma agree in all digits.
 * Laws: tests/dsl/numerics/lgammaRatio.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { together } from './broadcast.js'
import { linearized2 } from './customGradient.js'
import { log1p } from './log1p.js'
import { digamma } from './polygamma.js'
import { digammaError, stirlingError } from './stirling.js'

const SHIFT = 8

const large = (b: tf.Tensor, a: tf.Tensor): tf.Tensor => {
  const n = tf.add(a, b)
  const leading = tf.add(tf.mul(tf.sub(b, 0.5), log1p(tf.div(a, b))), tf.mul(a, tf.sub(tf.log(n), 1)))
  return tf.add(leading, tf.sub(stirlingError(n), stirlingError(b)))
}

const shifted = (b: tf.Tensor, a: tf.Tensor): tf.Tensor => {
  const below = tf.add(tf.expandDims(b, -1), tf.range(0, SHIFT))
  return tf.sum(log1p(tf.div(tf.expandDims(a, -1), below)), -1)
}

/** digamma(b + a) - digamma(b), differentiable. */
export const digammaStep = (b: tf.Tensor, a: tf.Tensor): tf.Tensor => {
  const n = tf.add(a, b)
  const rest = (x: tf.Tensor) => tf.add(tf.div(0.5, x), digammaError(x))
  return tf.sub(log1p(tf.div(a, b)), tf.sub(rest(n), rest(b)))
}

const ratio = linearized2(
  (b, a) => {
    const small = tf.less(b, SHIFT)
    const from = tf.where(small, tf.add(b, SHIFT), b)
    return tf.sub(large(from, a), tf.where(small, shifted(b, a), tf.zerosLike(b)))
  },
  (dy, b, a) => [tf.mul(dy, digammaStep(b, a)), tf.mul(dy, digamma(tf.add(b, a)))],
)

/** log Gamma(b + a) - log Gamma(b). */
export const lgammaRatio = (b: tf.Tensor, a: tf.Tensor): tf.Tensor => ratio(...together(b, a))
