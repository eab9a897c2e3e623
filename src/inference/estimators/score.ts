/**
 * score: the gradient of the density, for a site that need not be differentiable.
 *
 *   ∇_θ E[f(z)] = E[(f(z) − b) ∇_θ log q_θ(z)]        b: the mean of f over the other particles (leave-one-out)
 *
 * The baseline does not depend on the draw it is subtracted for, so the estimator stays unbiased. With one particle there
 * is none, and more variance. Added as stop(f − b) · (log q − stop(log q)), which is 0 in value.
 * Errors: tag `model`, where the gradient is to be differentiated in turn.
 * Williams, 1992; Kool, van Hoof and Welling, 2019. Tested in tests/inference/expectation.test.ts.
 */
import { fail } from '../../dsl/error.js'
import type { Environment } from '../../dsl/objective.js'
import { mul, sub } from '../../dsl/operations/arithmetic.js'
import { stopGradient } from '../../dsl/operations/functions.js'
import { type AnyValue, meanOver, sumOver } from '../../dsl/value.js'
import { type Drawn, logDensity, particleAxis, type Scalar } from './draws.js'
import type { SiteEstimator } from './estimator.js'

/** f_k minus the mean of the others, along the particles. */
export const leaveOneOut = (f: Scalar): Scalar => {
  const k = f.axes.find((a) => a.name === particleAxis)?.size ?? 1
  if (k < 2) return f
  const mean = meanOver(f, [particleAxis])
  return mul(k / (k - 1), sub(f, mean))
}

/** Its signal is a constant, so the derivative of its gradient would lack a term. */
const requireOnce = (s: Drawn, env: Environment): void => {
  if (env.twice === true)
    fail(
      'model',
      s.name,
      `site '${s.name}': consensus and unrolled differentiate a gradient, but that of ${s.site.family} is estimated by its score function, which gives first derivatives only`,
      'draw it from a pathwise distribution, or from one with few values, which are summed out',
    )
}

/** log q − stop(log q), summed over plates: 0 in value, with the score as its gradient. */
export const scoreOf = (s: Drawn, plates: readonly string[]): Scalar => {
  const logQ = sumOver(s.logQ as Scalar, plates)
  return sub(logQ, stopGradient(logQ)) as Scalar
}

/** The score function. */
export const score: SiteEstimator = {
  draw: ({ name, distribution, axes, env }) => {
    const value = stopGradient(distribution.sample(env.noise.child(name), axes) as AnyValue)
    return { value, logQ: logDensity(distribution, value) }
  },
  surrogate: (s, signal, plates, env) => {
    requireOnce(s, env)
    return mul(stopGradient(leaveOneOut(signal)), scoreOf(s, plates)) as Scalar
  },
}
