/**
 * gradient(f, x): how a scalar function changes with its argument, as a value.
 *
 *   gradient(f, x) = ∂ (Σ f(x)) / ∂ x          the sum over all axes; shape and axes of x, domain Real
 *
 * Where f acts on each element of the batch for itself, this is ∇f at each of them. Only the argument handed to f counts: what
 * f closes over is constant. The result is differentiable in turn, with respect to the parameters inside f and to what x was
 * computed from (a gradient penalty is a function of the discriminator's parameters); `gradient(f, stopGradient(x))` leaves
 * the second out. It is 0 where f does not depend on its argument.
 * Errors: `shape`, when f returns no scalar. Tested in tests/dsl/operations/gradient.test.ts, and through every activation and
 * layer in tests/inference/secondOrder*.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { real } from '../domain.js'
import type { Real } from '../domains/marks.js'
import { fail } from '../error.js'
import type { Shape } from '../shape.js'
import { type AnyValue, isValue, makeValue, showSpaceOf, unionOrigins, type Value } from '../value.js'

const requireScalar = (y: unknown): AnyValue =>
  isValue(y) && y.shape.length === 0
    ? y
    : fail(
        'shape',
        'gradient',
        `gradient takes a scalar function, but it returned ${isValue(y) ? showSpaceOf(y) : typeof y}`,
        'sum over the event axes with sum(…)',
      )

/** ∂ (Σ f(x)) / ∂ x, itself differentiable. */
export const gradient = <S extends Shape, D>(
  f: (x: Value<S, D>) => Value<[], Real>,
  x: Value<S, D>,
): Value<S, Real> => {
  let y: AnyValue = x
  const slope = tf.tidy(() => {
    const free = tf.clone(x.tensor)
    const forward = (): tf.Tensor => {
      y = requireScalar(f({ ...x, tensor: free }))
      return y.tensor
    }
    // Unlike tf.grad, this does not throw where f does not depend on its argument.
    const [found] = tf.engine().gradients(forward, [free], undefined, true).grads
    return found ?? tf.zerosLike(free)
  })
  return makeValue(slope, x.shape, real, x.axes, unionOrigins([x, y]))
}
