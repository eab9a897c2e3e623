/** One printed closed form of KL(q ‖ p): the formula, and what its letters are. */
import { type Formula, formula, type Prose } from './formula.js'

/** A closed form: the formula, and what its letters are. */
export interface ClosedForm {
  readonly formula: Formula
  readonly where: Prose
}

/** A closed form as text and LaTeX. */
export const row = (text: string, latex: string, where: Prose): ClosedForm => ({
  formula: formula(text, latex),
  where,
})

/** Names the parameters: q = Law(own), p = Law(other). */
export const laws = (law: string, own: Formula, other: Formula): Prose => {
  const of = (side: string, parameters: Formula) =>
    formula(`${side} = ${law}(${parameters.text})`, `${side} = \\text{${law}}(${parameters.latex})`)
  return [of('q', own), ', ', of('p', other)]
}

/** KL to a normal by the mean, variance and entropy of q. */
export const byMoments = row(
  'Σ [(v + (m − μ)²) / (2 r²) + log r + ½ log 2π] − H',
  '\\sum \\left[\\frac{v + (m - \\mu)^2}{2 r^2} + \\log r + \\frac{1}{2} \\log 2\\pi\\right] - H',
  [
    formula('p = N(μ, r²)', 'p = \\text{N}(\\mu, r^2)'),
    '; ',
    formula('m, v, H'),
    ' = mean, variance, entropy of q',
  ],
)
