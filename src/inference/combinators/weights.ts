/**
 * Log weights along the particles, in nats; −∞ is a weight of 0, and stays one.
 *
 *   reweighed: log w + log γ_p − log γ_q, −∞ where γ_q = 0          logMean: log (1/K) Σ_k w_k          shares: w_k / Σ_j w_j
 *
 * Where every weight is 0, so is every share. Tested in tests/inference/combinators/weights.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { nonNegative } from '../../dsl/domain.js'
import type { NonNegative } from '../../dsl/domains/marks.js'
import { add, sub } from '../../dsl/operations/arithmetic.js'
import { greater, where } from '../../dsl/operations/comparisons.js'
import { elementwise, logSumExpOver, type Value } from '../../dsl/value.js'
import { particleAxis } from '../estimators/draws.js'
import type { Scalar } from './program.js'

/** Every finite float32 is above. */
export const NOTHING = -3.4e38

/** The log weight of a trace of q as one of p. */
export const reweighed = (logWeight: Scalar, logTarget: Scalar, logProposal: Scalar): Scalar => {
  const alive = greater(logProposal, NOTHING)
  const ratio = sub(logTarget, where(alive, logProposal, 0) as Scalar)
  return where(alive, add(logWeight, ratio), Number.NEGATIVE_INFINITY) as Scalar
}

/** log of the mean weight. */
export const logMean = (logWeight: Scalar): Scalar => {
  const size = logWeight.axes.find((a) => a.name === particleAxis)?.size ?? 1
  const sum = logSumExpOver(logWeight, [particleAxis])
  return size === 1 ? sum : (sub(sum, Math.log(size)) as Scalar)
}

/** Weights divided by their sum. */
export const shares = (logWeight: Scalar): Value<[], NonNegative> => {
  const sum = logSumExpOver(logWeight, [particleAxis])
  const some = greater(sum, NOTHING)
  return elementwise('shares', nonNegative, tf.exp, sub(logWeight, where(some, sum, 0) as Scalar))
}
