/**
 * negativeBinomial({ failures, logits }) or ({ failures, probs }) = Π_i NB(x_i; r_i, p_i), the successes before r failures
 *
 *   log p(x) = Σ_i [ log Γ(x_i + r_i) − log Γ(r_i) − log x_i! + x_i log p_i + r_i log(1 − p_i) ]      (nats)
 *            = log(r / (r + x)) + log Bin(x; r + x, p)
 *   x = the smallest k with P(X <= k) >= u,  u ~ U(0, 1)                                     (not pathwise)
 *   E x = r p / (1 − p)      Var x = r p / (1 − p)²       (the entropy has no closed form)
 *
 * On Count, entries independent, r real and Positive: a Poisson whose rate is Gamma(r, (1 − p)/p), and with p = λ/(r + λ),
 * Poisson(λ) as r → ∞. The convention of TFP and PyTorch (scipy.stats.nbinom has 1 − p for p). Sampling sums the masses in
 * float64 plain JavaScript, from 12 standard deviations below the mean on: it reads the parameters' numbers and resolves
 * the upper tail to the grid of the uniform noise (2^-24). It therefore cannot be recorded by a trace.
 * Tested in tests/dsl/distributions/negativeBinomial.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { type Distribution, distribution, type EventSpace, type Moments } from '../distribution.js'
import { count, positive, real } from '../domain.js'
import type { Count, Positive, Real, Unit } from '../domains/marks.js'
import { fail } from '../error.js'
import { log1p } from '../numerics/log1p.js'
import type { Arg, Both, Meets } from '../operations/argument.js'
import { add, div, mul } from '../operations/arithmetic.js'
import { greaterEqual } from '../operations/comparisons.js'
import { sum } from '../operations/reductions.js'
import type { Shape } from '../shape.js'
import { elementwise, type Value } from '../value.js'
import {
  type ChanceParameters,
  type ChanceTensors,
  chanceOver,
  chanceParameters,
  chances,
  chanceValue,
  inOrder,
  klOfTrials,
  logTrials,
  oddsOf,
} from './chance.js'
import { uniformNoise } from './draw.js'
import type { EntryMasses } from './masses.js'
import { eventShape, overEvent, parameter, type Within } from './parameter.js'
import { inside, onSupport } from './support.js'
import { share } from './whole.js'

/** The parameters of a negative binomial: failures, and a chance of success by one of its two names. */
export type NegativeBinomialParameters<S extends Shape> = {
  readonly failures: Value<S, Positive>
} & ChanceParameters<S>

/** A product of independent negative binomials of event shape S. */
export type NegativeBinomial<S extends Shape> = Distribution<
  EventSpace<S, Count>,
  'density',
  'negativeBinomial'
> &
  Moments<S> &
  EntryMasses & {
    readonly parameters: NegativeBinomialParameters<S>
    /** The number of failures, where it was given as a plain number. */
    readonly failures: number | undefined
  }

/** Successes before r failures, from logits or from probabilities of success; exactly one of the two, by name. */
export const negativeBinomial: {
  <const R extends Arg, const L extends Arg>(p: {
    readonly failures: R & Within<R, Positive, 'failures of negativeBinomial'>
    readonly logits: L & Within<L, Real, 'logits of negativeBinomial'> & Meets<R, L, 'negativeBinomial'>
  }): NegativeBinomial<Both<R, L>>
  <const R extends Arg, const P extends Arg>(p: {
    readonly failures: R & Within<R, Positive, 'failures of negativeBinomial'>
    readonly probs: P & Within<P, Unit, 'probs of negativeBinomial'> & Meets<R, P, 'negativeBinomial'>
  }): NegativeBinomial<Both<R, P>>
} = (p: { readonly failures: Arg; readonly logits?: Arg; readonly probs?: Arg }): NegativeBinomial<never> =>
  before(
    p.failures,
    chanceParameters('negativeBinomial', p),
  ) as NegativeBinomial<Shape> as NegativeBinomial<never>

const before = (given: Arg, chance: ChanceParameters<Shape>): NegativeBinomial<Shape> => {
  const r = parameter('failures of negativeBinomial', positive, given)
  const shape = eventShape('negativeBinomial', [r, chanceValue(chance)])
  const failures = overEvent(r, shape)
  const own = chanceOver(chance, shape)
  const c = () => chances(own)
  const logMass = (x: Value<Shape, Real>) =>
    elementwise<Shape, Real>(
      'logMass',
      real,
      (k, s, ...t) => logMassOf(k as tf.Tensor, s as tf.Tensor, t as never),
      x,
      failures,
      ...inOrder(c()),
    )
  const logMasses = (x: Value<Shape, Real>) => {
    const member = greaterEqual(x, 0)
    return onSupport(member, logMass(inside(member, x, 0)))
  }
  const mean = () => mul(failures, oddsOf(own)) as Value<Shape, Real>
  const measure = distribution({
    family: 'negativeBinomial',
    shape,
    domain: count,
    capabilities: ['density'],
    parameters: { failures, ...own },
    sample: (noise, axes) =>
      elementwise<Shape, Count>(
        'sample',
        count,
        (...t) => smallestCounts(...(t as [tf.Tensor, tf.Tensor, tf.Tensor])),
        uniformNoise(noise, axes, shape),
        failures,
        oddsOf(own),
      ),
    logProb: (x) => sum(logMasses(x)),
  })
  return {
    ...measure,
    parameters: { failures, ...own } as NegativeBinomialParameters<Shape>,
    failures: typeof given === 'number' ? given : undefined,
    logMasses,
    mean,
    variance: () => div(mean(), c().failure) as Value<Shape, Real>,
  }
}

/** log(r / (r + x)) + log Bin(x; r + x, p). */
const logMassOf = (x: tf.Tensor, r: tf.Tensor, c: ChanceTensors): tf.Tensor =>
  tf.sub(logTrials(x, r, c), log1p(tf.div(x, r)))

/** The smallest count whose cdf reaches u, entry by entry; the parameters broadcast to `u`. */
const smallestCounts = (u: tf.Tensor, failures: tf.Tensor, odds: tf.Tensor): tf.Tensor => {
  const r = tf.broadcastTo(failures, u.shape).dataSync()
  const o = tf.broadcastTo(odds, u.shape).dataSync()
  return tf.tensor(
    Float32Array.from(u.dataSync(), (ui, i) => smallestCount(ui, r[i] as number, o[i] as number)),
    u.shape,
  )
}

/** log Γ(z) by Stirling's series at z >= 10, and by Γ(z) = Γ(z + 1)/z below. */
const logGamma = (z: number): number => {
  if (z < 10) return logGamma(z + 1) - Math.log(z)
  const t = 1 / z ** 2
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + (1 / 12 - t * (1 / 360 - t / 1260)) / z
}

/** The largest standard deviation that is drawn from; float32 tells whole numbers apart up to there. */
const MANY = 2 ** 24

/** The smallest k with P(X <= k) >= u for X ~ NB(r, p) with odds p/(1 − p), by summing masses from the lower tail. */
export const smallestCount = (u: number, r: number, odds: number): number => {
  const mean = r * odds
  if (!Number.isFinite(mean)) return Number.NaN
  if (mean * (1 + odds) > MANY ** 2)
    fail(
      'domain',
      'negativeBinomial',
      `negativeBinomial draws by summing masses, of which failures = ${r} at odds of ${odds} have too many`,
      'bound the logits, or draw a gamma rate and a poisson count from it',
    )
  const p = odds / (1 + odds)
  const low = Math.floor(mean - 12 * Math.sqrt(mean * (1 + odds)) - 12)
  let k = Math.max(low, 0)
  const logMass = (x: number) =>
    logGamma(x + r) - logGamma(r) - logGamma(x + 1) + x * Math.log(p) - r * Math.log1p(odds)
  let mass = k === 0 ? Math.exp(-r * Math.log1p(odds)) : Math.exp(logMass(k))
  let cdf = mass
  // Beyond the mean the masses fall, at last by the factor p: what is left is then below mass / (1 − p).
  while (cdf < u && (k < mean || mass * (1 + odds) > 1e-12)) {
    mass *= ((k + r) / (k + 1)) * p
    cdf += mass
    k++
  }
  return k
}

/** KL(NB(r, q) ‖ NB(r, p)) = Σ_i r/(1 − q) [ q log(q/p) + (1 − q) log((1 − q)/(1 − p)) ], where r is shared. */
export const klNegativeBinomial = Object.assign(
  (q: NegativeBinomial<Shape>, p: NegativeBinomial<Shape>): Value<[], Real> =>
    klOfTrials(add(q.parameters.failures, q.mean()), chances(q.parameters), chances(p.parameters)),
  { applies: share('failures') },
)
