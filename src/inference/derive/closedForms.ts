/**
 * The closed forms of KL(q ‖ p), as formulas to print: one row per pair of families of the table in src/dsl/kl.ts.
 *
 *   normal against N(0, I), with m = loc and σ = log scale²:    ½ Σ (exp σ − (1 + σ) + m²)
 *
 * A pair that a user added to the table has no row here; its term is then called closed form without a formula.
 * The formulas are checked against the closed forms they describe in tests/inference/derive/closedForms.test.ts.
 */
import { partsOf } from '../../dsl/families.js'
import { concentrationForms } from './concentrationForms.js'
import { formula } from './formula.js'
import { byMoments, type ClosedForm, laws, row } from './row.js'

const sigma = formula('σ', '\\sigma')
const logScale = formula('log scale²', '\\log \\mathit{scale}^2')

const againstStandard = row(
  '½ Σ (exp σ − (1 + σ) + m²)',
  '\\frac{1}{2} \\sum \\left(\\exp\\sigma - (1 + \\sigma) + m^2\\right)',
  [formula('m'), ' = loc, ', sigma, ' = ', logScale, ' of ', formula('q')],
)

const own = formula('m, s²', 'm, s^2')
const other = formula('μ, r²', '\\mu, r^2')
const [a, b] = [formula('a'), formula('b')]

const normals = row(
  'Σ [log(r / s) + (s² + (m − μ)²) / (2 r²) − ½]',
  '\\sum \\left[\\log\\frac{r}{s} + \\frac{s^2 + (m - \\mu)^2}{2 r^2} - \\frac{1}{2}\\right]',
  laws('N', own, other),
)

const covariances = row(
  '½ [tr(R⁻¹ S) + (m − μ)ᵀ R⁻¹ (m − μ) − d + log(det R / det S)]',
  '\\frac{1}{2} \\left[\\mathrm{tr}(R^{-1} S) + (m - \\mu)^{\\top} R^{-1} (m - \\mu) - d + \\log\\frac{\\det R}{\\det S}\\right]',
  laws('N', formula('m, S'), formula('μ, R', '\\mu, R')),
)

const labels = row('Σ a log(a / b)', '\\sum a \\log\\frac{a}{b}', [
  'over the labels, of probability ',
  a,
  ' in q, ',
  b,
  ' in p',
])

const atPoint = row('−log p(v)', '-\\log p(v)', [formula('v'), ' = the point of q'])

/** The formulas, by pair `q|p`. */
export const closedForms: { readonly [pair: `${string}|${string}`]: ClosedForm } = {
  ...concentrationForms,
  'bernoulli|bernoulli': row(
    'Σ [a log(a / b) + (1 − a) log((1 − a) / (1 − b))]',
    '\\sum \\left[a \\log\\frac{a}{b} + (1 - a) \\log\\frac{1 - a}{1 - b}\\right]',
    laws('Bernoulli', a, b),
  ),
  'categorical|categorical': labels,
  'delta|bernoulli': atPoint,
  'delta|categorical': atPoint,
  'delta|delta': atPoint,
  'delta|oneHotCategorical': atPoint,
  'delta|poisson': atPoint,
  'exponential|exponential': row(
    'Σ [log(a / b) + b / a − 1]',
    '\\sum \\left[\\log\\frac{a}{b} + \\frac{b}{a} - 1\\right]',
    [a, ', ', b, ' = rate of q, p'],
  ),
  'exponential|normal': byMoments,
  'iid(normal)|normal': normals,
  'laplace|laplace': row(
    'Σ [log(r / s) + (|m − μ| + s exp(−|m − μ| / s)) / r − 1]',
    '\\sum \\left[\\log\\frac{r}{s} + \\frac{\\lvert m - \\mu \\rvert + s \\exp(-\\lvert m - \\mu \\rvert / s)}{r} - 1\\right]',
    laws('Laplace', formula('m, s'), formula('μ, r', '\\mu, r')),
  ),
  'laplace|normal': byMoments,
  'logNormal|logNormal': { ...normals, where: laws('LogNormal', own, other) },
  'logNormal|normal': byMoments,
  'multivariateNormal|multivariateNormal': covariances,
  'multivariateNormal|normal': covariances,
  'normal|iid(normal)': normals,
  'normal|multivariateNormal': covariances,
  'normal|normal': normals,
  'oneHotCategorical|oneHotCategorical': labels,
  'poisson|poisson': row(
    'Σ [a log(a / b) − a + b]',
    '\\sum \\left[a \\log\\frac{a}{b} - a + b\\right]',
    laws('Poisson', a, b),
  ),
  'uniform|normal': byMoments,
  'uniform|uniform': row('Σ log(r / s)', '\\sum \\log\\frac{r}{s}', [
    formula('s, r'),
    ' = length of the interval of q, p; infinite where that of q is not within',
  ]),
}

/** The formula of KL(q ‖ p) for a pair of families, if it is known; `standard` says that p is N(0, I). */
export const closedForm = (q: string, p: string, standard = false): ClosedForm | undefined => {
  if (standard && isNormal(q) && isNormal(p)) return againstStandard
  const known = Object.hasOwn(closedForms, `${q}|${p}`) ? closedForms[`${q}|${p}`] : undefined
  return known ?? ofProducts(q, p, standard)
}

const isNormal = (family: string): boolean =>
  family === 'normal' || (partsOf('iid', family) ?? []).some(isNormal)

/** A sum over independent entries reads like that over entries; parts of several kinds are summed up. */
const ofProducts = (q: string, p: string, standard: boolean): ClosedForm | undefined => {
  const [single] = partsOf('iid', q) ?? []
  const [other] = partsOf('iid', p) ?? []
  if (single !== undefined && other !== undefined) {
    const one = closedForm(single, other, standard)
    return one === undefined
      ? undefined
      : { ...one, where: [...one.where, ', added up over the independent draws'] }
  }
  return partsOf('independent', q) === undefined || partsOf('independent', p) === undefined
    ? undefined
    : row('Σ_l KL(q_l ‖ p_l)', '\\sum_l \\mathrm{KL}(q_l \\parallel p_l)', [
        'part by part, each in closed form',
      ])
}
