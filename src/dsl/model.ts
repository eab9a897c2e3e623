/**
 * Model<T, G, R>: a Markov kernel from the given record G to the named sites R, with nets T.
 *
 *   p(r | g) = Π_s p_s(r_s | the sites before s, g)          log p is the sum over the sites, in nats
 *
 * This file says what a model is; notation.ts how it is written, examine.ts how its graph is read off, run.ts how it is
 * executed. Sites are static, so a model is a directed graph. Tested in tests/dsl/model.test.ts.
 */
import type { AnyDistribution, AnyEventSpace, Capability } from './distribution.js'
import type { AnyNet, FunctionOf } from './net.js'
import type { ValueIn } from './space.js'
import type { AnyValue, Axis } from './value.js'

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
  /** The plates it lies in, besides the data: those it has from its parents alone, then those it declares. Its data are nested so. */
  readonly plates: readonly Axis[]
  /** The sites and inputs its distribution depends on. */
  readonly parents: ReadonlySet<string>
  /** The nets its distribution depends on. */
  readonly nets: ReadonlySet<string>
  /** Plates whose elements its distribution combines: each element depends on others as well. */
  readonly mixes: ReadonlySet<string>
  /** Plates whose elements a `lift` may have combined. */
  readonly mayMix: ReadonlySet<string>
  /** Number of points of its support. */
  readonly supportSize: number
  /** What its family keeps as plain numbers: trials, failures, a temperature. */
  readonly constants: Readonly<Record<string, number>>
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

/** Names of the random sites of a model. */
export type SiteNames<R> = { [K in keyof R]: R[K] extends { readonly kind: 'site' } ? K : never }[keyof R] &
  string

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

/** The axis of the data set. */
export const datumAxis = 'datum'

/** The random sites of a model, in order; those that `condition` fixed are not among them. */
export const sitesOf = (model: Model): readonly (readonly [string, Site])[] =>
  model.statements.flatMap((s) =>
    s.kind === 'site' && !(s.name in (model.observed ?? {})) ? [[s.name, s.site] as const] : [],
  )
