/**
 * poisson({ rate }) or poisson({ logRate }) = Π_i Poisson(x_i; rate_i)
 *
 *   log p(x) = Σ_i [ x_i log rate_i − rate_i − log x_i! ]                            (nats)
 *            = −D(x, rate) − [ log x! − x log x + x ],  D(x, r) = x log(x/r) + r − x   (numerics/deviance.ts)
 *   x = the smallest k with P(X <= k) >= u,  u ~ U(0, 1)                             (not pathwise)
 *   E x = Var x = rate       (the entropy has no closed form)
 *
 * On Count, entries independent. Sampling sums the masses in float64 plain JavaScript, from 12 standard deviations
 * below the mean where the rate is large: it reads the rate's numbers, takes about 24 sqrt(rate) additions a draw, and
 * resolves the upper tail to the grid of the uniform noise (2^-24). It therefore cannot be recorded by a trace.
 * Tested in tests/dsl/distributions/poisson.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { type Distribution, distribution, type EventSpace, type Moments } from '../distribution.js'
import { count, isWithin, positive, real } from '../domain.js'
import type { Count, Positive, Real } from '../domains/marks.js'
import { fail } from '../error.js'
import { deviance, logOrLarge } from '../numerics/deviance.js'
import { logFactorialRest } from '../numerics/stirling.js'
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
    elementwise<Shape, Real>('logMass', real, (...t) => logMassOf(...(t as Three)), x, rate(), logRate())
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
        (u, r) => smallestCounts(u as tf.Tensor, r as tf.Tensor),
        uniformNoise(noise, axes, shape),
        rate(),
      ),
    weakDerivatives: weakPoisson(rate),
    logProb: (x) => sum(logMasses(x)),
  })
  return { ...measure, parameters, logMasses, mean: rate, variance: rate }
}

type Three = [tf.Tensor, tf.Tensor, tf.Tensor]

/** −deviance(x, rate) − (log x! − x log x + x): accurate at large counts, where the definition cancels. */
const logMassOf = (x: tf.Tensor, r: tf.Tensor, logR: tf.Tensor): tf.Tensor =>
  tf.neg(tf.add(deviance(x, tf.sub(r, x), logOrLarge(x), logR), logFactorialRest(x)))

/** The smallest count whose cdf reaches u, entry by entry; `rates` broadcasts to `u`. */
const smallestCounts = (u: tf.Tensor, rates: tf.Tensor): tf.Tensor => {
  const r = tf.broadcastTo(rates, u.shape).dataSync()
  return tf.tensor(
    Float32Array.from(u.dataSync(), (ui, i) => smallestCount(ui, r[i] as number)),
    u.shape,
  )
}

/** log k! by Stirling's series, to 1e-12 from k = 10 on. */
const stirling = (k: number): number => {
  const z = k + 1
  return (
    (z - 0.5) * Math.log(z) -
    z +
    0.5 * Math.log(2 * Math.PI) +
    1 / (12 * z) -
    1 / (360 * z ** 3) +
    1 / (1260 * z ** 5)
  )
}

/** The largest rate that is drawn from: its masses take half a second. */
const MANY = 1e12

/** The smallest k with P(X <= k) >= u for X ~ Poisson(rate), by summing masses from the lower tail. */
export const smallestCount = (u: number, rate: number): number => {
  if (!Number.isFinite(rate)) return Number.NaN
  if (rate > MANY)
    fail(
      'domain',
      'poisson',
      `poisson draws by summing masses, of which a rate of ${rate} has too many`,
      `keep the rate below ${MANY}, or draw from normal({ loc: rate, scale: sqrt(rate) })`,
    )
  const spread = 12 * Math.sqrt(rate) + 12
  const low = Math.floor(rate - spread)
  let k = low >= 10 ? low : 0
  let mass = k === 0 ? Math.exp(-rate) : Math.exp(k * Math.log(rate) - rate - stirling(k))
  let cdf = mass
  for (const last = rate + 2 * spread; cdf < u && k < last; cdf += mass) {
    k++
    mass *= rate / k
  }
  return k
}

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
