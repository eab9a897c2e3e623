/**
 * primitive(model, { observed, power }): a model as a program; observed sites weigh, the others are drawn.
 *
 *   γ(τ | c) = Π_s p_s(τ_s | …) · Π_x p_x(x | …)^β,     τ ~ Π_s p_s,     w = Π_x p_x(x | …)^β
 *
 * `observed` names the sites whose values are data; those that `condition` fixed are observed too. `power` is β, 1 if left out;
 * powers between 0 and 1 anneal from the prior to the posterior. Sites need no density until `propose` weighs them.
 * Errors: tag `model`: no such site, a site without density observed, a shared site, one fixed to a batch of data; tag `option`:
 * power. Tested in tests/inference/combinators/primitive.test.ts.
 */

import { isOwnAxis } from '../../dsl/axes.js'
import { type AnyDistribution, axesOf, can } from '../../dsl/distribution.js'
import { fail, type GiryError, giryError, throwAll } from '../../dsl/error.js'
import type { Values } from '../../dsl/kernel.js'
import { type AnyModel, datumAxis, type Model, type Site, type SiteNames, sitesOf } from '../../dsl/model.js'
import { mul } from '../../dsl/operations/arithmetic.js'
import { stopGradient } from '../../dsl/operations/functions.js'
import { densityRemedy } from '../../dsl/rules.js'
import { run } from '../../dsl/run.js'
import { shown } from '../../dsl/shown.js'
import { type AnyValue, expandAxes, isValue, sumOver } from '../../dsl/value.js'
import { axesOfSite, logDensity, total } from '../estimators/draws.js'
import type { AnyProgram, Dependence, Offered, Program, Scalar, Weighing, Weighted } from './program.js'

/** Options of a primitive program. */
export interface PrimitiveOptions<N extends string = string> {
  /** The sites whose values are data. */
  readonly observed?: readonly N[]
  /** β: the densities of observed sites count to this power; 1 if left out. */
  readonly power?: number
}

/** The sentences for observed sites. */
export type ObservedFault<R, N extends string> = string extends N
  ? never
  : {
      [K in N]: K extends SiteNames<R>
        ? R[K] extends { readonly capabilities: { readonly density: true } }
          ? never
          : R[K] extends { readonly family: infer F extends string }
            ? `site '${K}' is drawn from ${F}, which has no density to weigh by`
            : never
        : `'${K}' is no site of this model`
    }[N]

/** The sentences for shared sites. */
export type SharedFault<R> =
  string extends SiteNames<R>
    ? never
    : {
        [K in SiteNames<R>]: R[K] extends { readonly scope: infer Sc }
          ? Sc extends 'shared'
            ? 'datum' extends Sc
              ? never
              : `site '${K}' is shared by all data, so it has no weight per datum`
            : never
          : never
      }[SiteNames<R>]

/** Accepts models that can be weighed per datum; otherwise the sentences. */
export type Weighs<R> = [Exclude<SharedFault<R>, never>] extends [never] ? unknown : SharedFault<R>

/** Accepts names of sites with a density; otherwise the sentences. */
export type Observes<R, N extends string> = [ObservedFault<R, N>] extends [never]
  ? unknown
  : { readonly error: ObservedFault<R, N> }

/** The spaces of the observed sites. */
export type ObservedSpaces<R, N extends string> = {
  readonly [K in N & SiteNames<R>]: R[K] extends { readonly space: infer X } ? X : never
}

/** A model as a program. */
export const primitive = <T, G, R, const N extends string = never>(
  model: Model<T, G, R> & Weighs<R>,
  options: { readonly observed?: readonly N[] & Observes<R, N>; readonly power?: number } = {},
): Program<T, G, ObservedSpaces<R, N>, { readonly [K in Exclude<SiteNames<R>, N>]: R[K] }, never, 'target'> =>
  ofModel(model as unknown as AnyModel, options as PrimitiveOptions) as never

/** A source as a program. */
export const programOf = (source: Offered): AnyProgram => {
  if (source.tag === 'kernel')
    return fail(
      'model',
      'kernel',
      'a kernel hides what it draws, so it has no density: compose programs, with primitive(model) for a model',
      'write compose(primitive(first), second)',
    )
  return (source.tag === 'program' ? source : ofModel(source as unknown as AnyModel, {})) as AnyProgram
}

const ofModel = (model: AnyModel, { observed = [], power = 1 }: PrimitiveOptions): AnyProgram => {
  throwAll([...observed.flatMap(observedFault(model)), ...modelFaults(model), ...powerFault(power)])
  const latents = sitesOf(model).filter(([name]) => !observed.includes(name))
  const weigher = { model, observed: new Set(observed), power }
  return {
    tag: 'program',
    kind: 'target',
    nets: model.nets,
    inputs: model.given,
    observed: Object.fromEntries(observed.map((name) => [name, dataSpecOf(model, name)])),
    sites: Object.fromEntries(latents),
    auxiliary: [],
    levels: 0,
    normalized: observed.length === 0 && Object.keys(model.observed ?? {}).length === 0,
    sample: (env) => drawn(weigher, env),
    score: (env, sites) => {
      const all = terms(weigher, env, (name) => sites[name] as AnyValue).logTarget
      return { all, kept: all }
    },
    dependence: (inputs) => dependenceOf(latents, inputs),
  }
}

const dataSpecOf = (model: AnyModel, name: string) => {
  const { space, plates } = model.entries[name] as Site
  return { ...space, plates }
}

interface Weigher {
  readonly model: AnyModel
  readonly observed: ReadonlySet<string>
  readonly power: number
}

/** Runs the model, `choose` deciding what is not observed, and adds up its log densities. */
const terms = (
  { model, observed, power }: Weigher,
  env: Weighing,
  choose: (name: string, site: Site, d: AnyDistribution) => AnyValue,
): Weighted => {
  const weights: Scalar[] = []
  const densities: Scalar[] = []
  const sites: Record<string, AnyValue> = {}
  run(model, {
    functions: env.functions,
    given: env.given,
    choose: (name, site, d, fixed) => {
      requireDeclared(name, site, d)
      const known = fixed ?? (observed.has(name) ? env.data[name] : undefined)
      const value = known ?? choose(name, site, d)
      if (known === undefined) sites[name] = value
      if (can(d, 'density')) (known === undefined ? densities : weights).push(densityOf(site, d, value))
      return value
    },
  })
  // At power 0 even a datum of density 0 counts nothing, where 0 · −∞ would be NaN.
  const counted = power === 0 ? [] : weights
  const logWeight = power === 1 ? total(counted) : (mul(power, total(counted)) as Scalar)
  return { sites, logWeight, logTarget: total([...densities, logWeight]) }
}

/** log density, summed over the plates of the site. */
const densityOf = (site: Site, d: AnyDistribution, value: AnyValue): Scalar =>
  sumOver(
    expandAxes(logDensity(d, value), site.plates),
    site.plates.map((a) => a.name),
  )

const drawn = (weigher: Weigher, env: Weighing): Weighted =>
  terms(weigher, env, (name, site, d) => {
    const value: AnyValue = d.sample(env.noise.child(name), axesOfSite(site, env.batch, env.particles))
    return env.hold || !can(site, 'pathwise') ? stopGradient(value) : value
  })

/**
 * Refuses a site along a plate that it does not declare (it has it from a datum, or from a site of the program before): the target
 * would count one draw of many.
 */
const requireDeclared = (name: string, site: Site, d: AnyDistribution): void => {
  const stray = axesOf(d).find((a) => !isOwnAxis(a.name) && !site.plates.some((p) => p.name === a.name))
  if (stray !== undefined)
    fail(
      'model',
      name,
      `site '${name}' is drawn along the plate ${stray.name}, but does not declare it`,
      `declare it, or reduce the plate first, for example with meanOverPlate(${[...site.parents][0] ?? 'x'}, '${stray.name}')`,
    )
}

const dependenceOf = (
  latents: readonly (readonly [string, Site])[],
  inputs: ReadonlySet<string>,
): Dependence => {
  const sites = new Set<string>()
  const rough = latents.flatMap(([name, site]) => {
    if (site.nets.size === 0 && ![...site.parents].some((parent) => inputs.has(parent) || sites.has(parent)))
      return []
    sites.add(name)
    return can(site, 'pathwise') ? [] : [{ name, family: site.family }]
  })
  return { sites, rough }
}

/** Sites of a trace that belong to a program. */
export const pick = (sites: Values, names: readonly string[]): Values =>
  Object.fromEntries(names.map((name) => [name, sites[name] as AnyValue]))

const error = (where: string, message: string, remedy: string): GiryError =>
  giryError('model', where, message, remedy)

const observedFault =
  (model: AnyModel) =>
  (name: string): readonly GiryError[] => {
    const site = model.entries[name]
    if (site?.kind !== 'site' || name in (model.observed ?? {}))
      return [
        error(
          name,
          `'${name}' is no site of this model`,
          `its sites are ${sitesOf(model)
            .map(([known]) => known)
            .join(', ')}`,
        ),
      ]
    return can(site, 'density')
      ? []
      : [
          error(
            name,
            `site '${name}' is drawn from ${site.family}, which has no density to weigh by`,
            densityRemedy(site.family),
          ),
        ]
  }

const modelFaults = (model: AnyModel): readonly GiryError[] => [
  ...sitesOf(model).flatMap(([name, site]) =>
    site.scope === 'shared'
      ? [
          error(
            name,
            `site '${name}' is shared by all data, so it has no weight per datum`,
            'draw it with bind, or fix it with condition',
          ),
        ]
      : [],
  ),
  ...Object.entries(model.observed ?? {}).flatMap(([name, fixed]) => batchFault(name, fixed)),
]

const batchFault = (name: string, fixed: () => AnyValue): readonly GiryError[] => {
  const value = fixed()
  if (isValue(value)) value.tensor.dispose()
  const size = value.axes.find((a) => a.name === datumAxis)?.size
  return size === undefined
    ? []
    : [
        error(
          name,
          `site '${name}' is conditioned on ${size} data, which a program would meet in other orders and sizes`,
          `leave it free, name it in primitive(model, { observed: ['${name}'] }), and pass it as data`,
        ),
      ]
}

const powerFault = (power: number): readonly GiryError[] =>
  power >= 0 && power < Number.POSITIVE_INFINITY
    ? []
    : [
        giryError(
          'option',
          'power',
          `power must be a number >= 0, but ${shown(power)} was given`,
          'use 1 for the posterior, 0 for the prior',
        ),
      ]
