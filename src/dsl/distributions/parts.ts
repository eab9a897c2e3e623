/**
 * Distributions built from others (iid, independent, mixture): what their types and values take from the parts.
 *
 * The parts of one distribution share a reference measure; those of independent and mixture share an event shape too.
 * Errors: `model`, naming both parts. Tested with iid, independent and mixture.
 */
import * as tf from '@tensorflow/tfjs'
import type {
  AnyDistribution,
  AnyEventSpace,
  Capability,
  Distribution,
  Entropy,
  Moments,
} from '../distribution.js'
import { join } from '../domain.js'
import type { AnyDomain, DomainName, Measure, Real } from '../domains/marks.js'
import { fail } from '../error.js'
import { type SameShape, type Shape, type ShapeName, sameShape } from '../shape.js'
import { type AnyValue, onEvent, showSpaceOf, type Value } from '../value.js'

/** Event shape of a distribution. */
export type ShapeIn<D> = D extends { readonly space: { readonly shape: infer S extends Shape } } ? S : Shape

/** Domain of a distribution; of several, their union. */
export type DomainIn<D> = D extends { readonly space: { readonly domain: { readonly marks: infer M } } }
  ? M
  : never

/** The capabilities that all of `D` have, of those that a distribution takes from its parts. */
export type CapabilitiesOf<D extends AnyDistribution> = Exclude<
  keyof D['capabilities'] & Capability,
  'relaxable' | 'weakDerivative'
>

/** The families of a list, joined by commas. */
export type Families<Ds extends readonly AnyDistribution[]> = Ds extends readonly [
  infer A extends AnyDistribution,
  ...infer R extends readonly AnyDistribution[],
]
  ? R extends readonly []
    ? A['family']
    : `${A['family']},${Families<R>}`
  : string

/** Moments of event shape S where all parts have moments. */
export type MomentsIf<D, S extends Shape> = [D] extends [Moments<Shape>] ? Moments<S> : unknown

/** Entropy where all parts have one. */
export type EntropyIf<D> = [D] extends [Entropy] ? Entropy : unknown

/** Accepts parts of one event shape and one measure; otherwise a sentence. */
export type Alike<Ds extends readonly AnyDistribution[], Family extends string> = Ds extends readonly []
  ? `${Family} was given no distributions`
  : Ds extends readonly [infer A extends AnyDistribution, ...infer R extends readonly AnyDistribution[]]
    ? Differing<A, R> extends infer B extends AnyDistribution
      ? [B] extends [never]
        ? unknown
        : `${Family} was given a ${A['family']} on ${ShowSpaceIn<A>} and a ${B['family']} on ${ShowSpaceIn<B>}`
      : unknown
    : unknown

type ShowSpaceIn<D> = `${DomainName<DomainIn<D>>}${ShapeName<ShapeIn<D>>}`

type Differing<A extends AnyDistribution, R extends readonly AnyDistribution[]> = R extends readonly [
  infer B extends AnyDistribution,
  ...infer Rest extends readonly AnyDistribution[],
]
  ? [SameShape<ShapeIn<A>, ShapeIn<B>>, Measure<DomainIn<A>>] extends [true, Measure<DomainIn<B>>]
    ? Differing<A, Rest>
    : B
  : never

/** The common domain of parts, after checking that they are alike. */
export const commonDomain = (family: string, parts: readonly AnyDistribution[]): AnyDomain => {
  const first = parts[0]
  if (first === undefined)
    return fail('model', family, `${family} was given no distributions`, 'give at least one')
  for (const d of parts)
    if (!sameShape(d.space.shape, first.space.shape) || d.space.domain.measure !== first.space.domain.measure)
      fail(
        'model',
        family,
        `${family} was given a ${first.family} on ${showSpaceOf(first.space)} and a ${d.family} on ${showSpaceOf(d.space)}`,
        'give distributions of one event shape and one reference measure',
      )
  return parts.map((d) => d.space.domain).reduce(join)
}

/** Whether a part has moments. */
export const hasMoments = <D extends object>(d: D): d is D & Moments<Shape> => 'mean' in d && 'variance' in d

/** Whether a part has an entropy. */
export const hasEntropy = <D extends object>(d: D): d is D & Entropy => 'entropy' in d

/** The log density of a part that is known to have one. */
export const logProbOf = (d: AnyDistribution, x: AnyValue): Value<[], Real> =>
  (d as Distribution<AnyEventSpace, 'density'>).logProb(x)

/** The support of a part that is known to be enumerable. */
export const supportOf = (d: AnyDistribution, axis: string): AnyValue =>
  (d as Distribution<AnyEventSpace, 'enumerable'>).enumerate(axis)

/** The event n times over, along a new first event axis. */
export const repeated = <D>(v: Value<Shape, D>, n: number): Value<Shape, D> =>
  onEvent(v, [n, ...v.shape], v.domain, (t, leading) => {
    const axes = t.shape.slice(0, leading)
    return tf.broadcastTo(tf.reshape(t, [...axes, 1, ...v.shape]), [...axes, n, ...v.shape])
  })

/** The elements of the first event axis that `index` names, along a new axis of that name. */
export const chosen = (points: AnyValue, index: tf.Tensor1D, axis: string): AnyValue => {
  const leading = points.axes.length
  return {
    ...points,
    shape: points.shape.slice(1),
    axes: [...points.axes, { name: axis, size: index.size }],
    tensor: tf.gather(points.tensor, index, leading),
  }
}

/** Supports of more points than this are not listed. */
export const largestSupport = 65536

/** A digit of 0 … size − 1 in mixed radix: `radix` is its own, `below` the product of the radices of the later digits. */
export const digits = (size: number, radix: number, below: number): tf.Tensor1D =>
  tf.tensor1d(
    Int32Array.from({ length: size }, (_, i) => Math.floor(i / below) % radix),
    'int32',
  )
