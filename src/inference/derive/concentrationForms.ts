/**
 * The closed forms of KL(q ‖ p) of gamma, inverse gamma, beta, Dirichlet, Student t and von Mises distributions, as formulas to
 * print. Rows of ./closedForms.ts; checked against the closed forms in tests/inference/derive/closedForms.test.ts.
 */
import { formula } from './formula.js'
import { byMoments, type ClosedForm, laws, row } from './row.js'

const own = formula('a, r')
const other = formula('b, s')

const gammas = (law: string): ClosedForm =>
  row(
    'Σ [b log(r / s) − log Γ(a) + log Γ(b) + (a − b) ψ(a) + a (s / r − 1)]',
    '\\sum \\left[b \\log\\frac{r}{s} - \\log\\Gamma(a) + \\log\\Gamma(b) + (a - b) \\psi(a) + a \\left(\\frac{s}{r} - 1\\right)\\right]',
    laws(law, own, other),
  )

const exponentialFirst = row(
  'Σ [b log(r / s) + log Γ(b) + (1 − b) ψ(1) + s / r − 1]',
  '\\sum \\left[b \\log\\frac{r}{s} + \\log\\Gamma(b) + (1 - b) \\psi(1) + \\frac{s}{r} - 1\\right]',
  [formula('q = Exp(r)', 'q = \\text{Exp}(r)'), ', ', formula('p = Gamma(b, s)', 'p = \\text{Gamma}(b, s)')],
)

const exponentialSecond = row(
  'Σ [log(r / s) − log Γ(a) + (a − 1) ψ(a) + a (s / r − 1)]',
  '\\sum \\left[\\log\\frac{r}{s} - \\log\\Gamma(a) + (a - 1) \\psi(a) + a \\left(\\frac{s}{r} - 1\\right)\\right]',
  [formula('q = Gamma(a, r)', 'q = \\text{Gamma}(a, r)'), ', ', formula('p = Exp(s)', 'p = \\text{Exp}(s)')],
)

const toGamma = row(
  'Σ [log Γ(b) − b log s − (b − 1) l + s m] − H',
  '\\sum \\left[\\log\\Gamma(b) - b \\log s - (b - 1) l + s m\\right] - H',
  [
    formula('p = Gamma(b, s)', 'p = \\text{Gamma}(b, s)'),
    '; ',
    formula('l, m, H'),
    ' = mean of log x, mean, entropy of q',
  ],
)

const toExponential = row('Σ [s m − log s] − H', '\\sum \\left[s m - \\log s\\right] - H', [
  formula('p = Exp(s)', 'p = \\text{Exp}(s)'),
  '; ',
  formula('m, H'),
  ' = mean, entropy of q',
])

const toInverseGamma = row(
  'Σ [log Γ(b) − b log s + (b + 1) l + s n] − H',
  '\\sum \\left[\\log\\Gamma(b) - b \\log s + (b + 1) l + s n\\right] - H',
  [
    formula('p = InverseGamma(b, s)', 'p = \\text{InverseGamma}(b, s)'),
    '; ',
    formula('l, n, H'),
    ' = mean of log x and of 1 / x, entropy of q',
  ],
)

const toLogNormal = row(
  'Σ [l + (v + (l − μ)²) / (2 r²) + log r + ½ log 2π] − H',
  '\\sum \\left[l + \\frac{v + (l - \\mu)^2}{2 r^2} + \\log r + \\frac{1}{2} \\log 2\\pi\\right] - H',
  [
    formula('p = LogNormal(μ, r²)', 'p = \\text{LogNormal}(\\mu, r^2)'),
    '; ',
    formula('l, v'),
    ' = mean and variance of log x, ',
    formula('H'),
    ' = entropy of q',
  ],
)

const dirichlets = row(
  'log B(b) − log B(a) + Σ (a_i − b_i) (ψ(a_i) − ψ(Σ a))',
  '\\log B(b) - \\log B(a) + \\sum_i (a_i - b_i) \\left(\\psi(a_i) - \\psi(\\textstyle\\sum_j a_j)\\right)',
  laws('Dirichlet', formula('a'), formula('b')),
)

/** The formulas, by pair `q|p`. */
export const concentrationForms = {
  'beta|beta': {
    ...dirichlets,
    where: [...laws('Beta', formula('a'), formula('b')), ', a and b vectors of two'],
  },
  'beta|normal': byMoments,
  'beta|uniform': row('Σ log r − H', '\\sum \\log r - H', [
    formula('r'),
    ' = length of the interval of p, infinite where it does not hold [0, 1]; ',
    formula('H'),
    ' = entropy of q',
  ]),
  'dirichlet|dirichlet': dirichlets,
  'exponential|gamma': exponentialFirst,
  'exponential|logNormal': toLogNormal,
  'gamma|exponential': exponentialSecond,
  'gamma|gamma': gammas('Gamma'),
  'gamma|inverseGamma': toInverseGamma,
  'gamma|logNormal': toLogNormal,
  'gamma|normal': byMoments,
  'inverseGamma|exponential': toExponential,
  'inverseGamma|gamma': toGamma,
  'inverseGamma|inverseGamma': gammas('InverseGamma'),
  'inverseGamma|logNormal': toLogNormal,
  'inverseGamma|normal': byMoments,
  'logNormal|exponential': toExponential,
  'logNormal|gamma': toGamma,
  'logNormal|inverseGamma': toInverseGamma,
  'studentT|normal': byMoments,
  'uniform|beta': row(
    'Σ [log B(a, b) − log w + (a − 1) l + (b − 1) n]',
    '\\sum \\left[\\log B(a, b) - \\log w + (a - 1) l + (b - 1) n\\right]',
    [
      formula('p = Beta(a, b)', 'p = \\text{Beta}(a, b)'),
      '; ',
      formula('w'),
      ' = length of the interval of q, ',
      formula('l, n'),
      ' = mean of −log x and of −log(1 − x) over it',
    ],
  ),
  'vonMises|vonMises': row(
    'Σ [A(k) (k − c cos(m − μ)) − log I0(k) + log I0(c)]',
    '\\sum \\left[A(k) \\left(k - c \\cos(m - \\mu)\\right) - \\log I_0(k) + \\log I_0(c)\\right]',
    [...laws('VonMises', formula('m, k'), formula('μ, c', '\\mu, c')), '; A = I1 / I0'],
  ),
} as const satisfies { readonly [pair: `${string}|${string}`]: ClosedForm }
