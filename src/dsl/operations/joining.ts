/**
 * Joining events: stack along a new first axis, concat along the last one.
 *
 *   stack : n × S → [n, ...S]        concat : [...I, a] × [...I, b] → [...I, a + b]
 *
 * The domain of the result is the join of the domains. Named axes stay in front and are aligned by name.
 * Errors: `shape`, naming both parties. Tested in tests/dsl/operations.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { join } from '../domain.js'
import { type EntriesDomain, entriesDomain } from '../domains/arithmetic.js'
import type { AnyDomain, Domain } from '../domains/marks.js'
import { fail } from '../error.js'
import { type Init, type Last, type Shape, sameShape } from '../shape.js'
import {
  type AnyValue,
  expandTo,
  makeValue,
  showSpaceOf,
  unionAxes,
  unionOrigins,
  type Value,
} from '../value.js'

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
