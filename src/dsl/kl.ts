/**
 * Closed forms of the Kullback-Leibler divergence, as one typed table.
 *
 *   KL(q ‖ p) = E_q[log q(x) − log p(x)] >= 0, in nats, summed over the event
 *
 * A row is `'q|p'`, the families of the pair. `klExact` compiles only for pairs with a row; users extend by passing a
 * larger table, never by registering globally. Products follow from their parts, at every depth:
 *
 *   KL(iid(n, q) ‖ iid(n, p)) = n KL(q ‖ p)      KL(independent(q_1, …) ‖ independent(p_1, …)) = Σ_l KL(q_l ‖ p_l)
 *
 * Source of each row: its own file in distributions/. Laws (>= 0, zero on the diagonal, additive, closed = sampled =
 * quadrature): tests/dsl/kl.test.ts.
 */
import { type AnyDistribution, type AnyEventSpace, can, type Distribution } from './distribution.js'
import { klBernoulli } from './distributions/bernoulli.js'
import { klBeta, klBetaUniform, klUniformBeta } from './distributions/beta.js'
import { klBinomial } from './distributions/binomial.js'
import { klCategorical } from './distributions/categorical.js'
import { klDelta } from './distributions/delta.js'
import { klDirichlet } from './distributions/dirichlet.js'
import { klExponential } from './distributions/exponential.js'
import { klGeometric, klToGeometric } from './distributions/geometric.js'
import { klLaplace } from './distributions/laplace.js'
import {
  klGamma,
  klInverseGamma,
  klToGamma,
  klToInverseGamma,
  klToLogNormal,
} from './distributions/logMoments.js'
import { klLogNormal } from './distributions/logNormal.js'
import { klMultinomial } from './distributions/multinomial.js'
import {
  klFromDiagonal,
  klMultivariateNormal,
  klToDiagonal,
  type MultivariateNormal,
} from './distributions/multivariateNormal.js'
import { klNegativeBinomial } from './distributions/negativeBinomial.js'
import { klNormal, klToNormal, type Normal } from './distributions/normal.js'
import { klOneHotCategorical } from './distributions/oneHotCategorical.js'
import { repeated } from './distributions/parts.js'
import { klPoisson } from './distributions/poisson.js'
import { klRelaxedBernoulli } from './distributions/relaxedBernoulli.js'
import { aboutLoc, klStudentTNormal, type StudentT } from './distributions/studentT.js'
import { klUniform } from './distributions/uniform.js'
import { klVonMises } from './distributions/vonMises.js'
import { klToMultivariateNormal, klToTruncatedNormal, klToUniform } from './divergences/byMoments.js'
import { klOfCoins, klOfLabels } from './divergences/finiteSum.js'
import {
  betaDeviation,
  exponentialDeviation,
  gammaDeviation,
  inverseGammaDeviation,
  klToLaplace,
  logNormalDeviation,
  multivariateDeviation,
  normalDeviation,
  studentTDeviation,
  truncatedDeviation,
  uniformDeviation,
} from './divergences/toLaplace.js'
import type { Real } from './domains/marks.js'
import { fail } from './error.js'
import { add, mul } from './operations/arithmetic.js'
import type { Shape } from './shape.js'
import { sameShape } from './shape.js'
import { showSpaceOf, type Value } from './value.js'

/**
 * Computes KL(q ‖ p) from the parameters of one pair of families. Where it has a closed form for some parameters only (one
 * number of trials for both), `applies` says whether these are such.
 */
export type KlRule = ((q: never, p: never) => Value<[], Real>) & {
  readonly applies?: (q: AnyDistribution, p: AnyDistribution) => boolean
}

/** A table of closed forms, keyed `'q|p'`. */
export type KlTable = { readonly [pair: `${string}|${string}`]: KlRule }

/** iid(n, normal) as one normal of event [n, ...S]. */
const spread = (d: { readonly parts: readonly [Normal<Shape>] } & AnyDistribution) => {
  const { loc, scale } = d.parts[0].parameters
  const n = d.space.shape[0] as number
  return { parameters: { loc: repeated(loc, n), scale: repeated(scale, n) }, standard: d.parts[0].standard }
}

type IidNormal = Parameters<typeof spread>[0]

/** The closed forms giry knows. */
export const klTable = {
  'bernoulli|bernoulli': klBernoulli,
  'bernoulli|binomial': klOfCoins,
  'bernoulli|geometric': klToGeometric,
  'bernoulli|negativeBinomial': klOfCoins,
  'bernoulli|poisson': klOfCoins,
  'beta|beta': klBeta,
  'beta|laplace': klToLaplace(betaDeviation),
  'beta|multivariateNormal': klToMultivariateNormal,
  'beta|normal': klToNormal,
  'beta|uniform': klBetaUniform,
  'binomial|binomial': klBinomial,
  'categorical|binomial': klOfLabels,
  'categorical|categorical': klCategorical,
  'categorical|geometric': klOfLabels,
  'categorical|negativeBinomial': klOfLabels,
  'categorical|poisson': klOfLabels,
  'delta|bernoulli': klDelta,
  'delta|binomial': klDelta,
  'delta|categorical': klDelta,
  'delta|delta': klDelta,
  'delta|geometric': klDelta,
  'delta|multinomial': klDelta,
  'delta|negativeBinomial': klDelta,
  'delta|oneHotCategorical': klDelta,
  'delta|poisson': klDelta,
  'dirichlet|dirichlet': klDirichlet,
  'exponential|exponential': klExponential,
  'exponential|gamma': klGamma,
  'exponential|laplace': klToLaplace(exponentialDeviation),
  'exponential|logNormal': klToLogNormal,
  'exponential|multivariateNormal': klToMultivariateNormal,
  'exponential|normal': klToNormal,
  'gamma|exponential': klGamma,
  'gamma|gamma': klGamma,
  'gamma|inverseGamma': klToInverseGamma,
  'gamma|laplace': klToLaplace(gammaDeviation),
  'gamma|logNormal': klToLogNormal,
  'gamma|multivariateNormal': klToMultivariateNormal,
  'gamma|normal': klToNormal,
  'geometric|geometric': klGeometric,
  'iid(normal)|multivariateNormal': (q: IidNormal, p: MultivariateNormal<number>) =>
    klFromDiagonal(spread(q) as never, p),
  'iid(normal)|normal': (q: IidNormal, p: Normal<Shape>) => klNormal(spread(q), p),
  'inverseGamma|exponential': klToGamma,
  'inverseGamma|gamma': klToGamma,
  'inverseGamma|inverseGamma': klInverseGamma,
  'inverseGamma|laplace': klToLaplace(inverseGammaDeviation),
  'inverseGamma|logNormal': klToLogNormal,
  'inverseGamma|multivariateNormal': klToMultivariateNormal,
  'inverseGamma|normal': klToNormal,
  'laplace|laplace': klLaplace,
  'laplace|multivariateNormal': klToMultivariateNormal,
  'laplace|normal': klToNormal,
  'logNormal|exponential': klToGamma,
  'logNormal|gamma': klToGamma,
  'logNormal|inverseGamma': klToInverseGamma,
  'logNormal|laplace': klToLaplace(logNormalDeviation),
  'logNormal|logNormal': klLogNormal,
  'logNormal|multivariateNormal': klToMultivariateNormal,
  'logNormal|normal': klToNormal,
  'multinomial|multinomial': klMultinomial,
  'multivariateNormal|iid(normal)': (q: MultivariateNormal<number>, p: IidNormal) =>
    klToDiagonal(q, spread(p) as never),
  'multivariateNormal|laplace': klToLaplace(multivariateDeviation),
  'multivariateNormal|multivariateNormal': klMultivariateNormal,
  'multivariateNormal|normal': klToDiagonal,
  'negativeBinomial|negativeBinomial': klNegativeBinomial,
  'normal|iid(normal)': (q: Normal<Shape>, p: IidNormal) => klNormal(q, spread(p)),
  'normal|laplace': klToLaplace<Normal<Shape>>(normalDeviation),
  'normal|multivariateNormal': klFromDiagonal,
  'normal|normal': klNormal,
  'oneHotCategorical|bernoulli': klOfLabels,
  'oneHotCategorical|binomial': klOfLabels,
  'oneHotCategorical|geometric': klOfLabels,
  'oneHotCategorical|multinomial': klOfLabels,
  'oneHotCategorical|negativeBinomial': klOfLabels,
  'oneHotCategorical|oneHotCategorical': klOneHotCategorical,
  'oneHotCategorical|poisson': klOfLabels,
  'poisson|poisson': klPoisson,
  'relaxedBernoulli|relaxedBernoulli': klRelaxedBernoulli,
  'studentT|laplace': klToLaplace(studentTDeviation),
  'studentT|multivariateNormal': (q: StudentT<Shape>, p: MultivariateNormal<number>) =>
    klToMultivariateNormal(aboutLoc(q), p),
  'studentT|normal': klStudentTNormal,
  'truncatedNormal|laplace': klToLaplace(truncatedDeviation),
  'truncatedNormal|multivariateNormal': klToMultivariateNormal,
  'truncatedNormal|normal': klToNormal,
  'truncatedNormal|truncatedNormal': klToTruncatedNormal,
  'truncatedNormal|uniform': klToUniform,
  'uniform|beta': klUniformBeta,
  'uniform|laplace': klToLaplace(uniformDeviation),
  'uniform|multivariateNormal': klToMultivariateNormal,
  'uniform|normal': klToNormal,
  'uniform|truncatedNormal': klToTruncatedNormal,
  'uniform|uniform': klUniform,
  'vonMises|vonMises': klVonMises,
} as const satisfies KlTable

/** Whether a pair of families has a closed form in the table `T`, for the compiler. */
export type HasKl<Q extends string, P extends string, T = typeof klTable> = `${Q}|${P}` extends keyof T
  ? true
  : [Q, P] extends [`iid(${infer A})`, `iid(${infer B})`]
    ? HasKl<A, B, T>
    : [Q, P] extends [`independent(${infer A})`, `independent(${infer B})`]
      ? HaveKl<Split<A>, Split<B>, T>
      : false

type HaveKl<Qs extends readonly string[], Ps extends readonly string[], T> = [Qs, Ps] extends [
  [infer Q extends string, ...infer RQ extends string[]],
  [infer P extends string, ...infer RP extends string[]],
]
  ? HasKl<Q, P, T> extends true
    ? HaveKl<RQ, RP, T>
    : false
  : [Qs, Ps] extends [[], []]
    ? true
    : false

/** Splits a list of families at its commas, except at those between parentheses. */
type Split<L extends string, Open extends string = ''> = L extends `${infer A},${infer R}`
  ? Balanced<`${Open}${A}`> extends true
    ? [`${Open}${A}`, ...Split<R>]
    : Split<R, `${Open}${A},`>
  : [`${Open}${L}`]

/** Whether every parenthesis is closed. */
type Balanced<F extends string, Depth extends 0[] = []> = F extends `${infer C}${infer R}`
  ? C extends '('
    ? Balanced<R, [...Depth, 0]>
    : C extends ')'
      ? Balanced<R, Depth extends [0, ...infer D extends 0[]] ? D : []>
      : Balanced<R, Depth>
  : Depth extends []
    ? true
    : false

/** Accepts pairs with a closed form; otherwise a sentence. */
export type ClosedForm<Q extends string, P extends string, T = typeof klTable> =
  HasKl<Q, P, T> extends true ? unknown : `no closed form for KL(${Q} ‖ ${P}) is in the table`

/** A closed form, ready to be evaluated. */
export type KlThunk = () => Value<[], Real>

/** The closed form of KL(q ‖ p) if the table has one, at run time; q and p on one event shape, both with densities. */
export const klRule = (
  q: AnyDistribution,
  p: AnyDistribution,
  table: KlTable = klTable,
): KlThunk | undefined => {
  if (!sameShape(q.space.shape, p.space.shape) || !can(q, 'density') || !can(p, 'density')) return undefined
  const row = Object.hasOwn(table, `${q.family}|${p.family}`) ? table[`${q.family}|${p.family}`] : undefined
  if (row === undefined) return productRule(q, p, table)
  return row.applies?.(q, p) === false ? undefined : () => row(q as never, p as never)
}

const hasRow = (q: AnyDistribution, p: AnyDistribution, table: KlTable = klTable): boolean =>
  Object.hasOwn(table, `${q.family}|${p.family}`)

const isOf = (product: string, q: AnyDistribution, p: AnyDistribution): boolean =>
  [q, p].every((d) => d.family.startsWith(`${product}(`))

/** The closed form that follows from those of the parts. */
const productRule = (q: AnyDistribution, p: AnyDistribution, table: KlTable): KlThunk | undefined => {
  const isIid = isOf('iid', q, p)
  if (!isIid && !isOf('independent', q, p)) return undefined
  const rules = q.parts.map((part, i) => klRule(part, p.parts[i] as AnyDistribution, table))
  if (!rules.every((rule) => rule !== undefined)) return undefined
  const total = () => rules.map((rule) => rule()).reduce((a, b) => add(a, b) as Value<[], Real>)
  return isIid ? () => mul(q.space.shape[0] as number, total()) as Value<[], Real> : total
}

/** KL(q ‖ p) in closed form, in nats; compiles only for pairs in the table. */
export const klExact = <
  X extends AnyEventSpace,
  Q extends string,
  P extends string,
  T extends KlTable = typeof klTable,
>(
  q: Distribution<X, 'density', Q>,
  p: Distribution<X, 'density', P> & ClosedForm<Q, P, T>,
  table?: T,
): Value<[], Real> => {
  const other = p as Distribution<X, 'density', P>
  if (!sameShape(q.space.shape, other.space.shape))
    fail(
      'shape',
      'klExact',
      `KL(q ‖ p) needs one event shape, but q has ${showSpaceOf(q.space)} and p has ${showSpaceOf(other.space)}`,
      'compare distributions on one space',
    )
  const rule = klRule(q, other, table ?? klTable)
  return rule === undefined
    ? fail(
        'exact',
        'klExact',
        `no closed form for KL(${q.family} ‖ ${other.family}) is in the table${hasRow(q, other, table) ? ' for these parameters' : ''}`,
        'use kl, which samples, or pass a table with that row',
      )
    : rule()
}
