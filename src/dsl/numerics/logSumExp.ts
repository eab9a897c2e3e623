/**
 * logSumExp(x)_axes = log sum exp(x),    d / dx = softmax(x)
 * logSoftmax(x) = x - logSumExp(x),      softmax(x) = exp(logSoftmax(x))
 *
 *   m = max x, k = how many attain it:   logSumExp(x) = m + log1p(sum_{x < m} exp(x - m) + k - 1)
 *
 * so that logSumExp([0, -20]) is 2.06e-9 and not 0. A slice that is -inf everywhere has logSumExp -inf and gradient 0.
 * Any axis; tf.logSoftmax takes only the last, and its second derivative is wrong (tfjs issue 3252).
 * Laws: tests/dsl/numerics/logSumExp.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { linearized } from './customGradient.js'
import './gradients.js'
import { log1p } from './log1p.js'
import { detach } from './stopGradient.js'

type Axes = number | number[] | null

const FINITE = 3e38
const TINY = 1e-30

const peak = (x: tf.Tensor, axes: number[]): tf.Tensor =>
  tf.clipByValue(tf.max(x, axes, true), -FINITE, FINITE)

/** logSumExp(x) - m, with the reduced axes kept. */
const excess = (x: tf.Tensor, m: tf.Tensor, axes: number[]): tf.Tensor => {
  const attained = tf.cast(tf.equal(x, m), 'float32')
  const others = tf.sum(tf.sub(tf.exp(tf.sub(x, m)), attained), axes, true)
  return log1p(tf.add(others, tf.sub(tf.sum(attained, axes, true), 1)))
}

const softmaxOver = (x: tf.Tensor, axes: number[]): tf.Tensor => {
  const weights = tf.exp(tf.sub(x, peak(detach(x), axes)))
  return tf.div(weights, tf.maximum(tf.sum(weights, axes, true), TINY))
}

const axesOf = (x: tf.Tensor, axes: Axes): number[] => tf.util.parseAxisParam(axes as number[], x.shape)

/** log of the sum of exponentials over `axes` (all axes by default). */
export const logSumExp = (x: tf.Tensor, axes: Axes = null, keepDims = false): tf.Tensor => {
  const over = axesOf(x, axes)
  const kept = linearized(
    (t) => {
      const m = peak(t, over)
      return tf.add(m, excess(t, m, over))
    },
    (dy, t) => tf.mul(dy, softmaxOver(t, over)),
  )(x)
  return keepDims || x.rank === 0 ? kept : tf.squeeze(kept, over)
}

/** x - logSumExp(x) along one axis: log probabilities, in nats. */
export const logSoftmax = (x: tf.Tensor, axis = -1): tf.Tensor => {
  const over = axesOf(x, axis)
  return linearized(
    (t) => {
      const m = peak(t, over)
      return tf.sub(tf.sub(t, m), excess(t, m, over))
    },
    (dy, t) => tf.sub(dy, tf.mul(tf.sum(dy, over, true), softmaxOver(t, over))),
  )(x)
}

/** exp(x) / sum exp(x) along one axis: probabilities. */
export const softmax = (x: tf.Tensor, axis = -1): tf.Tensor => {
  const [last] = axesOf(x, axis) as [number]
  return last === x.rank - 1 ? tf.softmax(x) : softmaxOver(x, [last])
}
