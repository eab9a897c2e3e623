/**
 * poisson({ rate }) or poisson({ logRate }) = Π_i Poisson(x_i; rate_i)
 *
 *   log p(x) = Σ_i [ x_i log rate_i − rate_i − log x_i! ]                            (nats)
 *            = −D(x, rate) − [ log x! − x log x + x ],  D(x, r) = x log(x/r) + r − x   (numerics/poissonMass.ts)
 *   x = the smallest k with P(X <= k) >= u,  u ~ U(0, 1)                             (not pathwise)
 *   E x = Var x = rate       (the entropy has no closed form)
 *
 * On Count, entries independent. The sampler is a quantile function, by sums below a rate of 32 and an expansion beyond, whose cdf is
 * off by 4e-6 at most (numerics/poissonMass.ts).
 * Tested in tests/dsl/distributions/poisson.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { type Distribution, distribution, type EventSpace, type Moments } from '../distribution.js'
import { count, isWithin, positive, real } from '../domain.js'
import type { Count, Positive, Real } from '../domains/marks.js'
import { fail } from '../error.js'
import { deviance } from '../numerics/deviance.js'
import { logPoissonMass, poissonQuantile } from '../numerics/poissonMass.js'
import type { Arg, ShapeOf } from '../operations/argument.js'
import { greaterEqual } from '../operations/comparisons.js'
import { exp, log } from '../operations/functions.js'
import { sum } from '../operations/reductions.js'
import type { Shape } from '../shape.js'
import { elementwise, type Value } from '../value.js'
import { uniformNoise } from './draw.js'
import type { EntryMasses } from './masses.js'
import { parameter, type Within } from './parameter.js'
import { inside, onSupport } from './support.js'
import { weakPoisson } from './weak.js'

/** The parameters of a poisson: one of the two. */
export type PoissonParameters<S extends Shape> =
  | { readonly rate: Value<S, Positive> }
  | { readonly logRate: Value<S, Real> }

/** A product of independent Poisson distributions of event shape S. */
export type Poisson<S extends Shape> = Distribution<
  EventSpace<S, Count>,
  'density' | 'weakDerivative',
  'poisson'
> &
  Moments<S> &
  EntryMasses & { readonly parameters: PoissonParameters<S> }

/** Counts from their rate, or from its logarithm; exactly one of the two, by name. */
export const poisson: {
  <const R extends Arg>(p: { readonly rate: R & Within<R, Positive, 'rate of poisson'> }): Poisson<ShapeOf<R>>
  <const L extends Arg>(p: {
    readonly logRate: L & Within<L, Real, 'logRate of poisson'>
  }): Poisson<ShapeOf<L>>
} = (p: { readonly rate?: Arg; readonly logRate?: Arg }): Poisson<never> => {
  if ((p.rate === undefined) === (p.logRate === undefined))
    fail('option', 'poisson', 'poisson takes either rate or logRate', 'name exactly one of the two')
  return (
    p.logRate === undefined
      ? counts({ rate: parameter('rate of poisson', positive, p.rate as Arg) })
      : counts({ logRate: parameter('logRate of poisson', real, p.logRate) })
  ) as Poisson<never>
}

/** The rate and its logarithm, computed when asked for. */
const ratesOf = (p: PoissonParameters<Shape>) =>
  'rate' in p
    ? { shape: p.rate.shape, rate: () => p.rate, logRate: () => log(p.rate) }
    : { shape: p.logRate.shape, rate: () => exp(p.logRate), logRate: () => p.logRate }

const counts = (parameters: PoissonParameters<Shape>): Poisson<Shape> => {
  const { shape, rate, logRate } = ratesOf(parameters)
  const logMass = (x: Value<Shape, Real>) =>
    elementwise<Shape, Real>('logMass', real, (...t) => logPoissonMass(...(t as Three)), x, rate(), logRate())
  const logMasses = (x: Value<Shape, Real>) => {
    if (isWithin(x.domain, count)) return logMass(x)
    const member = greaterEqual(x, 0)
    return onSupport(member, logMass(inside(member, x, 0)))
  }
  const measure = distribution({
    family: 'poisson',
    shape,
    domain: count,
    capabilities: ['density', 'weakDerivative'],
    parameters: { ...parameters },
    sample: (noise, axes) =>
      elementwise<Shape, Count>(
        'sample',
        count,
        (u, r) => poissonQuantile(u as tf.Tensor, r as tf.Tensor),
        uniformNoise(noise, axes, shape),
        rate(),
      ),
    weakDerivatives: weakPoisson(rate),
    logProb: (x) => sum(logMasses(x)),
  })
  return { ...measure, parameters, logMasses, mean: rate, variance: rate }
}

type Three = [tf.Tensor, tf.Tensor, tf.Tensor]

/** KL(Poisson(r) ‖ Poisson(rate)) = Σ_i [ r log(r/rate) − r + rate ]. */
export const klPoisson = (q: Poisson<Shape>, p: Poisson<Shape>): Value<[], Real> => {
  const a = ratesOf(q.parameters)
  const b = ratesOf(p.parameters)
  const terms = elementwise<Shape, Real>(
    'kl',
    real,
    (...[r, s, logR, logS]) =>
      deviance(r as tf.Tensor, tf.sub(s as tf.Tensor, r as tf.Tensor), logR as tf.Tensor, logS as tf.Tensor),
    a.rate(),
    b.rate(),
    a.logRate(),
    b.logRate(),
  )
  return sum(terms)
}
