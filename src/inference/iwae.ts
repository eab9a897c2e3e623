/**
 * The importance-weighted bound of a model p(x, z) and a variational family q(z | x), in nats per datum:
 *
 *   L_K = E[log (1/K) Σ_k w_k],   w_k = p(x, z_k) / q(z_k | x),  z_k ~ q(z | x)       L_1 = L_b <= L_K <= L_K+1 <= log P(x)
 *
 * The mean of the weights is an unbiased estimate of P(x), so its logarithm is a bound, and tight as K grows. Nothing is
 * in closed form: a divergence has no place inside the logarithm. Gradients are pathwise, or those of vimco at a site that
 * has no such gradient; a small finite site is summed out exactly, Σ_z p(x, z) in place of its draws.
 * Errors: tag `model`, every rule that q breaks, in the words of `elbo`; a shared latent, a method that a site does not
 * allow, a finite site in a plate that is to be summed out: tag `model`. Tag `option`: particles.
 * Burda, Grosse and Salakhutdinov, 2016. Tested in tests/inference/iwae.test.ts; its growth in tests/laws/bounds.test.ts.
 */
import { type ImportanceBound, importanceObjective, type ParticlesOption } from './importance/bound.js'
import { powerBound } from './importance/powerBound.js'
import { type PowerMethods, powerRules } from './importance/powerRules.js'

/** Options of an importance-weighted bound. */
export interface ImportanceOptions extends ParticlesOption {}

/** The importance-weighted bound of K particles; does not compile unless q fits p. */
export const iwae: ImportanceBound<ImportanceOptions, 'iwae', PowerMethods> = (p, q, options) =>
  importanceObjective(p, q, options, powerRules('iwae'), ({ particles }) => ({
    description: `L_${particles}`,
    evaluate: (of, env) => powerBound(of, 1, env),
  })) as never
