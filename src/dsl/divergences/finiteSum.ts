/**
 * KL(q ‖ p) as a finite sum over the support of q, for every p that has masses there, in nats, summed over the event
 *
 *   labels   Σ_k q_k (log q_k − log p(x_k))                       q categorical or oneHotCategorical
 *   coins    Σ_i Σ_{x ∈ {0, 1}} q_i(x) (log q_i(x) − log p_i(x))   q bernoulli; p's entries are independent
 *
 * Infinity where p lacks a point of q. Tested in tests/dsl/kl.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { enumPrefix } from '../axes.js'
import type { AnyDistribution } from '../distribution.js'
import type { Bernoulli } from '../distributions/bernoulli.js'
import { chances } from '../distributions/chance.js'
import { type EntryMasses, relativeEntropy } from '../distributions/masses.js'
import { logProbOf, supportOf } from '../distributions/parts.js'
import { ofParameters, type ProbabilityParameters } from '../distributions/probabilities.js'
import { real } from '../domain.js'
import type { Real } from '../domains/marks.js'
import { add } from '../operations/arithmetic.js'
import { sum } from '../operations/reductions.js'
import type { Shape } from '../shape.js'
import { axisToEvent, makeValue, type Value } from '../value.js'

/** The axis of the points of q. */
const pointAxis = `${enumPrefix} point of kl`

/** A distribution over K labels, whose points are listed in the order of its probabilities. */
type Labels = AnyDistribution & { readonly parameters: ProbabilityParameters<number> }

/** KL(q ‖ p) for K labels. */
export const klOfLabels = (q: Labels, p: AnyDistribution): Value<[], Real> => {
  const { probs, logProbs } = ofParameters(q.parameters)
  const logP = axisToEvent(logProbOf(p, supportOf(q, pointAxis)), pointAxis)
  return sum(relativeEntropy(probs(), logProbs(), logP as Value<Shape, Real>))
}

/** KL(q ‖ p) for coins. */
export const klOfCoins = (q: Bernoulli<Shape>, p: EntryMasses): Value<[], Real> => {
  const { success, logSuccess, failure, logFailure } = chances(q.parameters)
  const at = (x: number) => p.logMasses(makeValue<[], Real>(tf.scalar(x), [], real))
  return sum(
    add(relativeEntropy(success, logSuccess, at(1)), relativeEntropy(failure, logFailure, at(0))) as Value<
      Shape,
      Real
    >,
  )
}
