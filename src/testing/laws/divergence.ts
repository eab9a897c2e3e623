/**
 * Laws of the Kullback-Leibler divergence, as pure predicates, in nats.
 *
 *   isDivergence      KL(q ‖ p) >= 0
 *   vanishesAt        KL(q ‖ q) = 0
 *   isAdditive        KL(q1 × q2 ‖ p1 × p2) = KL(q1 ‖ p1) + KL(q2 ‖ p2)
 *   isSeedPenalty     KL(N(m, exp σ) ‖ N(0, 1)) = ½ Σ (exp σ − (1 + σ) + m²)       σ: the log variance
 *
 * The equality is a parameter (agreement.ts). Tested in tests/laws/divergence.test.ts.
 */
import type { Agreement } from './agreement.js'
import type { Verdict } from './distribution.js'

/** The penalty ½ Σ_i (exp σ_i − (1 + σ_i) + m_i²), σ the logarithms of the variances. */
export const seedPenalty = (m: readonly number[], logVariance: readonly number[]): number =>
  0.5 *
  m.reduce(
    (sum, mi, i) => sum + Math.expm1(logVariance[i] as number) - (logVariance[i] as number) + mi ** 2,
    0,
  )

/** KL >= 0. */
export const isDivergence =
  (agree: Agreement) =>
  (kl: number): Verdict => {
    const { bound } = agree(kl, 0)
    return { holds: kl >= -bound, found: -kl, bound }
  }

/** KL(q ‖ q) = 0. */
export const vanishesAt =
  <Q>(agree: Agreement, kl: (q: Q, p: Q) => number) =>
  (q: Q): Verdict =>
    agree(kl(q, q), 0)

/** The divergence of a product is the sum of those of its factors. */
export const isAdditive =
  (agree: Agreement) =>
  (whole: number, parts: readonly number[]): Verdict =>
    agree(
      whole,
      parts.reduce((a, b) => a + b, 0),
    )

/** A divergence from N(0, 1), as a function of m and σ, is the VAE penalty ½ Σ (exp σ − (1 + σ) + m²). */
export const isSeedPenalty =
  (agree: Agreement, kl: (m: readonly number[], logVariance: readonly number[]) => number) =>
  (m: readonly number[], logVariance: readonly number[]): Verdict =>
    agree(kl(m, logVariance), seedPenalty(m, logVariance))
