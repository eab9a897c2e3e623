/**
 * lift(space, f, { elementwise? }): a function on raw tensors as a function on values; the way out to all of tfjs.
 *
 *   f : (...tensors with the same leading dimensions) → tensor of shape [...leading, ...space.shape]
 *
 * The values are aligned by name and expanded to the union of their axes first; plates stand last among these, whatever else a
 * value is a batch of, so that of one plate f finds the elements in front of the event. The domain is the caller's promise. Data
 * and particles must stay apart in f; elements of a plate may be combined, and count as combined in every bound, so that a finite site
 * is not summed out element by element, unless the caller promises that they are not (`elementwise`).
 * A compiled step calls f when it is recorded, not at each step: what f closes over is read once, and numbers cannot be read
 * from its tensors (docs/runtimes.md).
 * Errors: `shape`, when f returns another shape. Tested in tests/dsl/operations.test.ts.
 */
import type * as tf from '@tensorflow/tfjs'
import { isOwnAxis, liftPrefix } from '../axes.js'
import type { Shape } from '../shape.js'
import type { SpaceLike } from '../space.js'
import {
  type AnyValue,
  type Axis,
  expandTo,
  makeValue,
  unionAxes,
  unionOrigins,
  type Value,
} from '../value.js'

/** What the caller promises of a lifted function. */
export interface LiftOptions {
  /** Whether each element of a plate is computed from the same element of the arguments alone. */
  readonly elementwise?: boolean
}

/** The origins of all values; unless it is promised otherwise, f may have combined the elements of their plates. */
const originsThrough = (
  values: readonly AnyValue[],
  axes: readonly Axis[],
  elementwise: boolean,
): ReadonlySet<string> => {
  const origins = unionOrigins(values)
  const plates = axes.filter((a) => !isOwnAxis(a.name))
  return elementwise || origins.size === 0 || plates.length === 0
    ? origins
    : new Set([...origins, ...plates.map((a) => `${liftPrefix}${a.name}`)])
}

const platesLast = (axes: readonly Axis[]): readonly Axis[] => [
  ...axes.filter((a) => isOwnAxis(a.name)),
  ...axes.filter((a) => !isOwnAxis(a.name)),
]

/** Lifts a tensor function to values. */
export const lift =
  <S extends Shape, D, Vs extends readonly AnyValue[]>(
    space: SpaceLike<S, D>,
    f: (...tensors: { [K in keyof Vs]: tf.Tensor }) => tf.Tensor,
    { elementwise = false }: LiftOptions = {},
  ) =>
  (...values: Vs): Value<S, D> => {
    const axes = platesLast(unionAxes(values))
    const tensors = values.map((v) => expandTo(v, axes)) as { [K in keyof Vs]: tf.Tensor }
    return makeValue(
      f(...tensors),
      space.shape,
      space.domain,
      axes,
      originsThrough(values, axes, elementwise),
    )
  }
