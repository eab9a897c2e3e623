/**
 * Operations on the event as an array: matMul, outer structure (concat, stack, slice, reshape, transpose, at) and
 * choice by label (gather, encodeOneHot). Named axes stay in front and are aligned by name.
 *
 *   matMul : [m, k] × [k, n] → [m, n];   [k] × [k, n] → [n];   [m, k] × [k] → [m];   [k] × [k] → []
 *
 * Errors: `shape`, naming both parties. Tested in tests/dsl/operations.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import {
  type AnyDomain,
  type Category,
  type Cholesky,
  type Correlation,
  cholesky,
  correlation,
  type Domain,
  type EntriesDomain,
  entriesDomain,
  isWithin,
  join,
  type OneHot,
  oneHot,
  type Real,
  real,
} from '../domain.js'
import { fail } from '../error.js'
import { type Init, type Last, type Shape, sameShape, showShape, sizeOf } from '../shape.js'
import {
  type AnyValue,
  alignTo,
  expandTo,
  makeValue,
  onEvent,
  showSpaceOf,
  unionAxes,
  unionOrigins,
  type Value,
} from '../value.js'

/** Shape of a matrix product. */
export type MatMulShape<A extends Shape, B extends Shape> = A extends readonly [
  infer M extends number,
  number,
]
  ? B extends readonly [number, infer N extends number]
    ? [M, N]
    : [M]
  : B extends readonly [number, infer N extends number]
    ? [N]
    : A extends readonly [number]
      ? []
      : Shape

type InnerOf<A extends Shape> = Last<A>
type OuterOf<B extends Shape> = B extends readonly [infer K extends number, ...Shape] ? K : number

/** Accepts `B` beside `A` when the inner sizes agree; otherwise a sentence. */
export type Multiplies<A extends Shape, B extends Shape> = number extends InnerOf<A> | OuterOf<B>
  ? unknown
  : InnerOf<A> extends OuterOf<B>
    ? unknown
    : `matMul: the inner sizes ${InnerOf<A>} and ${OuterOf<B>} differ`

const asMatrix = (t: tf.Tensor, v: AnyValue, leading: number, side: 'left' | 'right'): tf.Tensor => {
  if (v.shape.length === 2) return t
  const axes = t.shape.slice(0, leading)
  return tf.reshape(t, side === 'left' ? [...axes, 1, ...v.shape] : [...axes, ...v.shape, 1])
}

/** One plain matrix product where the right factor has no axes: the axes of the left become rows. */
const flatProduct = (a: AnyValue, b: AnyValue): tf.Tensor => {
  const k = a.shape[a.shape.length - 1] as number
  const right = (b.shape.length === 2 ? b.tensor : tf.reshape(b.tensor, [k, 1])) as tf.Tensor2D
  const rows = a.tensor.size / k
  return tf.matMul(tf.reshape(a.tensor, [rows, k]) as tf.Tensor2D, right)
}

const requireProduct = (a: AnyValue, b: AnyValue): void => {
  const inner = a.shape[a.shape.length - 1]
  if (![1, 2].includes(a.shape.length) || ![1, 2].includes(b.shape.length))
    fail(
      'shape',
      'matMul',
      `matMul was given ${showSpaceOf(a)} and ${showSpaceOf(b)}`,
      'give it vectors and matrices',
    )
  if (inner !== b.shape[0])
    fail(
      'shape',
      'matMul',
      `matMul: the inner sizes ${inner} and ${b.shape[0]} differ`,
      'the last size of the left must be the first of the right',
    )
}

/** Matrix product of the last two event axes; vectors count as a row on the left and a column on the right. */
export const matMul = <SA extends Shape, SB extends Shape>(
  a: Value<SA, Real>,
  b: Value<SB, Real> & Multiplies<SA, SB>,
): Value<MatMulShape<SA, SB>, Real> => {
  const right = b as AnyValue
  requireProduct(a, right)
  const shape = [...a.shape.slice(0, -1), ...right.shape.slice(1)]
  const axes = unionAxes([a, right])
  const sizes = axes.map((x) => x.size)
  const origins = unionOrigins([a, right])
  const product =
    right.axes.length === 0
      ? flatProduct(a, right)
      : tf.matMul(
          asMatrix(expandTo(a, axes), a, axes.length, 'left'),
          asMatrix(expandTo(right, axes), right, axes.length, 'right'),
        )
  return makeValue(
    tf.reshape(product, [...sizes, ...shape]),
    shape as Shape as MatMulShape<SA, SB>,
    real,
    axes,
    origins,
  )
}

const joinAll = (values: readonly AnyValue[]): AnyDomain =>
  values.map((v) => v.domain).reduce((a, b) => join(a, b))

type DomainsOf<Vs extends readonly AnyValue[]> = Vs[number] extends Value<Shape, infer D> ? D : never

/** Shape of a stack. */
export type StackShape<Vs extends readonly AnyValue[]> =
  Vs[number] extends Value<infer S, unknown> ? [Vs['length'], ...S] : Shape

/** Values of one event shape, side by side along a new first event axis. */
export const stack = <const Vs extends readonly [AnyValue, ...AnyValue[]]>(
  values: Vs,
): Value<StackShape<Vs>, DomainsOf<Vs>> => {
  const first = values[0]
  const axes = unionAxes(values)
  for (const v of values)
    if (!sameShape(v.shape, first.shape))
      fail(
        'shape',
        'stack',
        `stack was given ${showSpaceOf(first)} and ${showSpaceOf(v)}`,
        'stack values of one event shape',
      )
  const tensor = tf.stack(
    values.map((v) => expandTo(v, axes)),
    axes.length,
  )
  return makeValue(
    tensor,
    [values.length, ...first.shape] as Shape as StackShape<Vs>,
    joinAll(values) as Domain<DomainsOf<Vs>>,
    axes,
    unionOrigins(values),
  )
}

type Sum2<A extends number, B extends number> = number extends A | B ? number : Tally<A, B>
// Adds two literal sizes by tuple length; sizes beyond the compiler's tuple limit fall back to `number`.
type Tuple<N extends number, T extends unknown[] = []> = T['length'] extends N
  ? T
  : T['length'] extends 512
    ? never
    : Tuple<N, [...T, 0]>
type Tally<A extends number, B extends number> = [Tuple<A>, Tuple<B>] extends [
  infer X extends unknown[],
  infer Y extends unknown[],
]
  ? [X] extends [never]
    ? number
    : [Y] extends [never]
      ? number
      : [...X, ...Y]['length'] extends infer N extends number
        ? N
        : number
  : number

/** Shape of a concatenation along the last axis. */
export type ConcatShape<A extends Shape, B extends Shape> = [...Init<A>, Sum2<Last<A>, Last<B>>]

/** Two values joined along the last event axis. */
export const concat = <SA extends Shape, DA, SB extends Shape, DB>(
  a: Value<SA, DA>,
  b: Value<SB, DB>,
): Value<ConcatShape<SA, SB>, EntriesDomain<DA> | EntriesDomain<DB>> => {
  const rank = a.shape.length
  if (rank === 0 || !sameShape(a.shape.slice(0, -1), b.shape.slice(0, -1)))
    fail(
      'shape',
      'concat',
      `concat was given ${showSpaceOf(a)} and ${showSpaceOf(b)}`,
      'all event axes but the last must agree',
    )
  const axes = unionAxes([a, b])
  const shape = [...a.shape.slice(0, -1), (a.shape[rank - 1] as number) + (b.shape[rank - 1] as number)]
  return makeValue(
    tf.concat([expandTo(a, axes), expandTo(b, axes)], axes.length + rank - 1),
    shape as Shape as ConcatShape<SA, SB>,
    join(entriesDomain(a.domain), entriesDomain(b.domain)) as Domain<EntriesDomain<DA> | EntriesDomain<DB>>,
    axes,
    unionOrigins([a, b]),
  )
}

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
  const hot = tf.cast(tf.oneHot(tf.cast(expandTo(chosen, axes), 'int32') as tf.Tensor1D, k), 'float32')
  const flat = tf.reshape(expandTo(table, axes), [...leading, k, size])
  const picked = tf.matMul(tf.reshape(hot, [...leading, 1, k]), flat)
  return rows(tf.reshape(picked, [...leading, ...row]))
}

/** The label as a one-hot vector. */
export const encodeOneHot = <K extends number>(label: Value<[], Category<K>>): Value<[K], OneHot> => {
  const k = (label.domain.marks as { readonly Category?: K }).Category
  if (k === undefined)
    return fail(
      'domain',
      'encodeOneHot',
      `encodeOneHot takes a Category label and was given ${showSpaceOf(label)}`,
      'use a Category value',
    )
  return onEvent(label, [k], oneHot, (t) =>
    tf.cast(tf.oneHot(tf.cast(t, 'int32') as tf.Tensor1D, k), 'float32'),
  )
}
