/**
 * oneHotCategorical({ logits }) or oneHotCategorical({ probs }): one of the K unit vectors, P(x = e_k) = p_k
 *
 *   log p(x) = Σ_k x_k log p_k                                 (nats)
 *   H = −Σ_k p_k log p_k      E x = p      Var x_k = p_k (1 − p_k)
 *
 * A vector of the domain OneHot; sampled as categorical is (not pathwise). Enumerable, K points; relaxable (relaxation.ts).
 * Tested in tests/dsl/distributions/oneHotCategorical.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import {
  type Distribution,
  distribution,
  type Entropy,
  type EventSpace,
  type Moments,
} from '../distribution.js'
import { oneHot } from '../domain.js'
import type { OneHot, Real } from '../domains/marks.js'
import { oneHotOf } from '../numerics/oneHotOf.js'
import type { Arg } from '../operations/argument.js'
import { mul, sub } from '../operations/arithmetic.js'
import { greater, where } from '../operations/comparisons.js'
import { sum } from '../operations/reductions.js'
import { makeValue, onEvent, type Value } from '../value.js'
import { uniformNoise } from './draw.js'
import {
  type CountOf,
  entropyOf,
  klOfProbabilities,
  type LogitsOf,
  labelAt,
  ofParameters,
  type Probabilities,
  type ProbabilityParameters,
  type ProbsOf,
  probabilities,
} from './probabilities.js'
import { labelRelaxation } from './relaxation.js'

/** One of K unit vectors. */
export type OneHotCategorical<K extends number> = Distribution<
  EventSpace<[K], OneHot>,
  'density' | 'enumerable' | 'relaxable',
  'oneHotCategorical'
> &
  Moments<[K]> &
  Entropy & { readonly parameters: ProbabilityParameters<K> }

/** A unit vector from K logits, or from K probabilities; exactly one of the two, by name. */
export const oneHotCategorical: {
  <const L extends Arg>(p: {
    readonly logits: LogitsOf<L, 'oneHotCategorical'>
  }): OneHotCategorical<CountOf<L>>
  <const P extends Arg>(p: { readonly probs: ProbsOf<P, 'oneHotCategorical'> }): OneHotCategorical<CountOf<P>>
} = (p: { readonly logits?: Arg; readonly probs?: Arg }): OneHotCategorical<never> =>
  unitVector(probabilities('oneHotCategorical', p)) as OneHotCategorical<number> as OneHotCategorical<never>

const unitVector = (p: Probabilities): OneHotCategorical<number> => {
  const k = p.k
  const measure = distribution({
    family: 'oneHotCategorical',
    shape: [k] as [number],
    domain: oneHot,
    capabilities: ['density', 'enumerable', 'relaxable'],
    parameters: { ...p.parameters },
    sample: (noise, axes) =>
      onEvent(labelAt(uniformNoise(noise, axes, []), p), [k], oneHot, (t) => oneHotOf(t, k)),
    logProb: (x) => sum(where(greater(x, 0.5), p.logProbs(), 0) as Value<[number], Real>),
    enumerate: (axis) => makeValue<[number], OneHot>(tf.eye(k), [k], oneHot, [{ name: axis, size: k }]),
    supportSize: k,
    relaxation: labelRelaxation(k, () => ('logits' in p.parameters ? p.parameters.logits : p.logProbs())),
  })
  return {
    ...measure,
    parameters: p.parameters,
    mean: p.probs,
    variance: () => mul(p.probs(), sub(1, p.probs())),
    entropy: () => entropyOf(p),
  }
}

/** KL(q ‖ p) = Σ_k q_k log(q_k/p_k); Infinity where p_k = 0 < q_k. */
export const klOneHotCategorical = (
  q: OneHotCategorical<number>,
  p: OneHotCategorical<number>,
): Value<[], Real> => klOfProbabilities(ofParameters(q.parameters), ofParameters(p.parameters))
