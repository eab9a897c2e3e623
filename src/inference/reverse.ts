/**
 * Reverse models: q draws auxiliary sites a, which p does not have, before its latents z, and r(a | z, x) guesses them back.
 *
 *   p(x, z) r(a | z, x)        is a model of all that q draws, so that q fits it, or not, by the rules of every bound
 *
 * Beside these rules: what p does not have, r gives back, and nothing else; r takes in what p has, of the same space. Each rule is a
 * type and a check at construction, in the same words. Tested in tests/inference/hvi.test.ts and tests/types/regular.test-d.ts.
 */
import type { DomainName } from '../dsl/domains/marks.js'
import { type GiryError, giryError } from '../dsl/error.js'
import {
  type AnyModel,
  type Entries,
  type Merge,
  type Model,
  type Site,
  type SiteNames,
  type Statement,
  sitesOf,
} from '../dsl/model.js'
import { bind, letTo, shared } from '../dsl/notation.js'
import { spaceWithin } from '../dsl/records.js'
import type { Fits } from '../dsl/rules.js'
import type { SameShape, Shape, ShapeName } from '../dsl/shape.js'
import { showSpaceOf } from '../dsl/value.js'

/** p(x, z) r(a | z, x): the sites of both; what r takes in and p does not have is an input. */
export type WithReverse<P, R> =
  P extends Model<infer TP, infer GP, infer RP>
    ? R extends Model<infer TR, infer GR, infer RR>
      ? Model<Merge<TP, TR>, Merge<GP, Omit<GR, keyof RP>>, Merge<RP, RR>>
      : never
    : never

type SpaceName<X> = X extends {
  readonly shape: infer S extends Shape
  readonly domain: { readonly marks: infer D }
}
  ? `${DomainName<D>}${ShapeName<S>}`
  : 'nothing'
type MarksOf<X> = X extends { readonly domain: { readonly marks: infer D } } ? D : never
type ShapeIn<X> = X extends { readonly shape: infer S extends Shape } ? S : never

type GivenBack<RP, RQ, RR> = {
  [K in SiteNames<RQ>]: K extends SiteNames<RP> | SiteNames<RR>
    ? never
    : `auxiliary '${K}' of q: p has no such site, and r does not give it back`
}[SiteNames<RQ>]

type NothingElse<RP, RQ, RR> = {
  [K in SiteNames<RR>]: K extends SiteNames<RP>
    ? `site '${K}' of r: p has it, so it is no auxiliary`
    : K extends SiteNames<RQ>
      ? never
      : `site '${K}' of r: q draws no such auxiliary`
}[SiteNames<RR>]

type TakenIn<RP, GR> = {
  [K in keyof GR & SiteNames<RP>]: RP[K] extends { readonly space: infer X }
    ? [SameShape<ShapeIn<X>, ShapeIn<GR[K]>>, MarksOf<X>] extends [true, MarksOf<GR[K]>]
      ? never
      : `input '${K}' of r: p has ${SpaceName<X>} but r takes ${SpaceName<GR[K]>}`
    : never
}[keyof GR & SiteNames<RP>]

/** The sentences that say why r is no reverse of q beside p; never, if it is. */
export type ReverseFault<P, Q, R> =
  P extends Model<unknown, unknown, infer RP>
    ? Q extends Model<unknown, unknown, infer RQ>
      ? R extends Model<unknown, infer GR, infer RR>
        ? GivenBack<RP, RQ, RR> | NothingElse<RP, RQ, RR> | TakenIn<RP, GR>
        : never
      : never
    : never

/** Accepts r when it reverses q beside p; otherwise the sentences. */
export type Reverses<P, Q, R> = [ReverseFault<P, Q, R>] extends [never] ? unknown : ReverseFault<P, Q, R>

/** Accepts q when it fits p with r beside it; where r is at fault, that is said of r. */
export type FitsWith<P, Q, R> = [ReverseFault<P, Q, R>] extends [never] ? Fits<WithReverse<P, R>, Q> : unknown

const error = (where: string, message: string, remedy: string): GiryError =>
  giryError('model', where, message, remedy)

const givenBack = (p: AnyModel, q: AnyModel, r: AnyModel): readonly GiryError[] =>
  sitesOf(q)
    .filter(([name]) => p.entries[name]?.kind !== 'site' && r.entries[name]?.kind !== 'site')
    .map(([name]) =>
      error(
        name,
        `auxiliary '${name}' of q: p has no such site, and r does not give it back`,
        `bind '${name}' in r, given the latents`,
      ),
    )

const nothingElse = (p: AnyModel, q: AnyModel, r: AnyModel): readonly GiryError[] =>
  sitesOf(r).flatMap(([name]) => {
    if (p.entries[name]?.kind === 'site')
      return [error(name, `site '${name}' of r: p has it, so it is no auxiliary`, 'remove it from r')]
    return q.entries[name]?.kind === 'site'
      ? []
      : [error(name, `site '${name}' of r: q draws no such auxiliary`, 'remove it, or bind it in q')]
  })

const takenIn = (p: AnyModel, r: AnyModel): readonly GiryError[] =>
  Object.entries(r.given).flatMap(([name, space]) => {
    const site = p.entries[name]
    if (site?.kind !== 'site') return []
    return spaceWithin(site.space, space)
      ? []
      : [
          error(
            name,
            `input '${name}' of r: p has ${showSpaceOf(site.space)} but r takes ${showSpaceOf(space)}`,
            'declare the same space on both sides',
          ),
        ]
  })

/** Names that would mean two things: nets of p and r that differ, a name of r that p has. */
const nameFaults = (p: AnyModel, q: AnyModel, r: AnyModel): readonly GiryError[] => [
  ...Object.keys(r.nets)
    .filter((name) => [p, q].some((m) => name in m.nets && m.nets[name] !== r.nets[name]))
    .map((name) =>
      error(
        name,
        `r uses the name '${name}' for a net that p or q uses for another`,
        'give each its own name',
      ),
    ),
  ...Object.keys(r.entries)
    .filter((name) => r.entries[name]?.kind === 'let' && (name in p.entries || name in p.given))
    .map((name) => error(name, `r uses the name '${name}', which p has`, 'give each its own name')),
]

/** The run-time twin of `ReverseFault`. */
export const reverseFaults = (p: AnyModel, q: AnyModel, r: AnyModel): readonly GiryError[] => [
  ...givenBack(p, q, r),
  ...nothingElse(p, q, r),
  ...takenIn(p, r),
  ...nameFaults(p, q, r),
]

const site = (m: AnyModel, name: string, draw: unknown, { scope, plates }: Site): AnyModel => {
  const binder = (scope === 'shared' ? shared : bind) as (...all: unknown[]) => (m: AnyModel) => AnyModel
  return binder(name, draw, { plates: Object.fromEntries(plates.map((a) => [a.name, a.size])) })(m)
}

/**
 * A line of r, stated anew below p: what it takes from p has its plates there, and what p names comes from sites of p. Read off r
 * alone, the graph would not say that a site depends on these, nor whose elements it combines.
 */
const restated = (m: AnyModel, s: Statement): AnyModel =>
  s.kind === 'site'
    ? site(m, s.name, s.draw, s.site)
    : (letTo as (...all: unknown[]) => (m: AnyModel) => AnyModel)(s.name, s.compute)(m)

/** p(x, z) r(a | z, x) as one model. */
export const withReverse = (p: AnyModel, r: AnyModel): AnyModel => {
  const known = Object.entries(r.given).filter(([name]) => !(name in p.entries))
  const both = r.statements.reduce(restated, {
    ...p,
    nets: { ...p.nets, ...r.nets },
    given: { ...p.given, ...Object.fromEntries(known) },
  })
  const fixed = Object.entries(both.entries).map(([name, entry]) => [
    name,
    name in (r.observed ?? {}) ? { ...entry, kind: 'observed' } : entry,
  ])
  return {
    ...both,
    entries: Object.fromEntries(fixed),
    observed: { ...p.observed, ...r.observed },
  }
}

/** r alone, as it stands below p: in the plates that it has from there. */
export const reverseBelow = (p: AnyModel, r: AnyModel): AnyModel => {
  const { entries, statements } = withReverse(p, r)
  return {
    ...r,
    entries: Object.fromEntries(
      Object.keys(r.entries).map((name) => [name, entries[name] as Entries[string]]),
    ),
    statements: statements.slice(p.statements.length),
  }
}
