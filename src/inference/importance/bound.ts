/**
 * What bounds on importance weights have in common: their options, how they are checked, and how they become objectives.
 *
 * Everything is refused at construction, in the words of `elbo` for the fit of q, and in those of methods.ts for its sites.
 */

import { type GiryError, giryError, throwAll } from '../../dsl/error.js'
import type { AskedMethod, ImportanceMethodName } from '../../dsl/gradientMethods.js'
import type { AnyModel, Merge, Model } from '../../dsl/model.js'
import type { AnyObjective, Environment, Objective } from '../../dsl/objective.js'
import type { Fits, Latents } from '../../dsl/rules.js'
import { shown } from '../../dsl/shown.js'
import { boundOptionFaults, optionsOf } from '../boundOptions.js'
import { type BoundData, elbo } from '../elbo.js'
import type { Scalar } from '../estimators/draws.js'
import {
  type AllAllow,
  askedFaults,
  type ImportanceMethods,
  importanceMethods,
  type MethodRules,
  mixtureFaults,
  placeFaults,
  type SitesOption,
} from './methods.js'
import type { Importance } from './powerBound.js'

/** How many draws a bound on importance weights takes. */
export interface ParticlesOption {
  /** K, the draws of z for each datum. */
  readonly particles: number
}

/** A function from two models that fit to a bound; does not compile unless q fits p and the sites allow their methods. */
export type ImportanceBound<
  Options,
  Bound extends string,
  Allowed extends ImportanceMethodName,
  Needed extends ImportanceMethodName = never,
  Side = unknown,
> = <
  TP,
  GP,
  RP,
  TQ,
  GQ,
  RQ,
  const M extends {
    readonly [K in Latents<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>]?: AskedMethod
  } = object,
>(
  p: Model<TP, GP, RP>,
  q: Model<TQ, GQ, RQ> & Fits<Model<TP, GP, RP>, Model<TQ, GQ, RQ>> & AllAllow<Model<TQ, GQ, RQ>, Needed>,
  options: Options & SitesOption<Model<TQ, GQ, RQ>, M, Bound, Allowed>,
) => Objective<Merge<TP, TQ>, BoundData<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>> & Side

/** Options as they arrive at run time. */
interface AnyOptions extends ParticlesOption {
  readonly sites?: Readonly<Record<string, AskedMethod | undefined>>
}

/** What is wrong with a whole number of an option. */
export const wholeNumberFaults = (
  name: string,
  x: number,
  least: number,
  remedy: string,
): readonly GiryError[] =>
  Number.isInteger(x) && x >= least
    ? []
    : [
        giryError(
          'option',
          name,
          `${name} must be a whole number >= ${least}, but ${shown(x)} was given`,
          remedy,
        ),
      ]

const checkFit = elbo as unknown as (p: unknown, q: unknown) => AnyObjective

/** A bound on importance weights, once its options are known. */
export interface WeightedBound {
  readonly description: string
  /** Set where it lies above log P(x). */
  readonly upper?: boolean
  readonly faults?: readonly GiryError[]
  /** Faults of the methods that the sites have come to. */
  readonly methodFaults?: (methods: ImportanceMethods) => readonly GiryError[]
  readonly evaluate: (of: Importance, env: Environment) => Scalar
}

/** The objective of two models: refuses what does not fit, then evaluates. */
export const importanceObjective = <Options extends AnyOptions>(
  p: unknown,
  q: unknown,
  options: Options,
  rules: MethodRules,
  bound: (options: Options) => WeightedBound,
): AnyObjective => {
  // The rules of the fit are those of elbo, which checks them when it is built.
  const fitted = checkFit(p, q)
  const mq = q as AnyModel
  const given = optionsOf(rules.bound, options)
  const what = bound(given)
  const { particles, sites = {} } = given
  throwAll([
    ...boundOptionFaults(rules.bound, given),
    ...wholeNumberFaults('particles', particles, 1, 'use 1, or more for a tighter bound'),
    ...(what.faults ?? []),
    ...askedFaults(mq, sites, rules),
  ])
  const methods = importanceMethods(p as AnyModel, mq, sites, rules, particles)
  throwAll([
    ...askedFaults(mq, methods, rules),
    ...placeFaults(p as AnyModel, mq, methods, rules, particles),
    ...mixtureFaults(mq, methods),
    ...(what.methodFaults?.(methods) ?? []),
  ])
  const of: Importance = { p: p as AnyModel, q: mq, methods, particles }
  return {
    ...fitted,
    ...(what.upper === true ? { upper: true } : {}),
    description: what.description,
    evaluate: (env) => what.evaluate(of, env),
  }
}
