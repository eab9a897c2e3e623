/**
 * The Rényi bound of order α of a model p(x, z) and a variational family q(z | x), in nats per datum:
 *
 *   L_α = 1/(1 − α) log E_q[w^(1 − α)] = log P(x) − D_α(q ‖ P(z | x)),   w = p(x, z) / q(z | x)
 *
 * α = 1 is elbo, α = 0 is log P(x) itself, whose estimate by K particles is the bound of iwae; L_α does not increase with α, so
 * 0 < α < 1 lies between, and α < 0 above log P(x). Estimated by 1/(1 − α) log (1/K) Σ_k w_k^(1 − α), whose expectation goes
 * from elbo at K = 1 to L_α monotonically: a lower bound of log P(x) for α >= 0 and every K; for α < 0 it grows past log P(x), an
 * upper bound in the limit of many particles only.
 * Errors: those of iwae; tag `option`: alpha, particles.
 * Li and Turner, 2016, "Rényi divergence variational inference", equations 4, 8 and theorem 2.
 * Tested in tests/inference/renyi.test.ts.
 */

import { type GiryError, giryError } from '../dsl/error.js'
import { shown } from '../dsl/shown.js'
import { type ImportanceBound, importanceObjective, type ParticlesOption } from './importance/bound.js'
import { powerBound } from './importance/powerBound.js'
import { type PowerMethods, powerRules } from './importance/powerRules.js'

/** Options of a Rényi bound. */
export interface RenyiOptions extends ParticlesOption {
  /** The order α: 1 is elbo, 0 iwae, below 0 an upper bound in the limit of many particles. */
  readonly alpha: number
}

const alphaFaults = (alpha: number): readonly GiryError[] =>
  Number.isFinite(alpha)
    ? []
    : [
        giryError(
          'option',
          'alpha',
          `alpha must be a finite number, but ${shown(alpha)} was given`,
          'use 0.5, or 1 for elbo, or 0 for iwae',
        ),
      ]

/** The Rényi bound of order α; does not compile unless q fits p. */
export const renyi: ImportanceBound<RenyiOptions, 'renyi', PowerMethods> = (p, q, options) =>
  importanceObjective(p, q, options, powerRules('renyi', options?.alpha !== 1), ({ alpha }) => ({
    description: `L_α=${alpha}`,
    faults: alphaFaults(alpha),
    evaluate: (of, env) => powerBound(of, 1 - alpha, env),
  })) as never
