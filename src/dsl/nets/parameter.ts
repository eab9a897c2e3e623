/**
 * parameter(Y): a free parameter as a net without argument, () → y ∈ Y, the building stone of classical models.
 *
 *   Real: y = w      Positive: y = softplus(w)      Unit: y = sigmoid(w)      Simplex: y = softmax(w)
 *   Cholesky: strictly lower entries of w, softplus(w_ii) on the diagonal
 *
 * Starts at `start` (default: normal noise of scale 0.1 for Real, 0 else). Tested in tests/dsl/nets/parameter.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { cholesky, real } from '../domain.js'
import type { Domain } from '../domains/marks.js'
import { exampleOf, type Net, type Start, tensorAt } from '../net.js'
import { softplus } from '../operations/functions.js'
import type { Shape } from '../shape.js'
import { type AnyValue, makeValue, showSpaceOf, type Value } from '../value.js'
import { link, requireLink } from './activation.js'

/** Options of a free parameter. */
export interface ParameterOptions {
  /** How the unconstrained numbers start. */
  readonly start?: Start
}

const lowerTriangular = (w: tf.Tensor): tf.Tensor => {
  const n = w.shape[0] as number
  const below = tf.tensor(
    Float32Array.from({ length: n * n }, (_, i) => (Math.floor(i / n) > i % n ? 1 : 0)),
    [n, n],
  )
  const diagonal = softplus(makeValue<Shape, typeof real.marks>(w, [n, n], real)).tensor
  return tf.add(tf.mul(w, below), tf.mul(diagonal, tf.eye(n)))
}

/** A free parameter of the space. */
export const parameter = <S extends Shape, D>(
  space: { readonly shape: S; readonly domain: Domain<D> },
  options: ParameterOptions = {},
): Net<() => Value<S, D>> => {
  if (space.domain.name !== cholesky.name) requireLink(space)
  const start: Start =
    options.start ??
    (space.domain.name === 'Real' ? { kind: 'normal', scale: 0.1 } : { kind: 'constant', value: 0 })
  return {
    tag: 'net',
    description: `() → ${showSpaceOf(space)}`,
    parameters: { value: { shape: space.shape, start } },
    apply: (tensors) => () => {
      const w = tensorAt(tensors, 'value')
      if (space.domain.name === cholesky.name) return makeValue(lowerTriangular(w), space.shape, space.domain)
      return link(space.domain, makeValue(w, space.shape as Shape, real)) as AnyValue as Value<S, D>
    },
    example: () => exampleOf(space),
  }
}
