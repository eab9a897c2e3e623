/**
 * Functions with a gradient of their own, correct at every order.
 *
 * tfjs multiplies `dy` by whatever the backward function builds from the tensors it saved. Saved *inputs* stay on
 * the tape, saved *outputs* do not (tfjs issue 3252): a second derivative through a saved output is silently wrong.
 * These constructors save inputs only, so a backward function made of differentiable operations composes.
 * Laws: every test of this folder that differentiates twice.
 */
import * as tf from '@tensorflow/tfjs'

/** y = value(x) elementwise, with dy/dx = slope(x) and `slope` itself differentiable. */
export const unary =
  (value: (x: tf.Tensor) => tf.Tensor, slope: (x: tf.Tensor) => tf.Tensor) =>
  (x: tf.Tensor): tf.Tensor =>
    linearized(value, (dy, t) => tf.mul(dy, slope(t)))(x)

/** y = value(x), with `pullback(dy, x)` the gradient of <dy, y> with respect to x. */
export const linearized =
  (value: (x: tf.Tensor) => tf.Tensor, pullback: (dy: tf.Tensor, x: tf.Tensor) => tf.Tensor) =>
  (x: tf.Tensor): tf.Tensor =>
    tf.customGrad((t, save) => {
      ;(save as tf.GradSaveFunc)([t as tf.Tensor])
      return {
        value: value(t as tf.Tensor),
        gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => pullback(dy, saved[0] as tf.Tensor),
      }
    })(x)

/** y = value(a, b), with `pullback(dy, a, b)` the gradients of <dy, y> with respect to a and to b. */
export const linearized2 =
  (
    value: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
    pullback: (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => [tf.Tensor, tf.Tensor],
  ) =>
  (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
    tf.customGrad((s, t, save) => {
      ;(save as tf.GradSaveFunc)([s as tf.Tensor, t as tf.Tensor])
      return {
        value: value(s as tf.Tensor, t as tf.Tensor),
        gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
          pullback(dy, saved[0] as tf.Tensor, saved[1] as tf.Tensor),
      }
    })(a, b)

/** y = value(a, b, c), with `pullback(dy, a, b, c)` the gradients of <dy, y> with respect to the three. */
export const linearized3 =
  (
    value: (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) => tf.Tensor,
    pullback: (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) => [tf.Tensor, tf.Tensor, tf.Tensor],
  ) =>
  (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor): tf.Tensor =>
    tf.customGrad((s, t, u, save) => {
      ;(save as tf.GradSaveFunc)([s as tf.Tensor, t as tf.Tensor, u as tf.Tensor])
      return {
        value: value(s as tf.Tensor, t as tf.Tensor, u as tf.Tensor),
        gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
          pullback(dy, ...(saved as [tf.Tensor, tf.Tensor, tf.Tensor])),
      }
    })(a, b, c)
