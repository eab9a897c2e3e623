/**
 * Which domain the result of an operation has, as a type and at run time: kept where that is a theorem.
 *
 *   Positive + NonNegative is Positive     Unit · Unit is Unit     Positive / Positive is Positive     else Real
 *
 * A part or a mixture of vectors of a Simplex, say, is no longer one: `entriesDomain` is the domain of single entries.
 */
import {
  binary,
  cholesky,
  correlation,
  count,
  isWithin,
  join,
  nonNegative,
  oneHot,
  ordered,
  positive,
  real,
  simplex,
  unit,
} from '../domain.js'
import type {
  AnyDomain,
  Binary,
  Cholesky,
  Correlation,
  Count,
  NonNegative,
  OneHot,
  Ordered,
  Positive,
  Real,
  Simplex,
  Unit,
} from './marks.js'

/** The domain of a constant. */
export const domainOfNumber = (x: number): AnyDomain => (x > 0 ? positive : x === 0 ? nonNegative : real)

/** The domain of a constant, where its literal is known to the compiler. */
export type DomainOfNumber<N extends number> = number extends N
  ? Real
  : `${N}` extends `-${string}`
    ? Real
    : N extends 0
      ? NonNegative
      : Positive

/** Domain of x + y. */
export type AddDomain<A, B> = [A, B] extends [Count, Count]
  ? Count
  : [A, B] extends [NonNegative, NonNegative]
    ? [A] extends [Positive]
      ? Positive
      : [B] extends [Positive]
        ? Positive
        : NonNegative
    : Real

/** Domain of x + y, at run time. */
export const addDomain = (a: AnyDomain, b: AnyDomain): AnyDomain => {
  const both = (d: AnyDomain) => isWithin(a, d) && isWithin(b, d)
  if (both(count)) return count
  if (!both(nonNegative)) return real
  return isWithin(a, positive) || isWithin(b, positive) ? positive : nonNegative
}

/** Domain of x · y. */
export type MulDomain<A, B> = [A, B] extends [Binary, Binary]
  ? Binary
  : [A, B] extends [Count, Count]
    ? Count
    : [A, B] extends [Unit, Unit]
      ? Unit
      : [A, B] extends [Positive, Positive]
        ? Positive
        : [A, B] extends [NonNegative, NonNegative]
          ? NonNegative
          : Real

/** Domain of x · y, at run time. */
export const mulDomain = (a: AnyDomain, b: AnyDomain): AnyDomain =>
  [binary, count, unit, positive, nonNegative].find((d) => isWithin(a, d) && isWithin(b, d)) ?? real

/** Domain of x / y. */
export type DivDomain<A, B> = [A, B] extends [Positive, Positive]
  ? Positive
  : [A, B] extends [NonNegative, NonNegative]
    ? NonNegative
    : Real

/** Domain of entries that were cut out of their vector or matrix, or put into another: marks of the whole are lost. */
export type EntriesDomain<D> = [D] extends [OneHot]
  ? Binary
  : [D] extends [Simplex]
    ? Unit
    : [D] extends [Ordered | Cholesky | Correlation]
      ? Real
      : D

/** The same at run time. */
export const entriesDomain = (d: AnyDomain): AnyDomain => {
  if (isWithin(d, oneHot)) return binary
  if (isWithin(d, simplex)) return unit
  return [ordered, cholesky, correlation].some((whole) => isWithin(d, whole)) ? real : d
}

/** Domain of entries chosen one by one from x and y. */
export type MixedDomain<A, B> = EntriesDomain<A> | EntriesDomain<B>

/** The same at run time. */
export const mixedDomain = (a: AnyDomain, b: AnyDomain): AnyDomain => join(entriesDomain(a), entriesDomain(b))

/** Domain of x / y, at run time. */
export const divDomain = (a: AnyDomain, b: AnyDomain): AnyDomain =>
  [positive, nonNegative].find((d) => isWithin(a, d) && isWithin(b, d)) ?? real
