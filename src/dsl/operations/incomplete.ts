/**
 * The incomplete gamma and beta functions, entry by entry, aligned by axis name:
 *
 *   igamma(a, x)     = P(a, x) = 1/Γ(a) ∫_0^x t^(a−1) e^−t dt            igammac  = 1 − igamma
 *   betainc(a, b, x) = I_x(a, b) = 1/B(a, b) ∫_0^x t^(a−1) (1−t)^(b−1) dt      betaincc = 1 − betainc
 *
 * Differentiable in every argument, any number of times. Accuracy: src/dsl/numerics/incompleteGamma.ts, incompleteBeta.ts.
 * Errors: `domain`. Tested in tests/dsl/operations/incomplete.test.ts.
 */
import type * as tf from '@tensorflow/tfjs'
import { isWithin, nonNegative, positive, unit } from '../domain.js'
import type { AnyDomain, NonNegative, Positive, Unit } from '../domains/marks.js'
import { fail } from '../error.js'
import * as beta from '../numerics/incompleteBeta.js'
import * as gamma from '../numerics/incompleteGamma.js'
import { elementwise, showSpaceOf, type Value } from '../value.js'
import { type Arg, asValue, type Both, type Meets, type Takes } from './argument.js'

/** P or Q of a Positive a and a NonNegative x. */
export type IncompleteGamma<Name extends string> = <const A extends Arg, const X extends Arg>(
  a: A & TakesArg<A, Positive, Name>,
  x: X & TakesArg<X, NonNegative, Name> & Meets<A, X, Name>,
) => Value<Both<A, X>, Unit>

/** I or 1 − I of Positive a and b and of x on Unit. */
export type IncompleteBeta<Name extends string> = <
  const A extends Arg,
  const B extends Arg,
  const X extends Arg,
>(
  a: A & TakesArg<A, Positive, Name>,
  b: B & TakesArg<B, Positive, Name> & Meets<A, B, Name>,
  x: X & TakesArg<X, Unit, Name> & Meets<A, X, Name> & Meets<B, X, Name>,
) => Value<Both<Value<Both<A, B>, unknown>, X>, Unit>

/** Accepts a value of the domain, or a number, whose value is checked when it runs. */
export type TakesArg<A, D, Name extends string> = [A] extends [number] ? unknown : Takes<A, D, Name>

const taken = (name: string, domain: AnyDomain, a: Arg) => {
  const refuse = (given: string) =>
    fail(
      'domain',
      name,
      `${name} takes ${domain.name} and was given ${given}`,
      `map it into ${domain.name} first`,
    )
  if (typeof a === 'number') return domain.outside([a], []) === undefined ? asValue(a) : refuse(String(a))
  return isWithin(a.domain, domain) ? a : refuse(showSpaceOf(a))
}

const ofTwo = <Name extends string>(
  name: Name,
  f: (a: tf.Tensor, x: tf.Tensor) => tf.Tensor,
): IncompleteGamma<Name> =>
  ((a: Arg, x: Arg) =>
    elementwise(
      name,
      unit,
      (s, t) => f(s as tf.Tensor, t as tf.Tensor),
      taken(name, positive, a),
      taken(name, nonNegative, x),
    )) as IncompleteGamma<Name>

const ofThree = <Name extends string>(
  name: Name,
  f: (a: tf.Tensor, b: tf.Tensor, x: tf.Tensor) => tf.Tensor,
): IncompleteBeta<Name> =>
  ((a: Arg, b: Arg, x: Arg) =>
    elementwise(
      name,
      unit,
      (...t) => f(...(t as [tf.Tensor, tf.Tensor, tf.Tensor])),
      taken(name, positive, a),
      taken(name, positive, b),
      taken(name, unit, x),
    )) as IncompleteBeta<Name>

/** The regularized lower incomplete gamma function P(a, x). */
export const igamma: IncompleteGamma<'igamma'> = ofTwo('igamma', gamma.igamma)
/** The regularized upper incomplete gamma function Q(a, x), accurate where it is small. */
export const igammac: IncompleteGamma<'igammac'> = ofTwo('igammac', gamma.igammac)
/** The regularized incomplete beta function I_x(a, b). */
export const betainc: IncompleteBeta<'betainc'> = ofThree('betainc', beta.betainc)
/** Its complement, accurate where it is small. */
export const betaincc: IncompleteBeta<'betaincc'> = ofThree('betaincc', beta.betaincc)
