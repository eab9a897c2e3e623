/**
 * Comparisons, which give Binary values, and `where`, which chooses by one. Comparisons are piecewise constant, so
 * their gradient is 0. Tested in tests/dsl/operations.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { binary, isWithin, join } from '../domain.js'
import { type MixedDomain, mixedDomain } from '../domains/arithmetic.js'
import type { Binary, Domain } from '../domains/marks.js'
import { fail } from '../error.js'
import type { Shape } from '../shape.js'
import { type AnyValue, elementwise, showSpaceOf, type Value } from '../value.js'
import {
  type Arg,
  asValue,
  type Both,
  type DomainOf,
  type Meets,
  type ShapeOf,
  type Takes,
} from './argument.js'

/** A comparison of two arguments. */
export type Comparison<Name extends string> = <const A extends Arg, const B extends Arg>(
  a: A,
  b: B & Meets<A, B, Name>,
) => Value<Both<A, B>, Binary>

const compare = <Name extends string>(
  name: Name,
  f: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor,
): Comparison<Name> =>
  ((a: Arg, b: Arg) =>
    elementwise(
      name,
      binary,
      (x, y) => tf.cast(f(x as tf.Tensor, y as tf.Tensor), 'float32'),
      asValue(a),
      asValue(b),
    )) as Comparison<Name>

/** 1 where x > y, else 0. */
export const greater: Comparison<'greater'> = compare('greater', tf.greater)
/** 1 where x >= y, else 0. */
export const greaterEqual: Comparison<'greaterEqual'> = compare('greaterEqual', tf.greaterEqual)
/** 1 where x < y, else 0. */
export const less: Comparison<'less'> = compare('less', tf.less)
/** 1 where x <= y, else 0. */
export const lessEqual: Comparison<'lessEqual'> = compare('lessEqual', tf.lessEqual)
/** 1 where x = y, else 0. */
export const equal: Comparison<'equal'> = compare('equal', tf.equal)
/** 1 where x ≠ y, else 0. */
export const notEqual: Comparison<'notEqual'> = compare('notEqual', tf.notEqual)

/** Domain of a choice: a scalar condition chooses whole events, any other one entry by entry. */
export type ChosenDomain<C extends Shape, A, B> = C extends readonly [] ? A | B : MixedDomain<A, B>

/**
 * a where the condition is 1, b where it is 0. The value and a finite gradient of the branch not taken do not matter;
 * but both branches are computed, and its gradient is multiplied by 0, which is NaN where it is infinite. So keep the
 * argument of the branch away from there first: where(c, sqrt(where(c, x, 1)), 0), not where(c, sqrt(x), 0).
 */
export const where = <C extends AnyValue, const A extends Arg, const B extends Arg>(
  condition: C & Takes<C, Binary, 'where'>,
  a: A & Meets<C, A, 'where'>,
  b: B & Meets<A, B, 'where'> & Meets<C, B, 'where'>,
): Value<Both<C, Value<Both<A, B>, unknown>>, ChosenDomain<ShapeOf<C>, DomainOf<A>, DomainOf<B>>> => {
  const x = asValue(a)
  const y = asValue(b)
  if (!isWithin(condition.domain, binary))
    fail(
      'domain',
      'where',
      `where takes Binary and was given ${showSpaceOf(condition)}`,
      'compare the value first: greater(x, 0)',
    )
  const chosen = (condition.shape.length === 0 ? join : mixedDomain)(x.domain, y.domain)
  const pick = (c: tf.Tensor, s: tf.Tensor, t: tf.Tensor) => {
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(
      c.shape,
      tf.broadcast_util.assertAndGetBroadcastShape(s.shape, t.shape),
    )
    return tf.where(
      tf.cast(tf.broadcastTo(c, shape), 'bool'),
      tf.broadcastTo(s, shape),
      tf.broadcastTo(t, shape),
    )
  }
  return elementwise(
    'where',
    chosen as Domain<ChosenDomain<ShapeOf<C>, DomainOf<A>, DomainOf<B>>>,
    (...[c, s, t]) => pick(c as tf.Tensor, s as tf.Tensor, t as tf.Tensor),
    condition,
    x,
    y,
  )
}
