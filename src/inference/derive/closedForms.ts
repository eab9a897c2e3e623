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
import { type Formula, formula } from './formula.js'
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

const trials = (n: Formula, meaning: string): ClosedForm =>
  row(
    `Σ ${n.text} [a log(a / b) + (1 − a) log((1 − a) / (1 − b))]`,
    `\\sum ${n.latex} \\left[a \\log\\frac{a}{b} + (1 - a) \\log\\frac{1 - a}{1 - b}\\right]`,
    [a, ', ', b, ' = chance of success in q, p; ', n, ` = ${meaning}`],
  )

const finiteSum = row('Σ a log(a / b)', '\\sum a \\log\\frac{a}{b}', [
  'over the points of q, of probability ',
  a,
  ' in q, ',
  b,
  ' in p',
])

const covarianceByMoments = row(
  '½ [tr(R⁻¹ V) + (m − μ)ᵀ R⁻¹ (m − μ) + log det R + d log 2π] − H',
  '\\frac{1}{2} \\left[\\mathrm{tr}(R^{-1} V) + (m - \\mu)^{\\top} R^{-1} (m - \\mu) + \\log\\det R + d \\log 2\\pi\\right] - H',
  [
    formula('p = N(μ, R)', 'p = \\text{N}(\\mu, R)'),
    '; ',
    formula('m, V, H'),
    ' = mean, diagonal of variances, entropy of q',
  ],
)

const byDeviation = row('Σ [d / r + log(2 r)] − H', '\\sum \\left[\\frac{d}{r} + \\log(2 r)\\right] - H', [
  formula('p = Laplace(μ, r)', 'p = \\text{Laplace}(\\mu, r)'),
  '; ',
  formula('d = E|x − μ|', 'd = \\mathrm{E}\\lvert x - \\mu \\rvert'),
  ' and ',
  formula('H'),
  ' = entropy under q',
])

const toTruncated = row(
  'Σ [(v + (m − μ)²) / (2 r²) + log r + log Z + ½ log 2π] − H',
  '\\sum \\left[\\frac{v + (m - \\mu)^2}{2 r^2} + \\log r + \\log Z + \\frac{1}{2} \\log 2\\pi\\right] - H',
  [
    formula('p = N(μ, r²)', 'p = \\text{N}(\\mu, r^2)'),
    ' on an interval of mass ',
    formula('Z'),
    '; ',
    formula('m, v, H'),
    ' = mean, variance, entropy of q; infinite where the interval of q is not within',
  ],
)

/** The formulas, by pair `q|p`. */
export const closedForms: { readonly [pair: `${string}|${string}`]: ClosedForm } = {
  ...concentrationForms,
  'bernoulli|bernoulli': row(
    'Σ [a log(a / b) + (1 − a) log((1 − a) / (1 − b))]',
    '\\sum \\left[a \\log\\frac{a}{b} + (1 - a) \\log\\frac{1 - a}{1 - b}\\right]',
    laws('Bernoulli', a, b),
  ),
  'bernoulli|binomial': finiteSum,
  'bernoulli|geometric': row(
    'Σ [−log b − m log(1 − b)] − H',
    '\\sum \\left[-\\log b - m \\log(1 - b)\\right] - H',
    [b, ' = chance of success in p; ', formula('m, H'), ' = mean, entropy of q'],
  ),
  'bernoulli|negativeBinomial': finiteSum,
  'bernoulli|poisson': finiteSum,
  'binomial|binomial': trials(formula('n'), 'number of trials, of both'),
  'categorical|binomial': finiteSum,
  'categorical|categorical': labels,
  'categorical|geometric': finiteSum,
  'categorical|negativeBinomial': finiteSum,
  'categorical|poisson': finiteSum,
  'delta|bernoulli': atPoint,
  'delta|binomial': atPoint,
  'delta|categorical': atPoint,
  'delta|delta': atPoint,
  'delta|geometric': atPoint,
  'delta|multinomial': atPoint,
  'delta|negativeBinomial': atPoint,
  'delta|oneHotCategorical': atPoint,
  'delta|poisson': atPoint,
  'exponential|exponential': row(
    'Σ [log(a / b) + b / a − 1]',
    '\\sum \\left[\\log\\frac{a}{b} + \\frac{b}{a} - 1\\right]',
    [a, ', ', b, ' = rate of q, p'],
  ),
  'exponential|laplace': byDeviation,
  'gamma|laplace': byDeviation,
  'inverseGamma|laplace': byDeviation,
  'beta|laplace': byDeviation,
  'studentT|laplace': byDeviation,
  'studentT|multivariateNormal': covarianceByMoments,
  'gamma|multivariateNormal': covarianceByMoments,
  'inverseGamma|multivariateNormal': covarianceByMoments,
  'beta|multivariateNormal': covarianceByMoments,
  'exponential|multivariateNormal': covarianceByMoments,
  'exponential|normal': byMoments,
  'geometric|geometric': trials(formula('(1 / a)', '\\frac{1}{a}'), 'expected number of trials'),
  'iid(normal)|multivariateNormal': covariances,
  'iid(normal)|normal': normals,
  'laplace|laplace': row(
    'Σ [log(r / s) + (|m − μ| + s exp(−|m − μ| / s)) / r − 1]',
    '\\sum \\left[\\log\\frac{r}{s} + \\frac{\\lvert m - \\mu \\rvert + s \\exp(-\\lvert m - \\mu \\rvert / s)}{r} - 1\\right]',
    laws('Laplace', formula('m, s'), formula('μ, r', '\\mu, r')),
  ),
  'laplace|multivariateNormal': covarianceByMoments,
  'laplace|normal': byMoments,
  'logNormal|laplace': byDeviation,
  'logNormal|logNormal': { ...normals, where: laws('LogNormal', own, other) },
  'logNormal|multivariateNormal': covarianceByMoments,
  'logNormal|normal': byMoments,
  'multinomial|multinomial': row('n Σ a log(a / b)', 'n \\sum a \\log\\frac{a}{b}', [
    formula('n'),
    ' = number of trials, of both; ',
    a,
    ', ',
    b,
    ' = probability of a label in q, p',
  ]),
  'multivariateNormal|iid(normal)': covariances,
  'multivariateNormal|laplace': byDeviation,
  'multivariateNormal|multivariateNormal': covariances,
  'multivariateNormal|normal': covariances,
  'negativeBinomial|negativeBinomial': trials(
    formula('(r / (1 − a))', '\\frac{r}{1 - a}'),
    'expected number of trials, r failures of both',
  ),
  'normal|iid(normal)': normals,
  'normal|laplace': byDeviation,
  'normal|multivariateNormal': covariances,
  'normal|normal': normals,
  'oneHotCategorical|bernoulli': finiteSum,
  'oneHotCategorical|binomial': finiteSum,
  'oneHotCategorical|geometric': finiteSum,
  'oneHotCategorical|multinomial': finiteSum,
  'oneHotCategorical|negativeBinomial': finiteSum,
  'oneHotCategorical|oneHotCategorical': labels,
  'oneHotCategorical|poisson': finiteSum,
  'poisson|poisson': row(
    'Σ [a log(a / b) − a + b]',
    '\\sum \\left[a \\log\\frac{a}{b} - a + b\\right]',
    laws('Poisson', a, b),
  ),
  'relaxedBernoulli|relaxedBernoulli': row(
    'Σ [d (exp(d) + 1) / (exp(d) − 1) − 2]',
    '\\sum \\left[d \\coth\\frac{d}{2} - 2\\right]',
    [formula('d'), ' = logit of q less that of p, at one temperature'],
  ),
  'truncatedNormal|laplace': byDeviation,
  'truncatedNormal|multivariateNormal': covarianceByMoments,
  'truncatedNormal|normal': byMoments,
  'truncatedNormal|truncatedNormal': toTruncated,
  'truncatedNormal|uniform': row('Σ log r − H', '\\sum \\log r - H', [
    formula('r'),
    ' = length of the interval of p, ',
    formula('H'),
    ' = entropy of q; infinite where the interval of q is not within',
  ]),
  'uniform|laplace': byDeviation,
  'uniform|multivariateNormal': covarianceByMoments,
  'uniform|normal': byMoments,
  'uniform|truncatedNormal': toTruncated,
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
