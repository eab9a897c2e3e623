/**
 * delta(value): the point mass at a value
 *
 *   log p(x) = 0 where x = value, else −Infinity         (nats; only where the reference measure counts points)
 *   H = 0 (likewise)      E x = value      Var x = 0
 *
 * On a domain of counting measure (Binary, Count, Category, OneHot) it has a density and a support of one point. On
 * any other it has none, and is only pathwise. Tested in tests/dsl/distributions/delta.test.ts.
 */

import * as tf from '@tensorflow/tfjs'
import {
  type AnyDistribution,
  type Distribution,
  distribution,
  type Entropy,
  type EventSpace,
  type Moments,
} from '../distribution.js'
import { real } from '../domain.js'
import type { Measure, Real } from '../domains/marks.js'
import { type Arg, asValue, type DomainOf, type ShapeOf } from '../operations/argument.js'
import { neg } from '../operations/arithmetic.js'
import { equal, where } from '../operations/comparisons.js'
import { min } from '../operations/reductions.js'
import type { Shape } from '../shape.js'
import { type AnyValue, elementwise, expandAxes, makeValue, onEvent, type Value } from '../value.js'
import { logProbOf } from './parts.js'

type Counted<D> = Measure<D> extends 'counting' ? true : false

/** What a point mass can do on a domain. */
export type DeltaCapability<D> = Counted<D> extends true ? 'density' | 'enumerable' : 'pathwise'

/** A point mass on shape S and domain D. */
export type Delta<S extends Shape, D> = Distribution<EventSpace<S, D>, DeltaCapability<D>, 'delta'> &
  Moments<S> &
  (Counted<D> extends true ? Entropy : unknown) & { readonly parameters: { readonly value: Value<S, D> } }

/** The point mass at a value. */
export const delta = <const A extends Arg>(at: A): Delta<ShapeOf<A>, DomainOf<A>> =>
  point(asValue(at)) as unknown as Delta<ShapeOf<A>, DomainOf<A>>

const point = (value: AnyValue): AnyDistribution => {
  const counted = value.domain.measure === 'counting'
  const measure = distribution({
    family: 'delta',
    shape: value.shape,
    domain: value.domain,
    capabilities: counted ? ['density', 'enumerable'] : ['pathwise'],
    parameters: { value },
    sample: (_, axes) => expandAxes(value, axes),
    ...(counted ? { logProb: (x: AnyValue) => agreement(x, value) } : {}),
    enumerate: (axis) => alone(value, axis),
    supportSize: counted ? 1 : Number.POSITIVE_INFINITY,
  })
  return {
    ...measure,
    mean: () => value,
    variance: () => elementwise('variance', real, (t) => tf.zerosLike(t as tf.Tensor), value),
    ...(counted ? { entropy: () => onEvent(min(value), [], real, (t) => tf.zerosLike(t)) } : {}),
  } as AnyDistribution
}

/** 0 where all entries agree, −Infinity where one does not. */
const agreement = (x: AnyValue, value: AnyValue): Value<[], Real> =>
  where(min(equal(x, value)), 0, Number.NEGATIVE_INFINITY) as Value<[], Real>

/** The value along a new axis of size 1. */
const alone = (value: AnyValue, axis: string): AnyValue =>
  makeValue(
    tf.expandDims(value.tensor, 0),
    value.shape,
    value.domain,
    [{ name: axis, size: 1 }, ...value.axes],
    value.origins,
  )

/** KL(delta(v) ‖ p) = −log p(v), for every p on the same counting measure. */
export const klDelta = (q: Delta<Shape, unknown>, p: AnyDistribution): Value<[], Real> =>
  neg(logProbOf(p, q.parameters.value))
