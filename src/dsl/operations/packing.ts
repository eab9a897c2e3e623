/**
 * pack(m, x): m data side by side, so that a critic judges m at once (PacGAN).
 *
 *   pack(m, x)[i] = (x[m i], …, x[m i + m − 1])        axis datum: B → B / m;   event: S → [m, …S]
 *
 * A generator that covers a part of the data gives packs that are too uniform, which one element does not show. Other axes stay.
 * Errors: `shape`, when the value has no axis `datum` or B is no multiple of m; `option`, when m is no whole number >= 1.
 * Lin, Khetan, Fanti and Oh, 2018. Tested in tests/dsl/operations/packing.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { exampleAxis } from '../axes.js'
import { fail } from '../error.js'
import type { Shape } from '../shape.js'
import { type AnyValue, type Axis, makeValue, showSpaceOf, type Value } from '../value.js'

const requirePackSize = (m: number): void => {
  if (!Number.isInteger(m) || m < 1)
    fail('option', 'pack', `pack cannot put ${m} data side by side`, 'use a whole number >= 1')
}

const requireMultiple = (m: number, size: number): void => {
  if (size % m !== 0)
    fail(
      'shape',
      'pack',
      `pack puts ${m} data side by side, but the batch has ${size}, which is no multiple of ${m}`,
      `choose a batch that is a multiple of ${m}; so must the number of data be, for the last batch of an epoch`,
    )
}

const positionOfData = (x: AnyValue): number => {
  const at = x.axes.findIndex((a) => a.name === exampleAxis.name)
  return at >= 0
    ? at
    : fail(
        'shape',
        'pack',
        `pack puts elements of the axis 'datum' side by side, but the ${showSpaceOf(x)} it was given has no such axis`,
        'give it a value that is drawn per datum',
      )
}

/** [before…, B, after…, S…] → [before…, B / m, after…, m, S…]. */
const packed = (m: number, t: tf.Tensor, at: number, axes: number): tf.Tensor => {
  const size = t.shape[at] as number
  const split = tf.reshape(t, [...t.shape.slice(0, at), size / m, m, ...t.shape.slice(at + 1)])
  const order = split.shape.map((_, i) => i).filter((i) => i !== at + 1)
  return axes === at + 1
    ? split
    : tf.transpose(split, [...order.slice(0, axes), at + 1, ...order.slice(axes)])
}

/** The one datum that a model is examined on stands for m. */
const repeated = (m: number, t: tf.Tensor, axes: number): tf.Tensor => {
  const [leading, event] = [t.shape.slice(0, axes), t.shape.slice(axes)]
  return tf.broadcastTo(tf.reshape(t, [...leading, 1, ...event]), [...leading, m, ...event])
}

/** m data side by side along a first event axis. */
export const pack = <const M extends number, S extends Shape, D>(
  m: M,
  x: Value<S, D>,
): Value<[M, ...S], D> => {
  requirePackSize(m)
  const shape: [M, ...S] = [m, ...x.shape]
  const at = positionOfData(x)
  const axis = x.axes[at] as Axis
  const count = x.axes.length
  if (axis === exampleAxis) return makeValue(repeated(m, x.tensor, count), shape, x.domain, x.axes, x.origins)
  requireMultiple(m, axis.size)
  const axes = x.axes.map((a, i) => (i === at ? { ...a, size: a.size / m } : a))
  return makeValue(packed(m, x.tensor, at, count), shape, x.domain, axes, x.origins)
}
