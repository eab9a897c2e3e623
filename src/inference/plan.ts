/**
 * The plan of a bound: for each site of p, which term it contributes and how the term is computed. Decided from the
 * model graph and the table of closed forms at construction; `elbo` executes it and `derive` prints it.
 *
 * The term of a latent s is E_q[log p(s | pa_p) − log q(s | pa_q)]. It equals −E_q[KL(q(s | pa_q) ‖ p(s | pa_p))], with the
 * divergence in closed form, when
 *   (1) the pair of families has a row in the table, and
 *   (2) no parent of s in p descends from s in q: given its parents, s is then independent of pa_p under q.
 * Finite sites are enumerated while the largest table of their elimination is small (elimination/cost.ts): a chain of any
 * length, where the joint support would be out of reach.
 * (A ladder p: z2 → z1 → x with q: x → z1 → z2 fails (2) at z1, and is sampled there.)
 * Tested in tests/inference/plan.test.ts.
 */
import { can } from '../dsl/distribution.js'
import { type GiryError, giryError } from '../dsl/error.js'
import { hasClosedForm, unlike } from '../dsl/families.js'
import { type GradientMethod, type MethodName, nameOfMethod } from '../dsl/gradientMethods.js'
import type { KlTable } from '../dsl/kl.js'
import type { ScoreMethod } from '../dsl/methods.js'
import { type AnyModel, type Model, type Site, sitesOf } from '../dsl/model.js'
import { type Mixed, mixedSites, unmixedBy, whoMixes } from './dependence.js'
import { expectationCost, jointCost, type TableCost } from './elimination/cost.js'
import { type FreeBits, freeBitsOf } from './freeBits.js'
import type { Weight } from './weight.js'

/** Why a divergence is not in closed form. */
export type WhySampled =
  | 'not in the table'
  | 'for one constant only'
  | 'p conditions on what q draws after it'
  | 'asked for'
  | 'sticking the landing'

/** The term of a latent. */
export interface LatentPlan {
  readonly name: string
  readonly p: Site
  readonly q: Site
  /** Divergence in closed form, or sampled for a reason. */
  readonly kl: 'closed form' | { readonly sampled: WhySampled }
  /** How the gradient through the site is estimated. */
  readonly gradient: MethodName
  /** The method with its options, as it was asked for. */
  readonly asked: GradientMethod
  /** The nats of its divergence, or of each entry's, that cost nothing less: the free bits; 0 for none. */
  readonly free: number
  readonly perEntry: boolean
}

/** The plan of a bound. */
export interface Plan {
  /** In the order of q. */
  readonly latents: readonly LatentPlan[]
  /** Observed sites of p, in order. */
  readonly data: readonly (readonly [string, Site])[]
  /** Particles per datum. */
  readonly particles: number
  /** Weight of the divergences, which may follow the updates. */
  readonly beta: Weight
  /** The closed forms, where the user passed a larger table. */
  readonly klTable?: KlTable | undefined
}

/** What a user may fix of a plan. */
export interface PlanOptions {
  readonly particles?: number | undefined
  readonly beta?: Weight | undefined
  readonly freeBits?: FreeBits | undefined
  readonly sites?: Readonly<Record<string, GradientMethod | undefined>> | undefined
  readonly klTable?: KlTable | undefined
  /** `sampled` estimates every divergence by Monte Carlo, for comparison. */
  readonly kl?: 'closed form' | 'sampled' | undefined
}

/** Entries of the largest table, for each datum and particle, beyond which sites are no longer enumerated unasked. */
const enumerationLimit = 1024

/** Entries of the largest table beyond which sites are not enumerated, though asked for. */
const largestTable = 2 ** 20

/** Sites of q that depend on `name`, directly or through others. */
const descendants = (q: AnyModel, name: string): ReadonlySet<string> => {
  const found = new Set([name])
  for (const [s, site] of sitesOf(q)) if ([...site.parents].some((parent) => found.has(parent))) found.add(s)
  found.delete(name)
  return found
}

const divergence = (
  name: string,
  p: Site,
  q: Site,
  qModel: AnyModel,
  asked: MethodName,
  options: PlanOptions,
): LatentPlan['kl'] => {
  if (options.kl === 'sampled') return { sampled: 'asked for' }
  if (asked === 'stickingTheLanding') return { sampled: 'sticking the landing' }
  if (!hasClosedForm(q.family, p.family, options.klTable)) return { sampled: 'not in the table' }
  if (unlike(q, p, options.klTable).length > 0) return { sampled: 'for one constant only' }
  const later = descendants(qModel, name)
  return [...p.parents].some((parent) => later.has(parent))
    ? { sampled: 'p conditions on what q draws after it' }
    : 'closed form'
}

/**
 * Gradient methods in the order of q: pathwise, else enumeration while its largest table is small, else the score function.
 * Without a cost, everything is taken to meet in one table.
 */
export const gradientMethods = (
  q: AnyModel,
  fixed: PlanOptions['sites'] = {},
  cost: TableCost = jointCost(q),
  mixed: ReadonlyMap<string, unknown> = new Map(),
): Readonly<Record<string, GradientMethod>> => {
  const free = sitesOf(q).filter(([name]) => fixed[name] === undefined)
  const finite = free
    .filter(
      ([name, site]) =>
        !can(site, 'pathwise') && can(site, 'enumerable') && site.scope === 'datum' && !mixed.has(name),
    )
    .map(([name]) => name)
  const enumerated = smallEnough(enumeratedIn(q, fixed), finite, cost)
  return Object.fromEntries(
    sitesOf(q).map(([name, site]) => [
      name,
      fixed[name] ?? (can(site, 'pathwise') ? 'pathwise' : enumerated.has(name) ? 'enumerate' : 'score'),
    ]),
  )
}

const enumeratedIn = (
  q: AnyModel,
  methods: Readonly<Record<string, GradientMethod | undefined>>,
): ReadonlySet<string> =>
  new Set(
    sitesOf(q).flatMap(([name]) => {
      const method = methods[name]
      return method !== undefined && nameOfMethod(method) === 'enumerate' ? [name] : []
    }),
  )

/** The sites that are enumerated: all of them where their tables stay small, else one after the other while they do. */
const smallEnough = (
  asked: ReadonlySet<string>,
  finite: readonly string[],
  cost: TableCost,
): ReadonlySet<string> => {
  const all = new Set([...asked, ...finite])
  if (cost(all) <= enumerationLimit) return all
  const taken = new Set(asked)
  for (const name of finite) {
    taken.add(name)
    if (cost(taken) > enumerationLimit) taken.delete(name)
  }
  return taken
}

/** Why the sites that are enumerated cannot be: a table too large, or a plate whose elements depend on one another. */
export const enumerationFaults = (
  q: AnyModel,
  methods: Readonly<Record<string, GradientMethod>>,
  cost: TableCost,
  mixed: ReadonlyMap<string, Mixed>,
): readonly GiryError[] => {
  const enumerated = enumeratedIn(q, methods)
  return [...tableFaults(enumerated, cost), ...mixedFaults(enumerated, mixed)]
}

const tableFaults = (enumerated: ReadonlySet<string>, cost: TableCost): readonly GiryError[] => {
  const entries = cost(enumerated)
  if (entries <= largestTable) return []
  const names = [...enumerated]
  return [
    giryError(
      'model',
      names[0] ?? 'q',
      `enumerating ${names.map((name) => `'${name}'`).join(', ')} takes a table of ${entries.toLocaleString('en-US')} entries for each datum, more than ${largestTable.toLocaleString('en-US')}`,
      "give some of these sites the method 'score', or a q in which fewer of them meet",
    ),
  ]
}

const mixedFaults = (
  enumerated: ReadonlySet<string>,
  mixed: ReadonlyMap<string, Mixed>,
): readonly GiryError[] =>
  [...enumerated].flatMap((name) => {
    const found = mixed.get(name)
    return found === undefined
      ? []
      : [
          giryError(
            'model',
            name,
            `site '${name}' is summed out for each element of the plate ${found.plate}, but ${whoMixes(found)}`,
            [`give '${name}' another method than 'enumerate'`, ...unmixedBy(found)].join(', or '),
          ),
        ]
  })

/** Whether a method takes the other particles as its baseline. */
export const leavesOneOut = (asked: GradientMethod): boolean =>
  asked === 'score' ||
  (nameOfMethod(asked) === 'score' &&
    ((asked as Partial<ScoreMethod>).baseline ?? 'leaveOneOut') === 'leaveOneOut')

/** Plans the bound of p and q, which must fit (`fitFaults`). */
export const planBound = (p: Model, q: Model, options: PlanOptions = {}): Plan => {
  const mp = p as AnyModel
  const mq = q as AnyModel
  const methods = gradientMethods(mq, options.sites, expectationCost(mp, mq), mixedSites(mp, mq))
  const latents = sitesOf(mq).map(([name, site]): LatentPlan => {
    const prior = mp.entries[name] as Site
    const asked = methods[name] as GradientMethod
    return {
      name,
      p: prior,
      q: site,
      kl: divergence(name, prior, site, mq, nameOfMethod(asked), options),
      gradient: nameOfMethod(asked),
      asked,
      ...freeBitsOf(options.freeBits, name),
    }
  })
  return {
    latents,
    data: sitesOf(mp).filter(([name]) => name in mq.given),
    particles: options.particles ?? (latents.some((l) => leavesOneOut(l.asked)) ? 2 : 1),
    beta: options.beta ?? 1,
    klTable: options.klTable,
  }
}
