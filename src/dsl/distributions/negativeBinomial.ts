/**
 * negativeBinomial({ failures, logits }) or ({ failures, probs }) = Π_i NB(x_i; r_i, p_i), the successes before r failures
 *
 *   log p(x) = Σ_i [ log Γ(x_i + r_i) − log Γ(r_i) − log x_i! + x_i log p_i + r_i log(1 − p_i) ]      (nats)
 *            = log(r / (r + x)) + log Bin(x; r + x, p)
 *   x ~ Poisson(z p / (1 − p)),  z ~ Gamma(r, 1)                                              (not pathwise)
 *   E x = r p / (1 − p)      Var x = r p / (1 − p)²       (the entropy has no closed form)
 *
 * On Count, entries independent, r real and Positive: a Poisson whose rate is Gamma(r, (1 − p)/p), and with p = λ/(r + λ),
 * Poisson(λ) as r → ∞, which is also how it is drawn (standardGamma.ts, numerics/poissonMass.ts). The convention of TFP and PyTorch
 * (scipy.stats.nbinom has 1 − p for p). Tested in tests/dsl/distributions/negativeBinomial.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { type Distribution, distribution, type EventSpace, type Moments } from '../distribution.js'
import { count, positive, real } from '../domain.js'
import type { Count, Positive, Real, Unit } from '../domains/marks.js'
import { log1p } from '../numerics/log1p.js'
import { poissonQuantile } from '../numerics/poissonMass.js'
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
import { constantLogGamma } from './standardGamma.js'
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
        (...t) => countsAt(...(t as [tf.Tensor, tf.Tensor, tf.Tensor])),
        uniformNoise(noise.child('count'), axes, shape),
        constantLogGamma(noise.child('rate'), axes, failures),
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

/** e^60 = 1e26: float32 tells no counts apart there. */
const HIGHEST_EXPONENT = 60

/** Poisson counts of the rates z p/(1 − p), from log z and the odds. */
const countsAt = (u: tf.Tensor, logZ: tf.Tensor, odds: tf.Tensor): tf.Tensor =>
  poissonQuantile(u, tf.exp(tf.minimum(tf.add(logZ, tf.log(odds)), HIGHEST_EXPONENT)))

/** KL(NB(r, q) ‖ NB(r, p)) = Σ_i r/(1 − q) [ q log(q/p) + (1 − q) log((1 − q)/(1 − p)) ], where r is shared. */
export const klNegativeBinomial = Object.assign(
  (q: NegativeBinomial<Shape>, p: NegativeBinomial<Shape>): Value<[], Real> =>
    klOfTrials(add(q.parameters.failures, q.mean()), chances(q.parameters), chances(p.parameters)),
  { applies: share('failures') },
)
