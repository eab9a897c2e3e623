/**
 * Laws of games on finite measures, as pure predicates on numbers, in nats.
 *
 *   isZeroSum              Σ of the payoffs = 0
 *   isStationary           a gradient is 0
 *   isBestDiscriminator    D = p/(p + q), point by point
 *   hasMinimaxValue        V = 2 JSD(p ‖ q) − log 4, at the best discriminator
 *   isConvexConjugate      f(u) + f*(t) >= u t, equal at t = f'(u)
 *   boundsDivergence       E_p[g(V)] − E_q[f*(g(V))] <= D_f(p ‖ q)
 *   touchesDivergence      equal, at the best critic
 *   obeysLipschitzBound    E_p[D] − E_q[D] <= L · W₁(p, q)
 *
 * The equality is a parameter (agreement.ts). Tested in tests/laws/games.test.ts.
 */
import type { FDivergence } from '../../inference/fDivergences/table.js'
import type { Agreement } from './agreement.js'
import type { Verdict } from './distribution.js'

/** A verdict that does not hold if there is one (its numbers may be NaN), else the one that is nearest to its bound. */
const worst = (verdicts: readonly Verdict[]): Verdict =>
  verdicts.find((v) => !v.holds) ??
  verdicts.reduce((a, b) => (b.found - b.bound > a.found - a.bound ? b : a), verdicts[0] ?? HOLDS)

const HOLDS: Verdict = { holds: true, found: 0, bound: 0 }

/** found <= limit, up to what the equality forgives. */
const below = (agree: Agreement, found: number, limit: number): Verdict => {
  const { bound } = agree(found, limit)
  return { holds: found - limit <= bound, found: found - limit, bound }
}

/** The payoffs of a zero-sum game add up to 0. */
export const isZeroSum =
  (agree: Agreement) =>
  (payoffs: readonly number[]): Verdict =>
    agree(
      payoffs.reduce((a, b) => a + b, 0),
      0,
    )

/** Every entry of a gradient is 0. */
export const isStationary =
  (agree: Agreement) =>
  (gradient: ArrayLike<number>): Verdict =>
    worst(Array.from(gradient, (g) => agree(g, 0)))

/** D = p/(p + q) at every point. */
export const isBestDiscriminator =
  (agree: Agreement) =>
  (x: {
    readonly d: readonly number[]
    readonly p: readonly number[]
    readonly q: readonly number[]
  }): Verdict =>
    worst(x.d.map((d, i) => agree(d, (x.p[i] as number) / ((x.p[i] as number) + (x.q[i] as number)))))

/** V = 2 JSD − log 4, which holds at the best discriminator. */
export const hasMinimaxValue =
  (agree: Agreement) =>
  (x: { readonly value: number; readonly jensenShannon: number }): Verdict =>
    agree(x.value, 2 * x.jensenShannon - Math.log(4))

/** f(u) + f*(t) >= u t, and f(u) + f*(f'(u)) = u f'(u); relative to the largest of the terms. */
export const isConvexConjugate =
  (agree: Agreement) =>
  (row: FDivergence, u: number, t: number): Verdict => {
    const scaled = (s: number) => {
      const terms = [row.f(u), row.conjugate(s), -u * s]
      return terms.reduce((a, b) => a + b, 0) / Math.max(1, ...terms.map(Math.abs))
    }
    return worst([below(agree, -scaled(t), 0), agree(scaled(row.derivative(u)), 0)])
  }

/** A variational bound lies below its divergence: `found` is the excess. */
export const boundsDivergence =
  (agree: Agreement) =>
  (x: { readonly bound: number; readonly divergence: number }): Verdict =>
    below(agree, x.bound, x.divergence)

/** A variational bound equals its divergence, which holds at the best critic. */
export const touchesDivergence =
  (agree: Agreement) =>
  (x: { readonly bound: number; readonly divergence: number }): Verdict =>
    agree(x.bound, x.divergence)

/** E_p[D] − E_q[D] <= L · W₁: `found` is the excess. */
export const obeysLipschitzBound =
  (agree: Agreement) =>
  (x: { readonly value: number; readonly lipschitz: number; readonly distance: number }): Verdict =>
    below(agree, x.value, x.lipschitz * x.distance)
