/**
 * Space<S, D>: the set of events of shape S whose numbers lie in the domain D, as an io-ts codec.
 *
 *   decode : unknown -> Either<Errors, Elements<S, D>>
 *
 * It takes nested arrays, typed arrays (one event after the other, checked in one vectorized pass) and decoded
 * elements. One event, or a batch with one leading dimension. A failure says which datum, which entry, and why not,
 * with the remedy. Numbers become float32. Errors: tag `data`. Tested in tests/dsl/space.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import * as D from './domain.js'
import type {
  AnyDomain,
  Binary,
  Category,
  Cholesky,
  Circle,
  Correlation,
  Count,
  Domain,
  DomainName,
  Interval,
  NonNegative,
  OneHot,
  Ordered,
  Positive,
  Real,
  Simplex,
  Unit,
} from './domains/marks.js'
import { fail, type GiryError, GiryException, giryError } from './error.js'
import { type Shape, sameShape, showShape, sizeOf } from './shape.js'
import {
  type AnyValue,
  type Axis,
  isValue,
  makeValue,
  type Nested,
  showSpaceOf,
  type Value,
} from './value.js'

/** Checked data of a space: `count` events in one float32 array; `single` if it was one event, not a batch. */
export interface Elements<S extends Shape = Shape, out D = unknown> {
  readonly shape: S
  readonly domain: Domain<D>
  readonly count: number
  readonly single: boolean
  readonly data: Float32Array
}

/** What a space decodes. */
export type Plain =
  | Nested
  | Float32Array
  | Float64Array
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array

/** A set of events, which decodes unknown data. */
export interface Space<S extends Shape = Shape, out D = unknown>
  extends t.Type<Elements<S, unknown>, Nested, unknown> {
  readonly shape: S
  readonly domain: Domain<D>
}

/** Any space. */
export type AnySpace = {
  readonly shape: Shape
  readonly domain: AnyDomain
  readonly name: string
  readonly decode: (data: unknown) => E.Either<t.Errors, Elements<Shape, unknown>>
}

/** The values of a space. */
export type ValueIn<X> = X extends {
  readonly shape: infer S extends Shape
  readonly domain: Domain<infer Dm>
}
  ? Value<S, Dm>
  : never

/** How a space is printed in sentences: `Real[2]`. */
export type ShowSpace<X> = X extends {
  readonly shape: infer S extends Shape
  readonly domain: Domain<infer Dm>
}
  ? `${DomainName<Dm>}${import('./shape.js').ShapeName<S>}`
  : 'nothing'

const isTypedArray = (x: unknown): x is Exclude<Plain, Nested> & ArrayLike<number> =>
  ArrayBuffer.isView(x) &&
  !(x instanceof DataView || x instanceof BigInt64Array || x instanceof BigUint64Array)

interface Flat {
  readonly data: Float32Array
  readonly shape: Shape
}

/** Flattens nested arrays; a string is the reason why not. */
const flatten = (x: unknown): Flat | string => {
  const shape: number[] = []
  for (let level: unknown = x; Array.isArray(level) || isTypedArray(level); level = (level as unknown[])[0])
    shape.push((level as unknown[]).length)
  const data = new Float32Array(sizeOf(shape))
  let next = 0
  const fill = (level: unknown, depth: number, path: readonly number[]): string | undefined => {
    if (depth === shape.length) {
      if (typeof level !== 'number')
        return `entry [${path}] is ${Array.isArray(level) ? 'an array' : level === null ? 'null' : typeof level}, not a number`
      data[next++] = level
      return undefined
    }
    if (!(Array.isArray(level) || isTypedArray(level)) || level.length !== shape[depth])
      return `entry [${path}] has ${Array.isArray(level) ? `${level.length} entries` : 'no entries'} where the first has ${shape[depth]}`
    for (let i = 0; i < level.length; i++) {
      const reason = fill(level[i], depth + 1, [...path, i])
      if (reason !== undefined) return reason
    }
    return undefined
  }
  return fill(x, 0, []) ?? { data, shape }
}

const single = (
  reason: string,
  remedy: string,
  where: string,
  details?: Record<string, unknown>,
): GiryError => giryError('data', where, reason, remedy, details)

/** Reads unknown data as one event or a batch of events of the shape; a GiryError is the reason why not. */
const read = (
  u: unknown,
  shape: Shape,
  name: string,
): { data: Float32Array; count: number; single: boolean } | GiryError => {
  const size = sizeOf(shape)
  if (isTypedArray(u)) {
    const array = u as ArrayLike<number> & { readonly length: number }
    if (array.length % size !== 0)
      return single(
        `a typed array of ${array.length} numbers does not divide into events of ${name}, ${size} numbers each`,
        `pass n × ${size} numbers`,
        name,
      )
    return {
      data: u instanceof Float32Array ? u : new Float32Array(array),
      count: array.length / size,
      single: false,
    }
  }
  if (u instanceof tf.Tensor) return read(u.arraySync(), shape, name)
  const flat = flatten(u)
  if (typeof flat === 'string')
    return single(flat, `pass nested arrays of numbers that are events of ${name}`, name)
  if (sameShape(flat.shape, shape)) return { data: flat.data, count: 1, single: true }
  if (flat.shape.length > 0 && sameShape(flat.shape.slice(1), shape))
    return { data: flat.data, count: flat.shape[0] ?? 0, single: false }
  if (flat.shape.length === 1 && flat.shape[0] === 0) return { data: flat.data, count: 0, single: false }
  return single(
    `data of shape [${flat.shape}] is neither one event of ${name} nor a batch of them`,
    `pass shape [${[...shape]}] for one event, or [n${shape.map((n) => `, ${n}`).join('')}] for a batch`,
    name,
  )
}

/** Checks membership in the domain. */
const member = (data: Float32Array, shape: Shape, domain: AnyDomain, name: string): GiryError | undefined => {
  const out = domain.outside(data, shape)
  if (out === undefined) return undefined
  const size = sizeOf(shape)
  const datum = Math.floor(out.index / size)
  const entry = unravel(out.index % size, shape)
  const place = shape.length === 0 ? `datum ${datum}` : `datum ${datum}, entry [${entry}]`
  return single(`${place}: ${out.reason} (${name})`, out.remedy, `${name}, ${place}`, { datum, entry })
}

const unravel = (index: number, shape: Shape): number[] => {
  const entry: number[] = []
  for (let i = shape.length - 1; i >= 0; i--) {
    const n = shape[i] as number
    entry.unshift(index % n)
    index = Math.floor(index / n)
  }
  return entry
}

/** Decodes data of a space; the errors are data. */
export const decodeElements = (
  shape: Shape,
  domain: AnyDomain,
  name: string,
  u: unknown,
): E.Either<readonly GiryError[], Elements<Shape, unknown>> => {
  if (isElements(u)) {
    if (sameShape(u.shape, shape) && D.isWithin(u.domain, domain)) return E.right(u)
    return decodeElements(shape, domain, name, u.data)
  }
  const r = read(u, shape, name)
  if ('tag' in r) return E.left([r])
  const outside = member(r.data, shape, domain, name)
  return outside === undefined ? E.right({ shape, domain, ...r }) : E.left([outside])
}

/** Whether something is decoded data already. */
export const isElements = (u: unknown): u is Elements<Shape, unknown> =>
  typeof u === 'object' && u !== null && 'data' in u && 'count' in u && 'domain' in u && 'shape' in u

/** Builds a space of a shape over a domain. */
export const makeSpace = <const S extends Shape, Dm>(sizes: S, domain: Domain<Dm>): Space<[...S], Dm> => {
  const shape: [...S] = [...sizes]
  const bad = shape.findIndex((n) => !Number.isInteger(n) || n < 1)
  if (bad >= 0)
    throw new GiryException([
      giryError(
        'shape',
        domain.name,
        `a space cannot have size ${shape[bad]} along axis ${bad}`,
        'sizes are whole numbers >= 1',
      ),
    ])
  const name = `${domain.name}${showShape(shape)}`
  const type = new t.Type<Elements<[...S], unknown>, Nested, unknown>(
    name,
    (u): u is Elements<[...S], unknown> =>
      isElements(u) && sameShape(u.shape, shape) && D.isWithin(u.domain, domain),
    (u, context) => {
      const decoded = decodeElements(shape, domain, name, u)
      if (E.isRight(decoded)) return t.success(decoded.right as Elements<[...S], unknown>)
      return t.failures(
        decoded.left.map((e) => ({
          value: u,
          context,
          message: e.remedy === '' ? e.message : `${e.message}; ${e.remedy}`,
        })),
      )
    },
    (e) => toArrayOf(e),
  )
  return Object.assign(type, { shape, domain })
}

const toArrayOf = (e: Elements<Shape, unknown>): Nested => {
  const build = (shape: Shape, offset: number): Nested => {
    const [n, ...rest] = shape
    if (n === undefined) return e.data[offset] as number
    const size = sizeOf(rest)
    return Array.from({ length: n }, (_, i) => build(rest, offset + i * size))
  }
  return build(e.single ? e.shape : [e.count, ...e.shape], 0)
}

/** Decodes, or throws the errors. */
export const elementsOf = <S extends Shape, Dm>(space: SpaceLike<S, Dm>, data: unknown): Elements<S, Dm> => {
  const decoded = decodeElements(
    space.shape,
    space.domain,
    `${space.domain.name}${showShape(space.shape)}`,
    data,
  )
  if (E.isLeft(decoded)) throw new GiryException(decoded.left)
  return decoded.right as Elements<S, Dm>
}

/** The part of a space that decoding needs. */
export interface SpaceLike<S extends Shape, Dm> {
  readonly shape: S
  readonly domain: Domain<Dm>
}

/**
 * A Value from plain data, checked against the space. One event has no axes; a batch has the axis `datum`.
 * Throws `GiryException` when the data is not of the space.
 */
export const value = <S extends Shape, Dm>(
  space: SpaceLike<S, Dm>,
  data: Plain | tf.Tensor,
  axis = 'datum',
): Value<S, Dm> => {
  if (isValue(data)) return requireSpace(space, data)
  const e = elementsOf(space, data)
  const axes: readonly Axis[] = e.single ? [] : [{ name: axis, size: e.count }]
  return makeValue(
    tf.tensor(e.data, [...axes.map((a) => a.size), ...space.shape], 'float32'),
    space.shape,
    space.domain,
    axes,
  )
}

const requireSpace = <S extends Shape, Dm>(space: SpaceLike<S, Dm>, v: AnyValue): Value<S, Dm> =>
  sameShape(v.shape, space.shape) && D.isWithin(v.domain, space.domain)
    ? (v as Value<S, Dm>)
    : fail(
        'data',
        showSpaceOf(space),
        `a value of ${showSpaceOf(v)} was given for ${showSpaceOf(space)}`,
        'pass a value of this space, or plain data',
      )

/** Real numbers: `real()` a scalar, `real(2)` a vector, `real(28, 28, 1)` an image. */
export const real = <const S extends Shape>(...shape: S): Space<[...S], Real> => makeSpace(shape, D.real)
/** Numbers >= 0. */
export const nonNegative = <const S extends Shape>(...shape: S): Space<[...S], NonNegative> =>
  makeSpace(shape, D.nonNegative)
/** Numbers > 0. */
export const positive = <const S extends Shape>(...shape: S): Space<[...S], Positive> =>
  makeSpace(shape, D.positive)
/** Numbers in [0, 1]. */
export const unit = <const S extends Shape>(...shape: S): Space<[...S], Unit> => makeSpace(shape, D.unit)
/** Numbers 0 and 1. */
export const binary = <const S extends Shape>(...shape: S): Space<[...S], Binary> =>
  makeSpace(shape, D.binary)
/** Whole numbers 0, 1, 2, … */
export const count = <const S extends Shape>(...shape: S): Space<[...S], Count> => makeSpace(shape, D.count)
/** Labels 0 … k − 1: `category(10)` is one label, `category(10, 3)` a vector of three. */
export const category = <const K extends number, const S extends Shape>(
  k: K,
  ...shape: S
): Space<[...S], Category<K>> =>
  Number.isInteger(k) && k >= 1
    ? makeSpace(shape, D.category(k))
    : fail(
        'domain',
        'category',
        `a Category has a whole number of labels >= 1, but ${k} was given`,
        'pass the number of labels: category(10) for the labels 0 … 9',
      )
/** Probability vectors along the last axis. */
export const simplex = <const S extends readonly [number, ...number[]]>(
  ...shape: S
): Space<[...S], Simplex> => makeSpace(shape, D.simplex)
/** One-hot vectors along the last axis. */
export const oneHot = <const S extends readonly [number, ...number[]]>(...shape: S): Space<[...S], OneHot> =>
  makeSpace(shape, D.oneHot)
/** A bounded interval whose ends the type does not know. */
export const interval = <const S extends Shape>(...shape: S): Space<[...S], Interval> =>
  makeSpace(shape, D.interval)
/** Increasing vectors along the last axis. */
export const ordered = <const S extends readonly [number, ...number[]]>(
  ...shape: S
): Space<[...S], Ordered> => makeSpace(shape, D.ordered)
/** Lower triangular n × n matrices with positive diagonal. */
export const cholesky = <const N extends number>(n: N): Space<[N, N], Cholesky> =>
  makeSpace([n, n], D.cholesky)
/** Correlation matrices n × n. */
export const correlation = <const N extends number>(n: N): Space<[N, N], Correlation> =>
  makeSpace([n, n], D.correlation)
/** Angles in [−π, π]. */
export const circle = <const S extends Shape>(...shape: S): Space<[...S], Circle> =>
  makeSpace(shape, D.circle)
