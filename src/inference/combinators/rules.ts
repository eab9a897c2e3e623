/**
 * The typing rules of the combinators, each twice and in the same words: as a type, which makes the compiler print the sentence,
 * and as a check at construction. What any two records must agree on is in dsl/records.ts.
 *
 *   compose, extend    no site twice; what the first draws is what the second takes in; an extension is normalized
 *   propose            the proposal covers the target: the same sites, in the same spaces, with densities on both sides
 *
 * Names that the compiler does not know (a program built in a loop) are checked at construction only.
 * Tested in tests/types/combinators.test-d.ts and tests/inference/combinators/rules.test.ts.
 */
import { can } from '../../dsl/distribution.js'
import { type GiryError, giryError } from '../../dsl/error.js'
import type { Site } from '../../dsl/model.js'
import {
  type BothFault,
  bothFaults,
  commonNames,
  type FeedFault,
  feedFaults,
  type Keys,
  netFaults,
  type SpaceIn,
  type SpaceWithin,
  sameSpace,
  type Unless,
} from '../../dsl/records.js'
import { densityRemedy, showPlates } from '../../dsl/rules.js'
import type { ShowSpace } from '../../dsl/space.js'
import { showSpaceOf } from '../../dsl/value.js'
import type { AnyProgram, SourceInputs, SourceKind, SourceObserved, SourceSites } from './program.js'

type ReadFault<S, D> = string extends keyof S | keyof D
  ? never
  : {
      [K in Keys<S> & keyof D]: `site '${K}' is drawn by one program and read from the data by the other`
    }[Keys<S> & keyof D]

/** The sentences that say why the second cannot follow the first. */
export type SequenceFault<F, H> =
  | FeedFault<SourceSites<F>, SourceInputs<H>, 'program draws'>
  | BothFault<SourceSites<F>, SourceSites<H>, 'programs draw'>
  | ReadFault<SourceSites<F>, SourceObserved<H>>
  | ReadFault<SourceSites<H>, SourceInputs<F>>
  | ReadFault<SourceSites<H>, SourceObserved<F>>

/** The sentence for a kernel: it shows its outputs only. */
type KernelFault<A> = A extends { readonly tag: 'kernel' }
  ? 'a kernel hides what it draws, so it has no density: compose programs, with primitive(model) for a model'
  : never

/** Accepts a second program that can follow the first; otherwise the sentences. */
export type Follows<F, H> = [KernelFault<F> | KernelFault<H>] extends [never]
  ? Unless<SequenceFault<F, H>>
  : KernelFault<F> | KernelFault<H>

type WeighsFault<O> = string extends keyof O
  ? never
  : {
      [K in Keys<O>]: `site '${K}' of the extension is observed, but an extension must be normalized`
    }[Keys<O>]

// A kind that the compiler does not know (AnyProgram) is a union with 'target' in it.
type NotTarget<P> =
  'target' extends SourceKind<P>
    ? never
    : 'a target is a model, or built of models by extend, compose and factor, but an inference program was given'

type Forgets<Q> =
  SourceKind<Q> extends 'marginal'
    ? 'the proposal has forgotten sites by marginal, so its density is not known'
    : never

/** Accepts targets; otherwise a sentence. */
export type IsTarget<P> = [KernelFault<P>] extends [never] ? Unless<NotTarget<P>> : KernelFault<P>

/** Accepts an extension of p; otherwise the sentences. */
export type Extends<P, F> = [KernelFault<P> | KernelFault<F>] extends [never]
  ? Unless<SequenceFault<P, F> | WeighsFault<SourceObserved<F>>>
  : KernelFault<P> | KernelFault<F>

type DensityFault<S, Side extends string> = string extends keyof S
  ? never
  : {
      [K in Keys<S>]: S[K] extends { readonly capabilities: infer C; readonly family: infer F extends string }
        ? 'density' extends keyof C
          ? never
          : `site '${K}': the ${Side} draws it from ${F}, which has no density`
        : never
    }[Keys<S>]

type CoverFault<S, U> = string extends keyof S | keyof U
  ? never
  :
      | {
          [K in Exclude<Keys<S>, keyof U>]: `site '${K}' of the target: the proposal does not draw it`
        }[Exclude<Keys<S>, keyof U>]
      | {
          [K in Exclude<Keys<U>, keyof S>]: `site '${K}' of the proposal: the target has no such site`
        }[Exclude<Keys<U>, keyof S>]
      | {
          [K in Keys<S> & keyof U]: [
            SpaceWithin<SpaceIn<S[K]>, SpaceIn<U[K]>>,
            SpaceWithin<SpaceIn<U[K]>, SpaceIn<S[K]>>,
          ] extends [true, true]
            ? never
            : `site '${K}': the target has ${ShowSpace<SpaceIn<S[K]>>} but the proposal draws ${ShowSpace<SpaceIn<U[K]>>}`
        }[Keys<S> & keyof U]

/** The sentences that say why a proposal does not cover a target. */
export type ProposeFault<P, Q> =
  | CoverFault<SourceSites<P>, SourceSites<Q>>
  | Forgets<Q>
  | DensityFault<SourceSites<P>, 'target'>
  | DensityFault<SourceSites<Q>, 'proposal'>

/** Accepts a proposal that covers the target; otherwise the sentences. */
export type Covers<P, Q> = [KernelFault<P> | KernelFault<Q>] extends [never]
  ? Unless<ProposeFault<P, Q>>
  : KernelFault<P> | KernelFault<Q>

const error = (where: string, message: string, remedy: string): GiryError =>
  giryError('model', where, message, remedy)

type Typed = Parameters<typeof showSpaceOf>[0]

/** Two programs that use one name for different nets, or different data. */
export const sharingFaults = (f: AnyProgram, g: AnyProgram): readonly GiryError[] => [
  ...netFaults(f.nets, g.nets, 'two programs'),
  ...commonNames({ ...f.inputs, ...f.observed }, { ...g.inputs, ...g.observed })
    .filter((name) => !(name in f.sites))
    .flatMap((name) => {
      const [a, b] = [f, g].map((p) => p.observed[name] ?? p.inputs[name]) as [Typed, Typed]
      return sameSpace(a, b)
        ? []
        : [
            error(
              name,
              `datum '${name}': one program takes ${showSpaceOf(a)} and the other ${showSpaceOf(b)}`,
              'declare the same space in both',
            ),
          ]
    }),
]

const readFaults = (drawn: object, data: object): readonly GiryError[] =>
  commonNames(drawn, data).map((name) =>
    error(
      name,
      `site '${name}' is drawn by one program and read from the data by the other`,
      'rename the site with rename, or the datum',
    ),
  )

const spacesOf = (sites: AnyProgram['sites']): Readonly<Record<string, Typed>> =>
  Object.fromEntries(Object.entries(sites).map(([name, site]) => [name, site.space]))

/** The run-time twin of `SequenceFault`. */
export const sequenceFaults = (f: AnyProgram, g: AnyProgram): readonly GiryError[] => [
  ...feedFaults(spacesOf(f.sites), g.inputs, 'program draws'),
  ...bothFaults(
    f.sites,
    g.sites,
    'programs draw',
    (name) => `rename one of them: rename(program, { another: '${name}' })`,
  ),
  ...readFaults(f.sites, g.observed),
  ...readFaults(g.sites, f.inputs),
  ...readFaults(g.sites, f.observed),
  ...sharingFaults(f, g),
]

/** The run-time twin of `IsTarget`. */
export const targetFaults = (p: AnyProgram): readonly GiryError[] =>
  p.score !== undefined
    ? []
    : [
        error(
          'target',
          'a target is a model, or built of models by extend, compose and factor, but an inference program was given',
          'pass what it was proposed for',
        ),
      ]

/** The run-time twin of `Extends`. */
export const extensionFaults = (p: AnyProgram, f: AnyProgram): readonly GiryError[] => [
  ...targetFaults(p),
  ...sequenceFaults(p, f),
  ...Object.keys(f.observed).map((name) =>
    error(
      name,
      `site '${name}' of the extension is observed, but an extension must be normalized`,
      'observe it in the target',
    ),
  ),
  ...(f.normalized
    ? []
    : [
        error('extension', 'an extension must be normalized, but this one weighs its traces', 'pass a model'),
      ]),
]

const densityFaults = (p: AnyProgram, side: 'target' | 'proposal'): readonly GiryError[] =>
  Object.entries(p.sites).flatMap(([name, site]) =>
    can(site, 'density')
      ? []
      : [
          error(
            name,
            `site '${name}': the ${side} draws it from ${site.family}, which has no density`,
            densityRemedy(site.family),
          ),
        ],
  )

const siteFault = (name: string, p: Site, q: Site): readonly GiryError[] => {
  if (!sameSpace(p.space, q.space))
    return [
      error(
        name,
        `site '${name}': the target has ${showSpaceOf(p.space)} but the proposal draws ${showSpaceOf(q.space)}`,
        'propose a distribution on the same space',
      ),
    ]
  return showPlates(p) === showPlates(q)
    ? []
    : [
        error(
          name,
          `site '${name}': the target draws it along ${showPlates(p)} but the proposal along ${showPlates(q)}`,
          'declare the same plates on both sides',
        ),
      ]
}

/** The run-time twin of `Covers`. */
export const proposeFaults = (p: AnyProgram, q: AnyProgram): readonly GiryError[] => [
  ...targetFaults(p),
  ...(q.kind === 'marginal'
    ? [
        error(
          'proposal',
          'the proposal has forgotten sites by marginal, so its density is not known',
          'propose first, then take the marginal',
        ),
      ]
    : []),
  ...Object.keys(p.sites)
    .filter((name) => !(name in q.sites))
    .map((name) =>
      error(
        name,
        `site '${name}' of the target: the proposal does not draw it`,
        `bind '${name}' in the proposal, or compose it with a program that draws it`,
      ),
    ),
  ...Object.keys(q.sites)
    .filter((name) => !(name in p.sites))
    .map((name) =>
      error(
        name,
        `site '${name}' of the proposal: the target has no such site`,
        `extend the target: extend(target, model) with a model that draws '${name}'`,
      ),
    ),
  ...commonNames(p.sites, q.sites).flatMap((name) =>
    siteFault(name, p.sites[name] as Site, q.sites[name] as Site),
  ),
  ...densityFaults(p, 'target'),
  ...densityFaults(q, 'proposal'),
  ...sharingFaults(p, q),
]
