/**
 * Rejection sampling with a fixed number of rounds, all at once, so that it can be recorded and compiled:
 *
 *   rounds lie along a new first dimension; the result is the candidate of the first round that accepts,
 *   or of the last round if none does
 *
 * A sampler states the probability of that: what it returns then follows the proposal. Candidates are constants to gradients.
 * Tested in tests/dsl/distributions/rejection.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import type { Noise } from '../noise.js'
import type { Shape } from '../shape.js'

/** Noise of so many rounds, along a new first dimension. */
export const roundsOf = (draw: Noise['uniform'], rounds: number, sizes: Shape): tf.Tensor =>
  draw([rounds, ...sizes])

/** The first candidate along the first dimension that is accepted. */
export const firstAccepted = (accepted: tf.Tensor, candidates: tf.Tensor): tf.Tensor => {
  const rounds = candidates.shape[0] as number
  const along = [rounds, ...candidates.shape.slice(1).map(() => 1)]
  const rank = tf.reshape(tf.range(rounds, 0, -1), along)
  const last = tf.reshape(
    tf.tensor1d(Array.from({ length: rounds }, (_, i) => (i + 1 === rounds ? 0.5 : 0))),
    along,
  )
  const score = tf.maximum(tf.mul(tf.cast(accepted, 'float32'), rank), last)
  const first = tf.equal(score, tf.max(score, 0, true))
  return tf.sum(tf.mul(tf.cast(first, 'float32'), candidates), 0)
}
