/**
 * multinomial({ trials, logits }) or multinomial({ trials, probs }): how often each of K labels came up in n trials
 *
 *   log p(x) = log n! − Σ_k log x_k! + Σ_k x_k log p_k,  Σ_k x_k = n                 (nats)
 *   x_k = #{ t : Σ_{j<k} p_j < u_t <= Σ_{j<=k} p_j },  u_1 … u_n ~ U(0, 1)            (not pathwise)
 *   E x = n p      Var x_k = n p_k (1 − p_k)       (the entropy has no closed form)
 *
 * On Count[K] (the type does not know n); −Infinity where the counts do not sum to n. Shapes: trials is a scalar. A draw
 * compares n numbers with K sums. Trials given as a value are read for their largest number, so that only the sampler of
 * a plain number of trials can be recorded. Tested in tests/dsl/distributions/multinomial.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { type Distribution, distribution, type EventSpace, type Moments } from '../distribution.js'
import { count, real } from '../domain.js'
import type { Count, Real } from '../domains/marks.js'
import { fail } from '../error.js'
import { deviance, logOrLarge } from '../numerics/deviance.js'
import { logFactorialRest } from '../numerics/stirling.js'
import type { Arg, ShapeOf, ShowArg } from '../operations/argument.js'
import { abs, mul, sub } from '../operations/arithmetic.js'
import { greaterEqual, less } from '../operations/comparisons.js'
import { min, sum } from '../operations/reductions.js'
import type { Shape } from '../shape.js'
import {
  type AnyValue,
  type Axis,
  alignTo,
  elementwise,
  makeValue,
  showSpaceOf,
  unionAxes,
  unionOrigins,
  type Value,
} from '../value.js'
import { uniformNoise } from './draw.js'
import {
  type CountOf,
  cumulativeOf,
  klOfProbabilities,
  type LogitsOf,
  ofParameters,
  type Probabilities,
  type ProbabilityParameters,
  type ProbsOf,
  probabilities,
} from './probabilities.js'
import { inside, onSupport } from './support.js'
import { largestOf, share, type Whole, type WholeParameter, whole } from './whole.js'

/** The parameters of a multinomial: trials, and K probabilities by one of their two names. */
export type MultinomialParameters<K extends number> = {
  readonly trials: Value<[], Count>
} & ProbabilityParameters<K>

/** How often each of K labels came up. */
export type Multinomial<K extends number> = Distribution<EventSpace<[K], Count>, 'density', 'multinomial'> &
  Moments<[K]> & {
    readonly parameters: MultinomialParameters<K>
    /** The number of trials, where it was given as a plain number. */
    readonly trials: number | undefined
  }

/** Accepts a scalar; otherwise a sentence. */
export type ScalarTrials<N> =
  ShapeOf<N> extends readonly []
    ? unknown
    : `trials of multinomial must be a scalar, but ${ShowArg<N>} was given`

/** Counts of labels, from K logits or from K probabilities; exactly one of the two, by name. */
export const multinomial: {
  <const N extends Arg, const L extends Arg>(p: {
    readonly trials: N & Whole<N, 'trials of multinomial'> & ScalarTrials<N>
    readonly logits: LogitsOf<L, 'multinomial'>
  }): Multinomial<CountOf<L>>
  <const N extends Arg, const P extends Arg>(p: {
    readonly trials: N & Whole<N, 'trials of multinomial'> & ScalarTrials<N>
    readonly probs: ProbsOf<P, 'multinomial'>
  }): Multinomial<CountOf<P>>
} = (p: { readonly trials: Arg; readonly logits?: Arg; readonly probs?: Arg }): Multinomial<never> =>
  tally(
    scalarTrials(whole('trials of multinomial', p.trials)),
    probabilities('multinomial', p),
  ) as Multinomial<number> as Multinomial<never>

const scalarTrials = (n: WholeParameter): WholeParameter =>
  n.value.shape.length === 0
    ? n
    : fail(
        'shape',
        'trials of multinomial',
        `trials of multinomial must be a scalar, but ${showSpaceOf(n.value)} was given`,
        'give one number of trials for all labels',
      )

const tally = (n: WholeParameter, p: Probabilities): Multinomial<number> => {
  const trials = n.value as Value<Shape, Count> as Value<[], Count>
  const mean = () => mul(trials, p.probs()) as AnyValue as Value<[number], Real>
  const measure = distribution({
    family: 'multinomial',
    shape: [p.k] as [number],
    domain: count,
    capabilities: ['density'],
    parameters: { trials, ...p.parameters },
    sample: (noise, axes) =>
      labelCounts(uniformNoise(noise, axes, [Math.max(largestOf(n), 1)]), trials, p, axes),
    logProb: (x) => {
      const possible = greaterEqual(x, 0)
      const member = mul(min(possible), less(abs(sub(sum(x), trials)), 0.5))
      return onSupport(member, logMass(inside(possible, x, 0), trials, p)) as Value<[], Real>
    },
  })
  return {
    ...measure,
    parameters: { trials, ...p.parameters } as MultinomialParameters<number>,
    trials: n.fixed,
    mean,
    variance: () => mul(mean(), sub(1, p.probs())) as AnyValue as Value<[number], Real>,
  }
}

/** rest(n) − Σ_k [ rest(x_k) + deviance(x_k, n p_k) ] (numerics/deviance.ts): Σ_k (n p_k − x_k) = 0. */
const logMass = (x: Value<Shape, Real>, trials: AnyValue, p: Probabilities): Value<Shape, Real> => {
  const terms = elementwise<Shape, Real>(
    'logMass',
    real,
    (...[k, n, probs, logProbs]) => {
      const gap = tf.sub(tf.mul(n as tf.Tensor, probs as tf.Tensor), k as tf.Tensor)
      const logMean = tf.add(logOrLarge(n as tf.Tensor), logProbs as tf.Tensor)
      const d = deviance(k as tf.Tensor, gap, logOrLarge(k as tf.Tensor), logMean)
      return tf.add(d, logFactorialRest(k as tf.Tensor))
    },
    x,
    trials,
    p.probs(),
    p.logProbs(),
  )
  const whole = elementwise<Shape, Real>('logMass', real, (n) => logFactorialRest(n as tf.Tensor), trials)
  return sub(whole, sum(terms)) as Value<Shape, Real>
}

/** Counts the noise between neighboring sums of probabilities; noise beyond the number of trials is left out. */
const labelCounts = (
  u: AnyValue,
  trials: AnyValue,
  p: Probabilities,
  axes: readonly Axis[],
): Value<[number], Count> => {
  const sums = cumulativeOf(p)
  const all = unionAxes([{ axes }, u, trials, sums])
  const sizes = all.map((a) => a.size)
  const slots = u.shape[0] as number
  const used = tf.cast(tf.less(tf.range(0, slots), tf.expandDims(alignTo(trials, all, 0), -1)), 'float32')
  const above = tf.cast(
    tf.less(tf.expandDims(alignTo(sums, all), -2), tf.expandDims(alignTo(u, all), -1)),
    'float32',
  )
  /** How many lie above each sum; the trials lie above none of them. */
  const beyond = tf.sum(tf.mul(above, tf.expandDims(used, -1)), -2)
  const before = tf.concat(
    [
      tf.broadcastTo(tf.sum(used, -1, true), [...sizes, 1]),
      tf.slice(beyond, sizes.map(() => 0).concat(0), [...sizes, p.k - 1]),
    ],
    -1,
  )
  return makeValue<[number], Count>(
    tf.sub(before, beyond),
    [p.k],
    count,
    all,
    unionOrigins([u, trials, sums]),
  )
}

/** KL = n Σ_k q_k log(q_k/p_k), where n is shared. */
export const klMultinomial = Object.assign(
  (q: Multinomial<number>, p: Multinomial<number>): Value<[], Real> =>
    mul(
      q.parameters.trials,
      klOfProbabilities(ofParameters(q.parameters), ofParameters(p.parameters)),
    ) as Value<[], Real>,
  { applies: share('trials') },
)
