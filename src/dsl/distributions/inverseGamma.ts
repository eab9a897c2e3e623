/**
 * inverseGamma({ concentration, scale }): 1/x ~ Gamma(concentration, scale), entry by entry
 *
 *   log p(x) = Σ_i [ a_i log s_i − (a_i + 1) log x_i − s_i/x_i − log Γ(a_i) ],  −Infinity where some x_i <= 0    (nats)
 *   x = scale / z,  z ~ Gamma(a, 1)  (standardGamma.ts)                                               (pathwise, implicit)
 *   H = Σ_i [ a_i + log s_i + log Γ(a_i) − (1 + a_i) ψ(a_i) ]
 *   E x = s/(a − 1), Infinity for a <= 1      Var x = s²/((a − 1)² (a − 2)), Infinity for a <= 2
 *
 * On Positive, entries independent. Shapes: `concentration` and `scale` agree, or one is a scalar; both must be Positive.
 * A draw lies between e^−87.33 and e^70. Tested in tests/dsl/distributions/inverseGamma.test.ts.
 */
import {
  type Cdf,
  type Distribution,
  distribution,
  type Entropy,
  type EventSpace,
  type Moments,
} from '../distribution.js'
import { positive } from '../domain.js'
import type { Positive, Real } from '../domains/marks.js'
import type { Arg, Both, Meets } from '../operations/argument.js'
import { add, div, minimum, mul, square, sub } from '../operations/arithmetic.js'
import { greater, where } from '../operations/comparisons.js'
import { digamma, exp, log } from '../operations/functions.js'
import { igammac } from '../operations/incomplete.js'
import { sum } from '../operations/reductions.js'
import type { Shape } from '../shape.js'
import type { Value } from '../value.js'
import { gammaEntropy } from './concentration.js'
import { logMass } from './gamma.js'
import { parametersOf, type Within } from './parameter.js'
import { logStandardGamma } from './standardGamma.js'
import { inside, isPositive, positiveOf, sumOnPositive } from './support.js'

/** A product of independent inverse gammas of event shape S. */
export type InverseGamma<S extends Shape> = Distribution<
  EventSpace<S, Positive>,
  'density' | 'pathwise',
  'inverseGamma'
> &
  Moments<S> &
  Entropy &
  Cdf<S> & {
    readonly parameters: { readonly concentration: Value<S, Positive>; readonly scale: Value<S, Positive> }
  }

/** One over Gamma(concentration, scale), entry by entry. */
export const inverseGamma = <const C extends Arg, const Sc extends Arg>(p: {
  readonly concentration: C & Within<C, Positive, 'concentration of inverseGamma'>
  readonly scale: Sc & Within<Sc, Positive, 'scale of inverseGamma'> & Meets<C, Sc, 'inverseGamma'>
}): InverseGamma<Both<C, Sc>> =>
  fromParameters(
    parametersOf('inverseGamma', { concentration: positive, scale: positive }, p),
  ) as InverseGamma<Both<C, Sc>>

/** e^70 = 2.5e30: the derivatives of a draw, up to 1e7 as large at a concentration of 0.01, stay finite. */
const HIGHEST_EXPONENT = 70

/** A moment that exists where a > k, else Infinity. */
export const ifAbove = (
  a: Value<Shape, Real>,
  k: number,
  moment: (safe: Value<Shape, Real>) => Value<Shape, Real>,
): Value<Shape, Real> =>
  where(greater(a, k), moment(inside(greater(a, k), a, k + 1)), Number.POSITIVE_INFINITY) as Value<
    Shape,
    Real
  >

const fromParameters = ({ concentration, scale }: InverseGamma<Shape>['parameters']): InverseGamma<Shape> => {
  const logDensity = (x: Value<Shape, Positive>) =>
    add(logMass(concentration, div(scale, x)), sub(log(concentration), log(x)))
  const measure = distribution({
    family: 'inverseGamma',
    shape: concentration.shape,
    domain: positive,
    capabilities: ['density', 'pathwise'],
    parameters: { concentration, scale },
    sample: (noise, axes) =>
      exp(minimum(sub(log(scale), logStandardGamma(noise, axes, concentration)), HIGHEST_EXPONENT)),
    logProb: sumOnPositive(logDensity),
  })
  return {
    ...measure,
    parameters: { concentration, scale },
    mean: () => ifAbove(concentration, 1, (c) => div(scale, sub(c, 1))),
    variance: () =>
      ifAbove(concentration, 2, (c) => div(square(div(scale, sub(c, 1))), sub(c, 2)) as Value<Shape, Real>),
    entropy: () => {
      const log_x = sub(log(scale), digamma(concentration))
      return sum(add(gammaEntropy(concentration), sub(mul(2, log_x), log(scale))))
    },
    cdf: (x) => mul(igammac(concentration, div(scale, positiveOf(x))), isPositive(x)) as Value<Shape, Real>,
  }
}
