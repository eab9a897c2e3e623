/**
 * Rearranging events: reshape keeps the row-major order of the entries, transpose swaps the last two axes.
 *
 *   reshape : S → T, Π S = Π T        transpose : [a, b] → [b, a]
 *
 * Named axes stay in front. Errors: `shape`. Tested in tests/dsl/operations.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { correlation, isWithin } from '../domain.js'
import { type EntriesDomain, entriesDomain } from '../domains/arithmetic.js'
import type { Correlation, Domain } from '../domains/marks.js'
import { fail } from '../error.js'
import { type Shape, showShape, sizeOf } from '../shape.js'
import { onEvent, showSpaceOf, type Value } from '../value.js'

/** The same numbers in another event shape of the same size. */
export const reshape = <S extends Shape, D, const T extends Shape>(
  v: Value<S, D>,
  shape: T,
): Value<[...T], EntriesDomain<D>> => {
  if (sizeOf(shape) !== sizeOf(v.shape))
    fail(
      'shape',
      'reshape',
      `${showSpaceOf(v)} cannot be reshaped to ${showShape(shape)}: ${sizeOf(v.shape)} entries are not ${sizeOf(shape)}`,
      'keep the number of entries',
    )
  return onEvent(v, [...shape], entriesDomain(v.domain) as Domain<EntriesDomain<D>>, (t, leading) =>
    tf.reshape(t, [...t.shape.slice(0, leading), ...shape]),
  )
}

/** A correlation matrix stays one when transposed. */
export type TransposeDomain<D> = [D] extends [Correlation] ? D : EntriesDomain<D>

/** Swaps the last two event axes. */
export const transpose = <A extends number, B extends number, D>(
  v: Value<readonly [A, B], D>,
): Value<[B, A], TransposeDomain<D>> => {
  const [a, b] = v.shape
  const domain = (isWithin(v.domain, correlation) ? v.domain : entriesDomain(v.domain)) as Domain<
    TransposeDomain<D>
  >
  return onEvent(v, [b, a], domain, (t, leading) =>
    tf.transpose(t, [...t.shape.map((_, i) => i).slice(0, leading), leading + 1, leading]),
  )
}
