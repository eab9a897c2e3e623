/**
 * Model<T, G, R>: a Markov kernel from the given record G to the named sites R, with nets T.
 *
 *   p(r | g) = Π_s p_s(r_s | the sites before s, g)          log p is the sum over the sites, in nats
 *
 * Written in Do-notation: `Do` or `given` begins, `nets` takes nets in under names, `bind` draws a site per datum,
 * `shared` one for the whole data set, `letTo` names a deterministic value. Sites are static: each callback is run once
 * at construction on example values, whose origins give the directed graph of the model, and whose shapes and domains
 * are checked there (a wrong program fails at construction, not a hundred steps later).
 * Errors: `model` (duplicate name, a shared site that depends on a datum), `domain`, `shape`. Interpreters: run.ts.
 * Tested in tests/dsl/model.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import {
  type AnyDistribution,
  type AnyEventSpace,
  axesOf,
  type Capability,
  type Distribution,
  type EventSpace,
  originsOf,
} from './distribution.js'
import { fail } from './error.js'
import { type AnyNet, exampleOf, type FunctionOf, type Net } from './net.js'
import type { ValueIn } from './space.js'
import { type AnyValue, type Axis, expandAxes, isValue, unionAxes, withOrigins } from './value.js'

/** Whether a site is drawn per datum or once for the whole data set. */
export type Scope = 'datum' | 'shared'

/** A random site: its space, capabilities, family and scope; at run time also its place in the graph. */
export interface Site<
  out X extends AnyEventSpace = AnyEventSpace,
  in C extends Capability = never,
  out F extends string = string,
  out Sc extends Scope = Scope,
> {
  readonly kind: 'site'
  readonly space: X
  readonly capabilities: { readonly [K in C]: true }
  readonly family: F
  readonly scope: Sc
  /** The plates it lies in, besides the data. */
  readonly plates: readonly Axis[]
  /** The sites and inputs its distribution depends on. */
  readonly parents: ReadonlySet<string>
  /** The nets its distribution depends on. */
  readonly nets: ReadonlySet<string>
  /** Number of points of its support. */
  readonly supportSize: number
}

/** A deterministic name. */
export interface Let<out A = unknown> {
  readonly kind: 'let'
  readonly parents: ReadonlySet<string>
  readonly nets: ReadonlySet<string>
  /** For the compiler only. */
  readonly result?: A
}

/** A site whose value is fixed by `condition`: no longer drawn, its log density still counts. */
export type Observed<S extends Site = Site> = Omit<S, 'kind'> & { readonly kind: 'observed' }

/** Nets by name. */
export type Nets = Readonly<Record<string, AnyNet>>
/** Given spaces by name. */
export type Givens = Readonly<Record<string, AnyEventSpace>>
/** Sites and deterministic names, by name. */
export type Entries = Readonly<Record<string, Site | Let | Observed>>

/** One line of a model. */
export type Statement =
  | {
      readonly kind: 'site'
      readonly name: string
      readonly draw: (context: never) => AnyDistribution
      readonly site: Site
    }
  | { readonly kind: 'let'; readonly name: string; readonly compute: (context: never) => unknown }

/** A Markov kernel from G to the sites of R with nets T. */
export interface Model<out T = unknown, out G = unknown, out R = unknown> {
  readonly tag: 'model'
  readonly nets: T
  readonly given: G
  readonly entries: R
  readonly statements: readonly Statement[]
  /** The fixed values of the observed sites (condition.ts), made anew in each run. */
  readonly observed?: Readonly<Record<string, () => AnyValue>>
}

/** Any model. */
export type AnyModel = Model<Nets, Givens, Entries>

/** What a callback sees: functions for nets, values for inputs and sites. */
export type Context<T, G, R> = {
  readonly [K in keyof T | keyof G | keyof R]: K extends keyof R
    ? Bound<R[K]>
    : K extends keyof G
      ? ValueIn<G[K]>
      : K extends keyof T
        ? FunctionOf<T[K]>
        : never
}

type Bound<E> = E extends { readonly kind: 'site' | 'observed'; readonly space: infer X }
  ? ValueIn<X>
  : E extends Let<infer A>
    ? A
    : never

/** A record with one more entry. */
export type Extend<R, N extends string, V> = { readonly [K in keyof R | N]: K extends keyof R ? R[K] : V }

/** Both records; the left wins where a name is in both, which `Fresh` refuses anyway. */
export type Merge<A, B> = {
  readonly [K in keyof A | keyof B]: K extends keyof A ? A[K] : K extends keyof B ? B[K] : never
}

/** The sentence for a name that is taken. */
export type NameTaken<N extends string> = `the name '${N}' is already declared in this model`

/** Accepts a name that is not taken; otherwise a sentence (in a record, since two literal strings would meet in never). */
export type Fresh<N extends string, Taken> = N extends Taken ? { readonly error: NameTaken<N> } : unknown

// biome-ignore lint/complexity/noBannedTypes: {} is the record without entries, which the mapped types above start from.
type None = {}

/** The model without nets, inputs and sites: where Do-notation begins. */
export const Do: Model<None, None, None> = { tag: 'model', nets: {}, given: {}, entries: {}, statements: [] }

/** A model that takes inputs: where a conditional model, or q(z|x), begins. */
export const given = <const G extends Givens>(spaces: G): Model<None, G, None> => {
  Object.keys(spaces).forEach(requireName)
  return { ...Do, given: spaces }
}

/** The empirical distribution of the data: a model whose inputs are drawn from the data set. */
export const empirical = <const G extends Givens>(spaces: G): Model<None, G, None> => given(spaces)

const requireName = (name: string): void => {
  if (!/^[\p{L}_][\p{L}\p{N}_']*$/u.test(name))
    fail('model', name, `'${name}' cannot be a name`, 'use letters, digits and _, beginning with a letter')
  // Records of sites, nets and params are plain objects, which inherit these.
  if (name in Object.prototype)
    fail(
      'model',
      name,
      `'${name}' cannot be a name`,
      'use another: every JavaScript object has a member of this name',
    )
}

const requireFresh = (model: AnyModel, name: string): void => {
  requireName(name)
  if (name in model.entries || name in model.nets || name in model.given)
    fail(
      'model',
      name,
      `the name '${name}' is already declared in this model`,
      'give each site, net and input its own name',
    )
}

/** Takes nets in under names; their parameters are at `name/…` from here on. */
export const nets =
  <const N extends Nets>(named: N) =>
  <T, G, R>(model: Model<T, G, R> & FreshAll<N, keyof T | keyof G | keyof R>): Model<Merge<T, N>, G, R> => {
    for (const name of Object.keys(named)) requireFresh(model as never, name)
    return { ...model, nets: { ...(model.nets as Nets), ...named } as unknown as Merge<T, N> }
  }

/** Accepts nets under fresh names. */
export type FreshAll<N, Taken> = keyof N & Taken extends never
  ? unknown
  : Fresh<Extract<keyof N & Taken, string>, Taken>

/** Options of a site. */
export interface SiteOptions {
  /** Further plates that the site is repeated over, by name and size; downstream values carry the axis. */
  readonly plates?: Readonly<Record<string, number>>
}

type Binder<Sc extends Scope> = <
  const N extends string,
  T,
  G,
  R,
  X extends AnyEventSpace,
  C extends Capability,
  F extends string,
>(
  name: N & Fresh<N, keyof T | keyof G | keyof R>,
  draw: (context: Context<T, G, R>) => Distribution<X, C, F>,
  options?: SiteOptions,
) => (model: Model<T, G, R>) => Model<T, G, Extend<R, N, Site<X, C, F, Sc>>>

const requirePlate = (site: string, name: string, size: number): Axis => {
  if (name === datumAxis || !Number.isInteger(size) || size < 1)
    fail(
      'model',
      site,
      `site '${site}' cannot lie in a plate '${name}' of size ${size}`,
      `name it other than '${datumAxis}', with a whole size >= 1`,
    )
  return { name, size }
}

const binder =
  (scope: Scope) =>
  (name: string, draw: (context: never) => AnyDistribution, options: SiteOptions = {}) =>
  (model: Model): AnyModel => {
    const m = model as AnyModel
    requireFresh(m, name)
    const plates = Object.entries(options.plates ?? {}).map(([plate, size]) =>
      requirePlate(name, plate, size),
    )
    const site = tf.tidy(
      () => examine(name, scope, plates, draw(exampleContext(m) as never)) as never,
    ) as unknown as Site
    return {
      ...m,
      entries: { ...m.entries, [name]: site },
      statements: [...m.statements, { kind: 'site', name, draw, site }],
    }
  }

/** Draws a site per datum: `bind('z', ({ x }) => normal(…))`. */
export const bind: Binder<'datum'> = binder('datum') as never

/** Draws a site once for the whole data set. */
export const shared: Binder<'shared'> = binder('shared') as never

/** Names a deterministic value. */
export const letTo: <const N extends string, T, G, R, A>(
  name: N & Fresh<N, keyof T | keyof G | keyof R>,
  compute: (context: Context<T, G, R>) => A,
) => (model: Model<T, G, R>) => Model<T, G, Extend<R, N, Let<A>>> = ((
  name: string,
  compute: (context: never) => unknown,
) =>
  (model: Model): AnyModel => {
    const m = model as AnyModel
    requireFresh(m, name)
    const origins = tf.tidy(
      () => originsWithin(compute(exampleContext(m) as never)) as never,
    ) as unknown as ReadonlySet<string>
    return {
      ...m,
      entries: { ...m.entries, [name]: { kind: 'let', ...graphOf(origins) } },
      statements: [...m.statements, { kind: 'let', name, compute }],
    }
  }) as never

/** The axis of the data set. */
export const datumAxis = 'datum'

const exampleAxis: Axis = { name: datumAxis, size: 1 }
const netOrigin = 'net:'

/** The context of the next callback, on example values that know where they come from. */
const exampleContext = (model: AnyModel): Readonly<Record<string, unknown>> => {
  const context: Record<string, unknown> = {}
  for (const [name, net] of Object.entries(model.nets)) context[name] = marked(net, name)
  for (const [name, space] of Object.entries(model.given))
    context[name] = withOrigins(expandAxes(exampleOf(space), [exampleAxis]), [name])
  for (const s of model.statements)
    context[s.name] = s.kind === 'let' ? s.compute(context as never) : exampleSite(s.name, s.site)
  return context
}

const exampleSite = (name: string, site: Site): AnyValue =>
  withOrigins(
    expandAxes(exampleOf(site.space), [...(site.scope === 'datum' ? [exampleAxis] : []), ...site.plates]),
    [name],
  )

/** A net whose results remember that they came from it. */
const marked =
  (net: Net, name: string) =>
  (...args: readonly unknown[]): unknown =>
    mapValues((net.example as (...xs: readonly unknown[]) => unknown)(...args), (v) =>
      withOrigins(v, [...v.origins, `${netOrigin}${name}`]),
    )

/** Applies `f` to each value of a result, which may be a value or a record of values. */
const mapValues = (result: unknown, f: (v: AnyValue) => AnyValue): unknown => {
  if (isValue(result)) return f(result)
  if (Array.isArray(result)) return result.map((r) => mapValues(r, f))
  if (typeof result === 'object' && result !== null && Object.getPrototypeOf(result) === Object.prototype)
    return Object.fromEntries(Object.entries(result).map(([k, v]) => [k, mapValues(v, f)]))
  return result
}

const originsWithin = (result: unknown): ReadonlySet<string> => {
  const origins = new Set<string>()
  mapValues(result, (v) => {
    for (const o of v.origins) origins.add(o)
    return v
  })
  return origins
}

const graphOf = (
  origins: ReadonlySet<string>,
): { readonly parents: ReadonlySet<string>; readonly nets: ReadonlySet<string> } => ({
  parents: new Set([...origins].filter((o) => !o.startsWith(netOrigin))),
  nets: new Set([...origins].filter((o) => o.startsWith(netOrigin)).map((o) => o.slice(netOrigin.length))),
})

/** Reads a site off the distribution that its callback gave on example values. */
const examine = (name: string, scope: Scope, plates: readonly Axis[], d: AnyDistribution): Site => {
  if (typeof d !== 'object' || d === null || !('family' in d))
    return fail(
      'model',
      name,
      `site '${name}' must draw from a distribution, but its callback returned ${typeof d}`,
      'return a distribution, such as normal(…)',
    )
  const axes = axesOf(d)
  if (scope === 'shared' && axes.some((a) => a.name === datumAxis))
    fail(
      'model',
      name,
      `site '${name}' is shared, but its distribution depends on a datum`,
      `draw it with bind, or let it depend on shared sites only`,
    )
  const graph = graphOf(originsOf(d))
  return {
    kind: 'site',
    space: { shape: d.space.shape, domain: d.space.domain } satisfies EventSpace,
    capabilities: d.capabilities as never,
    family: d.family,
    scope,
    plates: unionAxes([{ axes: axes.filter((a) => a.name !== datumAxis) }, { axes: plates }]),
    supportSize: d.supportSize,
    ...graph,
  }
}

/** The random sites of a model, in order; those that `condition` fixed are not among them. */
export const sitesOf = (model: Model): readonly (readonly [string, Site])[] =>
  model.statements.flatMap((s) =>
    s.kind === 'site' && !(s.name in (model.observed ?? {})) ? [[s.name, s.site] as const] : [],
  )
