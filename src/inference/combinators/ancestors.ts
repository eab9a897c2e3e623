/**
 * Ancestors: which of K particles each of K successors descends from, drawn in proportion to the weights.
 *
 *   C_k = Σ_{j <= k} W_j          a_i = number of k < K with C_k <= u_i C_K
 *   multinomial   u_1 … u_K ~ U(0, 1) independent          systematic   u_i = (i − 1 + u) / K,  u ~ U(0, 1)
 *
 * Either way E[number of successors of k] = K W_k, which is all that proper weighting needs; systematic has less variance. One matrix for
 * each datum, [datum, successor, particle] of zeros and ones, so that the choice is a product and compiles to a static graph. No gradient
 * flows through it. Douc, Cappé and Moulines, 2005. Tested in tests/inference/combinators/ancestors.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import type { Noise } from '../../dsl/noise.js'
import { detach } from '../../dsl/numerics/stopGradient.js'

/** How ancestors are drawn. */
export const resamplings = ['systematic', 'multinomial'] as const

/** How ancestors are drawn. */
export type Resampling = (typeof resamplings)[number]

/** The largest float32 below 1. */
const BELOW_ONE = 1 - 2 ** -24

const points = (method: Resampling, noise: Noise, n: number, k: number): tf.Tensor => {
  if (method === 'multinomial') return noise.uniform([n, k, 1])
  const steps = tf.reshape(tf.tensor(Float32Array.from({ length: k }, (_, i) => i)), [1, k, 1])
  return tf.minimum(tf.div(tf.add(steps, noise.uniform([n, 1, 1])), k), BELOW_ONE)
}

/** One-hot ancestors [n, K, K] of weights [n, K] that need not add up to 1. */
export const ancestorsOf = (weights: tf.Tensor, method: Resampling, noise: Noise): tf.Tensor => {
  const [n, k] = weights.shape as [number, number]
  const sums = tf.reshape(tf.cumsum(detach(weights), 1), [n, 1, k])
  const total = tf.slice(sums, [0, 0, k - 1], [n, 1, 1])
  const passed = tf.cast(
    tf.lessEqual(tf.slice(sums, [0, 0, 0], [n, 1, k - 1]), tf.mul(points(method, noise, n, k), total)),
    'float32',
  )
  // passed falls from 1 to 0 along the particles, and the ancestor is where it does.
  const ones = tf.ones([n, k, 1])
  const zeros = tf.zeros([n, k, 1])
  return tf.sub(tf.concat([ones, passed], 2), tf.concat([passed, zeros], 2))
}
