/**
 * relaxedBernoulli({ temperature, logits }) or ({ temperature, probs }): coins relaxed to the unit interval, entry by entry
 *
 *   x = sigmoid(y),  y = (logit + log u − log(1 − u)) / temperature,  u ~ U(0, 1)             (pathwise)
 *   log p(x) = Σ_i [ log temperature + s − 2 softplus(s) − log x − log(1 − x) ],
 *              s = temperature (log x − log(1 − x)) − logit                                   (nats)
 *   P(X <= x) = sigmoid(s)
 *
 * As the temperature falls to 0, x tends to a coin, 1[x > ½] being one at every temperature. On Unit, entries independent;
 * x is kept within [2⁻¹²⁶, 1 − 2⁻²⁴], the open interval in float32. Shapes agree, or are scalars. No closed moments.
 * The binary concrete distribution of Maddison, Mnih and Teh (2017), equation 23, and Jang, Gu and Poole (2017).
 * Tested in tests/dsl/distributions/relaxedBernoulli.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { type Cdf, type Distribution, distribution, type EventSpace, type Quantile } from '../distribution.js'
import { isWithin, positive, real, unit } from '../domain.js'
import type { Positive, Real, Unit } from '../domains/marks.js'
import { log1p } from '../numerics/log1p.js'
import { softplus } from '../numerics/softplus.js'
import type { Arg, Both, Meets } from '../operations/argument.js'
import { mul, sub } from '../operations/arithmetic.js'
import { greaterEqual, lessEqual } from '../operations/comparisons.js'
import { sum } from '../operations/reductions.js'
import type { Shape } from '../shape.js'
import { elementwise, type Value } from '../value.js'
import { type ChanceParameters, chanceOver, chanceParameters, chances, chanceValue } from './chance.js'
import { uniformNoise } from './draw.js'
import { eventShape, overEvent, parameter, type Within } from './parameter.js'
import { inside, onSupport } from './support.js'
import { share } from './whole.js'

/** The parameters of a relaxed bernoulli: a temperature, and a chance by one of its two names. */
export type RelaxedBernoulliParameters<S extends Shape> = {
  readonly temperature: Value<S, Positive>
} & ChanceParameters<S>

/** A product of independent relaxed coins of event shape S. */
export type RelaxedBernoulli<S extends Shape> = Distribution<
  EventSpace<S, Unit>,
  'density' | 'pathwise',
  'relaxedBernoulli'
> &
  Cdf<S> &
  Quantile<S> & {
    readonly parameters: RelaxedBernoulliParameters<S>
    /** The temperature, where it was given as a plain number. */
    readonly temperature: number | undefined
  }

/** Relaxed coins, from logits or from probabilities; exactly one of the two, by name. */
export const relaxedBernoulli: {
  <const T extends Arg, const L extends Arg>(p: {
    readonly temperature: T & Within<T, Positive, 'temperature of relaxedBernoulli'>
    readonly logits: L & Within<L, Real, 'logits of relaxedBernoulli'> & Meets<T, L, 'relaxedBernoulli'>
  }): RelaxedBernoulli<Both<T, L>>
  <const T extends Arg, const P extends Arg>(p: {
    readonly temperature: T & Within<T, Positive, 'temperature of relaxedBernoulli'>
    readonly probs: P & Within<P, Unit, 'probs of relaxedBernoulli'> & Meets<T, P, 'relaxedBernoulli'>
  }): RelaxedBernoulli<Both<T, P>>
} = (p: {
  readonly temperature: Arg
  readonly logits?: Arg
  readonly probs?: Arg
}): RelaxedBernoulli<never> =>
  relaxed(
    p.temperature,
    chanceParameters('relaxedBernoulli', p),
  ) as RelaxedBernoulli<Shape> as RelaxedBernoulli<never>

const relaxed = (given: Arg, chance: ChanceParameters<Shape>): RelaxedBernoulli<Shape> => {
  const t = parameter('temperature of relaxedBernoulli', positive, given)
  const shape = eventShape('relaxedBernoulli', [t, chanceValue(chance)])
  const temperature = overEvent(t, shape)
  const own = chanceOver(chance, shape)
  const logits = () => ('logits' in own ? own.logits : logitsOf(own))
  const at = <D>(domain: typeof real | typeof unit, f: (...t: Three) => tf.Tensor, x: Value<Shape, Real>) =>
    elementwise<Shape, D>(
      'relaxedBernoulli',
      domain as never,
      (...ts) => f(...(ts as [tf.Tensor, tf.Tensor, tf.Tensor])),
      x,
      temperature,
      logits(),
    )
  const quantile = (u: Value<Shape, Real>) => at<Unit>(unit, quantileAt, u)
  const measure = distribution({
    family: 'relaxedBernoulli',
    shape,
    domain: unit,
    capabilities: ['density', 'pathwise'],
    parameters: { temperature, ...own },
    sample: (noise, axes) => quantile(uniformNoise(noise, axes, shape)),
    logProb: (x) => {
      const member = mul(greaterEqual(x, 0), lessEqual(x, 1))
      return sum(onSupport(member, at<Real>(real, logDensityAt, inside(member, x, 0.5))))
    },
  })
  return {
    ...measure,
    parameters: { temperature, ...own } as RelaxedBernoulliParameters<Shape>,
    temperature: typeof given === 'number' ? given : undefined,
    cdf: (x) => at(unit, cdfAt, x),
    quantile,
  }
}

/** log p − log(1 − p). */
const logitsOf = (p: ChanceParameters<Shape>): Value<Shape, Real> => {
  const { logSuccess, logFailure } = chances(p)
  return sub(logSuccess, logFailure) as Value<Shape, Real>
}

type Three = readonly [tf.Tensor, tf.Tensor, tf.Tensor]

/** The open unit interval in float32: the smallest normal number, and the number before 1. */
const inOpen = (x: tf.Tensor): tf.Tensor => tf.clipByValue(x, 2 ** -126, 1 - 2 ** -24)

const logit = (x: tf.Tensor): tf.Tensor => tf.sub(tf.log(x), log1p(tf.neg(x)))

const quantileAt = (...[u, temperature, logits]: Three): tf.Tensor =>
  inOpen(tf.sigmoid(tf.div(tf.add(logits, logit(u)), temperature)))

const standardized = (...[x, temperature, logits]: Three): tf.Tensor =>
  tf.sub(tf.mul(temperature, logit(x)), logits)

const cdfAt = (...[x, temperature, logits]: Three): tf.Tensor =>
  tf.sigmoid(standardized(inOpen(x), temperature, logits))

const logDensityAt = (...[x, temperature, logits]: Three): tf.Tensor => {
  const inner = inOpen(x)
  const s = standardized(inner, temperature, logits)
  const logistic = tf.sub(s, tf.mul(2, softplus(s)))
  return tf.sub(tf.add(tf.log(temperature), logistic), tf.add(tf.log(inner), log1p(tf.neg(inner))))
}

/**
 * KL(q ‖ p) = Σ_i [ δ coth(δ/2) − 2 ],  δ = logit q − logit p, where the temperature is shared: that of two logistic
 * distributions, δ apart. Its series δ²/6 − δ⁴/360 + δ⁶/15120 − … serves near 0.
 */
export const klRelaxedBernoulli = Object.assign(
  (q: RelaxedBernoulli<Shape>, p: RelaxedBernoulli<Shape>): Value<[], Real> => {
    const logits = (d: RelaxedBernoulli<Shape>) =>
      'logits' in d.parameters ? d.parameters.logits : logitsOf(d.parameters)
    const terms = elementwise<Shape, Real>(
      'kl',
      real,
      (...[a, b]) => logisticDivergence(tf.sub(a as tf.Tensor, b as tf.Tensor)),
      logits(q),
      logits(p),
    )
    return sum(terms)
  },
  { applies: share('temperature') },
)

/** δ coth(δ/2) − 2. */
const logisticDivergence = (difference: tf.Tensor): tf.Tensor => {
  const near = tf.less(tf.abs(difference), 1)
  const w = tf.square(tf.where(near, difference, tf.zerosLike(difference)))
  const series = [1 / 6, -1 / 360, 1 / 15120, -1 / 604800, 1 / 23950080].reduceRight<tf.Tensor>(
    (rest, c) => tf.mul(w, tf.add(rest, c)),
    tf.zerosLike(w),
  )
  const away = tf.where(near, tf.onesLike(difference), difference)
  const far = tf.sub(tf.div(away, tf.tanh(tf.mul(away, 0.5))), 2)
  return tf.where(near, series, far)
}
