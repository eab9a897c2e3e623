/**
 * Arithmetic on values, aligned by axis name: x + y, x − y, x · y, x / y, −x, x^n, min, max, clip.
 *
 * Event shapes are equal, or one is a scalar. Domains are kept where that is a theorem: Positive + Positive and
 * NonNegative + Positive are Positive, Unit · Unit is Unit, square of Real is NonNegative.
 * Differentiable twice; tested in tests/dsl/operations.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { binary as binaryDomain, isWithin, nonNegative, positive, real, unit } from '../domain.js'
import {
  type AddDomain,
  addDomain,
  type DivDomain,
  type DomainOfNumber,
  divDomain,
  type MixedDomain,
  type MulDomain,
  mixedDomain,
  mulDomain,
} from '../domains/arithmetic.js'
import type { AnyDomain, Binary, Domain, NonNegative, Positive, Real, Unit } from '../domains/marks.js'
import { fail } from '../error.js'
import { elementwise, type Value } from '../value.js'
import { type Arg, asValue, type Both, type DomainOf, type Meets, type ShapeOf } from './argument.js'

const binary = <A extends Arg, B extends Arg, D>(
  name: string,
  a: A,
  b: B,
  domain: (x: AnyDomain, y: AnyDomain) => AnyDomain,
  f: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor,
): Value<Both<A, B>, D> => {
  const x = asValue(a)
  const y = asValue(b)
  return elementwise(
    name,
    domain(x.domain, y.domain) as Domain<D>,
    (s, t) => f(s as tf.Tensor, t as tf.Tensor),
    x,
    y,
  )
}

/** x + y. */
export const add = <const A extends Arg, const B extends Arg>(
  a: A,
  b: B & Meets<A, B, 'add'>,
): Value<Both<A, B>, AddDomain<DomainOf<A>, DomainOf<B>>> => binary('add', a, b, addDomain, tf.add)

/** Domain of x − y: Real, but 1 − y stays within [0, 1] with y. */
export type SubDomain<A, B> = [A] extends [1]
  ? [DomainOf<B>] extends [Binary]
    ? Binary
    : [DomainOf<B>] extends [Unit]
      ? Unit
      : Real
  : Real

/** x − y. */
export const sub = <const A extends Arg, const B extends Arg>(
  a: A,
  b: B & Meets<A, B, 'sub'>,
): Value<Both<A, B>, SubDomain<A, B>> => {
  const difference = (y: AnyDomain) => [binaryDomain, unit].find((d) => a === 1 && isWithin(y, d)) ?? real
  return binary('sub', a, b, (_, y) => difference(y), tf.sub)
}

/** x · y. */
export const mul = <const A extends Arg, const B extends Arg>(
  a: A,
  b: B & Meets<A, B, 'mul'>,
): Value<Both<A, B>, MulDomain<DomainOf<A>, DomainOf<B>>> => binary('mul', a, b, mulDomain, tf.mul)

/** x / y. */
export const div = <const A extends Arg, const B extends Arg>(
  a: A,
  b: B & Meets<A, B, 'div'>,
): Value<Both<A, B>, DivDomain<DomainOf<A>, DomainOf<B>>> => binary('div', a, b, divDomain, tf.div)

/** min(x, y). */
export const minimum = <const A extends Arg, const B extends Arg>(
  a: A,
  b: B & Meets<A, B, 'minimum'>,
): Value<Both<A, B>, MixedDomain<DomainOf<A>, DomainOf<B>>> =>
  binary('minimum', a, b, mixedDomain, tf.minimum)

/** max(x, y). */
export const maximum = <const A extends Arg, const B extends Arg>(
  a: A,
  b: B & Meets<A, B, 'maximum'>,
): Value<Both<A, B>, MixedDomain<DomainOf<A>, DomainOf<B>>> =>
  binary('maximum', a, b, mixedDomain, tf.maximum)

/** −x. */
export const neg = <A extends Arg>(a: A): Value<ShapeOf<A>, Real> =>
  elementwise('neg', real, tf.neg, asValue(a))

/** |x|. */
export const abs = <A extends Arg>(a: A): Value<ShapeOf<A>, NonNegative> =>
  elementwise('abs', nonNegative, tf.abs, asValue(a))

/** Domain of x². */
export type SquareDomain<D> = [D] extends [Positive]
  ? Positive
  : MulDomain<D, D> extends infer M
    ? [M] extends [NonNegative]
      ? M
      : NonNegative
    : never

/** x². */
export const square = <A extends Arg>(a: A): Value<ShapeOf<A>, SquareDomain<DomainOf<A>>> => {
  const x = asValue(a)
  const squared = mulDomain(x.domain, x.domain)
  const domain = isWithin(squared, nonNegative) ? squared : nonNegative
  return elementwise('square', domain as Domain<SquareDomain<DomainOf<A>>>, tf.square, x)
}

/** Whether a literal is even. */
type IsEven<N extends number> = `${N}` extends `${string}${0 | 2 | 4 | 6 | 8}` ? true : false

/** Domain of x^n. */
export type PowerDomain<D, N extends number> = [D] extends [Positive]
  ? Positive
  : MulDomain<D, D> extends infer M
    ? [M] extends [NonNegative]
      ? M
      : IsEven<N> extends true
        ? NonNegative
        : Real
    : never

const powerDomain = (d: AnyDomain, n: number): AnyDomain => {
  const product = mulDomain(d, d)
  return !isWithin(product, nonNegative) && n % 2 === 0 ? nonNegative : product
}

/** x^n for a whole number n >= 1, by repeated multiplication. */
export const powInteger = <A extends Arg, const N extends number>(
  a: A,
  n: N,
): Value<ShapeOf<A>, PowerDomain<DomainOf<A>, N>> => {
  const x = asValue(a)
  if (!Number.isInteger(n) || n < 1)
    fail('option', 'powInteger', `powInteger takes a whole number >= 1 and was given ${n}`, 'use exp and log')
  const power = (t: tf.Tensor, k: number): tf.Tensor =>
    k === 1 ? t : k % 2 === 0 ? power(tf.square(t), k / 2) : tf.mul(t, power(t, k - 1))
  const domain = powerDomain(x.domain, n) as Domain<PowerDomain<DomainOf<A>, N>>
  return elementwise('powInteger', domain, (t) => power(t as tf.Tensor, n), x)
}

/** Whether a literal is at most 1 (or has a negative exponent, which is small; a `number` is not known to be). */
type AtMostOne<N extends number> = number extends N
  ? false
  : `${N}` extends '0' | '1' | `0.${string}` | `${string}e-${string}` | `-${string}`
    ? true
    : false

/** Domain of a clip to [L, H], by its literal ends. */
export type ClipDomain<L extends number, H extends number> =
  DomainOfNumber<L> extends NonNegative
    ? DomainOfNumber<L> & (AtMostOne<H> extends true ? Unit : unknown)
    : Real

/** [low, high] with low > 0 and high <= 1. */
const positiveUnit: Domain<Positive & Unit> = { ...unit, marks: { ...positive.marks, ...unit.marks } }

const clipDomain = (low: number, high: number): AnyDomain => {
  if (low >= 0 && high <= 1) return low > 0 ? positiveUnit : unit
  return low > 0 ? positive : low >= 0 ? nonNegative : real
}

/** x clipped to [low, high]; the gradient is 0 where it is clipped. The domain follows the ends. */
export const clip = <A extends Arg, const L extends number, const H extends number>(
  a: A,
  low: L,
  high: H,
): Value<ShapeOf<A>, ClipDomain<L, H>> =>
  elementwise(
    'clip',
    clipDomain(low, high) as Domain<ClipDomain<L, H>>,
    (t) => tf.clipByValue(t as tf.Tensor, low, high),
    asValue(a),
  )
