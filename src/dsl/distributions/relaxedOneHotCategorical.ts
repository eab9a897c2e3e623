/**
 * relaxedOneHotCategorical({ temperature, logits }) or ({ temperature, probs }): a unit vector relaxed to the simplex
 *
 *   x = softmax((logits + g) / temperature),  g_k = −log(−log u_k),  u_k ~ U(0, 1)             (pathwise)
 *   log p(x) = log (K − 1)! + (K − 1) log λ + Σ_k [ logits_k − (λ + 1) log x_k ] − K log Σ_k exp(logits_k − λ log x_k)
 *
 * with λ = temperature, in nats, by the first K − 1 coordinates. As the temperature falls to 0, x tends to a unit vector;
 * its largest entry has the label's probability at every temperature. On Simplex[K]; entries are kept at least 2⁻¹²⁶, so a
 * temperature far below 0.1 blurs the density. `temperature` is a scalar. No closed moments.
 * The concrete distribution of Maddison, Mnih and Teh (2017), equation 10, and Jang, Gu and Poole (2017), Gumbel-softmax.
 * Tested in tests/dsl/distributions/relaxedOneHotCategorical.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { type Distribution, distribution, type EventSpace } from '../distribution.js'
import { positive, real, simplex } from '../domain.js'
import type { Positive, Real, Simplex } from '../domains/marks.js'
import { fail } from '../error.js'
import { logSumExp, softmax } from '../numerics/logSumExp.js'
import type { Arg, ShapeOf, ShowArg } from '../operations/argument.js'
import { add, div } from '../operations/arithmetic.js'
import { sum } from '../operations/reductions.js'
import type { Shape } from '../shape.js'
import { type AnyValue, elementwise, onEvent, showSpaceOf, type Value } from '../value.js'
import { uniformNoise } from './draw.js'
import { parameter, type Within } from './parameter.js'
import {
  type CountOf,
  type LogitsOf,
  type Probabilities,
  type ProbabilityParameters,
  type ProbsOf,
  probabilities,
} from './probabilities.js'

/** The parameters: a temperature, and K probabilities by one of their two names. */
export type RelaxedOneHotParameters<K extends number> = {
  readonly temperature: Value<[], Positive>
} & ProbabilityParameters<K>

/** A relaxed unit vector of K entries. */
export type RelaxedOneHotCategorical<K extends number> = Distribution<
  EventSpace<[K], Simplex>,
  'density' | 'pathwise',
  'relaxedOneHotCategorical'
> & { readonly parameters: RelaxedOneHotParameters<K> }

/** Accepts a scalar; otherwise a sentence. */
export type ScalarTemperature<T> =
  ShapeOf<T> extends readonly []
    ? unknown
    : `temperature of relaxedOneHotCategorical must be a scalar, but ${ShowArg<T>} was given`

/** A relaxed unit vector, from K logits or from K probabilities; exactly one of the two, by name. */
export const relaxedOneHotCategorical: {
  <const T extends Arg, const L extends Arg>(p: {
    readonly temperature: T &
      Within<T, Positive, 'temperature of relaxedOneHotCategorical'> &
      ScalarTemperature<T>
    readonly logits: LogitsOf<L, 'relaxedOneHotCategorical'>
  }): RelaxedOneHotCategorical<CountOf<L>>
  <const T extends Arg, const P extends Arg>(p: {
    readonly temperature: T &
      Within<T, Positive, 'temperature of relaxedOneHotCategorical'> &
      ScalarTemperature<T>
    readonly probs: ProbsOf<P, 'relaxedOneHotCategorical'>
  }): RelaxedOneHotCategorical<CountOf<P>>
} = (p: {
  readonly temperature: Arg
  readonly logits?: Arg
  readonly probs?: Arg
}): RelaxedOneHotCategorical<never> =>
  relaxed(
    scalarTemperature(parameter('temperature of relaxedOneHotCategorical', positive, p.temperature)),
    probabilities('relaxedOneHotCategorical', p),
  ) as RelaxedOneHotCategorical<number> as RelaxedOneHotCategorical<never>

const scalarTemperature = (t: Value<Shape, Positive>): Value<[], Positive> =>
  t.shape.length === 0
    ? (t as Value<Shape, Positive> as Value<[], Positive>)
    : fail(
        'shape',
        'temperature of relaxedOneHotCategorical',
        `temperature of relaxedOneHotCategorical must be a scalar, but ${showSpaceOf(t)} was given`,
        'give one temperature for all labels',
      )

/** The smallest normal float32: an entry that rounds to 0 has no logarithm. */
const SMALLEST = 2 ** -126

const relaxed = (temperature: Value<[], Positive>, p: Probabilities): RelaxedOneHotCategorical<number> => {
  const k = p.k
  const logits = () => ('logits' in p.parameters ? p.parameters.logits : p.logProbs()) as Value<Shape, Real>
  const measure = distribution({
    family: 'relaxedOneHotCategorical',
    shape: [k] as [number],
    domain: simplex,
    capabilities: ['density', 'pathwise'],
    parameters: { temperature, ...p.parameters },
    sample: (noise, axes) => {
      const noisy = add(logits(), gumbel(uniformNoise(noise, axes, [k])))
      return onEvent<[number], Simplex>(div(noisy as AnyValue, temperature), [k], simplex, (t) =>
        tf.maximum(softmax(t), SMALLEST),
      )
    },
    logProb: (x) => logDensity(x, logits(), temperature, k),
  })
  return { ...measure, parameters: { temperature, ...p.parameters } as RelaxedOneHotParameters<number> }
}

/** −log(−log u). */
const gumbel = (u: Value<Shape, Positive>): Value<Shape, Real> =>
  elementwise('gumbel', real, (t) => tf.neg(tf.log(tf.neg(tf.log(t as tf.Tensor)))), u)

const logFactorial = (n: number): number => (n <= 1 ? 0 : Math.log(n) + logFactorial(n - 1))

/** With w_k = logits_k − λ log x_k:  log (K − 1)! + (K − 1) log λ + Σ_k [ w_k − log x_k ] − K log Σ_k e^w_k. */
const logDensity = (
  x: Value<[number], Simplex>,
  logits: Value<Shape, Real>,
  temperature: Value<[], Positive>,
  k: number,
): Value<[], Real> => {
  const logX = elementwise<Shape, Real>('log', real, (t) => tf.log(tf.maximum(t as tf.Tensor, SMALLEST)), x)
  const w = elementwise<Shape, Real>(
    'relaxedOneHotCategorical',
    real,
    (...[l, t, y]) => tf.sub(l as tf.Tensor, tf.mul(t as tf.Tensor, y as tf.Tensor)),
    logits,
    temperature,
    logX,
  )
  // Σ_k (w_k − log Σ e^w) in one: each term is a logarithm of a probability, so large logits do not cancel.
  const normalized = onEvent<Shape, Real>(w, [k], real, (t) => tf.sub(t, logSumExp(t, -1, true)))
  const volume = elementwise<[], Real>(
    'log',
    real,
    (t) => tf.add(tf.mul(k - 1, tf.log(t as tf.Tensor)), logFactorial(k - 1)),
    temperature,
  )
  const entries = elementwise<Shape, Real>(
    'relaxedOneHotCategorical',
    real,
    (...[a, b]) => tf.sub(a as tf.Tensor, b as tf.Tensor),
    normalized,
    logX,
  )
  return add(sum(entries), volume) as Value<[], Real>
}
