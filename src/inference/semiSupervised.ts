/**
 * semiSupervised(p, q, { label: 'y' }): the bound of a model whose labels are partly observed, in nats per datum.
 *
 *   y known      L(x, y) + α log q(y | x)       L(x, y) = E_q(z|x,y)[log p(x, y, z) − log q(z | x, y)] <= log P(x, y)
 *   y missing    Σ_y q(y | x) [L(x, y) − log q(y | x)] <= log P(x): the bound of elbo, with the label summed out exactly
 *
 * The column of labels goes with a column that says 1 where the label is known and 0 where it is missing (`labelled`, or
 * the name in `known`); what stands in the place of a missing label is not read (missing.ts makes both columns of one with
 * nulls). One enumeration serves both cases: a known label has weight 1 at its value, a missing one q(y | x). Where q draws
 * latents before the label, log q(y | …) is averaged over them.
 * Kingma et al., 2014, "Semi-supervised learning with deep generative models", equations 6 to 9; there α is 0.1 N.
 * Errors: tag `model`, those of elbo, a label that q does not propose, that cannot be summed out or is asked not to be; tag `option`.
 * Tested in tests/inference/semiSupervised.test.ts and tests/types/regular.test-d.ts.
 */
import { can, type EventSpace } from '../dsl/distribution.js'
import { binary } from '../dsl/domain.js'
import type { Binary, Real } from '../dsl/domains/marks.js'
import { type GiryError, giryError, throwAll } from '../dsl/error.js'
import {
  type AllowedMethods,
  type AskedMethod,
  type GradientMethod,
  type NameOfMethod,
  nameOfMethod,
} from '../dsl/gradientMethods.js'
import type { AskedMethods } from '../dsl/methodFaults.js'
import type { WithMethodNets } from '../dsl/methods.js'
import type { AnyModel, Merge, Model, Site, SiteNames } from '../dsl/model.js'
import type { DataSpec, Environment, Objective } from '../dsl/objective.js'
import { mul } from '../dsl/operations/arithmetic.js'
import { greater, notEqual, where } from '../dsl/operations/comparisons.js'
import { sum } from '../dsl/operations/reductions.js'
import type { Fits, Latents } from '../dsl/rules.js'
import type { AnyValue, Value } from '../dsl/value.js'
import { boundOptionFaults, optionsOf } from './boundOptions.js'
import { type BoundData, type BoundOptions, boundTerms, elbo } from './elbo.js'
import type { Draws, Term } from './estimators/draws.js'
import { drawSites, expectation } from './expectation.js'
import { type Plan, planBound } from './plan.js'
import { numberFaults } from './weight.js'

type Scalar = Value<[], Real>
type Known = Value<[], Binary>

/** The sentence for a label that cannot be one; never, if it can. */
export type LabelFault<Q, L extends string> =
  Q extends Model<unknown, unknown, infer RQ>
    ? L extends SiteNames<RQ>
      ? RQ[L] extends Site<infer _X, never, infer F, infer Sc>
        ? RQ[L] extends { readonly capabilities: { readonly enumerable: true } }
          ? Sc extends 'shared'
            ? `label '${L}' is shared by all data`
            : never
          : `label '${L}': q draws it from ${F}, which cannot be summed out where the label is missing`
        : never
      : `label '${L}': q has no such site, so it cannot be guessed where it is missing`
    : never

/** Accepts a label that can be summed out; otherwise the sentence. */
export type IsLabel<Q, L extends string> = [LabelFault<Q, L>] extends [never]
  ? unknown
  : { readonly error: LabelFault<Q, L> }

/** The sentence for a method that is asked of the label L. */
export type LabelMethodFault<L extends string, M> = L extends keyof M
  ? NameOfMethod<M[L]> extends 'enumerate'
    ? never
    : `label '${L}' is summed out, so it cannot have the gradient method '${NameOfMethod<M[L]> & string}'`
  : never

/** Accepts methods of the other sites; otherwise the sentence. */
export type NotOfLabel<L extends string, M> = [LabelMethodFault<L, M>] extends [never]
  ? unknown
  : { readonly [K in L]: { readonly error: LabelMethodFault<L, M> } }

/** Options of a bound with partly observed labels. */
export interface SemiSupervisedOptions<Q, L extends string, K extends string = 'labelled', M = unknown>
  extends Pick<BoundOptions<Q, M>, 'particles' | 'klTable' | 'kl'> {
  /** The gradient method of a site other than the label, where the choice of giry is not wanted. */
  readonly sites?: AllowedMethods<Q, M, 'elbo'> & NotOfLabel<L, M>
  /** The site of p and q that is the label. */
  readonly label: L & IsLabel<NoInfer<Q>, L>
  /** The column that is 1 where the label is known and 0 where it is missing; `labelled` if left out. */
  readonly known?: K
  /** Weight of log q(y | x) at known labels, which trains the classifier; 1 if left out. */
  readonly alpha?: number
}

/** The data: those of elbo, the label, and whether it is known. */
export type LabelledData<P, Q, L extends string, K extends string> =
  P extends Model<unknown, unknown, infer RP>
    ? Merge<
        BoundData<P, Q>,
        { readonly [N in L | K]: N extends keyof RP ? SpaceOf<RP[N]> : EventSpace<[], Binary> }
      >
    : never
type SpaceOf<E> = E extends { readonly space: infer X } ? X : never

interface Labels {
  readonly label: string
  readonly known: string
  readonly alpha: number
}

const labelFaults = (q: AnyModel, name: string): readonly GiryError[] => {
  const site = q.entries[name]
  const fault = (message: string, remedy: string) => [giryError('model', name, message, remedy)]
  if (site?.kind !== 'site')
    return fault(
      `label '${name}': q has no such site, so it cannot be guessed where it is missing`,
      `bind '${name}' in q, given the data`,
    )
  if (!can(site, 'enumerable'))
    return fault(
      `label '${name}': q draws it from ${site.family}, which cannot be summed out where the label is missing`,
      'draw it from a bernoulli, a categorical or a oneHotCategorical',
    )
  if (site.scope === 'shared')
    return fault(`label '${name}' is shared by all data`, 'draw it with bind, once for each datum')
  return site.plates.length === 0
    ? []
    : fault(`label '${name}' lies in a plate`, 'give the elements of the plate as data of their own')
}

/** The run-time twin of `LabelMethodFault`: a known label has weight 1 at its value, which takes the sum over all of them. */
const methodOfLabelFaults = (name: string, asked: GradientMethod | undefined): readonly GiryError[] =>
  asked === undefined || nameOfMethod(asked) === 'enumerate'
    ? []
    : [
        giryError(
          'model',
          name,
          `label '${name}' is summed out, so it cannot have the gradient method '${String(nameOfMethod(asked))}'`,
          "leave it out of sites, or give it the method 'enumerate'",
        ),
      ]

const knownFaults = (p: AnyModel, q: AnyModel, known: string): readonly GiryError[] =>
  [p, q].some((m) => known in m.entries || known in m.given || known in m.nets)
    ? [
        giryError(
          'option',
          'known',
          `the column '${known}' says which labels are known, but the models have a name '${known}'`,
          "name the column otherwise: known: '…'",
        ),
      ]
    : []

/** exp of it is 0 in float32, and nothing is infinite. */
const never = -1e4

/** log of the weight of each value: at a known label 0 for it and nothing for the others, else log q. */
const logWeight = (value: AnyValue, label: AnyValue, known: Known, logQ: Scalar): Scalar => {
  const wrong = greater(sum(notEqual(value, label)), 0)
  return where(known, where(wrong, never, 0), logQ) as Scalar
}

/** What the label counts besides log p, to be subtracted: log q where it is missing, −α log q where it is known. */
const countedLogQ = (known: Known, alpha: number, logQ: Scalar): Scalar =>
  // 0 log 0 is 0: a known label may be one that q rules out.
  where(known, alpha === 0 ? 0 : mul(-alpha as number, logQ), logQ) as Scalar

/** The draws with another log q of the label. */
const withLogQ = (draws: Draws, label: string, logQ: Scalar): Draws => ({
  ...draws,
  drawn: draws.drawn.map((d) => (d.name === label ? { ...d, logQ } : d)),
})

/** The draws as the terms take log q of the label, and with the label weighted by what is known of it. */
const withLabels = (draws: Draws, env: Environment, o: Labels) => {
  const [label, known] = [env.data[o.label] as AnyValue, env.data[o.known] as Known]
  const logQ = draws.drawn.find((d) => d.name === o.label)?.logQ as Scalar
  const weight = logWeight(draws.context[o.label] as AnyValue, label, known, logQ)
  return {
    counted: withLogQ(draws, o.label, countedLogQ(known, o.alpha, logQ)),
    weighted: withLogQ(draws, o.label, weight),
  }
}

const labelled = (t: Term, o: Labels): Term =>
  t.site === o.label ? { ...t, label: `log p(${o.label}) − log q(${o.label}) or + α log q(${o.label})` } : t

/** The plan of elbo with the label summed out, and its divergence not in closed form, which only a missing label has. */
const planWith = (p: AnyModel, q: AnyModel, options: object, label: string): Plan => {
  const plan = planBound(p, q, options)
  const open = { sampled: 'asked for' } as const
  return { ...plan, latents: plan.latents.map((l) => (l.name === label ? { ...l, kl: open } : l)) }
}

/** The bound of a model whose labels are partly observed; does not compile unless q fits p and can sum the label out. */
export const semiSupervised = <
  TP,
  GP,
  RP,
  TQ,
  GQ,
  RQ,
  const L extends string,
  const K extends string = 'labelled',
  const M extends { readonly [N in Latents<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>]?: AskedMethod } = object,
>(
  p: Model<TP, GP, RP>,
  q: Model<TQ, GQ, RQ> & Fits<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>,
  options: SemiSupervisedOptions<Model<TQ, GQ, RQ>, L, K, M>,
): Objective<WithMethodNets<Merge<TP, TQ>, M>, LabelledData<Model<TP, GP, RP>, Model<TQ, GQ, RQ>, L, K>> => {
  const [mp, mq] = [p, q] as readonly unknown[] as readonly [AnyModel, AnyModel]
  const given = optionsOf('semiSupervised', options)
  const o: Labels = { label: given.label, known: given.known ?? 'labelled', alpha: given.alpha ?? 1 }
  throwAll([
    ...(typeof o.label === 'string' ? labelFaults(mq, o.label) : []),
    ...methodOfLabelFaults(o.label, (given.sites as AskedMethods | undefined)?.[o.label]),
    ...knownFaults(mp, mq, o.known),
    ...boundOptionFaults('semiSupervised', given),
    ...numberFaults('alpha', o.alpha, 'use 1, or more for a better classifier'),
  ])
  // No more than these: elbo has weights and floors of divergences, which a known label does not have.
  const { particles, klTable, kl } = given
  const sites = { ...given.sites, [o.label]: 'enumerate' }
  const summed = { particles, klTable, kl, sites }
  // Refuses what elbo refuses.
  const bound = elbo(p, q, summed as never)
  const plan = planWith(mp, mq, summed, o.label)
  const methods = new Map(plan.latents.map((l) => [l.name, l.asked]))
  const columns: Readonly<Record<string, DataSpec>> = {
    [o.label]: (mp.entries[o.label] as Site).space,
    [o.known]: { shape: [], domain: binary },
  }
  return {
    ...bound,
    nets: bound.nets as never,
    description: `L_b, '${o.label}' partly observed`,
    data: { ...bound.data, ...columns } as unknown as LabelledData<
      Model<TP, GP, RP>,
      Model<TQ, GQ, RQ>,
      L,
      K
    >,
    evaluate: (env) => {
      const drawn = drawSites(mq, (name) => methods.get(name) as GradientMethod, plan.particles, env)
      const { counted, weighted } = withLabels(drawn, env, o)
      const terms = boundTerms(mp, mq, plan, counted, env).map((t) => labelled(t, o))
      return expectation(terms, weighted, env)
    },
  }
}
