/**
 * logGammaMass(a, x) = a log x - x - log Gamma(a + 1),   a > 0,  x > 0:   the log mass of a Poisson count, a of any size
 *
 *   a < 1:   as written          otherwise:   -a relativeDeviance(x, a) - stirlingError(a) - 1/2 log(2 pi a)
 *
 * The second form (Loader 2000) has no cancellation: its error is 3e-7 of the result, where the first loses a log a.
 * logMinusDigamma(x, log x, a) = log x - digamma(a) likewise keeps what is left of it near x = a.
 * Laws: tests/dsl/numerics/gammaMass.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { HALF_LOG_2PI, lgamma } from './lgamma.js'
import './gradients.js'
import { relativeDeviance } from './deviance.js'
import { log1p } from './log1p.js'
import { digamma } from './polygamma.js'
import { digammaError, stirlingError } from './stirling.js'

/** The smallest x that is told from 0. */
const TINY = 1.1754944e-38

const ofSmall = (a: tf.Tensor): tf.Tensor => lgamma(tf.add(a, 1))

const ofLarge = (a: tf.Tensor): tf.Tensor =>
  tf.add(tf.add(stirlingError(a), tf.mul(0.5, tf.log(a))), HALF_LOG_2PI)

/** a log x - x - log Gamma(a + 1), in nats. */
export const logGammaMass = (a: tf.Tensor, x: tf.Tensor): tf.Tensor => {
  const small = tf.less(a, 1)
  const [few, many] = [tf.minimum(a, 1), tf.maximum(a, 1)]
  const kernel = tf.where(
    small,
    tf.sub(tf.mul(few, tf.log(tf.maximum(x, TINY))), x),
    tf.neg(tf.mul(many, relativeDeviance(x, many))),
  )
  return tf.sub(kernel, tf.where(small, ofSmall(few), ofLarge(many)))
}

/** log x - digamma(a), given log x too since x may have underflowed. */
export const logMinusDigamma = (x: tf.Tensor, logX: tf.Tensor, a: tf.Tensor): tf.Tensor => {
  const large = tf.maximum(a, 2)
  const u = tf.div(tf.sub(x, large), large)
  const ratio = tf.where(
    tf.lessEqual(tf.abs(u), 0.5),
    log1p(tf.clipByValue(u, -0.5, 0.5)),
    tf.sub(logX, tf.log(large)),
  )
  const far = tf.add(ratio, tf.add(tf.div(0.5, large), digammaError(large)))
  return tf.where(tf.less(a, 2), tf.sub(logX, digamma(tf.minimum(a, 2))), far)
}
