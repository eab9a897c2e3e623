/**
 * The gradient methods of bounds on importance weights; what each needs of a site is in dsl/gradientMethods.ts.
 *
 *   pathwise               through the draws
 *   stickingTheLanding     through the draws, without the score of q: biased for more than one particle
 *   doublyReparameterized  the score of q through the draws as well: unbiased, and its signal keeps up with its noise
 *   score, vimco           the score of q times the bound, or times the bound less its value without the particle
 *   enumerate              summed out
 *
 * A bound allows some of them. Each rule twice in the same words, for the compiler and at construction.
 * Tested in tests/types/importance.test-d.ts and tests/inference/importance/methods.test.ts.
 */
import { can } from '../../dsl/distribution.js'
import { type GiryError, giryError } from '../../dsl/error.js'
import {
  type AskedMethod,
  type CapabilityFault,
  capabilityFaults,
  type ImportanceMethodName,
  type NameOfMethod,
  nameOfMethod,
  type OrElse,
} from '../../dsl/gradientMethods.js'
import { type AnyModel, type Model, type Site, type SiteNames, sitesOf } from '../../dsl/model.js'
import type { Optioned } from '../boundOptions.js'
import { mixedSites } from '../dependence.js'
import { jointCost, productCost, type TableCost } from '../elimination/cost.js'
import { enumerationFaults, gradientMethods } from '../plan.js'

/** The method of each site of q, by name. */
export type ImportanceMethods = Readonly<Record<string, ImportanceMethodName>>

/** The sentence for a method that has options, which bounds on importance weights do not read. */
type OptionsFault<K extends string, M, Bound extends string> = M extends {
  readonly method: infer N extends string
}
  ? Exclude<keyof M, 'method'> extends never
    ? never
    : `site '${K}': ${Bound} takes the gradient method '${N}' without options`
  : never

/** The sentence for a method that the bound or the site does not allow. */
export type ImportanceMethodFault<Q, M, Bound extends string, Allowed> =
  Q extends Model<unknown, unknown, infer RQ>
    ? {
        [K in keyof M & SiteNames<RQ>]: NameOfMethod<M[K]> extends infer N extends string
          ? N extends Allowed & ImportanceMethodName
            ? OrElse<CapabilityFault<K, RQ[K], N>, OptionsFault<K, M[K], Bound>>
            : `site '${K}': ${Bound} has no gradient method '${N}'`
          : never
      }[keyof M & SiteNames<RQ>]
    : never

/** The sentence for a site of q that lacks what the one method of a bound needs. */
export type NeedFault<Q, Needed extends ImportanceMethodName> =
  Q extends Model<unknown, unknown, infer RQ>
    ? { [K in SiteNames<RQ>]: CapabilityFault<K, RQ[K], Needed> }[SiteNames<RQ>]
    : never

/** Accepts q when each of its sites allows the method; otherwise the sentences. */
export type AllAllow<Q, Needed extends ImportanceMethodName> = [Needed] extends [never]
  ? unknown
  : [NeedFault<Q, Needed>] extends [never]
    ? unknown
    : NeedFault<Q, Needed>

/** The gradient methods of sites, where the choice of giry is not wanted. */
export interface SitesOption<Q, M, Bound extends string, Allowed> {
  /** The gradient method of a site, where the choice of giry is not wanted. */
  readonly sites?: M & {
    readonly [K in keyof M]: [ImportanceMethodFault<Q, Pick<M, K>, Bound, Allowed>] extends [never]
      ? unknown
      : { readonly error: ImportanceMethodFault<Q, Pick<M, K>, Bound, Allowed> }
  }
}

/** What a bound allows, and what it takes where nothing is asked for. */
export interface MethodRules {
  /** The bound, as sentences name it. */
  readonly bound: Optioned
  readonly allowed: readonly ImportanceMethodName[]
  /** Whether finite sites are summed out by variable elimination, in plates as well; else in one joint table. */
  readonly eliminates?: boolean
  /** For a site with a pathwise gradient. */
  readonly pathwise: ImportanceMethodName
  /** For a site that has neither that nor a small support. */
  readonly otherwise: (particles: number) => ImportanceMethodName
}

type Asked = Readonly<Record<string, AskedMethod | undefined>>

const fault = (name: string, message: string, remedy: string): GiryError =>
  giryError('model', name, message, remedy)

const optionsFaults = (name: string, asked: AskedMethod, rules: MethodRules): readonly GiryError[] =>
  typeof asked === 'string' || Object.keys(asked).every((key) => key === 'method')
    ? []
    : [
        fault(
          name,
          `site '${name}': ${rules.bound} takes the gradient method '${asked.method}' without options`,
          "name it alone; 'vimco' brings a baseline of its own",
        ),
      ]

const askedFault = (
  q: AnyModel,
  name: string,
  asked: AskedMethod,
  rules: MethodRules,
): readonly GiryError[] => {
  const site = q.entries[name]
  if (site === undefined || site.kind !== 'site')
    return [fault(name, `site '${name}': q has no such site`, 'name a latent that q proposes')]
  const method = nameOfMethod<string>(asked) as ImportanceMethodName
  if (!rules.allowed.includes(method))
    return [
      fault(
        name,
        `site '${name}': ${rules.bound} has no gradient method '${String(method)}'`,
        `use ${rules.allowed.join(', ')}`,
      ),
    ]
  const lacking = capabilityFaults(name, site, method)
  return lacking.length > 0 ? lacking : optionsFaults(name, asked, rules)
}

/** The run-time twin of `ImportanceMethodFault` and `NeedFault`. */
export const askedFaults = (q: AnyModel, asked: Asked, rules: MethodRules): readonly GiryError[] =>
  Object.entries(asked).flatMap(([name, method]) =>
    method === undefined ? [] : askedFault(q, name, method, rules),
  )

const tableCost = (p: AnyModel, q: AnyModel, eliminates: boolean): TableCost =>
  eliminates ? productCost(p, q) : jointCost(q)

/** The methods of all sites: those asked for, else pathwise, else enumeration while it is small, else draws. */
export const importanceMethods = (
  p: AnyModel,
  q: AnyModel,
  asked: Asked,
  rules: MethodRules,
  particles: number,
): ImportanceMethods => {
  // One site doubly reparameterized, all of them are: see mixtureFaults.
  const doubly = Object.values(asked).some(
    (m) => m !== undefined && nameOfMethod<string>(m) === 'doublyReparameterized',
  )
  const eliminates = rules.eliminates === true && !doubly
  const chosen = gradientMethods(q, asked as never, tableCost(p, q, eliminates), mixedSites(p, q))
  const pathwise = doubly ? 'doublyReparameterized' : rules.pathwise
  return Object.fromEntries(
    sitesOf(q).map(([name, site]): [string, ImportanceMethodName] => {
      const method = asked[name]
      if (method !== undefined) return [name, nameOfMethod<string>(method) as ImportanceMethodName]
      if (can(site, 'pathwise')) return [name, pathwise]
      const small = chosen[name] === 'enumerate' && (eliminates || site.plates.length === 0)
      return [name, small && rules.allowed.includes('enumerate') ? 'enumerate' : rules.otherwise(particles)]
    }),
  )
}

/** The sentence for a latent that is shared by all data. */
export const sharedFault = (name: string): GiryError =>
  fault(
    name,
    `latent '${name}' is shared by all data, so the bound is no mean over the data`,
    'use elbo, or draw the site once for each datum',
  )

const plateFault = (name: string): GiryError =>
  fault(
    name,
    `latent '${name}' is summed out, and lies in the plate it would be summed out for each element of`,
    "use elbo, or draw it: sites: { name: 'vimco' } or 'score'",
  )

const vimcoFault = (name: string): GiryError =>
  fault(
    name,
    `site '${name}': 'vimco' leaves one particle out, and there is one only`,
    "ask for 2 particles or more, or for 'score'",
  )

/** Sites whose place or number of particles does not allow their method. */
export const placeFaults = (
  p: AnyModel,
  q: AnyModel,
  methods: ImportanceMethods,
  rules: MethodRules,
  particles: number,
): readonly GiryError[] => {
  const eliminates = rules.eliminates === true && !Object.values(methods).includes('doublyReparameterized')
  return [
    ...sitesOf(q).flatMap(([name, site]) => {
      if (site.scope === 'shared') return [sharedFault(name)]
      if (methods[name] === 'enumerate' && site.plates.length > 0 && !eliminates) return [plateFault(name)]
      return methods[name] === 'vimco' && particles < 2 ? [vimcoFault(name)] : []
    }),
    ...enumerationFaults(q, methods as never, tableCost(p, q, eliminates), mixedSites(p, q)),
  ]
}

/** The sites among `names` that a site depends on, directly or through others. */
const ancestorsOf = (q: AnyModel, name: string, found: Set<string> = new Set()): ReadonlySet<string> => {
  for (const parent of (q.entries[name] as Site | undefined)?.parents ?? [])
    if (!found.has(parent)) {
      found.add(parent)
      ancestorsOf(q, parent, found)
    }
  return found
}

const mixedFault = (name: string, method: ImportanceMethodName, doubly: string): GiryError =>
  fault(
    name,
    `site '${name}' has the method '${method}' beside '${doubly}', which is doubly reparameterized: all drawn sites are, or none`,
    `give '${name}' the method doublyReparameterized, or '${doubly}' another`,
  )

const betweenFault = (later: string, earlier: string): GiryError =>
  fault(
    later,
    `site '${later}' depends on another site that is summed out than '${earlier}', which it depends on: their doubly reparameterized weights differ`,
    "use pathwise for both, or draw the site that is summed out with the method 'vimco'",
  )

/**
 * Doubly reparameterized sites beside others. The weight on a path depends on the whole draw, so a site of another method
 * would need weights of its own, and so would one with values along the axis of a site that was summed out in between.
 */
export const mixtureFaults = (q: AnyModel, methods: ImportanceMethods): readonly GiryError[] => {
  const names = sitesOf(q).map(([name]) => name)
  const doubly = names.filter((name) => methods[name] === 'doublyReparameterized')
  const first = doubly[0]
  if (first === undefined) return []
  const summed = (name: string) =>
    [...ancestorsOf(q, name)]
      .filter((a) => methods[a] === 'enumerate')
      .sort()
      .join()
  return [
    ...names
      .filter((name) => methods[name] !== 'doublyReparameterized' && methods[name] !== 'enumerate')
      .map((name) => mixedFault(name, methods[name] as ImportanceMethodName, first)),
    ...doubly.flatMap((later) => {
      const before = [...ancestorsOf(q, later)].find((e) => doubly.includes(e) && summed(e) !== summed(later))
      return before === undefined ? [] : [betweenFault(later, before)]
    }),
  ]
}
