/**
 * Program<T, I, O, S, A, K>: a sampler of weighted traces, and the unnormalized density γ that they stand for.
 *
 *   E[w f(τ)] = ∫ γ(τ | c) f(τ) dτ  for every f,   and so  E[w] = Z(c) = ∫ γ(τ | c) dτ            (proper weighting)
 *
 * T are its nets; I its inputs, which the sites of a program before it feed, or else the data; O its observed sites, read from
 * the data; S the sites of a trace τ, of which those named A are auxiliary. A `target` (K) tells its density at any trace; an
 * `inference` program at the traces it gives; a `marginal` one, which has forgotten sites, at none. Every combinator keeps the law: a program is properly weighted by construction.
 * A trace is many: values have the axes `particle` and `datum`, and log weights, in nats, are one for each of both.
 * Naesseth, Lindsten and Schön, 2015; Stites, Zimmermann, Wu, Sennesh and van de Meent, 2021, "Learning proposals for
 * probabilistic programs with inference combinators". The law is tested by enumeration in tests/inference/combinators/laws.test.ts.
 */
import type { AnyEventSpace } from '../../dsl/distribution.js'
import type { Real } from '../../dsl/domains/marks.js'
import type { NetsOf, Values } from '../../dsl/kernel.js'
import type { Givens, Nets, Site, SiteNames } from '../../dsl/model.js'
import type { Noise } from '../../dsl/noise.js'
import type { DataSpec } from '../../dsl/objective.js'
import type { Value } from '../../dsl/value.js'

/** Numbers along particles and data. */
export type Scalar = Value<[], Real>

/** Where a program tells its density: at any trace, at those it gives, or nowhere. */
export type Kind = 'target' | 'inference' | 'marginal'

/** Traces with their weights, along the axes `particle` and `datum`. */
export interface Weighted {
  readonly sites: Values
  /** log γ of the trace, in nats; without the sites that have no density. */
  readonly logTarget: Scalar
  /** log w, in nats. */
  readonly logWeight: Scalar
}

/** The density of a target at a trace, in nats. */
export interface Scored {
  /** log γ of all sites. */
  readonly all: Scalar
  /** log γ of the sites that are not auxiliary: what is left when those are integrated out. */
  readonly kept: Scalar
}

/** One importance weight that `propose` computed: γ of its target over γ of its proposal. */
export interface Level {
  /** log w of the proposal's traces before. */
  readonly incoming: Scalar
  readonly logProposal: Scalar
  readonly logTarget: Scalar
}

/** What a program is evaluated in. */
export interface Weighing {
  readonly functions: Readonly<Record<string, unknown>>
  /** The data, by name: what observed sites read. */
  readonly data: Values
  /** What inputs read: the data, and the sites drawn before. */
  readonly given: Values
  readonly noise: Noise
  readonly batch: number
  readonly particles: number
  /** Whether a draw is a constant of the gradient. */
  readonly hold: boolean
  /** Told every level, in the order of sampling; what `propose` gives is then a constant of the gradient. */
  readonly onLevel?: (level: Level) => void
}

/** A site whose gradient would need the score function. */
export interface Rough {
  readonly name: string
  readonly family: string
}

/** How the draws of a program depend on nets. */
export interface Dependence {
  /** The sites whose values depend on a net. */
  readonly sites: ReadonlySet<string>
  /** Those whose draws depend on a net, and are not pathwise. */
  readonly rough: readonly Rough[]
}

/** A sampler of properly weighted traces. */
export interface Program<
  out T = unknown,
  out I = unknown,
  out O = unknown,
  out S = unknown,
  out A extends string = string,
  out K extends Kind = Kind,
> {
  readonly tag: 'program'
  readonly kind: K
  readonly nets: T
  readonly inputs: I
  readonly observed: O
  readonly sites: S
  readonly auxiliary: readonly A[]
  /** Whether γ is a probability density that is drawn from as it is: every weight is 1. */
  readonly normalized: boolean
  /** The importance weights that `propose` computes in it. */
  readonly levels: number
  readonly sample: (env: Weighing) => Weighted
  /** Only of a target. */
  readonly score?: (env: Weighing, sites: Values) => Scored
  /** Which draws depend on nets, where these inputs do; with `detached`, what `propose` gives does not. */
  readonly dependence: (inputs: ReadonlySet<string>, detached: boolean) => Dependence
}

/** Observed sites: spaces, and the plates they lie in. */
export type Observations = Readonly<Record<string, DataSpec>>

/** Any program. */
export type AnyProgram = Program<Nets, Givens, Observations, Readonly<Record<string, Site>>, string, Kind>

/** What the combinators take: programs, and models as programs; a model is a target without observed sites. */
export type Source =
  | Program
  | { readonly tag: 'model'; readonly nets: unknown; readonly given: unknown; readonly entries: unknown }

/** What is offered as a source: a kernel is one too many, and is refused with a sentence. */
export type Offered = Source | { readonly tag: 'kernel' }

// biome-ignore lint/complexity/noBannedTypes: {} is the record without entries.
type None = {}

/** The nets of a source. */
export type SourceNets<A> = NetsOf<A>

/** The inputs of a source. */
export type SourceInputs<A> = A extends { readonly tag: 'program'; readonly inputs: infer I }
  ? I
  : A extends { readonly tag: 'model'; readonly given: infer G }
    ? G
    : never

/** The observed sites of a source. */
export type SourceObserved<A> = A extends { readonly tag: 'program'; readonly observed: infer O } ? O : None

/** The sites of a trace of a source. */
export type SourceSites<A> = A extends { readonly tag: 'program'; readonly sites: infer S }
  ? S
  : A extends { readonly tag: 'model'; readonly entries: infer R }
    ? { readonly [K in SiteNames<R>]: R[K] }
    : never

/** The names of the auxiliary sites of a source. */
export type SourceAuxiliary<A> = A extends {
  readonly tag: 'program'
  readonly auxiliary: readonly (infer N)[]
}
  ? N & string
  : never

/** Where a source tells its density. */
export type SourceKind<A> = A extends { readonly tag: 'program'; readonly kind: infer K }
  ? K & Kind
  : 'target'

/** The spaces of sites. */
export type Spaces<S> = {
  readonly [K in keyof S]: S[K] extends { readonly space: infer X extends AnyEventSpace } ? X : never
}

/** What a program must be given as data: its inputs and its observed sites. */
export const dataOf = (program: AnyProgram): Observations => ({ ...program.inputs, ...program.observed })
