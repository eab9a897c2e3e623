/**
 * klParts(p, q): the mean divergence of a bound in three parts, each an objective to watch or to weigh, in nats per datum:
 *
 *   E_x KL(q(z | x) ‖ p(z))  =  I_q(x; z)           mutualInformation     E[log q(z | x) − log q(z)]
 *                             + TC(z)               totalCorrelation      E[log q(z) − Σ_e log q(z_e)]
 *                             + KL(Π_e q(z_e) ‖ p)  dimensionWise         E[Σ_e log q(z_e) − log p(z)]
 *
 * q(z) = (1/N) Σ_n q(z | x_n) is the mean over the data set, estimated from the minibatch of B: for z_i drawn at x_i,
 *
 *   stratified    (1/N) q(z_i | x_i) + Σ_{j≠i} (N − 1)/(N (B − 1)) q(z_i | x_j)     unbiased, exact for B = N (the default)
 *   weighted      Σ_j q(z_i | x_j) / (N B)                                          biased down by about log N for B = N
 *
 * The three add up to the sampled divergence whatever the estimate of q(z). Chen et al., 2018, "Isolating sources of
 * disentanglement", equations 2, S4 and S6, there with one of the others weighted otherwise, which has more variance.
 * Each latent is drawn given the data alone, its entries independent, and pathwise.
 * Errors: tag `model`, those of elbo, a latent whose entries are not known to be independent, one that q draws from others,
 * in a plate, or for all data; tag `data`, a minibatch of one. Tested in tests/inference/klParts.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { real } from '../dsl/domain.js'
import type { Real } from '../dsl/domains/marks.js'
import { fail, type GiryError, giryError, throwAll } from '../dsl/error.js'
import {
  type AnyModel,
  datumAxis,
  type Merge,
  type Model,
  type Site,
  type SiteNames,
  sitesOf,
} from '../dsl/model.js'
import type { Environment, Objective } from '../dsl/objective.js'
import { add, sub } from '../dsl/operations/arithmetic.js'
import type { FitFault } from '../dsl/rules.js'
import {
  type AnyValue,
  expandAxes,
  logSumExpOver,
  makeValue,
  meanOver,
  sumOver,
  type Value,
} from '../dsl/value.js'
import { boundOptionFaults, optionsOf } from './boundOptions.js'
import { type BoundData, boundTerms, elbo } from './elbo.js'
import { type EntrywiseFamily, entryAxis, entrywise, entrywiseFamilies, isEntrywise } from './entrywise.js'
import { type Drawn, type Draws, logDensity, particleAxis, type Term, total } from './estimators/draws.js'
import { drawSites } from './expectation.js'
import { type Plan, planBound } from './plan.js'

type Scalar = Value<[], Real>

/** The sentences for latents whose entries are not known to be independent. */
export type EntriesFault<Q> =
  Q extends Model<unknown, unknown, infer RQ>
    ? {
        [K in SiteNames<RQ>]: RQ[K] extends { readonly family: infer F extends string }
          ? F extends EntrywiseFamily
            ? never
            : `latent '${K}': q draws it from ${F}, whose entries are not known to be independent`
          : never
      }[SiteNames<RQ>]
    : never

/** Accepts q that fits p and whose latents have independent entries; otherwise the sentences, the first kind first. */
export type FitsInParts<P, Q> = [FitFault<P, Q>] extends [never]
  ? [EntriesFault<Q>] extends [never]
    ? unknown
    : EntriesFault<Q>
  : FitFault<P, Q>

/** How the mean of q(z | x) over the data is estimated. */
export interface PartsOptions {
  /** The weights of a minibatch; `stratified` if left out. */
  readonly sampling?: 'stratified' | 'weighted'
  /** Draws of z per datum; 1 if left out. */
  readonly particles?: number
}

/** The three parts of a divergence. */
export interface KlParts<O> {
  /** I_q(x; z), the nats that z tells of which datum it is. */
  readonly mutualInformation: O
  /** KL(q(z) ‖ Π_e q(z_e)), 0 where the entries of z are independent over the data set. */
  readonly totalCorrelation: O
  /** KL(Π_e q(z_e) ‖ p(z)). */
  readonly dimensionWise: O
}

const latentFaults = (q: AnyModel): readonly GiryError[] =>
  sitesOf(q).flatMap(([name, site]) => {
    const fault = complaint(name, site, q)
    return fault === undefined ? [] : [giryError('model', name, ...fault)]
  })

const complaint = (name: string, site: Site, q: AnyModel): readonly [string, string] | undefined => {
  if (!isEntrywise(site.family))
    return [
      `latent '${name}': q draws it from ${site.family}, whose entries are not known to be independent`,
      `draw it from ${entrywiseFamilies.join(', ')}`,
    ]
  const from = [...site.parents].filter((parent) => q.entries[parent]?.kind === 'site')
  if (from.length > 0)
    return [
      `latent '${name}': q draws it from ${from.map((f) => `'${f}'`).join(', ')}, but its parts need q(z | x) of the data alone`,
      'let q draw each latent from the data',
    ]
  if (site.scope === 'shared')
    return [`latent '${name}' is shared by all data, so it has no mean over them`, 'draw it with bind']
  return site.plates.length > 0
    ? [`latent '${name}' lies in a plate`, 'make the plate a dimension of its event']
    : undefined
}

/** What elbo refuses, and what has no three parts; the plan of the sampled bound. */
export const planParts = (
  p: AnyModel,
  q: AnyModel,
  options: PartsOptions,
  faults: readonly GiryError[],
): Plan => {
  throwAll([...latentFaults(q), ...faults])
  const { sampling: _, ...rest } = options
  return planBound(p, q, { ...rest, kl: 'sampled' })
}

/** The axis of the datum that a latent was drawn at, while `datum` is that whose q(z | x) is asked. */
const pairAxis = 'datum of the draw'

const renamed = <V extends AnyValue>(v: V, from: string, to: string): V => ({
  ...v,
  axes: v.axes.map((a) => (a.name === from ? { ...a, name: to } : a)),
})

/** log of the weight of datum j in the mean at the draw of datum i. */
const logWeights = ({ batch, dataSize }: Environment, sampling: PartsOptions['sampling']): Scalar => {
  const axes = [datumAxis, pairAxis].map((name) => ({ name, size: batch }))
  if (sampling === 'weighted')
    return makeValue<[], Real>(tf.fill([batch, batch], -Math.log(dataSize * batch)), [], real, axes)
  if (batch < 2 && dataSize > 1)
    fail(
      'data',
      'klParts',
      'the mean of q(z | x) over the data is estimated from pairs of data, but the minibatch has one',
      'give a batch of 2 or more; the last batch of an epoch has what is left of the data',
    )
  const [own, other] = [1 / dataSize, (dataSize - 1) / (dataSize * (batch - 1))]
  const logs = Float32Array.from({ length: batch * batch }, (_, k) =>
    Math.log(k % (batch + 1) === 0 ? own : other),
  )
  return makeValue<[], Real>(tf.tensor(logs, [batch, batch]), [], real, axes)
}

/** log q(z_i | x_j) of one latent, entry by entry. */
const pairDensity = ({ name, distribution }: Drawn, draws: Draws, env: Environment): Scalar => {
  const z = renamed(draws.context[name] as AnyValue, datumAxis, pairAxis)
  const pairs = [datumAxis, pairAxis].map((axis) => ({ name: axis, size: env.batch }))
  return expandAxes(entrywise(distribution, z), pairs)
}

/** The three parts at each draw, from the terms of the sampled bound, in the order of `KlParts`. */
export const partsAt = (
  terms: readonly Term[],
  draws: Draws,
  env: Environment,
  options: PartsOptions,
): readonly [Scalar, Scalar, Scalar] => {
  const weights = logWeights(env, options.sampling)
  const pairs = draws.drawn.map((d) => pairDensity(d, draws, env))
  const overData = (logs: Scalar) =>
    renamed(logSumExpOver(add(weights, logs), [datumAxis]), pairAxis, datumAxis)
  const joint = overData(total(pairs.map((l) => sumOver(l, [entryAxis]))))
  const product = total(pairs.map((l) => sumOver(overData(l), [entryAxis])))
  const own = total(draws.drawn.map((d) => logDensity(d.distribution, draws.context[d.name] as AnyValue)))
  // Σ_z log p(z) − log q(z | x) of the terms is minus the whole.
  const whole = total(terms.filter((t) => draws.drawn.some((d) => d.name === t.site)).map((t) => t.value))
  return [sub(own, joint), sub(joint, product), sub(sub(product, own), whole)]
}

/** The mean divergence of q from p in three parts; does not compile unless q fits p and has independent entries. */
export const klParts = <TP, GP, RP, TQ, GQ, RQ>(
  p: Model<TP, GP, RP>,
  q: Model<TQ, GQ, RQ> & FitsInParts<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>,
  options: PartsOptions = {},
): KlParts<Objective<Merge<TP, TQ>, BoundData<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>>> => {
  const [mp, mq] = [p, q] as readonly unknown[] as readonly [AnyModel, AnyModel]
  const given = optionsOf('klParts', options)
  const bound = elbo(p, q, { ...(given.particles === undefined ? {} : { particles: given.particles }) })
  const plan = planParts(mp, mq, given, boundOptionFaults('klParts', given))
  const part = (i: 0 | 1 | 2, description: string) => ({
    ...bound,
    description,
    evaluate: (env: Environment): Scalar => {
      const draws = drawSites(mq, () => 'pathwise', plan.particles, env)
      const found = partsAt(boundTerms(mp, mq, plan, draws, env), draws, env, given)[i] as Scalar
      env.observe?.('klParts', description, found)
      return meanOver(found, [particleAxis, datumAxis])
    },
  })
  return {
    mutualInformation: part(0, 'I_q(x; z)'),
    totalCorrelation: part(1, 'TC(z)'),
    dimensionWise: part(2, 'KL(Π q(z_e) ‖ p)'),
  }
}
