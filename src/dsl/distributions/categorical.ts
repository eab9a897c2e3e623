/**
 * categorical({ logits }) or categorical({ probs }): a label x ∈ {0 … K − 1}, P(x = k) = p_k
 *
 *   log p(x) = log p_x                                         (nats)
 *   x = the k with Σ_{j<k} p_j < u <= Σ_{j<=k} p_j,  u ~ U(0, 1)   (not pathwise)
 *   H = −Σ_k p_k log p_k      E x = Σ_k k p_k      Var x = Σ_k (k − E x)² p_k
 *
 * One label, a scalar of the domain Category(K); a batch of labels is `iid(n, categorical(…))`. A probability may be
 * 0: its label has log density −Infinity. Enumerable. Tested in tests/dsl/distributions/categorical.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import {
  type Distribution,
  distribution,
  type Entropy,
  type EventSpace,
  type Moments,
} from '../distribution.js'
import { binary, category, real } from '../domain.js'
import type { Category, Real } from '../domains/marks.js'
import { oneHotOf } from '../numerics/oneHotOf.js'
import type { Arg } from '../operations/argument.js'
import { mul, square, sub } from '../operations/arithmetic.js'
import { less, where } from '../operations/comparisons.js'
import { sum } from '../operations/reductions.js'
import type { Shape } from '../shape.js'
import { makeValue, onEvent, type Value, withDomain } from '../value.js'
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
import { inside, onSupport } from './support.js'
import { weakCategorical } from './weak.js'

/** A label among K. */
export type Categorical<K extends number> = Distribution<
  EventSpace<[], Category<K>>,
  'density' | 'enumerable' | 'weakDerivative',
  'categorical'
> &
  Moments<[]> &
  Entropy & { readonly parameters: ProbabilityParameters<K> }

/** A label from K logits, or from K probabilities; exactly one of the two, by name. */
export const categorical: {
  <const L extends Arg>(p: { readonly logits: LogitsOf<L, 'categorical'> }): Categorical<CountOf<L>>
  <const P extends Arg>(p: { readonly probs: ProbsOf<P, 'categorical'> }): Categorical<CountOf<P>>
} = (p: { readonly logits?: Arg; readonly probs?: Arg }): Categorical<never> =>
  label(probabilities('categorical', p)) as Categorical<number> as Categorical<never>

const label = (p: Probabilities): Categorical<number> => {
  const domain = category(p.k)
  const mean = () => sum(mul(ranks(p.k), p.probs()))
  const measure = distribution({
    family: 'categorical',
    shape: [] as [],
    domain,
    capabilities: ['density', 'enumerable', 'weakDerivative'],
    parameters: { ...p.parameters },
    sample: (noise, axes) => withDomain(labelAt(uniformNoise(noise, axes, []), p), domain),
    logProb: (x) => {
      const known = less(x, p.k)
      const log = sum(where(hot(inside(known, x, 0), p.k), p.logProbs(), 0) as Value<[number], Real>)
      return onSupport(known, log) as Value<[], Real>
    },
    enumerate: (axis) =>
      makeValue<[], Category<number>>(tf.range(0, p.k), [], domain, [{ name: axis, size: p.k }]),
    supportSize: p.k,
    weakDerivatives: weakCategorical(p.k, domain, p.probs),
  })
  return {
    ...measure,
    parameters: p.parameters,
    mean,
    variance: () => sum(mul(square(sub(ranks(p.k), mean())), p.probs())),
    entropy: () => entropyOf(p),
  }
}

/** 0, 1, …, K − 1. */
const ranks = (k: number): Value<[number], Real> => makeValue<[number], Real>(tf.range(0, k), [k], real)

const hot = (x: Value<Shape, Real>, k: number) => onEvent(x, [k], binary, (t) => oneHotOf(t, k))

/** KL(categorical(q) ‖ categorical(p)) = Σ_k q_k log(q_k/p_k); Infinity where p_k = 0 < q_k. */
export const klCategorical = (q: Categorical<number>, p: Categorical<number>): Value<[], Real> =>
  klOfProbabilities(ofParameters(q.parameters), ofParameters(p.parameters))
