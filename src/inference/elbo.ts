/**
 * The evidence lower bound of a model p(x, z) and a variational family q(z | x), in nats per datum:
 *
 *   log P(x) >= L_b = E_q(z|x)[log p(x | z)] − KL(q(z | x) ‖ p(z))        log P(x) = L_b + KL(q(z | x) ‖ P(z | x))
 *
 * Annealed and with free bits it is E_q[log p(x | z)] − β_t Σ_z max(λ_z, KL(q(z | x) ‖ p(z))) (freeBits.ts).
 * Divergences are in closed form wherever the graph and the table allow it (plan.ts), otherwise sampled; gradients are
 * pathwise where possible, by enumeration for small finite sites, and by the score function otherwise (expectation.ts).
 * Errors: tag `model`, every rule that q breaks (src/dsl/rules.ts), in the compiler's words; a site that `condition`
 * fixed to one value per datum.
 * Kingma and Welling, 2014. Laws (log P(x) >= L_b, equality at the posterior): tests/laws/identity.test.ts.
 */

import type { AnyDistribution } from '../dsl/distribution.js'
import type { Real } from '../dsl/domains/marks.js'
import { giryError, throwAll } from '../dsl/error.js'
import type { AllowedMethods, AskedMethod, GradientMethod } from '../dsl/gradientMethods.js'
import { type KlTable, klRule } from '../dsl/kl.js'
import { type AskedMethods, methodFaults, methodNets } from '../dsl/methodFaults.js'
import type { WithMethodNets } from '../dsl/methods.js'
import {
  type AnyModel,
  datumAxis,
  type Merge,
  type Model,
  type Nets,
  type SiteNames,
  sitesOf,
} from '../dsl/model.js'
import type { DataSpec, Environment, Objective } from '../dsl/objective.js'
import { mul, neg, sub } from '../dsl/operations/arithmetic.js'
import { netFaults } from '../dsl/records.js'
import type { Fits, Latents } from '../dsl/rules.js'
import { fitFaults } from '../dsl/rules.js'
import { run } from '../dsl/run.js'
import { shown } from '../dsl/shown.js'
import type { AnyValue, Value } from '../dsl/value.js'
import { boundOptionFaults, optionsOf } from './boundOptions.js'
import { mixedSites, termOf } from './dependence.js'
import { expectationCost } from './elimination/cost.js'
import { entrywise, klByEntry } from './entrywise.js'
import { detachedDistributions } from './estimators/detached.js'
import { type Draws, logDensity, relaxedDensity, type Term } from './estimators/draws.js'
import { drawSites, expectation } from './expectation.js'
import { atLeast, type FreeBits, freeBitsFaults, type LatentNames } from './freeBits.js'
import { enumerationFaults, type LatentPlan, type Plan, planBound } from './plan.js'
import { type Weight, weightAt, weightFaults } from './weight.js'

type Scalar = Value<[], Real>

/** The distribution of q at each latent. */
type Posteriors = ReadonlyMap<string, AnyDistribution>

/** Options of a bound. */
export interface BoundOptions<Q = unknown, M = unknown> {
  /** Draws of z per datum; 1, or 2 where the score function needs a baseline (with 1 it has none, and more variance). */
  readonly particles?: number
  /**
   * Weight of the divergence terms; 1 is the evidence bound, above 1 a beta-VAE. A schedule of the step anneals it
   * (`linearSchedule(0, 1, 1000)`, `cyclicalSchedule({ steps: 10000 })`); held-out data and `evaluate` take its end.
   */
  readonly beta?: Weight
  /**
   * Nats of each latent's divergence below which it costs nothing less (free bits): one number, or one for each latent,
   * or for each entry of it, `{ z: { perEntry: 0.05 } }`.
   */
  readonly freeBits?: FreeBits<LatentNames<Q>>
  /** The gradient method of a site, where the choice of giry is not wanted. */
  readonly sites?: AllowedMethods<Q, M, 'elbo'>
  /** A larger table of closed forms. */
  readonly klTable?: KlTable
  /** `sampled` estimates every divergence by Monte Carlo. */
  readonly kl?: 'closed form' | 'sampled'
}

/** The data of a bound: the observed sites of p, and what p and q are given besides. */
export type BoundData<P, Q> =
  P extends Model<unknown, infer GP, infer RP>
    ? Q extends Model<unknown, infer GQ, unknown>
      ? Merge<
          { readonly [K in SiteNames<RP> & keyof GQ]: RP[K] extends { readonly space: infer X } ? X : never },
          Merge<GP, GQ>
        >
      : never
    : never

/** What the data of a bound must be, at run time. */
export const boundData = (p: AnyModel, q: AnyModel): Readonly<Record<string, DataSpec>> => ({
  ...q.given,
  ...p.given,
  ...Object.fromEntries(
    sitesOf(p)
      .filter(([name]) => name in q.given)
      .map(([name, site]) => [name, { ...site.space, plates: site.plates }]),
  ),
})

/** Sites that are fixed to one value per datum: a bound meets the data in other orders, and in parts. */
const batchFaults = (model: AnyModel) =>
  Object.entries(model.observed ?? {}).flatMap(([name, fixed]) => {
    const size = datumSize(fixed)
    return size === undefined
      ? []
      : [
          giryError(
            'model',
            name,
            `site '${name}' is conditioned on ${size} data, which a bound would meet in other orders and sizes`,
            `take it in with given({ ${name} }) in q, and pass it as data`,
          ),
        ]
  })

const datumSize = (fixed: () => AnyValue): number | undefined => {
  const value = fixed()
  value.tensor.dispose()
  return value.axes.find((a) => a.name === datumAxis)?.size
}

/** Fails unless p and q may share their nets: one name, one net; and the nets of methods have names of their own. */
const allNetFaults = (p: AnyModel, q: AnyModel, sites: AskedMethods) => [
  ...netFaults(q.nets, p.nets, 'p and q'),
  ...methodNetFaults({ ...p.nets, ...q.nets }, sites),
]

/** Fails where a net of a baseline or a control variate takes a name that another net has. */
export const methodNetFaults = (nets: Nets, sites: AskedMethods) => {
  const all = new Map(Object.entries(nets))
  return methodNets(sites).flatMap(([name, net]) => {
    const known = all.get(name)
    all.set(name, net)
    return known === undefined || known === net
      ? []
      : [giryError('model', name, `two nets are called '${name}'`, 'give each its own name')]
  })
}

const numberFaults = (options: BoundOptions) => [
  ...(options.particles !== undefined && !(Number.isInteger(options.particles) && options.particles >= 1)
    ? [
        giryError(
          'option',
          'particles',
          `particles must be a whole number >= 1, but ${shown(options.particles)} was given`,
          'use 1, or more for less variance',
        ),
      ]
    : []),
  ...weightFaults('beta', options.beta),
]

/** The q of each latent whose density a term takes: with constant parameters where the method holds them fixed. */
const posteriors = (q: AnyModel, plan: Plan, draws: Draws, env: Environment): Posteriors => {
  const fixed = plan.latents.filter((l) => l.gradient === 'stickingTheLanding').map((l) => l.name)
  const detached = fixed.length > 0 ? detachedDistributions(q, draws, env) : new Map()
  return new Map(
    draws.drawn.map((d) => [d.name, fixed.includes(d.name) ? detached.get(d.name) : d.distribution]),
  )
}

/** The terms of the bound at the draws of q. */
export const boundTerms = (
  p: Model,
  q: AnyModel,
  plan: Plan,
  draws: Draws,
  env: Environment,
): readonly Term[] => {
  const of = posteriors(q, plan, draws, env)
  const terms: Term[] = []
  const beta = weightAt(plan.beta, env)
  const latent = new Map(plan.latents.map((l) => [l.name, l]))
  run(p, {
    functions: env.functions,
    given: env.data,
    choose: (name, site, d, observed) => {
      const l = latent.get(name)
      const value = observed ?? ((l === undefined ? env.data[name] : draws.context[name]) as AnyValue)
      const term =
        l === undefined
          ? { value: logDensity(d, value), sees: true }
          : latentTerm(l, d, value, draws, of, plan.klTable)
      terms.push({
        site: name,
        label: l === undefined ? `log p(${name})` : labelOf(l),
        shared: site.scope === 'shared',
        plates: site.plates,
        value: l === undefined ? term.value : mul(beta, atLeast(l, term.value, draws)),
        dependent: termOf(term.sees ? [name] : [], site, l?.q),
      })
      return value
    },
  })
  return terms
}

const labelOf = (l: LatentPlan): string =>
  l.kl === 'closed form' ? `KL(q(${l.name}) ‖ p(${l.name}))` : `log p(${l.name}) − log q(${l.name})`

/** What a latent counts, and whether it sees the draw: a closed form sees only what the site is drawn from. */
interface LatentTerm {
  readonly value: Scalar
  readonly sees: boolean
}

const closed = (kl: Scalar): LatentTerm => ({ value: neg(kl), sees: false })
const sampled = (value: Scalar): LatentTerm => ({ value, sees: true })

/** −KL in closed form, or log p − log q at the draw; by entries where these have free bits of their own. */
const latentTerm = (
  l: LatentPlan,
  p: AnyDistribution,
  value: AnyValue,
  draws: Draws,
  q: Posteriors,
  klTable?: KlTable,
): LatentTerm => {
  const drawn = draws.drawn.find((d) => d.name === l.name)
  const posterior = q.get(l.name) as AnyDistribution
  if (l.free > 0 && l.perEntry) {
    const apart = l.kl === 'closed form' ? klByEntry(posterior, p, klTable) : undefined
    return apart === undefined
      ? sampled(sub(entrywise(p, value), entrywise(posterior, value)))
      : closed(apart)
  }
  const rule = l.kl === 'closed form' ? klRule(posterior, p, klTable) : undefined
  if (rule !== undefined) return closed(rule())
  const density = drawn?.relaxed === true ? relaxedDensity : logDensity
  return sampled(sub(density(p, value), drawn?.logQ ?? density(posterior, value)))
}

/** The evidence lower bound; does not compile unless q fits p. */
export const elbo = <
  TP,
  GP,
  RP,
  TQ,
  GQ,
  RQ,
  const M extends { readonly [K in Latents<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>]?: AskedMethod } = object,
>(
  p: Model<TP, GP, RP>,
  q: Model<TQ, GQ, RQ> & Fits<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>,
  options: BoundOptions<Model<TQ, GQ, RQ>, M> = {},
): Objective<WithMethodNets<Merge<TP, TQ>, M>, BoundData<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>> => {
  const mp = p as unknown as AnyModel
  const mq = q as unknown as AnyModel
  const given = optionsOf('elbo', options)
  const sites = (given.sites ?? {}) as AskedMethods
  throwAll([
    ...fitFaults(mp, mq),
    ...batchFaults(mp),
    ...batchFaults(mq),
    ...methodFaults(mq, sites, 'elbo'),
    ...allNetFaults(mp, mq, sites),
    ...boundOptionFaults('elbo', given),
    ...numberFaults(given as BoundOptions),
    ...freeBitsFaults(mp, mq, given.freeBits),
  ])
  const plan = planBound(mp, mq, { ...given, sites })
  const methods = new Map(plan.latents.map((l) => [l.name, l.asked]))
  throwAll(enumerationFaults(mq, Object.fromEntries(methods), expectationCost(mp, mq), mixedSites(mp, mq)))
  return {
    tag: 'objective',
    description: 'L_b',
    nets: { ...mp.nets, ...mq.nets, ...Object.fromEntries(methodNets(sites)) } as never,
    data: boundData(mp, mq) as unknown as BoundData<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>,
    evaluate: (env) => {
      const draws = drawSites(mq, (name) => methods.get(name) as GradientMethod, plan.particles, env)
      return expectation(boundTerms(mp, mq, plan, draws, env), draws, env)
    },
  }
}
