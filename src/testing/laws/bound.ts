/**
 * Laws of the evidence lower bound, as pure predicates on numbers; all in nats per datum.
 *
 *   identityHolds    log P(x) = L_b + KL(q(z|x) ‖ P(z|x))
 *   liesBelow        L_b <= log P(x)
 *   isTight          L_b = log P(x), at q = posterior
 *   keepsMean        E L_b is the same for every number of particles
 *   betaWeighs       L_β = L_1 − (β − 1) · KL(q(z|x) ‖ p(z)), linear in β
 *
 * The equality is a parameter (agreement.ts). Tested in tests/laws/.
 */
import type { Agreement } from './agreement.js'
import type { Verdict } from './distribution.js'

/** log P(x) = L_b + KL(q ‖ posterior). */
export const identityHolds =
  (agree: Agreement) =>
  (x: { readonly evidence: number; readonly bound: number; readonly divergence: number }): Verdict =>
    agree(x.bound + x.divergence, x.evidence)

/** L_b <= log P(x): `found` is the excess of L_b, `bound` what the equality forgives. */
export const liesBelow =
  (agree: Agreement) =>
  (x: { readonly evidence: number; readonly bound: number }): Verdict => {
    const { bound } = agree(x.bound, x.evidence)
    return { holds: x.bound - x.evidence <= bound, found: x.bound - x.evidence, bound }
  }

/** L_b = log P(x), which holds where q is the posterior. */
export const isTight =
  (agree: Agreement) =>
  (x: { readonly evidence: number; readonly bound: number }): Verdict =>
    agree(x.bound, x.evidence)

/** The bound in expectation does not depend on the number of particles. */
export const keepsMean =
  (agree: Agreement) =>
  (x: { readonly one: number; readonly many: number }): Verdict =>
    agree(x.many, x.one)

/** L_β = L_1 − (β − 1) · KL(q ‖ prior). */
export const betaWeighs =
  (agree: Agreement) =>
  (x: {
    readonly beta: number
    readonly atOne: number
    readonly atBeta: number
    readonly divergence: number
  }): Verdict =>
    agree(x.atBeta, x.atOne - (x.beta - 1) * x.divergence)
