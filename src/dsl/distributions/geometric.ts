/**
 * geometric({ logits }) or geometric({ probs }) = Π_i Geo(x_i; p_i), the failures before the first success: x_i ∈ {0, 1, …}
 *
 *   log p(x) = Σ_i [ log p_i + x_i log(1 − p_i) ]                                   (nats)
 *   x = ⌊log u / log(1 − p)⌋,  u ~ U(0, 1)                                           (not pathwise)
 *   H = Σ_i [ −log p − (1 − p)/p · log(1 − p) ]      E x = (1 − p)/p      Var x = (1 − p)/p²
 *   P(X <= x) = 1 − (1 − p)^(x + 1)
 *
 * On Count, entries independent; the convention of Pyro and TFP (scipy.stats.geom counts the success too). p = 0 is no
 * distribution, and gives infinite samples. Tested in tests/dsl/distributions/geometric.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import {
  type Cdf,
  type Distribution,
  distribution,
  type Entropy,
  type EventSpace,
  type Moments,
} from '../distribution.js'
import { count, unit } from '../domain.js'
import type { Count, Real, Unit } from '../domains/marks.js'
import type { Arg, ShapeOf } from '../operations/argument.js'
import { add, div, mul, neg } from '../operations/arithmetic.js'
import { greater, greaterEqual, where } from '../operations/comparisons.js'
import { sum } from '../operations/reductions.js'
import type { Shape } from '../shape.js'
import { elementwise, type Value } from '../value.js'
import {
  type ChanceParameters,
  chanceParameters,
  chances,
  chanceValue,
  klOfTrials,
  oddsOf,
} from './chance.js'
import { uniformNoise } from './draw.js'
import type { EntryMasses } from './masses.js'
import type { Within } from './parameter.js'
import { inside, onSupport } from './support.js'

/** A product of independent geometric distributions of event shape S. */
export type Geometric<S extends Shape> = Distribution<EventSpace<S, Count>, 'density', 'geometric'> &
  Moments<S> &
  Entropy &
  EntryMasses &
  Cdf<S> & { readonly parameters: ChanceParameters<S> }

/** Failures before the first success, from logits or from probabilities; exactly one of the two, by name. */
export const geometric: {
  <const L extends Arg>(p: {
    readonly logits: L & Within<L, Real, 'logits of geometric'>
  }): Geometric<ShapeOf<L>>
  <const P extends Arg>(p: {
    readonly probs: P & Within<P, Unit, 'probs of geometric'>
  }): Geometric<ShapeOf<P>>
} = (p: { readonly logits?: Arg; readonly probs?: Arg }): Geometric<never> =>
  waiting(chanceParameters('geometric', p)) as Geometric<Shape> as Geometric<never>

/** x · log, 0 where x = 0. */
const times = (x: Value<Shape, Real>, log: Value<Shape, Real>): Value<Shape, Real> => {
  const some = greater(x, 0)
  return mul(x, where(some, log, 0) as Value<Shape, Real>) as Value<Shape, Real>
}

const waiting = (parameters: ChanceParameters<Shape>): Geometric<Shape> => {
  const shape = chanceValue(parameters).shape
  const c = () => chances(parameters)
  /** (1 − p) / p. */
  const mean = () =>
    'logits' in parameters
      ? oddsOf({ logits: neg(parameters.logits) })
      : (div(c().failure, parameters.probs) as Value<Shape, Real>)
  const logMass = (x: Value<Shape, Real>) => add(c().logSuccess, times(x, c().logFailure))
  const logMasses = (x: Value<Shape, Real>) => {
    const member = greaterEqual(x, 0)
    return onSupport(member, logMass(inside(member, x, 0)) as Value<Shape, Real>)
  }
  const measure = distribution({
    family: 'geometric',
    shape,
    domain: count,
    capabilities: ['density'],
    parameters: { ...parameters },
    sample: (noise, axes) =>
      elementwise<Shape, Count>(
        'sample',
        count,
        (u, logQ) => tf.floor(tf.abs(tf.div(tf.log(u as tf.Tensor), logQ as tf.Tensor))),
        uniformNoise(noise, axes, shape),
        c().logFailure,
      ),
    logProb: (x) => sum(logMasses(x)),
  })
  return {
    ...measure,
    parameters,
    logMasses,
    mean,
    variance: () => div(mean(), c().success) as Value<Shape, Real>,
    entropy: () => neg(sum(logMass(mean()) as Value<Shape, Real>)),
    cdf: (x) =>
      elementwise('cdf', unit, (...t) => cdfAt(...(t as [tf.Tensor, tf.Tensor])), x, c().logFailure),
  }
}

/** 1 − (1 − p)^(⌊x⌋ + 1), 0 below 0. */
const cdfAt = (x: tf.Tensor, logQ: tf.Tensor): tf.Tensor =>
  tf.neg(tf.expm1(tf.mul(tf.maximum(tf.add(tf.floor(x), 1), 0), logQ)))

/** KL(Geo(q) ‖ Geo(p)) = Σ_i (1/q) [ q log(q/p) + (1 − q) log((1 − q)/(1 − p)) ], 1/q being the expected trials. */
export const klGeometric = (q: Geometric<Shape>, p: Geometric<Shape>): Value<[], Real> =>
  klOfTrials(add(1, q.mean()), chances(q.parameters), chances(p.parameters))

/** KL(q ‖ Geo(p)) = −H(q) − Σ_i [ log p + E q_i · log(1 − p) ], for every q of counts with a mean and an entropy. */
export const klToGeometric = (
  q: Pick<Moments<Shape>, 'mean'> & Entropy,
  p: Geometric<Shape>,
): Value<[], Real> => {
  const { logSuccess, logFailure } = chances(p.parameters)
  return neg(add(q.entropy(), sum(add(logSuccess, times(q.mean(), logFailure)) as Value<Shape, Real>)))
}
