/**
 * What Stirling's formulas leave over, a > 0:
 *
 *   stirlingError(a)  =  log Gamma(a) - (a - 1/2) log a + a - 1/2 log 2 pi        = 1/(12 a) - ...
 *   digammaError(a)   =  log a - 1/(2 a) - digamma(a)  =  -stirlingError'(a)      = 1/(12 a^2) - ...
 *   logFactorialRest(x)  =  log x! - x log x + x  =  1/2 log 2 pi x + stirlingError(x),  and 0 at x = 0
 *
 * Differences of lgamma and digamma at large arguments are written with these, since their leading terms cancel on paper
 * but not in float32. From 3 and from 2 on they are series in 1/a^2; below, differences.
 * Laws: tests/dsl/numerics/stirling.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { unary } from './customGradient.js'
import { logOrLarge } from './deviance.js'
import './gradients.js'
import { HALF_LOG_2PI, lgamma, stirlingSeries } from './lgamma.js'
import { digamma, digammaSeries } from './polygamma.js'

const smallError = (a: tf.Tensor): tf.Tensor =>
  tf.sub(tf.add(lgamma(a), a), tf.add(tf.mul(tf.sub(a, 0.5), tf.log(a)), HALF_LOG_2PI))

const largeError = (a: tf.Tensor): tf.Tensor => {
  const inverse = tf.div(1, a)
  return tf.mul(inverse, stirlingSeries(tf.square(inverse)))
}

/** log Gamma(a) less its Stirling approximation. */
export const stirlingError: (a: tf.Tensor) => tf.Tensor = unary(
  (a) => tf.where(tf.less(a, 3), smallError(tf.minimum(a, 3)), largeError(tf.maximum(a, 3))),
  (a) => tf.neg(digammaError(a)),
)

const smallDigamma = (a: tf.Tensor): tf.Tensor => tf.sub(tf.sub(tf.log(a), tf.div(0.5, a)), digamma(a))

const largeDigamma = (a: tf.Tensor): tf.Tensor => {
  const t = tf.square(tf.div(1, a))
  return tf.mul(t, digammaSeries(t))
}

/** log a - 1/(2a) - digamma(a); differentiable through its series. */
export const digammaError = (a: tf.Tensor): tf.Tensor =>
  tf.where(tf.less(a, 2), smallDigamma(tf.minimum(a, 2)), largeDigamma(tf.maximum(a, 2)))

const fewRest = (x: tf.Tensor): tf.Tensor => tf.sub(tf.add(lgamma(tf.add(x, 1)), x), tf.mul(x, logOrLarge(x)))

const manyRest = (x: tf.Tensor): tf.Tensor =>
  tf.add(tf.add(tf.mul(0.5, tf.log(x)), HALF_LOG_2PI), largeError(x))

/** log x! - x log x + x for real x >= 0: 0 at 0, about 1/2 log 2 pi x from there on. */
export const logFactorialRest = (x: tf.Tensor): tf.Tensor =>
  tf.where(tf.less(x, 5), fewRest(tf.minimum(x, 5)), manyRest(tf.maximum(x, 5)))
