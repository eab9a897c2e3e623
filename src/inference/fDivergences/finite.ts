/**
 * Exact f-divergences of finite measures, in float64: the oracle of the bound.
 *
 *   D_f(p ‖ q) = Σ_{q>0} q f(p/q) + f'(∞) Σ_{q=0} p          f'(∞) = lim f(u)/u, the upper end of where f* is finite
 *   optimal critic: g(V) = f'(p/q), so V = g⁻¹(f'(p/q))      for gan V = log(p/q)
 *
 * Errors: `data`, every fault. Laws: tests/inference/fDivergences/finite.test.ts and tests/laws/games.test.ts.
 */
import { type GiryError, giryError, throwAll } from '../../dsl/error.js'
import { activationOnto } from './activation.js'
import type { FDivergence } from './table.js'

const sumOf = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0)

/** What keeps numbers from being the masses of a probability measure. */
export const massFaults = (name: string, masses: readonly number[]): readonly GiryError[] => {
  const bad = masses.findIndex((m) => !(m >= 0 && Number.isFinite(m)))
  if (bad >= 0)
    return [
      giryError(
        'data',
        name,
        `masses are numbers >= 0, but ${name}[${bad}] is ${masses[bad]}`,
        'give the masses, not their logarithms',
      ),
    ]
  // Masses that were rounded to float32 add up to 1 within their number times 2^−24.
  return Math.abs(sumOf(masses) - 1) <= 1e-4
    ? []
    : [
        giryError(
          'data',
          name,
          `the masses of ${name} add up to ${sumOf(masses)}`,
          'divide them by their sum',
        ),
      ]
}

/** What keeps two lists from being two measures on one finite set. */
export const measureFaults = (p: readonly number[], q: readonly number[]): readonly GiryError[] => [
  ...(p.length === q.length
    ? []
    : [
        giryError(
          'data',
          'p',
          `p has ${p.length} masses but q has ${q.length}`,
          'give both on one set, 0 where a point has no mass',
        ),
      ]),
  ...massFaults('p', p),
  ...massFaults('q', q),
]

/** One summand: q f(p/q), or its limits. */
const summand = (f: FDivergence, p: number, q: number): number => {
  if (q > 0) return q * f.f(p / q)
  return p === 0 ? 0 : p * f.finiteOn.high
}

/** D_f(p ‖ q) of two measures on one finite set. */
export const fDivergenceExact = (f: FDivergence, p: readonly number[], q: readonly number[]): number => {
  throwAll(measureFaults(p, q))
  return sumOf(p.map((mass, i) => summand(f, mass, q[i] as number)))
}

/** What the best critic returns at each point, before its activation; ±Infinity where it is a limit, NaN where p = q = 0. */
export const optimalCritic = (
  f: FDivergence,
  p: readonly number[],
  q: readonly number[],
): readonly number[] => {
  throwAll(measureFaults(p, q))
  const { inverse } = activationOnto(f.finiteOn)
  return p.map((mass, i) => inverse(f.derivative(mass / (q[i] as number))))
}
