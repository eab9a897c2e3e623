/**
 * Formula: a piece of mathematics, as plain text and as LaTeX at once; and the few ways in which a derivation combines them.
 *
 *   log (a / b)    E_q[a]    KL(a ‖ b)    ∫ a dz    Σ_c a    p(x | z)
 *
 * Every combinator builds both strings side by side, so the two readings cannot drift apart. The LaTeX uses no command
 * of backslash and punctuation (`\,` `\{` `\|` `\_`): Markdown would take the backslash away.
 * Names of several letters are set upright as one word, a trailing number or `_word` becomes a subscript, Greek letters
 * become commands. Tested in tests/inference/derive/formula.test.ts.
 */

/** A piece of mathematics. */
export interface Formula {
  readonly text: string
  readonly latex: string
}

/** A sentence: words, and formulas among them. */
export type Prose = readonly (string | Formula)[]

/** Which copies of a variable are meant: the one there is, the one of datum n, or those of all N data. */
export type Index = 'one' | 'n' | 'all'

/** A formula from its two readings. */
export const formula = (text: string, latex: string = text): Formula => ({ text, latex })

const both = (f: (reading: keyof Formula) => string): Formula => ({ text: f('text'), latex: f('latex') })

/** Formulas side by side, with what stands between them. */
export const joined = (parts: readonly Formula[], between: Formula): Formula =>
  both((r) => parts.map((part) => part[r]).join(between[r]))

/** Formulas, separated by commas. */
export const list = (parts: readonly Formula[]): Formula => joined(parts, formula(', '))

const greekLetters: Readonly<Record<string, string>> = {
  α: 'alpha',
  β: 'beta',
  γ: 'gamma',
  δ: 'delta',
  ε: 'varepsilon',
  ζ: 'zeta',
  η: 'eta',
  θ: 'theta',
  ι: 'iota',
  κ: 'kappa',
  λ: 'lambda',
  μ: 'mu',
  ν: 'nu',
  ξ: 'xi',
  π: 'pi',
  ρ: 'rho',
  σ: 'sigma',
  τ: 'tau',
  υ: 'upsilon',
  φ: 'varphi',
  χ: 'chi',
  ψ: 'psi',
  ω: 'omega',
  Γ: 'Gamma',
  Δ: 'Delta',
  Θ: 'Theta',
  Λ: 'Lambda',
  Ξ: 'Xi',
  Π: 'Pi',
  Σ: 'Sigma',
  Φ: 'Phi',
  Ψ: 'Psi',
  Ω: 'Omega',
}

const word = (letters: string): string => {
  const spelled = [...letters]
    .map((c) => (c in greekLetters ? `\\${greekLetters[c]} ` : c))
    .join('')
    .trim()
  if (spelled === '') return '\\cdot'
  return [...letters].length === 1 ? spelled : `\\mathit{${spelled}}`
}

const indexMarks = { one: formula(''), n: formula('_n', 'n'), all: formula('_1:N', '1:N') } as const

/** A name of a model, with the index of a datum where it has one. */
export const variable = (name: string, index: Index = 'one'): Formula => {
  const primes = /'*$/.exec(name)?.[0] ?? ''
  const [base = '', ...rest] = name
    .slice(0, name.length - primes.length)
    .split('_')
    .filter((part) => part !== '')
  const [, letters = '', digits = ''] = /^(.*?)(\d*)$/u.exec(base) ?? []
  const marks = [digits, ...rest.map(word), indexMarks[index].latex].filter((mark) => mark !== '')
  const subscript = marks.length === 0 ? '' : `_{${marks.join(',')}}`
  return formula(`${name}${indexMarks[index].text}`, `${word(letters)}${primes}${subscript}`)
}

/** f(a, b | c, d), or f(a, b) where nothing is conditioned on. */
export const conditional = (f: string, of: readonly Formula[], on: readonly Formula[]): Formula => {
  const inside = on.length === 0 ? list(of) : joined([list(of), list(on)], formula(' | ', ' \\mid '))
  return both((r) => `${f}(${inside[r]})`)
}

/** log a. */
export const log = (a: Formula): Formula => both((r) => (r === 'text' ? `log ${a.text}` : `\\log ${a.latex}`))

/** a / b. */
export const ratio = (a: Formula, b: Formula): Formula =>
  formula(`[${a.text} / ${b.text}]`, `\\frac{${a.latex}}{${b.latex}}`)

/** a b, as the denominator or numerator of a ratio. */
export const product = (factors: readonly Formula[]): Formula => joined(factors, formula(' ', '\\thinspace '))

/** (a b) in text, a b in LaTeX, whose fractions need no parentheses. */
export const denominator = (factors: readonly Formula[]): Formula =>
  factors.length < 2 ? product(factors) : formula(`(${product(factors).text})`, product(factors).latex)

/** E_q[a]. */
export const expectation = (a: Formula): Formula =>
  formula(`E_q[${a.text}]`, `\\mathbb{E}_{q}\\left[${a.latex}\\right]`)

/** KL(a ‖ b). */
export const divergence = (a: Formula, b: Formula): Formula =>
  formula(`KL(${a.text} ‖ ${b.text})`, `\\mathrm{KL}\\left(${a.latex} \\parallel ${b.latex}\\right)`)

/** Σ over the discrete variables and ∫ over the continuous ones. */
export const integral = (
  discrete: readonly Formula[],
  continuous: readonly Formula[],
  body: Formula,
): Formula => {
  const sums = formula(
    discrete.map((v) => `Σ_${v.text} `).join(''),
    discrete.map((v) => `\\sum_{${v.latex}} `).join(''),
  )
  if (continuous.length === 0) return both((r) => `${sums[r]}${body[r]}`)
  const differentials = formula(
    continuous.map((v) => `d${v.text}`).join(' '),
    continuous.map((v) => `d${v.latex}`).join('\\thinspace '),
  )
  return formula(
    `${sums.text}∫ ${body.text} ${differentials.text}`,
    `${sums.latex}\\int ${body.latex}\\thinspace ${differentials.latex}`,
  )
}

/** Σ_i a. */
export const sumOver = (index: string, a: Formula): Formula =>
  formula(`Σ_${index} ${a.text}`, `\\sum_{${plateName(index)}} ${a.latex}`)

/** Π_i [a b]. */
export const productOver = (index: string, factors: readonly Formula[]): Formula =>
  formula(
    `Π_${index} [${product(factors).text}]`,
    `\\prod_{${plateName(index)}} \\left[${product(factors).latex}\\right]`,
  )

const plateName = (index: string): string => variable(index).latex

/** c a, for a coefficient that is written before. */
export const times = (coefficient: Formula | undefined, a: Formula): Formula =>
  coefficient === undefined ? a : product([coefficient, a])

/** Summands with their signs, as one sum. */
export const total = (summands: readonly Summand[]): Formula =>
  both((r) => summands.map((s, i) => `${signBefore(s.sign, i, r)}${s.body[r]}`).join(''))

/** A summand and its sign. */
export interface Summand {
  readonly sign: '+' | '−'
  readonly body: Formula
}

/** The sign as it is written before summand number i. */
export const signBefore = (sign: Summand['sign'], i: number, reading: keyof Formula): string => {
  const written = reading === 'text' ? sign : sign === '−' ? '-' : '+'
  return i === 0 ? (sign === '+' ? '' : written) : ` ${written} `
}
