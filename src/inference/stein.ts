/**
 * The direction of Stein variational gradient descent, for n particles z_i ∈ R^D:
 *
 *   φ(z_i) = (1/n) Σ_j [ k(z_j, z_i) ∇ log p(z_j) + ∇_{z_j} k(z_j, z_i) ]        k(x, y) = exp(−‖x − y‖² / h)
 *          = (1/n) [ K s + (2/h) (rowsum(K) z − K z) ]_i
 *
 * The first part climbs, the second keeps the particles apart; one particle climbs alone. h = m²/log n, with m the median of the
 * distances between two particles, unless it is given. Liu and Wang, 2016, equation 8 and section 5.
 * Nothing here is differentiated. Tested in tests/inference/svgd.test.ts.
 */
import * as tf from '@tensorflow/tfjs'

/** Squared distances of all pairs, [n, n]. */
export const squaredDistances = (z: tf.Tensor2D): tf.Tensor2D => {
  // Differences of large numbers lose their digits, so the mean is taken away first.
  const centered = tf.sub(z, tf.mean(z, 0, true)) as tf.Tensor2D
  const norms = tf.sum(tf.square(centered), 1, true)
  const inner = tf.matMul(centered, tf.transpose(centered))
  return tf.relu(tf.sub(tf.add(norms, tf.transpose(norms)), tf.mul(2, inner))) as tf.Tensor2D
}

/** Halvings of an interval until its middle is exact in float32. */
const halvings = 26

/**
 * The median of the squared distances between two particles, by halving: sorting has no place in a step that is recorded once.
 * Between two middle values it takes the upper one.
 */
export const medianOf = (squares: tf.Tensor2D): tf.Scalar => {
  const n = squares.shape[0]
  const middle = n + (n * (n - 1)) / 2
  let low: tf.Tensor = tf.scalar(0)
  let high: tf.Tensor = tf.max(squares)
  for (let i = 0; i < halvings; i++) {
    const between = tf.mul(0.5, tf.add(low, high))
    const within = tf.sum(tf.cast(tf.lessEqual(squares, between), 'float32'))
    const above = tf.greater(within, middle)
    high = tf.where(above, between, high)
    low = tf.where(above, low, between)
  }
  return high as tf.Scalar
}

/** h: the one given, or by the median heuristic; never 0, where all particles are one. */
const bandwidthOf = (squares: tf.Tensor2D, bandwidth: number | undefined): tf.Tensor =>
  bandwidth !== undefined
    ? tf.scalar(bandwidth)
    : squares.shape[0] < 2
      ? tf.scalar(1)
      : tf.maximum(tf.div(medianOf(squares), Math.log(squares.shape[0])), 1e-12)

/** φ at every particle, [n, D], from the slopes of log p there; `apart` weighs the second part. */
export const steinDirection = (
  z: tf.Tensor2D,
  slopes: tf.Tensor2D,
  bandwidth?: number,
  apart = 1,
): tf.Tensor2D => {
  const squares = squaredDistances(z)
  const h = bandwidthOf(squares, bandwidth)
  const k = tf.exp(tf.neg(tf.div(squares, h))) as tf.Tensor2D
  const repulsion = tf.sub(tf.mul(tf.sum(k, 1, true), z), tf.matMul(k, z))
  const whole = tf.add(tf.matMul(k, slopes), tf.mul(tf.div(2 * apart, h), repulsion))
  return tf.div(whole, z.shape[0]) as tf.Tensor2D
}
