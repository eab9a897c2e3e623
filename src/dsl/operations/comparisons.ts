/**
 * Comparisons, which give Binary values, and `where`, which chooses by one. Comparisons are piecewise constant, so
 * their gradient is 0. Tested in tests/dsl/operations.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { binary, join } from '../domain.js'
import { type MixedDomain, mixedDomain } from '../domains/arithmetic.js'
import type { Binary, Domain } from '../domains/marks.js'
import type { Shape } from '../shape.js'
import { elementwise, type Value } from '../value.js'
import { type Arg, asValue, type Both, type DomainOf, type Meets, type ShapeOf } from './argument.js'

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

/** a where the condition is 1, b where it is 0; the untaken branch gets no gradient. */
export const where = <C extends Value<readonly number[], Binary>, const A extends Arg, const B extends Arg>(
  condition: C,
  a: A & Meets<C, A, 'where'>,
  b: B & Meets<A, B, 'where'> & Meets<C, B, 'where'>,
): Value<Both<C, Value<Both<A, B>, unknown>>, ChosenDomain<ShapeOf<C>, DomainOf<A>, DomainOf<B>>> => {
  const x = asValue(a)
  const y = asValue(b)
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
