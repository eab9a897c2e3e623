/**
 * binomial({ trials, logits }) or binomial({ trials, probs }) = Π_i Bin(x_i; n_i, p_i), the successes in n trials
 *
 *   log p(x) = Σ_i [ log C(n_i, x_i) + x_i log p_i + (n_i − x_i) log(1 − p_i) ],  0 <= x_i <= n_i      (nats)
 *   x = the smallest k with P(X <= k) >= u,  u ~ U(0, 1)                                             (not pathwise)
 *   E x = n p      Var x = n p (1 − p)       (the entropy has no closed form)
 *
 * On Count (the type does not know n), entries independent. Shapes: trials and chance agree, or one is a scalar.
 * Trials given as a plain number are enumerable up to 65,536 points, and their sampler can be recorded: it sums the masses
 * of 14 √n counts around the mean at most. Trials given as a value set that window by their largest number, which is read.
 * Tested in tests/dsl/distributions/binomial.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { type Distribution, distribution, type EventSpace, type Moments } from '../distribution.js'
import { count, nonNegative, real } from '../domain.js'
import type { Count, Real, Unit } from '../domains/marks.js'
import type { Arg, Both, Meets } from '../operations/argument.js'
import { mul } from '../operations/arithmetic.js'
import { greaterEqual, lessEqual } from '../operations/comparisons.js'
import { sum } from '../operations/reductions.js'
import { type Shape, sizeOf } from '../shape.js'
import { elementwise, makeValue, type Value, withDomain } from '../value.js'
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
} from './chance.js'
import { uniformNoise } from './draw.js'
import type { EntryMasses } from './masses.js'
import { eventShape, overEvent, type Within } from './parameter.js'
import { largestSupport } from './parts.js'
import { inside, onSupport } from './support.js'
import { largestOf, share, type Whole, type WholeParameter, whole } from './whole.js'

/** The parameters of a binomial: trials, and a chance by one of its two names. */
export type BinomialParameters<S extends Shape> = { readonly trials: Value<S, Count> } & ChanceParameters<S>

/** What a binomial can do: list its support if its trials are a plain number. */
export type BinomialCapability<N> = [N] extends [number] ? 'density' | 'enumerable' : 'density'

/** A product of independent binomials of event shape S, of capabilities C. */
export type Binomial<S extends Shape, C extends 'density' | 'enumerable' = 'density'> = Distribution<
  EventSpace<S, Count>,
  C,
  'binomial'
> &
  Moments<S> &
  EntryMasses & {
    readonly parameters: BinomialParameters<S>
    /** The number of trials, where it was given as a plain number. */
    readonly trials: number | undefined
  }

type AnyBinomial = Binomial<never, 'density' | 'enumerable'>

/** Successes in a number of trials, from logits or from probabilities; exactly one of the two, by name. */
export const binomial: {
  <const N extends Arg, const L extends Arg>(p: {
    readonly trials: N & Whole<N, 'trials of binomial'>
    readonly logits: L & Within<L, Real, 'logits of binomial'> & Meets<N, L, 'binomial'>
  }): Binomial<Both<N, L>, BinomialCapability<N>>
  <const N extends Arg, const P extends Arg>(p: {
    readonly trials: N & Whole<N, 'trials of binomial'>
    readonly probs: P & Within<P, Unit, 'probs of binomial'> & Meets<N, P, 'binomial'>
  }): Binomial<Both<N, P>, BinomialCapability<N>>
} = (p: { readonly trials: Arg; readonly logits?: Arg; readonly probs?: Arg }): AnyBinomial =>
  successes(whole('trials of binomial', p.trials), chanceParameters('binomial', p)) as unknown as AnyBinomial

const successes = (n: WholeParameter, chance: ChanceParameters<Shape>): Binomial<Shape> => {
  const shape = eventShape('binomial', [n.value, chanceValue(chance)])
  const trials = overEvent(n.value, shape)
  const given = chanceOver(chance, shape)
  const c = () => chances(given)
  const points = n.fixed === undefined ? Number.POSITIVE_INFINITY : (n.fixed + 1) ** sizeOf(shape)
  const listed = points <= largestSupport
  const logMass = (x: Value<Shape, Real>) =>
    elementwise<Shape, Real>(
      'logMass',
      real,
      (k, m, ...t) => logTrials(k as tf.Tensor, tf.sub(m as tf.Tensor, k as tf.Tensor), t as never),
      x,
      trials,
      ...inOrder(c()),
    )
  const logMasses = (x: Value<Shape, Real>) => {
    const member = mul(greaterEqual(x, 0), lessEqual(x, trials))
    return onSupport(member, logMass(inside(member, x, 0)))
  }
  const measure = distribution({
    family: 'binomial',
    shape,
    domain: count,
    capabilities: listed ? ['density', 'enumerable'] : ['density'],
    parameters: { trials, ...given },
    sample: (noise, axes) => {
      const window = windowOf(largestOf(n))
      return elementwise<Shape, Count>(
        'sample',
        count,
        (u, m, ...t) => smallestCounts(u as tf.Tensor, m as tf.Tensor, t as never, window),
        uniformNoise(noise, axes, shape),
        trials,
        ...inOrder(c()),
      )
    },
    logProb: (x) => sum(logMasses(x)),
    enumerate: (axis) => vectors(n.fixed as number, shape, axis),
    supportSize: listed ? points : Number.POSITIVE_INFINITY,
  })
  const mean = () => mul(trials, c().success) as Value<Shape, Real>
  return {
    ...measure,
    parameters: { trials, ...given } as BinomialParameters<Shape>,
    trials: n.fixed,
    logMasses,
    mean,
    variance: () => withDomain(mul(mean(), c().failure) as Value<Shape, Real>, nonNegative),
  }
}

/** Counts that a sampler looks at: all, or 14 of the largest standard deviations, ½ √n, on either side of the mean. */
const windowOf = (n: number): number => Math.min(n + 1, 2 * Math.ceil(7 * Math.sqrt(n)))

/** The smallest count whose cdf reaches u, among `window` counts around the mean. */
const smallestCounts = (u: tf.Tensor, n: tf.Tensor, c: ChanceTensors, window: number): tf.Tensor => {
  const along = (t: tf.Tensor) => tf.expandDims(t, -1)
  const trials = along(n)
  const highest = tf.maximum(tf.sub(trials, window - 1), 0)
  const middle = tf.floor(tf.mul(trials, along(c[0])))
  const first = tf.minimum(tf.maximum(tf.sub(middle, Math.floor(window / 2)), 0), highest)
  const k = tf.add(first, tf.range(0, window))
  const possible = tf.lessEqual(k, trials)
  const safe = tf.minimum(k, trials)
  const logMass = logTrials(safe, tf.sub(trials, safe), c.map(along) as never)
  const mass = tf.where(possible, tf.exp(logMass), tf.zerosLike(logMass))
  const cdf = tf.div(tf.cumsum(mass, mass.rank - 1), tf.sum(mass, -1, true))
  return tf.add(tf.squeeze(first, [-1]), tf.sum(tf.cast(tf.less(cdf, along(u)), 'float32'), -1))
}

/** All vectors of counts 0 … n, the last entry running fastest. */
const vectors = (n: number, shape: Shape, axis: string): Value<Shape, Count> => {
  const entries = sizeOf(shape)
  const size = (n + 1) ** entries
  const data = Float32Array.from(
    { length: size * entries },
    (_, i) => Math.floor(Math.floor(i / entries) / (n + 1) ** (entries - 1 - (i % entries))) % (n + 1),
  )
  return makeValue(tf.tensor(data, [size, ...shape]), shape, count, [{ name: axis, size }])
}

/** KL(Bin(n, q) ‖ Bin(n, p)) = Σ_i n_i [ q log(q/p) + (1 − q) log((1 − q)/(1 − p)) ], where n is shared. */
export const klBinomial = Object.assign(
  (q: Binomial<Shape>, p: Binomial<Shape>): Value<[], Real> =>
    klOfTrials(q.parameters.trials, chances(q.parameters), chances(p.parameters)),
  { applies: share('trials') },
)
