/**
 * exponential({ rate }) = Π_i Exp(x_i; rate_i)
 *
 *   log p(x) = Σ_i [ log rate_i − rate_i x_i ],  −Infinity where some x_i < 0        (nats)
 *   x = −log(1 − u) / rate,  u ~ U(0, 1)                                             (pathwise)
 *   H = Σ_i [ 1 − log rate_i ]      E x = 1 / rate      Var x = 1 / rate²
 *
 * On Positive, entries independent. `rate` must be Positive. Tested in tests/dsl/distributions/exponential.test.ts.
 */

import type * as tf from '@tensorflow/tfjs'
import {
  type Cdf,
  type Distribution,
  distribution,
  type Entropy,
  type EventSpace,
  type Moments,
  type Quantile,
} from '../distribution.js'
import { positive, real, unit } from '../domain.js'
import type { Positive, Real } from '../domains/marks.js'
import { expm1, log1p } from '../numerics/log1p.js'
import type { Arg, ShapeOf } from '../operations/argument.js'
import { div, mul, neg, square, sub } from '../operations/arithmetic.js'
import { greaterEqual } from '../operations/comparisons.js'
import { log } from '../operations/functions.js'
import { sum } from '../operations/reductions.js'
import { type Shape, sizeOf } from '../shape.js'
import { elementwise, type Value, withDomain } from '../value.js'
import { uniformNoise } from './draw.js'
import { parameter, type Within } from './parameter.js'
import { inside, onSupport } from './support.js'

/** A product of independent exponentials of event shape S. */
export type Exponential<S extends Shape> = Distribution<
  EventSpace<S, Positive>,
  'density' | 'pathwise',
  'exponential'
> &
  Moments<S> &
  Entropy &
  Cdf<S> &
  Quantile<S> & { readonly parameters: { readonly rate: Value<S, Positive> } }

/** Exp(rate), entry by entry. */
export const exponential = <const R extends Arg>(p: {
  readonly rate: R & Within<R, Positive, 'rate of exponential'>
}): Exponential<ShapeOf<R>> =>
  fromRate(parameter('rate of exponential', positive, p.rate)) as Exponential<ShapeOf<R>>

const logOneMinus = (u: Value<Shape, Real>): Value<Shape, Real> =>
  elementwise('quantile', real, (t) => log1p(t as tf.Tensor), neg(u))

const fromRate = (rate: Value<Shape, Positive>): Exponential<Shape> => {
  const shape = rate.shape
  const isMember = (x: Value<Shape, Real>) => greaterEqual(x, 0)
  const member = (x: Value<Shape, Real>) => inside(isMember(x), x, 0)
  const quantile = (u: Value<Shape, Real>) =>
    withDomain(div(neg(logOneMinus(u)), rate), positive) as Value<Shape, Positive>
  const measure = distribution({
    family: 'exponential',
    shape,
    domain: positive,
    capabilities: ['density', 'pathwise'],
    parameters: { rate },
    sample: (noise, axes) => quantile(uniformNoise(noise, axes, shape)),
    logProb: (x) => sum(onSupport(isMember(x), sub(log(rate), mul(rate, member(x))))),
  })
  return {
    ...measure,
    parameters: { rate },
    mean: () => div(1, rate),
    variance: () => square(div(1, rate)),
    entropy: () => sub(sizeOf(shape), sum(log(rate))),
    cdf: (x) =>
      withDomain(
        neg(elementwise<Shape, Real>('cdf', real, (t) => expm1(t as tf.Tensor), neg(mul(rate, member(x))))),
        unit,
      ),
    quantile,
  }
}

/** KL(Exp(r) ‖ Exp(rate)) = Σ_i [ log(r/rate) + rate/r − 1 ]. */
export const klExponential = (q: Exponential<Shape>, p: Exponential<Shape>): Value<[], Real> => {
  const ratio = div(p.parameters.rate, q.parameters.rate)
  return sum(sub(sub(ratio, 1), log(ratio)))
}
