/**
 * iwhvi(p, q, r, { particles: K }): the hierarchical bound, tightened by K further guesses of the auxiliary variables.
 *
 *   L_K = E[log p(x, z) − log (1/(K + 1)) Σ_{k=0..K} q(z, a_k | x) / r(a_k | z, x)]      (a_0, z) ~ q,   a_1 … a_K ~ r(a | z, x)
 *
 *   L_0 = L_HVI <= L_K <= L_K+1 <= L_b(q)        and L_K → L_b(q), the bound of elbo for q(z | x) = ∫ q(z | a, x) q(a | x) da
 *
 * Gradients are pathwise, through the samples of q and of r. Nats per datum.
 * Sobolev and Vetrov, 2019, "Importance weighted hierarchical variational inference", theorem 1.
 * Errors: tag `model`, those of hvi, a site that is not pathwise or shared; tag `option`. Tested in tests/inference/hvi.test.ts.
 */

import { can } from '../dsl/distribution.js'
import type { Real } from '../dsl/domains/marks.js'
import { type GiryError, giryError, throwAll } from '../dsl/error.js'
import { type AnyModel, datumAxis, type Model, type Site, type SiteNames, sitesOf } from '../dsl/model.js'
import type { Environment, Objective } from '../dsl/objective.js'
import { sub } from '../dsl/operations/arithmetic.js'
import { stack } from '../dsl/operations/joining.js'
import { logSumExp } from '../dsl/operations/reductions.js'
import { run, sitesIn } from '../dsl/run.js'
import { shown } from '../dsl/shown.js'
import { type AnyValue, expandAxes, logSumExpOver, meanOver, sumOver, type Value } from '../dsl/value.js'
import { boundOptionFaults, optionsOf } from './boundOptions.js'
import type { BoundData } from './elbo.js'
import { axesOfSite, logDensity, total } from './estimators/draws.js'
import { drawSites } from './expectation.js'
import { hvi, type NetsOfThree } from './hvi.js'
import { type FitsWith, type Reverses, reverseBelow, type WithReverse } from './reverse.js'

type Scalar = Value<[], Real>
type Values = Readonly<Record<string, unknown>>
/** Finds a value by name. */
type Known = (name: string) => AnyValue

/** Options of the tightened bound. */
export interface HierarchicalOptions {
  /** K, the further draws of the auxiliary variables; 0 is hvi. */
  readonly particles: number
}

/** The sentences for sites through whose samples no gradient flows. */
export type PathwiseFault<Q, Who extends string> =
  Q extends Model<unknown, unknown, infer RQ>
    ? {
        [K in SiteNames<RQ>]: RQ[K] extends { readonly capabilities: { readonly pathwise: true } }
          ? never
          : RQ[K] extends { readonly family: infer F extends string }
            ? `site '${K}' of ${Who}: the gradient flows through samples, but ${F} is not pathwise`
            : never
      }[SiteNames<RQ>]
    : never

/** Accepts a model with every site pathwise, where nothing else is wrong with it (`Rest`); otherwise the sentences. */
export type ArePathwise<Q, Who extends string, Rest> = unknown extends Rest
  ? [PathwiseFault<Q, Who>] extends [never]
    ? unknown
    : PathwiseFault<Q, Who>
  : Rest

const siteFaults = (model: AnyModel, who: 'q' | 'r'): readonly GiryError[] =>
  sitesOf(model).flatMap(([name, site]) => {
    if (site.scope === 'shared')
      return [
        giryError(
          'model',
          name,
          `site '${name}' of ${who} is shared by all data, so the bound is no mean over the data`,
          'use hvi, or draw the site once for each datum',
        ),
      ]
    return can(site, 'pathwise')
      ? []
      : [
          giryError(
            'model',
            name,
            `site '${name}' of ${who}: the gradient flows through samples, but ${site.family} is not pathwise`,
            'use hvi, or draw it from a pathwise distribution',
          ),
        ]
  })

const particleFaults = (k: number): readonly GiryError[] =>
  Number.isInteger(k) && k >= 0
    ? []
    : [
        giryError(
          'option',
          'particles',
          `particles of iwhvi must be a whole number >= 0, but ${shown(k)} was given`,
          'use 10, or 0 for hvi',
        ),
      ]

/** The axis of the guesses. */
const guessAxis = 'guess'

/** The inputs of a model among known values. */
const givenFrom = (model: AnyModel, known: Known): Readonly<Record<string, AnyValue>> =>
  Object.fromEntries(Object.keys(model.given).map((name) => [name, known(name)]))

/**
 * The log density of all sites of a model at known values, and the context of that run. What `condition` fixed counts as data of p and
 * of r, as in hvi; q does not draw it, so it is no part of log q.
 */
const weigh = (
  model: AnyModel,
  who: 'p' | 'q' | 'r',
  known: Known,
  env: Environment,
): { readonly logDensity: Scalar; readonly context: Values } => {
  const terms: Scalar[] = []
  const context = run(model, {
    functions: env.functions,
    given: givenFrom(model, known),
    choose: (name, site, d, observed) => {
      if (observed !== undefined && who === 'q') return observed
      const value = observed ?? known(name)
      const term = logDensity(d, value)
      env.observe?.(name, `log ${who}(${name})`, term)
      terms.push(inPlates(term, site))
      return value
    },
  })
  return { logDensity: total(terms), context }
}

const inPlates = (term: Scalar, site: Site): Scalar =>
  sumOver(
    expandAxes(term, site.plates),
    site.plates.map((a) => a.name),
  )

/** K draws of the sites of r, along the axis of the guesses. */
const guesses = (r: AnyModel, known: Known, k: number, env: Environment): Values =>
  sitesIn(
    r,
    run(r, {
      functions: env.functions,
      given: givenFrom(r, known),
      choose: (name, site, d, observed) =>
        observed ??
        d.sample(env.noise.child('reverse').child(name), [
          { name: guessAxis, size: k },
          ...axesOfSite(site, env.batch, 1),
        ]),
    }),
  )

/** Looks a name up in several records, the first first. */
const among =
  (...records: readonly Values[]): Known =>
  (name) =>
    records.find((record) => record[name] !== undefined)?.[name] as AnyValue

/** log of the mean of the one ratio and the K others. */
const logMean = (one: Scalar, others: Scalar, k: number): Scalar =>
  sub(logSumExp(stack([one, logSumExpOver(others, [guessAxis])])) as Scalar, Math.log(k + 1))

/** The tightened hierarchical bound; does not compile unless q fits p and r gives its auxiliaries back, all of them pathwise. */
export const iwhvi = <TP, GP, RP, TQ, GQ, RQ, TR, GR, RR>(
  p: Model<TP, GP, RP>,
  q: Model<TQ, GQ, RQ> &
    ArePathwise<Model<TQ, GQ, RQ>, 'q', FitsWith<Model<TP, GP, RP>, Model<TQ, GQ, RQ>, Model<TR, GR, RR>>>,
  r: Model<TR, GR, RR> &
    ArePathwise<Model<TR, GR, RR>, 'r', Reverses<Model<TP, GP, RP>, Model<TQ, GQ, RQ>, Model<TR, GR, RR>>>,
  options: HierarchicalOptions,
): Objective<
  NetsOfThree<TP, TQ, TR>,
  BoundData<WithReverse<Model<TP, GP, RP>, Model<TR, GR, RR>>, Model<TQ, GQ, RQ>>
> => {
  const [mp, mq, alone] = [p, q, r] as readonly unknown[] as readonly [AnyModel, AnyModel, AnyModel]
  const given = optionsOf('iwhvi', options)
  const k = given.particles
  // Refuses what hvi refuses.
  const bound = hvi(p, q as never, r as never) as Objective
  const mr = reverseBelow(mp, alone)
  throwAll([
    ...siteFaults(mq, 'q'),
    ...siteFaults(mr, 'r'),
    ...boundOptionFaults('iwhvi', given),
    ...particleFaults(k),
  ])
  const evaluate = (env: Environment): Scalar => {
    // Sites only: what q or r names is its own, whatever another model calls by that name.
    const drawn = sitesIn(mq, drawSites(mq, () => 'pathwise', 1, env).context)
    const joint = weigh(mp, 'p', among(drawn, env.data), env)
    // r may take in whatever p has: its sites, its inputs, what it names.
    const ofR = [drawn, joint.context, env.data]
    /** log q(z, a | x) − log r(a | z, x), the auxiliaries as drawn, or as guessed. */
    const logRatio = (guessed: Values): Scalar =>
      sub(
        weigh(mq, 'q', among(guessed, drawn, env.data), env).logDensity,
        weigh(mr, 'r', among(guessed, ...ofR), env).logDensity,
      )
    const ratio = logRatio({})
    const further = () => logRatio(guesses(mr, among(...ofR), k, env))
    return meanOver(sub(joint.logDensity, k === 0 ? ratio : logMean(ratio, further(), k)), [datumAxis])
  }
  return { ...bound, description: `L_HVI, K = ${k}`, evaluate } as never
}
