/**
 * What the forward-KL bounds share: draws of q as constants, log weights at them, and log q with its gradient.
 *
 *   E_P(z|x)[f(z)] ≈ Σ_k W_k f(z_k),   W_k = w_k / Σ_j w_j
 *
 * A site that is summed out counts Σ_e W_k,e f(z_k, e): where all are, the mean is exact. A weight of 0 counts nothing.
 */
import { mul } from '../../dsl/operations/arithmetic.js'
import { greater, where } from '../../dsl/operations/comparisons.js'
import { sumOver } from '../../dsl/value.js'
import type { Optioned } from '../boundOptions.js'
import { logDensity, particleAxis, type Scalar, total } from '../estimators/draws.js'
import type { Proposed } from './logWeight.js'
import type { MethodRules } from './methods.js'
import { enumAxesOf } from './powerMean.js'

/** The rules of a bound whose draws are constants. */
export const constantDraws = (bound: Optioned): MethodRules => ({
  bound,
  allowed: ['score', 'enumerate'],
  pathwise: 'score',
  otherwise: () => 'score',
})

/** Σ W f, over the particles and the sites that are summed out. */
export const weightedMean = (weights: Scalar, f: Scalar): Scalar => {
  const counted = mul(where(greater(weights, 0), f, 0), weights) as Scalar
  return sumOver(counted, [particleAxis, ...enumAxesOf(counted)])
}

/** log q(z | x) of the sites at these values, with plates summed. */
export const logProposal = (sites: readonly Proposed[], plates: readonly string[]): Scalar =>
  total(sites.map((d) => sumOver(logDensity(d.distribution, d.value), plates)))
