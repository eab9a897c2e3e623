/**
 * The α-divergences, as rows of the table of f-divergences:
 *
 *   f(u) = (u^α − 1 − α (u − 1)) / (α (α − 1))           f'(u) = (u^(α−1) − 1)/(α − 1)
 *   f*(t) = ((1 + (α − 1) t)^(α/(α−1)) − 1) / α          on t < 1/(1 − α) where α < 1, on ℝ where α > 1 (base at least 0)
 *
 *   α → 1: KL(p ‖ q)      α → 0: KL(q ‖ p)      α = 2: ½ pearson      α = −1: ½ neyman      α = ½: 2 squaredHellinger
 *
 * In nats as α → 0 and 1. Nowozin et al., 2016, tables 5 and 6. Errors: `option`, α not finite.
 * Laws: tests/inference/fDivergences/alpha.test.ts.
 */

import type { Real } from '../../dsl/domains/marks.js'
import { fail } from '../../dsl/error.js'
import { add, clip, div, mul } from '../../dsl/operations/arithmetic.js'
import { expm1, log } from '../../dsl/operations/functions.js'
import { shown } from '../../dsl/shown.js'
import type { Value } from '../../dsl/value.js'
import { logGap } from './logGap.js'
import { type FDivergence, kl, reverseKl } from './table.js'

type Scalar = Value<[], Real>

/** log of the base 1 + (α − 1) g(v) of f*: log((1 − α) · gap) where α < 1; for α > 1 the base is kept above 0. */
const logBase =
  (alpha: number) =>
  (v: Scalar): Scalar =>
    alpha < 1
      ? add(Math.log(1 - alpha) as number, logGap(v))
      : log(clip(add(1, mul((alpha - 1) as number, v)), 1e-30, 3e38))

const conjugateOf =
  (alpha: number) =>
  (t: number): number => {
    const base = 1 + (alpha - 1) * t
    if (alpha < 1 && base <= 0) return Number.POSITIVE_INFINITY
    return Math.expm1((alpha / (alpha - 1)) * Math.log(Math.max(base, 0))) / alpha
  }

/** The α-divergence; at 1 and 0 the limits, KL(p ‖ q) and KL(q ‖ p). */
export const alphaDivergence = (alpha: number): FDivergence => {
  if (!Number.isFinite(alpha))
    fail('option', 'alpha', `alpha must be a number, but ${shown(alpha)} was given`, 'use 0.5, or any other')
  if (alpha === 1) return kl
  if (alpha === 0) return reverseKl
  const exponent = alpha / (alpha - 1)
  return {
    name: `alphaDivergence(${alpha})`,
    f: (u) => (u ** alpha - 1 - alpha * (u - 1)) / (alpha * (alpha - 1)),
    derivative: (u) => (u ** (alpha - 1) - 1) / (alpha - 1),
    conjugate: conjugateOf(alpha),
    finiteOn: {
      low: Number.NEGATIVE_INFINITY,
      high: alpha < 1 ? 1 / (1 - alpha) : Number.POSITIVE_INFINITY,
    },
    ofCritic: (v) => div(expm1(mul(exponent as number, logBase(alpha)(v))), alpha as number),
  }
}
