/**
 * The log density of a Dirichlet distribution of concentrations a_i and total n = Σ a_i, times Π x_i, at Σ x_i = 1:
 *
 *   Σ_i a_i log x_i - log B(a)  =  Σ_i partMass(n, a_i, x_i) + totalMass(n)
 *
 *   partMass(n, a, x)  =  -a relativeDeviance(n x, a) + 1/2 log a - stirlingError(a) - 1/2 log 2 pi
 *   totalMass(n)       =  stirlingError(n) - 1/2 log n + 1/2 log 2 pi
 *
 * (Loader 2000), so that nothing cancels at large concentrations: the plain form loses n log n in float32. The linear terms
 * n x_i - a_i, which sum to 0 on the simplex, are left out. logBetaMass is the case of two parts.
 * Laws: tests/dsl/numerics/betaMass.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { relativeDeviance } from './deviance.js'
import { HALF_LOG_2PI } from './lgamma.js'
import { stirlingError } from './stirling.js'

/** What one entry x of concentration a adds, in nats. */
export const partMass = (n: tf.Tensor, a: tf.Tensor, x: tf.Tensor): tf.Tensor =>
  tf.sub(
    tf.sub(tf.mul(0.5, tf.log(a)), tf.mul(a, relativeDeviance(tf.mul(n, x), a))),
    tf.add(stirlingError(a), HALF_LOG_2PI),
  )

/** What the total concentration n adds, in nats. */
export const totalMass = (n: tf.Tensor): tf.Tensor =>
  tf.add(tf.sub(stirlingError(n), tf.mul(0.5, tf.log(n))), HALF_LOG_2PI)

/** a log x + b log y - log B(a, b), where x + y = 1. */
export const logBetaMass = (a: tf.Tensor, b: tf.Tensor, x: tf.Tensor, y: tf.Tensor): tf.Tensor => {
  const n = tf.add(a, b)
  return tf.add(tf.add(partMass(n, a, x), partMass(n, b, y)), totalMass(n))
}
