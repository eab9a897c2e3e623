/**
 * score: the gradient of the density, for a site that need not be differentiable.
 *
 *   ∇_θ E[f(z)] = E[(f(z) − b) ∇_θ log q_θ(z)]        b: a baseline (baseline.ts), leave-one-out unless asked otherwise
 *
 * The baseline does not depend on the draw it is subtracted for, so the estimator stays unbiased. With one particle
 * leave-one-out is none, and more variance. Added as stop(f − b) · (log q − stop(log q)), which is 0 in value.
 * Errors: tag `model`, where the gradient is to be differentiated in turn.
 * Williams, 1992; Kool, van Hoof and Welling, 2019. Tested in tests/inference/expectation.test.ts and
 * tests/inference/estimators/score.test.ts.
 */
import { fail } from '../../dsl/error.js'
import type { Environment } from '../../dsl/objective.js'
import { mul } from '../../dsl/operations/arithmetic.js'
import { stopGradient } from '../../dsl/operations/functions.js'
import { type AnyValue, sumOver } from '../../dsl/value.js'
import { centered, gradientOnly, withTraining } from './baseline.js'
import { type Drawn, logDensity, type Scalar } from './draws.js'
import type { SiteEstimator } from './estimator.js'

/** Its signal is a constant, so the derivative of its gradient would lack a term. */
export const requireOnce = (s: Drawn, env: Environment): void => {
  if (env.twice === true)
    fail(
      'model',
      s.name,
      `site '${s.name}': consensus and unrolled differentiate a gradient, but that of ${s.site.family} is estimated by its score function, which gives first derivatives only`,
      'draw it from a pathwise distribution, or from one with few values, which are summed out',
    )
}

/** Σ over plates of stop(signal) · (log q − stop(log q)): 0 in value, with the score as its gradient. */
export const reinforced = (signal: Scalar, logQ: Scalar, plates: readonly string[]): Scalar =>
  sumOver(mul(stopGradient(signal), gradientOnly(logQ)) as Scalar, plates)

/** The score function. */
export const score: SiteEstimator = {
  draw: ({ name, distribution, axes, env }) => {
    const value = stopGradient(distribution.sample(env.noise.child(name), axes) as AnyValue)
    return { value, logQ: logDensity(distribution, value) }
  },
  surrogate: (s, signal, at) => {
    requireOnce(s, at.env)
    const { signal: f, training } = centered(s, signal, at)
    return withTraining(reinforced(f, s.logQ as Scalar, at.plates), training)
  },
}
