/**
 * Picking parts of an event: slice (last axis), at (first axis), gather (by label), and a label as a one-hot vector.
 *
 *   slice(v, b, n) = v[…, b … b + n − 1]        at(v, i) = v[i]
 *   gather(table, k) = table[k]                 encodeOneHot(k) = e_k
 *
 * Named axes stay in front and are aligned by name; a table without axes is read by index, one with axes through the
 * one-hot product. Errors: `shape`, `domain`, naming both parties. Tested in tests/dsl/operations.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { cholesky, correlation, isWithin, oneHot, real } from '../domain.js'
import { type EntriesDomain, entriesDomain } from '../domains/arithmetic.js'
import type { AnyDomain, Category, Cholesky, Correlation, Domain, OneHot, Real } from '../domains/marks.js'
import { fail } from '../error.js'
import { oneHotOf } from '../numerics/oneHotOf.js'
import { type Init, type Shape, sizeOf } from '../shape.js'
import {
  type AnyValue,
  alignTo,
  expandTo,
  makeValue,
  onEvent,
  type ShowValue,
  showSpaceOf,
  unionAxes,
  unionOrigins,
  type Value,
} from '../value.js'

/** Entries `begin … begin + size − 1` along the last event axis. */
export const slice = <S extends Shape, D, const N extends number>(
  v: Value<S, D>,
  begin: number,
  size: N,
): Value<[...Init<S>, N], EntriesDomain<D>> => {
  const rank = v.shape.length
  const last = v.shape[rank - 1] ?? 0
  if (rank === 0 || begin < 0 || size < 1 || begin + size > last)
    fail(
      'shape',
      'slice',
      `slice(${begin}, ${size}) was asked of ${showSpaceOf(v)}`,
      `stay within 0 … ${last - 1}`,
    )
  return onEvent(
    v,
    [...v.shape.slice(0, -1), size] as Shape as [...Init<S>, N],
    entriesDomain(v.domain) as Domain<EntriesDomain<D>>,
    (t, leading) =>
      tf.slice(
        t,
        [...t.shape.slice(0, -1).map(() => 0), begin],
        [...t.shape.slice(0, leading + rank - 1), size],
      ),
  )
}

/** Drops the first axis. */
export type Tail<S extends Shape> = S extends readonly [number, ...infer R extends Shape] ? R : Shape

/** Domain of an event cut out along the first axis: vectors and matrices stay whole while enough axes remain. */
export type RowDomain<S extends Shape, D> = S extends readonly [number]
  ? EntriesDomain<D>
  : S extends readonly [number, number]
    ? [D] extends [Cholesky | Correlation]
      ? Real
      : D
    : D

const rowDomain = (shape: Shape, d: AnyDomain): AnyDomain => {
  if (shape.length === 1) return entriesDomain(d)
  return shape.length === 2 && (isWithin(d, cholesky) || isWithin(d, correlation)) ? real : d
}

/** Entry `i` along the first event axis. */
export const at = <S extends Shape, D>(v: Value<S, D>, i: number): Value<Tail<S>, RowDomain<S, D>> => {
  const n = v.shape[0] ?? 0
  if (!Number.isInteger(i) || i < 0 || i >= n)
    fail(
      'shape',
      'at',
      `entry ${i} was asked of ${showSpaceOf(v)}`,
      n === 0 ? 'give it a vector' : `stay within 0 … ${n - 1}`,
    )
  const rest = v.shape.slice(1)
  return onEvent(
    v,
    rest as Shape as Tail<S>,
    rowDomain(v.shape, v.domain) as Domain<RowDomain<S, D>>,
    (t, leading) => {
      const begin = t.shape.map((_, d) => (d === leading ? i : 0))
      const size = t.shape.map((m, d) => (d === leading ? 1 : m))
      return tf.reshape(tf.slice(t, begin, size), [...t.shape.slice(0, leading), ...rest])
    },
  )
}

/** Accepts a label with as many values as the table has rows; otherwise a sentence. */
export type Labels<T extends Shape, L> =
  L extends Value<readonly [], Category<infer K>>
    ? T extends readonly [infer N extends number, ...Shape]
      ? number extends K | N
        ? unknown
        : [K, N] extends [N, K]
          ? unknown
          : `gather from a table of ${N} rows was given Category(${K})`
      : unknown
    : 'gather takes a Category label'

const requireLabel = (table: AnyValue, label: AnyValue): void => {
  const k = (label.domain.marks as { readonly Category?: number }).Category
  if (k === undefined || label.shape.length > 0)
    fail(
      'domain',
      'gather',
      `gather takes a Category label and was given ${showSpaceOf(label)}`,
      'use a Category value',
    )
  if (k !== table.shape[0])
    fail(
      'shape',
      'gather',
      `gather from a table of ${table.shape[0] ?? 0} rows was given ${showSpaceOf(label)}`,
      'give the table one row per label',
    )
}

/** The row of `table` that the label names: table[label]. */
export const gather = <S extends Shape, D, L extends AnyValue>(
  table: Value<S, D>,
  label: L & Labels<S, L>,
): Value<Tail<S>, RowDomain<S, D>> => {
  const chosen: AnyValue = label
  requireLabel(table, chosen)
  const k = table.shape[0] as number
  const row = table.shape.slice(1)
  const axes = unionAxes([table, chosen])
  const rows = (t: tf.Tensor) =>
    makeValue(
      t,
      row as Shape as Tail<S>,
      rowDomain(table.shape, table.domain) as Domain<RowDomain<S, D>>,
      axes,
      unionOrigins([table, chosen]),
    )
  if (table.axes.length === 0) return rows(tf.gather(table.tensor, tf.cast(alignTo(chosen, axes), 'int32')))
  const size = sizeOf(row)
  const leading = axes.map((a) => a.size)
  const hot = oneHotOf(expandTo(chosen, axes), k)
  const flat = tf.reshape(expandTo(table, axes), [...leading, k, size])
  const picked = tf.matMul(tf.reshape(hot, [...leading, 1, k]), flat)
  return rows(tf.reshape(picked, [...leading, ...row]))
}

/** The number of labels of a Category value. */
export type LabelsOf<L> = L extends Value<Shape, Category<infer K>> ? K : number

/** Accepts a single label; otherwise a sentence. */
export type IsLabel<L, Operation extends string> =
  L extends Value<readonly [], Category>
    ? unknown
    : `${Operation} takes a Category label and was given ${ShowValue<L>}`

/** The label as a one-hot vector. */
export const encodeOneHot = <L extends AnyValue>(
  label: L & IsLabel<L, 'encodeOneHot'>,
): Value<[LabelsOf<L>], OneHot> => {
  const k = (label.domain.marks as { readonly Category?: LabelsOf<L> }).Category
  if (k === undefined || label.shape.length > 0)
    return fail(
      'domain',
      'encodeOneHot',
      `encodeOneHot takes a Category label and was given ${showSpaceOf(label)}`,
      'use a Category value',
    )
  return onEvent(label, [k], oneHot, (t) => oneHotOf(t, k))
}
