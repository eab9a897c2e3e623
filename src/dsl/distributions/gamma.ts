/**
 * gamma({ concentration, rate }) = Π_i Gamma(x_i; a_i, r_i)
 *
 *   log p(x) = Σ_i [ a_i log r_i + (a_i − 1) log x_i − r_i x_i − log Γ(a_i) ],  −Infinity where some x_i <= 0    (nats)
 *   x = z / rate,  z ~ Gamma(a, 1)  (standardGamma.ts)                                                (pathwise, implicit)
 *   H = Σ_i [ a_i − log r_i + log Γ(a_i) + (1 − a_i) ψ(a_i) ]      E x = a / r      Var x = a / r²
 *
 * On Positive, entries independent. Shapes: `concentration` and `rate` agree, or one is a scalar; both must be Positive.
 * A draw is at least e^−87.33, near the smallest float32. Tested in tests/dsl/distributions/gamma.test.ts.
 */
import type * as tf from '@tensorflow/tfjs'
import {
  type Cdf,
  type Distribution,
  distribution,
  type Entropy,
  type EventSpace,
  type Moments,
} from '../distribution.js'
import { positive, real } from '../domain.js'
import type { Positive, Real } from '../domains/marks.js'
import { logGammaMass } from '../numerics/gammaMass.js'
import type { Arg, Both, Meets } from '../operations/argument.js'
import { add, div, mul, square, sub } from '../operations/arithmetic.js'
import { exp, log, relu } from '../operations/functions.js'
import { igamma } from '../operations/incomplete.js'
import { sum } from '../operations/reductions.js'
import type { Shape } from '../shape.js'
import { elementwise, type Value } from '../value.js'
import { gammaEntropy } from './concentration.js'
import { parametersOf, type Within } from './parameter.js'
import { logStandardGamma } from './standardGamma.js'
import { sumOnPositive } from './support.js'

/** The parameters of a gamma. */
export interface ConcentrationRate<S extends Shape> {
  readonly concentration: Value<S, Positive>
  readonly rate: Value<S, Positive>
}

/** A product of independent gammas of event shape S. */
export type Gamma<S extends Shape> = Distribution<EventSpace<S, Positive>, 'density' | 'pathwise', 'gamma'> &
  Moments<S> &
  Entropy &
  Cdf<S> & {
    readonly parameters: { readonly concentration: Value<S, Positive>; readonly rate: Value<S, Positive> }
  }

/** Gamma(concentration, rate), entry by entry. */
export const gamma = <const C extends Arg, const R extends Arg>(p: {
  readonly concentration: C & Within<C, Positive, 'concentration of gamma'>
  readonly rate: R & Within<R, Positive, 'rate of gamma'> & Meets<C, R, 'gamma'>
}): Gamma<Both<C, R>> =>
  fromParameters(parametersOf('gamma', { concentration: positive, rate: positive }, p)) as Gamma<Both<C, R>>

/** a log y − y − log Γ(a + 1), entry by entry. */
export const logMass = (a: Value<Shape, Real>, y: Value<Shape, Real>): Value<Shape, Real> =>
  elementwise('logMass', real, (s, t) => logGammaMass(s as tf.Tensor, t as tf.Tensor), a, y)

const fromParameters = ({ concentration, rate }: ConcentrationRate<Shape>): Gamma<Shape> => {
  const logDensity = (x: Value<Shape, Positive>) =>
    add(logMass(concentration, mul(rate, x)), sub(log(concentration), log(x)))
  const measure = distribution({
    family: 'gamma',
    shape: concentration.shape,
    domain: positive,
    capabilities: ['density', 'pathwise'],
    parameters: { concentration, rate },
    sample: (noise, axes) => exp(sub(logStandardGamma(noise, axes, concentration), log(rate))),
    logProb: sumOnPositive(logDensity),
  })
  return {
    ...measure,
    parameters: { concentration, rate },
    mean: () => div(concentration, rate),
    variance: () => div(concentration, square(rate)),
    entropy: () => sum(sub(gammaEntropy(concentration), log(rate))),
    cdf: (x) => igamma(concentration, mul(rate, relu(x))),
  }
}
