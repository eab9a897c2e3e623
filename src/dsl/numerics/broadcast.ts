/**
 * Broadcasting and its adjoint: if y = broadcast(x), then the gradient of x is the sum of dy over the repeated axes.
 * Laws: tests/dsl/numerics/gradients.test.ts (every binary operation with broadcast arguments).
 */
import * as tf from '@tensorflow/tfjs'

/** Sums `dy` over the axes along which a tensor of shape `shape` was repeated; the result has that shape. */
export const unbroadcast = (dy: tf.Tensor, shape: readonly number[]): tf.Tensor => {
  const lead = dy.rank - shape.length
  const axes = dy.shape.flatMap((n, i) => (i < lead || (shape[i - lead] === 1 && n !== 1) ? [i] : []))
  const summed = axes.length > 0 ? tf.sum(dy, axes) : dy
  return sameShape(summed.shape, shape) ? summed : tf.reshape(summed, [...shape])
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((n, i) => n === b[i])

/** The tensors, each repeated to their common shape; functions with a gradient of their own then see equal shapes. */
export const together = <T extends readonly tf.Tensor[]>(...tensors: T): { [K in keyof T]: tf.Tensor } => {
  const shape = tensors
    .map((t) => t.shape)
    .reduce((a, b) => tf.broadcast_util.assertAndGetBroadcastShape(a, b))
  const repeated = tensors.map((t) => (sameShape(t.shape, shape) ? t : tf.broadcastTo(t, shape)))
  return repeated as { [K in keyof T]: tf.Tensor }
}
