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

const pointsOf = (method: Resampling, noise: Noise, n: number, k: number): tf.Tensor => {
  if (method === 'multinomial') return noise.uniform([n, k, 1])
  const steps = tf.reshape(tf.tensor(Float32Array.from({ length: k }, (_, i) => i)), [1, k, 1])
  return tf.minimum(tf.div(tf.add(steps, noise.uniform([n, 1, 1])), k), BELOW_ONE)
}

/** [C_k > t_i] as [n, K, K], by a product: tfjs is slow where two tensors meet along different axes. A difference keeps its sign. */
const above = (sums: tf.Tensor, points: tf.Tensor): tf.Tensor => {
  const [n, k] = sums.shape as [number, number]
  const left = tf.concat([tf.ones([n, k, 1]), tf.neg(points)], 2)
  const right = tf.concat([tf.reshape(sums, [n, 1, k]), tf.ones([n, 1, k])], 1)
  return tf.step(tf.matMul(left, right))
}

/** One-hot ancestors [n, K, K] of weights [n, K] that need not add up to 1. */
export const ancestorsOf = (weights: tf.Tensor, method: Resampling, noise: Noise): tf.Tensor => {
  const [n, k] = weights.shape as [number, number]
  const sums = tf.cumsum(detach(weights), 1)
  const total = tf.reshape(tf.slice(sums, [0, k - 1], [n, 1]), [n, 1, 1])
  const inner = tf.slice(sums, [0, 0], [n, k - 1])
  const points = tf.mul(pointsOf(method, noise, n, k), total)
  // The first interval begins below every point and the last ends above, whatever rounding did to their sums.
  const begins = tf.concat([tf.fill([n, 1], -1), inner], 1)
  const ends = tf.concat([inner, tf.add(tf.slice(sums, [0, k - 1], [n, 1]), 1)], 1)
  return tf.sub(above(ends, points), above(begins, points))
}
