/**
 * Arithmetic on values, aligned by axis name: x + y, x − y, x · y, x / y, −x, x^n, min, max, clip.
 *
 * Event shapes are equal, or one is a scalar. Domains are kept where that is a theorem: Positive + Positive and
 * NonNegative + Positive are Positive, Unit · Unit is Unit, square of Real is NonNegative.
 * Differentiable twice; tested in tests/dsl/operations.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { isWithin, nonNegative, positive, real, unit } from '../domain.js'
import {
  type AddDomain,
  addDomain,
  type DivDomain,
  divDomain,
  type MixedDomain,
  type MulDomain,
  mixedDomain,
  mulDomain,
} from '../domains/arithmetic.js'
import type { AnyDomain, Domain, NonNegative, Positive, Real } from '../domains/marks.js'
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

/** x − y. */
export const sub = <const A extends Arg, const B extends Arg>(
  a: A,
  b: B & Meets<A, B, 'sub'>,
): Value<Both<A, B>, Real> => binary('sub', a, b, () => real, tf.sub)

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

/** x^n for a whole number n >= 1, by repeated multiplication. */
export const powInteger = <A extends Arg>(a: A, n: number): Value<ShapeOf<A>, Real> => {
  const x = asValue(a)
  const power = (t: tf.Tensor, k: number): tf.Tensor =>
    k === 1 ? t : k % 2 === 0 ? power(tf.square(t), k / 2) : tf.mul(t, power(t, k - 1))
  return elementwise('powInteger', real, (t) => power(t as tf.Tensor, n), x)
}

/** x clipped to [low, high]; the gradient is 0 where it is clipped. */
export const clip = <A extends Arg>(a: A, low: number, high: number): Value<ShapeOf<A>, Real> => {
  const domain = low > 0 ? positive : low >= 0 && high <= 1 ? unit : low >= 0 ? nonNegative : real
  return elementwise(
    'clip',
    domain as Domain<Real>,
    (t) => tf.clipByValue(t as tf.Tensor, low, high),
    asValue(a),
  )
}
