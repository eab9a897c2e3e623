/**
 * What records that meet by name must agree on, each rule as a type, which makes the compiler print the sentence, and as a check
 * at construction in the same words. Kernels (kernels/category.ts), programs (inference/combinators/rules.ts) and models
 * (rules.ts) are joined by these rules:
 *
 *   feed    what the first gives under a name is an element of what the second takes: one shape, the domain within
 *   both    a name is given by one side only
 *   nets    one name, one net
 *
 * Names that the compiler does not know (built in a loop) are checked at construction only.
 * Tested through those: tests/types/{kernel,combinators}.test-d.ts, tests/dsl/kernels/category.test.ts, tests/inference/combinators/rules.test.ts.
 */
import { isWithin } from './domain.js'
import { type GiryError, giryError } from './error.js'
import type { Nets } from './model.js'
import { type SameShape, type Shape, sameShape } from './shape.js'
import type { ShowSpace } from './space.js'
import { showSpaceOf } from './value.js'

/** The names of a record. */
export type Keys<A> = Extract<keyof A, string>

/** Accepts what has no fault; otherwise the sentences. */
export type Unless<Fault> = [Fault] extends [never] ? unknown : Fault

/** The space of a site; a space is its own. */
export type SpaceIn<E> = E extends { readonly space: infer X } ? X : E

type Parts<X> = X extends {
  readonly shape: infer S extends Shape
  readonly domain: { readonly marks: infer D }
}
  ? [S, D]
  : never

/** Whether every element of the space X is one of Y. */
export type SpaceWithin<X, Y> = [Parts<X>, Parts<Y>] extends [
  [infer S extends Shape, infer D],
  [infer P extends Shape, infer E],
]
  ? [SameShape<S, P>, D] extends [true, E]
    ? true
    : false
  : true

/** The sentences for spaces of the first, as in 'kernel gives', that do not feed those of the same names. */
export type FeedFault<Gives, Takes, First extends string> = string extends keyof Gives | keyof Takes
  ? never
  : {
      [K in Keys<Takes> & keyof Gives]: SpaceWithin<SpaceIn<Gives[K]>, Takes[K]> extends true
        ? never
        : `input '${K}': the first ${First} ${ShowSpace<SpaceIn<Gives[K]>>} but the second takes ${ShowSpace<Takes[K]>}`
    }[Keys<Takes> & keyof Gives]

/** The sentences for names that both have, as in 'programs draw'. */
export type BothFault<A, B, What extends string> = string extends keyof A | keyof B
  ? never
  : { [K in Keys<A> & keyof B]: `both ${What} '${K}'` }[Keys<A> & keyof B]

type Typed = Parameters<typeof showSpaceOf>[0]

/** Whether every element of the space a is one of b. */
export const spaceWithin = (a: Typed, b: Typed): boolean =>
  sameShape(a.shape, b.shape) && isWithin(a.domain, b.domain)

/** Whether two spaces have the same elements. */
export const sameSpace = (a: Typed, b: Typed): boolean => spaceWithin(a, b) && spaceWithin(b, a)

/** The names that both records have. */
export const commonNames = (a: object, b: object): readonly string[] =>
  Object.keys(a).filter((name) => name in b)

const fault = (where: string, message: string, remedy: string): GiryError =>
  giryError('model', where, message, remedy)

/** The run-time twin of `FeedFault`. */
export const feedFaults = (
  gives: Readonly<Record<string, Typed>>,
  takes: Readonly<Record<string, Typed>>,
  first: string,
): readonly GiryError[] =>
  commonNames(takes, gives).flatMap((name) => {
    const [from, to] = [gives[name] as Typed, takes[name] as Typed]
    return spaceWithin(from, to)
      ? []
      : [
          fault(
            name,
            `input '${name}': the first ${first} ${showSpaceOf(from)} but the second takes ${showSpaceOf(to)}`,
            'declare the same space on both sides',
          ),
        ]
  })

/** The run-time twin of `BothFault`. */
export const bothFaults = (
  a: object,
  b: object,
  what: string,
  remedy: (name: string) => string,
): readonly GiryError[] =>
  commonNames(a, b).map((name) => fault(name, `both ${what} '${name}'`, remedy(name)))

/** Names that are used for different nets by `who`, as in 'two programs'. */
export const netFaults = (a: Nets, b: Nets, who: string): readonly GiryError[] =>
  commonNames(a, b)
    .filter((name) => a[name] !== b[name])
    .map((name) => fault(name, `${who} use the name '${name}' for different nets`, 'give each its own name'))
