/**
 * Value<S, D>: a batch of elements of a space.
 *
 *   tensor shape = [...sizes of the named axes, ...event shape S]
 *
 * The trailing dimensions are the event; the leading ones carry names (`datum`, `particle`, `draw`, a plate).
 * Operations align values by axis name, never by position, so two values of one axis `datum` meet element by
 * element and a `datum` never meets a `particle` by accident. A value remembers its origins: the names of the sites
 * and inputs it was computed from. The model graph is read off them.
 * Errors: `shape`, when axes of one name have two sizes, or event shapes differ and none is a scalar.
 * Tested in tests/dsl/value.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { isOwnAxis, overPrefix } from './axes.js'
import { real } from './domain.js'
import type { AnyDomain, Domain, DomainName } from './domains/marks.js'
import { fail } from './error.js'
import { logSumExp as logSumExpOf } from './numerics/logSumExp.js'
import { type Shape, type ShapeName, sameShape, showShape, sizeOf } from './shape.js'
import './numerics/banner.js'
import './numerics/gradients.js'

/** A named leading dimension. */
export interface Axis {
  readonly name: string
  readonly size: number
}

/** A batch of elements of the space (S, D). */
export interface Value<out S extends Shape = Shape, out D = unknown> {
  readonly shape: S
  readonly domain: Domain<D>
  readonly axes: readonly Axis[]
  readonly tensor: tf.Tensor
  /** The sites and inputs that it depends on. */
  readonly origins: ReadonlySet<string>
}

/** Any value. */
export type AnyValue = Value<Shape, unknown>

/** How a value is printed in sentences: `Real[2]`. */
export type ShowValue<V> = V extends Value<infer S, infer D> ? `${DomainName<D>}${ShapeName<S>}` : 'a record'

/** How the space of a value is printed at run time; the same words as `ShowValue`. */
export const showSpaceOf = (v: { readonly domain: AnyDomain; readonly shape: Shape }): string =>
  `${v.domain.name}${showShape(v.shape)}`

const nowhere: ReadonlySet<string> = new Set()

/** Wraps a tensor whose leading dimensions are `axes` and whose trailing dimensions are `shape`. */
export const makeValue = <S extends Shape, D>(
  tensor: tf.Tensor,
  shape: S,
  domain: Domain<D>,
  axes: readonly Axis[] = [],
  origins: ReadonlySet<string> = nowhere,
): Value<S, D> => {
  const expected = [...axes.map((a) => a.size), ...shape]
  if (!sameShape(tensor.shape, expected))
    fail(
      'shape',
      'value',
      `a tensor of shape [${tensor.shape}] was given where axes [${axes.map((a) => a.name)}] and the event ${domain.name}${showShape(shape)} ask for [${expected}]`,
      'return a tensor with the leading axes unchanged and the event shape last',
    )
  return { tensor, shape, domain, axes, origins }
}

/** Whether something is a Value. */
export const isValue = (x: unknown): x is AnyValue =>
  typeof x === 'object' && x !== null && 'tensor' in x && 'axes' in x && 'domain' in x

/** A constant scalar. */
export const constant = (x: number, domain: AnyDomain = real): Value<[], unknown> =>
  makeValue(tf.scalar(x), [], domain)

/** Union of the axes of several values, in order of first appearance; sizes must agree. */
export const unionAxes = (values: readonly { readonly axes: readonly Axis[] }[]): readonly Axis[] => {
  const present = values.filter((v) => v.axes.length > 0)
  const first = present[0]?.axes ?? []
  if (present.every((v) => v.axes === first)) return first
  const union = new Map<string, Axis>()
  for (const { axes } of present)
    for (const axis of axes) {
      const known = union.get(axis.name)
      if (known === undefined) union.set(axis.name, axis)
      else if (known.size !== axis.size)
        fail(
          'shape',
          `axis '${axis.name}'`,
          `two values meet along the axis '${axis.name}', one of size ${known.size} and one of size ${axis.size}`,
          'give data of one batch size, or name the axes apart',
        )
    }
  return [...union.values()]
}

/** Union of the origins of several values. */
export const unionOrigins = (values: readonly AnyValue[]): ReadonlySet<string> => {
  const seen = values.filter((v) => v.origins.size > 0)
  const first = seen[0]?.origins
  if (first === undefined) return nowhere
  if (seen.every((v) => v.origins === first)) return first
  return new Set(seen.flatMap((v) => [...v.origins]))
}

const sameAxes = (a: readonly Axis[], b: readonly Axis[]): boolean =>
  a === b || (a.length === b.length && a.every((x, i) => x.name === b[i]?.name && x.size === b[i]?.size))

/** Permutation that brings the axes into the order of `target`, and the tensor so transposed. */
const inOrder = (v: AnyValue, target: readonly Axis[]): tf.Tensor => {
  const order = target.map((t) => v.axes.findIndex((a) => a.name === t.name)).filter((i) => i >= 0)
  if (order.every((from, to) => from === to)) return v.tensor
  return tf.transpose(v.tensor, [...order, ...v.shape.map((_, i) => v.axes.length + i)])
}

/**
 * The tensor of `v` with one dimension per axis of `target` (size 1 where `v` lacks the axis), and its event padded
 * with leading ones to `rank`, so that tfjs broadcasting does what the names say.
 */
export const alignTo = (v: AnyValue, target: readonly Axis[], rank: number = v.shape.length): tf.Tensor => {
  if (rank === v.shape.length && sameAxes(v.axes, target)) return v.tensor
  if (v.axes.length === 0 && v.shape.length === 0) return v.tensor
  const sizes = target.map((t) => (v.axes.some((a) => a.name === t.name) ? t.size : 1))
  const pad = new Array<number>(rank - v.shape.length).fill(1)
  return tf.reshape(inOrder(v, target), [...sizes, ...pad, ...v.shape])
}

/** Like `alignTo`, with every axis of `target` at its full size. */
export const expandTo = (v: AnyValue, target: readonly Axis[]): tf.Tensor => {
  if (sameAxes(v.axes, target)) return v.tensor
  const rank = v.shape.length
  const aligned = tf.reshape(inOrder(v, target), [
    ...target.map((t) => (v.axes.some((a) => a.name === t.name) ? t.size : 1)),
    ...v.shape,
  ])
  return tf.broadcastTo(aligned, [...target.map((t) => t.size), ...v.shape.slice(0, rank)])
}

/** The value repeated along further axes. */
export const expandAxes = <S extends Shape, D>(v: Value<S, D>, axes: readonly Axis[]): Value<S, D> => {
  const target = unionAxes([v, { axes }])
  return makeValue(expandTo(v, target), v.shape, v.domain, target, v.origins)
}

/** Event shape of an operation on several values: all equal, or scalars among them. */
export const unionShape = (values: readonly AnyValue[], operation: string): Shape => {
  const shaped = values.filter((v) => v.shape.length > 0)
  const first = shaped[0]
  if (first === undefined) return []
  for (const v of shaped)
    if (!sameShape(v.shape, first.shape))
      fail(
        'shape',
        operation,
        `${operation} was given ${showSpaceOf(first)} and ${showSpaceOf(v)}`,
        'give values of one event shape, or a scalar',
      )
  return first.shape
}

/** The axes in the order of a value that has them all, if there is one: the largest operand is then never transposed. */
const orderedAs = (union: readonly Axis[], values: readonly AnyValue[]): readonly Axis[] =>
  values.find((v) => v.axes.length === union.length)?.axes ?? union

/** Beyond this rank the arithmetic of the WASM backend of tfjs (XNNPACK) writes nothing, without a word. */
const largestRank = 6

/** Applies f to tensors that broadcast to `dims`; flattened first where the rank is too large for the backend. */
const broadcasting = (
  f: (...tensors: tf.Tensor[]) => tf.Tensor,
  tensors: readonly tf.Tensor[],
  dims: readonly number[],
): tf.Tensor =>
  dims.length <= largestRank
    ? f(...tensors)
    : tf.reshape(f(...tensors.map((t) => tf.reshape(tf.broadcastTo(t, [...dims]), [-1]))), [...dims])

/** Reduces some dimensions; those that stay and those that go become one each where the rank is too large. */
const reducing = (
  reduce: (tensor: tf.Tensor, dims: number[]) => tf.Tensor,
  t: tf.Tensor,
  dims: number[],
): tf.Tensor => {
  if (t.rank <= largestRank) return reduce(t, dims)
  const kept = t.shape.flatMap((_, i) => (dims.includes(i) ? [] : [i]))
  const sizes = kept.map((i) => t.shape[i] as number)
  const flat = tf.reshape(tf.transpose(t, [...kept, ...dims]), [sizeOf(sizes), -1])
  return tf.reshape(reduce(flat, [1]), sizes)
}

/** Applies a tensor operation elementwise to values that are aligned by name first. */
export const elementwise = <S extends Shape, D>(
  operation: string,
  domain: Domain<D>,
  f: (...tensors: tf.Tensor[]) => tf.Tensor,
  ...values: readonly AnyValue[]
): Value<S, D> => {
  const single = values.length === 1 ? values[0] : undefined
  if (single !== undefined)
    return makeValue(
      broadcasting(f, [single.tensor], single.tensor.shape),
      single.shape as S,
      domain,
      single.axes,
      single.origins,
    )
  const axes = orderedAs(unionAxes(values), values)
  const shape = unionShape(values, operation)
  const tensors = values.map((v) =>
    v.shape.length === shape.length
      ? alignTo(v, axes)
      : v.axes.length === 0
        ? v.tensor
        : alignTo(
            {
              ...v,
              shape: shape.map(() => 1),
              tensor: tf.reshape(v.tensor, [...v.tensor.shape, ...shape.map(() => 1)]),
            },
            axes,
          ),
  )
  const result = broadcasting(f, tensors, [...axes.map((a) => a.size), ...shape])
  return makeValue(result, shape as S, domain, axes, unionOrigins(values))
}

/** Applies a tensor operation to the event of one value; the axes stay as they are. */
export const onEvent = <S extends Shape, D>(
  v: AnyValue,
  shape: S,
  domain: Domain<D>,
  f: (tensor: tf.Tensor, leading: number) => tf.Tensor,
): Value<S, D> => makeValue(f(v.tensor, v.axes.length), shape, domain, v.axes, v.origins)

/** Whether a value has the named axis. */
export const hasAxis = (v: AnyValue, name: string): boolean => v.axes.some((a) => a.name === name)

/** The origins, and which plates were reduced on the way from them. */
const originsOver = (v: AnyValue, names: readonly string[]): ReadonlySet<string> => {
  const plates = names.filter((name) => !isOwnAxis(name) && hasAxis(v, name))
  return v.origins.size === 0 || plates.length === 0
    ? v.origins
    : new Set([...v.origins, ...plates.map((name) => `${overPrefix}${name}`)])
}

const overAxes =
  (reduce: (tensor: tf.Tensor, dims: number[]) => tf.Tensor) =>
  <S extends Shape, D>(
    v: Value<S, D>,
    names: readonly string[],
    domain: AnyDomain = v.domain,
  ): Value<S, D> => {
    const dims = v.axes.flatMap((a, i) => (names.includes(a.name) ? [i] : []))
    if (dims.length === 0) return v
    const axes = v.axes.filter((a) => !names.includes(a.name))
    return makeValue(
      reducing(reduce, v.tensor, dims),
      v.shape,
      domain as Domain<D>,
      axes,
      originsOver(v, names),
    )
  }

/** Σ over the named axes that the value has. */
export const sumOver = overAxes((t, dims) => tf.sum(t, dims))

/** Mean over the named axes that the value has. */
export const meanOver = overAxes((t, dims) => tf.mean(t, dims))

/** log Σ exp over the named axes that the value has. */
export const logSumExpOver = overAxes((t, dims) => logSumExpOf(t, dims))

/** Turns the named axis into the first event dimension. */
export const axisToEvent = (v: AnyValue, name: string): AnyValue => {
  const i = v.axes.findIndex((a) => a.name === name)
  const axis = v.axes[i]
  if (axis === undefined) return fail('shape', `axis '${name}'`, `the value has no axis '${name}'`, '')
  const axes = v.axes.filter((_, j) => j !== i)
  const moved = inOrder(v, [...axes, axis])
  return makeValue(moved, [axis.size, ...v.shape], v.domain, [...axes], originsOver(v, [name]))
}

/** Turns the first event dimension into the named axis. */
export const eventToAxis = (v: AnyValue, name: string): AnyValue =>
  makeValue(v.tensor, v.shape.slice(1), v.domain, [...v.axes, { name, size: v.shape[0] ?? 1 }], v.origins)

/** The value with other origins; giry marks each site's value with its own name. */
export const withOrigins = <S extends Shape, D>(v: Value<S, D>, origins: Iterable<string>): Value<S, D> => ({
  ...v,
  origins: new Set(origins),
})

/** The value with its domain replaced, where a theorem says so that the types cannot see. */
export const withDomain = <S extends Shape, D>(v: Value<S, unknown>, domain: Domain<D>): Value<S, D> => ({
  ...v,
  domain,
})

/** Plain data of a value: nested arrays, axes first. */
export type Nested = number | readonly Nested[]

/** The numbers of a value as nested plain arrays, axes first, then the event. */
export const toArray = (v: AnyValue): Nested => v.tensor.arraySync() as Nested

/** The numbers of a value in one typed array, row-major. */
export const toTypedArray = (v: AnyValue): Float32Array => Float32Array.from(v.tensor.dataSync())

/** Number of elements of the batch. */
export const batchSize = (v: AnyValue): number => sizeOf(v.axes.map((a) => a.size))
