/**
 * What the operations take: values and plain numbers. A number is a scalar without axes, whose domain the compiler
 * reads off the literal (2 is Positive, -1 is Real).
 */
import { type DomainOfNumber, domainOfNumber } from '../domains/arithmetic.js'
import type { DomainName } from '../domains/marks.js'
import type { Broadcast, SameShape, Shape, ShapeName } from '../shape.js'
import { type AnyValue, constant, isValue, type Value } from '../value.js'

/** A value or a number. */
export type Arg = AnyValue | number

/** Event shape of an argument. */
export type ShapeOf<A> = A extends Value<infer S, unknown> ? S : []

/** Domain of an argument. */
export type DomainOf<A> = A extends Value<Shape, infer D> ? D : A extends number ? DomainOfNumber<A> : never

/** Event shape of a binary operation. */
export type Both<A, B> = Broadcast<ShapeOf<A>, ShapeOf<B>>

/** Accepts `B` beside `A` when their event shapes agree or one is a scalar; otherwise a sentence. */
export type Meets<A, B, Operation extends string> =
  ShapeOf<A> extends readonly []
    ? unknown
    : ShapeOf<B> extends readonly []
      ? unknown
      : SameShape<ShapeOf<A>, ShapeOf<B>> extends true
        ? unknown
        : `${Operation} was given ${DomainName<DomainOf<A>>}${ShapeName<ShapeOf<A>>} and ${DomainName<DomainOf<B>>}${ShapeName<ShapeOf<B>>}`

/** How an argument is printed: its space, or the number. */
export type ShowArg<A> = A extends number ? `${A}` : `${DomainName<DomainOf<A>>}${ShapeName<ShapeOf<A>>}`

/** Accepts a value of the domain; otherwise a sentence: `log takes Positive and was given Real[2]`. */
export type Takes<V, D, Operation extends string> = [DomainOf<V>] extends [D]
  ? unknown
  : `${Operation} takes ${DomainName<D>} and was given ${ShowArg<V>}`

/** The argument as a value. */
export const asValue = (a: Arg): AnyValue => (isValue(a) ? a : constant(a, domainOfNumber(a)))
