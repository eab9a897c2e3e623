/**
 * uniform({ low, high }) = Π_i U(x_i; low_i, high_i);   standardUniform(n) on the unit cube
 *
 *   log p(x) = −Σ_i log(high_i − low_i),  −Infinity where some x_i lies outside [low_i, high_i]     (nats)
 *   x = low + (high − low) · u,  u ~ U(0, 1)                                                        (pathwise)
 *   H = Σ_i log(high_i − low_i)      E x = ½ (low + high)      Var x = (high − low)² / 12
 *
 * On Interval (the type does not know the ends), `standardUniform` on Unit; entries independent. Shapes: `low` and
 * `high` agree, or one is a scalar. `high` must be greater than `low`: plain numbers are checked, and values that
 * violate it give NaN. Tested in tests/dsl/distributions/uniform.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import {
  type Cdf,
  type Distribution,
  distribution,
  type Entropy,
  type EventSpace,
  type Moments,
  type Quantile,
} from '../distribution.js'
import { interval, positive, real, unit } from '../domain.js'
import type { Domain, Interval, Real, Unit } from '../domains/marks.js'
import type { Arg, Both, Meets } from '../operations/argument.js'
import { add, clip, div, mul, neg, square, sub } from '../operations/arithmetic.js'
import { greaterEqual, lessEqual, where } from '../operations/comparisons.js'
import { log } from '../operations/functions.js'
import { sum } from '../operations/reductions.js'
import type { Shape } from '../shape.js'
import { makeValue, type Value, withDomain } from '../value.js'
import { uniformNoise } from './draw.js'
import { parametersOf, requireOrder, requireSizes, type Within } from './parameter.js'
import { onSupport } from './support.js'

/** A product of independent uniforms of event shape S, on the domain D. */
export type Uniform<S extends Shape, D = Interval> = Distribution<
  EventSpace<S, D>,
  'density' | 'pathwise',
  'uniform'
> &
  Moments<S> &
  Entropy &
  Cdf<S> &
  Quantile<S> & { readonly parameters: { readonly low: Value<S, Real>; readonly high: Value<S, Real> } }

/** U(low, high), entry by entry. */
export const uniform = <const L extends Arg, const H extends Arg>(p: {
  readonly low: L & Within<L, Real, 'low of uniform'>
  readonly high: H & Within<H, Real, 'high of uniform'> & Meets<L, H, 'uniform'>
}): Uniform<Both<L, H>> => {
  requireOrder('uniform', p.low, p.high)
  return between(parametersOf('uniform', { low: real, high: real }, p), interval) as Uniform<Both<L, H>>
}

/** U(0, 1) of event shape [n], or of a whole shape; without arguments a scalar. On Unit. */
export const standardUniform = <const S extends number[]>(...shape: S): Uniform<S, Unit> => {
  requireSizes('standardUniform', shape)
  const low = makeValue<Shape, Real>(tf.zeros([...shape]), shape, real)
  const high = makeValue<Shape, Real>(tf.ones([...shape]), shape, real)
  return between({ low, high }, unit) as Uniform<Shape, Unit> as Uniform<S, Unit>
}

const between = <D extends Real>(
  { low, high }: Uniform<Shape>['parameters'],
  domain: Domain<D>,
): Uniform<Shape, D> => {
  const shape = low.shape
  const width = withDomain(sub(high, low), positive)
  const quantile = (u: Value<Shape, Real>) =>
    withDomain(add(low, mul(width, u)) as Value<Shape, Real>, domain)
  const isMember = (x: Value<Shape, Real>) => mul(greaterEqual(x, low), lessEqual(x, high))
  const measure = distribution({
    family: 'uniform',
    shape,
    domain,
    capabilities: ['density', 'pathwise'],
    parameters: { low, high },
    sample: (noise, axes) => quantile(uniformNoise(noise, axes, shape)),
    logProb: (x) => sum(onSupport(isMember(x), neg(log(width)))),
  })
  return {
    ...measure,
    parameters: { low, high },
    mean: () => mul(0.5, add(low, high)) as Value<Shape, Real>,
    variance: () => mul(1 / 12, square(width)),
    entropy: () => sum(log(width)),
    cdf: (x) => clip(div(sub(x, low), width), 0, 1),
    quantile,
  }
}

/** KL(U(a, b) ‖ U(low, high)) = Σ_i log((high − low)/(b − a)) where low <= a and b <= high, else Infinity. */
export const klUniform = (q: Uniform<Shape, Real>, p: Uniform<Shape, Real>): Value<[], Real> => {
  const width = (d: Uniform<Shape, Real>) => withDomain(sub(d.parameters.high, d.parameters.low), positive)
  const nested = mul(
    lessEqual(p.parameters.low, q.parameters.low),
    lessEqual(q.parameters.high, p.parameters.high),
  )
  return sum(where(nested, log(div(width(p), width(q))), Number.POSITIVE_INFINITY) as Value<Shape, Real>)
}
