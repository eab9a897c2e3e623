/**
 * logNormal({ loc, scale }): log x ~ N(loc, scale²), entry by entry
 *
 *   log p(x) = −Σ_i [ ½ z_i² + log x_i + log scale_i + ½ log 2π ],  z = (log x − loc) / scale    (nats)
 *   x = exp(loc + scale · ε),  ε ~ N(0, I)                                                       (pathwise)
 *   H = Σ_i [ loc_i + ½ (1 + log 2π) + log scale_i ]
 *   E x = exp(loc + ½ scale²)      Var x = (exp(scale²) − 1) exp(2 loc + scale²)
 *
 * On Positive, entries independent; −Infinity at x <= 0. Shapes: `loc` and `scale` agree, or one is a scalar.
 * Moments overflow to Infinity in float32 where loc + scale² > 88. Tested in tests/dsl/distributions/logNormal.test.ts.
 */
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
import type { Arg, Both, Meets } from '../operations/argument.js'
import { add, div, mul, square, sub } from '../operations/arithmetic.js'
import { exp, expm1, log } from '../operations/functions.js'
import { sum } from '../operations/reductions.js'
import { type Shape, sizeOf } from '../shape.js'
import { type Value, withDomain } from '../value.js'
import { normalNoise } from './draw.js'
import { halfLog2Pi, klNormal, type LocScale, normalCdf, standardQuantile } from './normal.js'
import { parametersOf, type Within } from './parameter.js'
import { isPositive, positiveOf, sumOnPositive } from './support.js'

/** A product of independent log-normals of event shape S. */
export type LogNormal<S extends Shape> = Distribution<
  EventSpace<S, Positive>,
  'density' | 'pathwise',
  'logNormal'
> &
  Moments<S> &
  Entropy &
  Cdf<S> &
  Quantile<S> & { readonly parameters: { readonly loc: Value<S, Real>; readonly scale: Value<S, Positive> } }

/** exp of N(loc, scale²), entry by entry. */
export const logNormal = <const L extends Arg, const Sc extends Arg>(p: {
  readonly loc: L & Within<L, Real, 'loc of logNormal'>
  readonly scale: Sc & Within<Sc, Positive, 'scale of logNormal'> & Meets<L, Sc, 'logNormal'>
}): LogNormal<Both<L, Sc>> =>
  fromLocScale(parametersOf('logNormal', { loc: real, scale: positive }, p)) as LogNormal<Both<L, Sc>>

const fromLocScale = ({ loc, scale }: LocScale<Shape>): LogNormal<Shape> => {
  const shape = loc.shape
  const standardized = (y: Value<Shape, Real>) => div(sub(y, loc), scale)
  const logVolume = () => add(log(scale), halfLog2Pi)
  const logDensity = (x: Value<Shape, Positive>) => {
    const y = log(x)
    return sub(mul(-0.5, square(standardized(y))), add(y, logVolume()))
  }
  const measure = distribution({
    family: 'logNormal',
    shape,
    domain: positive,
    capabilities: ['density', 'pathwise'],
    parameters: { loc, scale },
    sample: (noise, axes) => exp(add(loc, mul(scale, normalNoise(noise, axes, shape)))),
    logProb: sumOnPositive(logDensity),
  })
  return {
    ...measure,
    parameters: { loc, scale },
    mean: () => exp(add(loc, mul(0.5, square(scale)))),
    variance: () => mul(expm1(square(scale)), exp(add(mul(2, loc), square(scale)))),
    entropy: () => add(sum(add(loc, logVolume())), 0.5 * sizeOf(shape)),
    cdf: (x) => withDomain(mul(isPositive(x), normalCdf(standardized(log(positiveOf(x))))), unit),
    quantile: (u) => exp(add(loc, mul(scale, standardQuantile(u)))),
  }
}

/** KL is invariant under x = exp(y): that of the underlying normals. */
export const klLogNormal = (
  q: { readonly parameters: LocScale<Shape> },
  p: { readonly parameters: LocScale<Shape> },
): Value<[], Real> => klNormal(q, p)
