/**
 * Reductions over event axes: all of them, or one counted from the front (−1 is the last). Named axes stay.
 *
 *   sum : Value<[2, 3], D> → Value<[], D'>        sum(v, 0) : Value<[2, 3], D> → Value<[3], D'>
 *
 * Tested in tests/dsl/operations.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { count, isWithin, nonNegative, positive, real } from '../domain.js'
import { type EntriesDomain, entriesDomain } from '../domains/arithmetic.js'
import type { AnyDomain, Count, NonNegative, Positive, Real } from '../domains/marks.js'
import { fail } from '../error.js'
import { logSumExp as logSumExpOf } from '../numerics/logSumExp.js'
import type { RemoveAxis, Shape } from '../shape.js'
import { type AnyValue, onEvent, showSpaceOf, type Value } from '../value.js'

/** The domains that a sum stays in. */
export type SumDomain<D> = [D] extends [Count]
  ? Count
  : [D] extends [Positive]
    ? Positive
    : [D] extends [NonNegative]
      ? NonNegative
      : Real

/** Shape after reducing every axis (no `I`), or axis `I`. */
export type Reduced<S extends Shape, I> = I extends number ? RemoveAxis<S, I> : []

const sumDomain = (d: AnyDomain): AnyDomain =>
  [count, positive, nonNegative].find((b) => isWithin(d, b)) ?? real

const reduce = (
  name: string,
  x: AnyValue,
  axis: number | undefined,
  domain: AnyDomain,
  f: (t: tf.Tensor, dims: number[]) => tf.Tensor,
): AnyValue => {
  const rank = x.shape.length
  const at = axis === undefined ? undefined : axis < 0 ? rank + axis : axis
  if (at !== undefined && (at < 0 || at >= rank))
    fail(
      'shape',
      name,
      `${name} over axis ${axis} was asked of ${showSpaceOf(x)}, which has ${rank} event axes`,
      'count event axes from 0, or from −1 at the back',
    )
  const shape = at === undefined ? [] : x.shape.filter((_, i) => i !== at)
  return onEvent(x, shape, domain, (t, leading) => {
    const dims = at === undefined ? x.shape.map((_, i) => leading + i) : [leading + at]
    return dims.length === 0 ? t : f(t, dims)
  })
}

/** Σ over all event axes, or over one. */
export const sum = <S extends Shape, D, const I extends number | undefined = undefined>(
  x: Value<S, D>,
  axis?: I,
): Value<Reduced<S, I>, SumDomain<D>> =>
  reduce('sum', x, axis, sumDomain(x.domain), (t, dims) => tf.sum(t, dims)) as Value<
    Reduced<S, I>,
    SumDomain<D>
  >

/** Mean over all event axes, or over one. */
export const mean = <S extends Shape, D, const I extends number | undefined = undefined>(
  x: Value<S, D>,
  axis?: I,
): Value<Reduced<S, I>, [D] extends [Positive] ? Positive : [D] extends [NonNegative] ? NonNegative : Real> =>
  reduce('mean', x, axis, [positive, nonNegative].find((b) => isWithin(x.domain, b)) ?? real, (t, dims) =>
    tf.mean(t, dims),
  ) as Value<
    Reduced<S, I>,
    [D] extends [Positive] ? Positive : [D] extends [NonNegative] ? NonNegative : Real
  >

/** log Σ e^x over all event axes, or over one. */
export const logSumExp = <S extends Shape, const I extends number | undefined = undefined>(
  x: Value<S, Real>,
  axis?: I,
): Value<Reduced<S, I>, Real> =>
  reduce('logSumExp', x, axis, real, (t, dims) => logSumExpOf(t, dims)) as Value<Reduced<S, I>, Real>

/** Largest entry over all event axes, or over one. */
export const max = <S extends Shape, D, const I extends number | undefined = undefined>(
  x: Value<S, D>,
  axis?: I,
): Value<Reduced<S, I>, EntriesDomain<D>> =>
  reduce('max', x, axis, entriesDomain(x.domain), (t, dims) => tf.max(t, dims)) as Value<
    Reduced<S, I>,
    EntriesDomain<D>
  >

/** Smallest entry over all event axes, or over one. */
export const min = <S extends Shape, D, const I extends number | undefined = undefined>(
  x: Value<S, D>,
  axis?: I,
): Value<Reduced<S, I>, EntriesDomain<D>> =>
  reduce('min', x, axis, entriesDomain(x.domain), (t, dims) => tf.min(t, dims)) as Value<
    Reduced<S, I>,
    EntriesDomain<D>
  >
