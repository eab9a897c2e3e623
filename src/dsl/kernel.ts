/**
 * Kernel<T, G, O, U>: a Markov kernel from the inputs G to the outputs O, with nets T; models as arrows.
 *
 *   k(dy | x),  x ∈ G,  y ∈ O           a model is the kernel from its inputs to its sites
 *
 * A kernel shows its outputs only: what it draws on the way is integrated out, so it has no density and `logProb` does
 * not take one. A finite one has an exact matrix (kernels/matrix.ts); U are the reasons, as sentences, why it has none.
 * It is sampled from explicit noise (kernels/draw.ts), and built with the combinators of kernels/category.ts.
 * Errors: tag `model`. Tested in tests/dsl/kernel.test.ts.
 */
import { can } from './distribution.js'
import { fail } from './error.js'
import { type AnyModel, type Givens, type Model, type Nets, type SiteNames, sitesOf } from './model.js'
import { type Choose, run, sitesIn } from './run.js'
import type { AnyValue } from './value.js'

/** Values by name. */
export type Values = Readonly<Record<string, AnyValue>>

/** What an arrow is evaluated in: the functions of its nets, and what happens at a site. */
export interface ArrowEnvironment {
  readonly functions: Readonly<Record<string, unknown>>
  readonly choose: Choose
}

/** A Markov kernel: a function from inputs to outputs that may draw on the way. */
export interface Kernel<out T = unknown, out G = unknown, out O = unknown, out U extends string = string> {
  readonly tag: 'kernel'
  readonly nets: T
  readonly input: G
  readonly output: O
  /** Why it has no matrix: the draws that cannot be enumerated. */
  readonly obstacles: readonly U[]
  /** Sites are visited from left to right, those of `f` before those of `g`. */
  readonly arrow: (env: ArrowEnvironment) => (inputs: Values) => Values
}

/** Any kernel. */
export type AnyKernel = Kernel<Nets, Givens, Givens, string>

/** What the combinators take: kernels, and models as kernels. */
export type Arrow = Kernel | Model

/** The nets of an arrow. */
export type NetsOf<A> = A extends { readonly nets: infer T } ? T : never

/** The input spaces of an arrow. */
export type InputsOf<A> = A extends { readonly tag: 'kernel'; readonly input: infer G }
  ? G
  : A extends { readonly tag: 'model'; readonly given: infer G }
    ? G
    : never

/** The output spaces of an arrow; those of a model are the spaces of its sites. */
export type OutputsOf<A> = A extends { readonly tag: 'kernel'; readonly output: infer O }
  ? O
  : A extends { readonly tag: 'model'; readonly entries: infer R }
    ? { readonly [K in SiteNames<R>]: R[K] extends { readonly space: infer X } ? X : never }
    : never

/** The sentences that say why an arrow has no matrix. */
export type ObstaclesOf<A> =
  A extends Kernel<unknown, unknown, unknown, infer U>
    ? U
    : A extends { readonly tag: 'model'; readonly entries: infer R }
      ? {
          [K in SiteNames<R>]: R[K] extends { readonly capabilities: { readonly enumerable: true } }
            ? never
            : R[K] extends { readonly family: infer F extends string }
              ? `site '${K}' is drawn from ${F}, which is not enumerable`
              : never
        }[SiteNames<R>]
      : never

/** A model as the kernel from its inputs to its sites; a kernel as it is. */
export const kernelOf = <A extends Arrow>(
  arrow: A,
): Kernel<NetsOf<A>, InputsOf<A>, OutputsOf<A>, ObstaclesOf<A>> =>
  (arrow.tag === 'kernel' ? arrow : ofModel(arrow as AnyModel)) as never

const ofModel = (model: AnyModel): AnyKernel => {
  const observed = Object.keys(model.observed ?? {})[0]
  if (observed !== undefined)
    fail(
      'model',
      observed,
      `site '${observed}' is observed, and a conditioned model is no Markov kernel`,
      'compose first, or take its posterior',
    )
  const sites = sitesOf(model)
  return {
    tag: 'kernel',
    nets: model.nets,
    input: model.given,
    output: Object.fromEntries(sites.map(([name, site]) => [name, site.space])),
    obstacles: sites.flatMap(([name, site]) =>
      can(site, 'enumerable') ? [] : [`site '${name}' is drawn from ${site.family}, which is not enumerable`],
    ),
    arrow: (env) => (inputs) => sitesIn(model, run(model, { ...env, given: inputs })),
  }
}
