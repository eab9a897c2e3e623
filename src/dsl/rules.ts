/**
 * The typing rules of a bound: does q fit p? Each rule twice, in the same words: as a type, which makes the compiler
 * print the sentence, and as a check at construction, since types are erased and `any` defeats them.
 *
 *   every latent of p is proposed by q or given as data;  same shape, same reference measure, support of q within
 *   that of p (absolute continuity);  densities where the bound needs them;  same scope
 *
 * Gradient methods that a site allows: gradientMethods.ts.
 *
 * Tested in tests/types/rules.test-d.ts (does not compile) and tests/dsl/rules.test.ts (same words at run time).
 */
import { can } from './distribution.js'
import { absolutelyContinuous } from './domain.js'
import type { DomainName, Measure } from './domains/marks.js'
import { type GiryError, giryError } from './error.js'
import { type PlatesOf, platesGiven } from './examine.js'
import type { AnyModel, Entries, Givens, Model, Site, SiteNames } from './model.js'
import { sitesOf } from './model.js'
import { sameSpace, spaceWithin } from './records.js'
import { type SameShape, type Shape, type ShapeName, sameShape } from './shape.js'
import { type Axis, showSpaceOf } from './value.js'

type SpaceName<X> = X extends {
  readonly shape: infer S extends Shape
  readonly domain: { readonly marks: infer D }
}
  ? `${DomainName<D>}${ShapeName<S>}`
  : 'nothing'
type MarksOf<X> = X extends { readonly domain: { readonly marks: infer D } } ? D : never
type ShapeIn<X> = X extends { readonly shape: infer S extends Shape } ? S : never

/** The latents of p beside q: its sites that are not data. */
export type Latents<P, Q> =
  P extends Model<unknown, unknown, infer R>
    ? Q extends Model<unknown, infer G, unknown>
      ? Exclude<SiteNames<R>, keyof G>
      : never
    : never

type Fault1<RP, GQ, RQ> = {
  [K in SiteNames<RP>]: K extends keyof GQ
    ? never
    : K extends SiteNames<RQ>
      ? never
      : `latent '${K}' of p: neither q nor the data gives it`
}[SiteNames<RP>]

type Fault1b<RP, RQ> = {
  [K in SiteNames<RQ>]: K extends SiteNames<RP>
    ? never
    : K extends ObservedNames<RP>
      ? `site '${K}' of q: p is conditioned on it, so it is no latent`
      : `site '${K}' of q: p has no such site`
}[SiteNames<RQ>]

type Clash<K extends string, SP, SQ> =
  SP extends Site<infer XP, never, infer FP, infer ScP>
    ? SQ extends Site<infer XQ, never, infer FQ, infer ScQ>
      ? SameShape<ShapeIn<XP>, ShapeIn<XQ>> extends true
        ? [Measure<MarksOf<XQ>>] extends [Measure<MarksOf<XP>>]
          ? [MarksOf<XQ>] extends [MarksOf<XP>]
            ? [ScP, ScQ] extends [ScQ, ScP]
              ? SQ extends { readonly capabilities: { readonly density: true } }
                ? SP extends { readonly capabilities: { readonly density: true } }
                  ? never
                  : `latent '${K}': p draws it from ${FP}, which has no density, but the bound needs log p(${K})`
                : `latent '${K}': q draws it from ${FQ}, which has no density, but the bound needs log q(${K})`
              : ScP extends 'shared'
                ? `latent '${K}' is shared in p but q proposes one per datum`
                : `latent '${K}' is drawn per datum in p but q shares one`
            : `latent '${K}': p has ${SpaceName<XP>} but q proposes ${SpaceName<XQ>}, whose support is not within it`
          : `latent '${K}': p has ${SpaceName<XP>} but q proposes ${SpaceName<XQ>}, under another reference measure`
        : `latent '${K}': p has ${SpaceName<XP>} but q proposes ${SpaceName<XQ>}`
      : never
    : never

type FaultLatent<RP, GQ, RQ> = {
  [K in SiteNames<RP>]: K extends keyof GQ ? never : K extends SiteNames<RQ> ? Clash<K, RP[K], RQ[K]> : never
}[SiteNames<RP>]

type FaultData<RP, GQ> = {
  [K in SiteNames<RP> & keyof GQ]: RP[K] extends {
    readonly space: infer XP
    readonly family: infer FP extends string
  }
    ? SameShape<ShapeIn<XP>, ShapeIn<GQ[K]>> extends true
      ? [MarksOf<XP>] extends [MarksOf<GQ[K]>]
        ? RP[K] extends { readonly scope: 'shared' }
          ? `datum '${K}' is shared in p but the data give one per datum`
          : RP[K] extends { readonly capabilities: { readonly density: true } }
            ? never
            : `datum '${K}': p draws it from ${FP}, which has no density, but the bound needs log p(${K})`
        : `datum '${K}': p has ${SpaceName<XP>} but q takes ${SpaceName<GQ[K]>}`
      : `datum '${K}': p has ${SpaceName<XP>} but q takes ${SpaceName<GQ[K]>}`
    : never
}[SiteNames<RP> & keyof GQ]

/** Names of the sites that `condition` fixed. */
type ObservedNames<R> = {
  [K in keyof R]: R[K] extends { readonly kind: 'observed' } ? K : never
}[keyof R] &
  string

type FaultObserved<RP, GQ> = {
  [K in ObservedNames<RP> & keyof GQ]: `datum '${K}': p is conditioned on it, so q cannot take it as data`
}[ObservedNames<RP> & keyof GQ]

type FaultInput<GP, GQ> = string extends keyof GP | keyof GQ
  ? never
  : {
      [K in keyof GP & keyof GQ & string]: [
        SameShape<ShapeIn<GP[K]>, ShapeIn<GQ[K]>>,
        MarksOf<GP[K]>,
        MarksOf<GQ[K]>,
      ] extends [true, MarksOf<GQ[K]>, MarksOf<GP[K]>]
        ? never
        : `input '${K}': p takes ${SpaceName<GP[K]>} but q takes ${SpaceName<GQ[K]>}`
    }[keyof GP & keyof GQ & string]

/** The sentences that say why q does not fit p; never, if it fits. */
export type FitFault<P, Q> =
  P extends Model<unknown, infer GP, infer RP>
    ? Q extends Model<unknown, infer GQ, infer RQ>
      ?
          | Fault1<RP, GQ, RQ>
          | Fault1b<RP, RQ>
          | FaultLatent<RP, GQ, RQ>
          | FaultData<RP, GQ>
          | FaultObserved<RP, GQ>
          | FaultInput<GP, GQ>
      : never
    : never

/** Accepts q when it fits p; otherwise the sentences. */
export type Fits<P, Q> = [FitFault<P, Q>] extends [never] ? unknown : FitFault<P, Q>

const error = (where: string, message: string, remedy: string): GiryError =>
  giryError('model', where, message, remedy)

/** Everything that keeps q from fitting p: the run-time twin of `FitFault`. */
export const fitFaults = (p: Model, q: Model): readonly GiryError[] => {
  const mp = p as AnyModel
  const mq = q as AnyModel
  return [
    ...latentFaults(mp, mq),
    ...strangers(mp, mq),
    ...dataFaults(mp.entries, mq.given),
    ...inputFaults(mp.given, mq.given),
  ]
}

const latentFaults = (p: AnyModel, q: AnyModel): readonly GiryError[] => {
  const faults = sitesOf(p).flatMap(([name, sp]) => {
    if (name in q.given) return []
    const sq = q.entries[name]
    if (sq === undefined || sq.kind !== 'site')
      return [
        error(
          name,
          `latent '${name}' of p: neither q nor the data gives it`,
          `bind '${name}' in q, or take it in with given({ ${name} })`,
        ),
      ]
    const fault = clash(name, sp, sq)
    return fault === undefined ? [] : [fault]
  })
  // Where spaces clash already, examining q again would fail for the same reason.
  return faults.length > 0 ? faults : plateFaults(p, q)
}

/** Latents that q draws along a plate only because the data lie in it: one draw each, where p has one for all. */
const plateFaults = (p: AnyModel, q: AnyModel): readonly GiryError[] => {
  const plates = Object.fromEntries(
    Object.keys(q.given).flatMap((name) => {
      const site = p.entries[name]
      return site?.kind === 'site' && site.plates.length > 0 ? [[name, site.plates] as const] : []
    }),
  )
  if (Object.keys(plates).length === 0 || dataFaults(p.entries, q.given).length > 0) return []
  const drawn = platesGiven(q, plates)
  return sitesOf(q).flatMap(([name, site]) =>
    (drawn[name] ?? [])
      .filter((a) => !site.plates.some((declared) => declared.name === a.name))
      .map((a) => undeclaredPlate(name, a, site, plates)),
  )
}

const undeclaredPlate = (name: string, plate: Axis, site: Site, plates: PlatesOf): GiryError => {
  const from = [...site.parents].filter((parent) => plates[parent]?.some((a) => a.name === plate.name))
  const source = from.map((parent) => `'${parent}'`).join(' and ')
  return error(
    name,
    `latent '${name}': q draws it along the plate ${plate.name}${source === '' ? '' : `, which it has from ${source}`}, but p draws it along ${showPlates(site)}`,
    `reduce the plate first, for example with meanOverPlate(${from[0] ?? 'x'}, '${plate.name}')`,
  )
}

const clash = (name: string, p: Site, q: Site): GiryError | undefined => {
  const both = `latent '${name}': p has ${showSpaceOf(p.space)} but q proposes ${showSpaceOf(q.space)}`
  if (!sameShape(p.space.shape, q.space.shape)) return error(name, both, 'propose the same event shape')
  if (!absolutelyContinuous(q.space.domain, p.space.domain)) {
    const measure = q.space.domain.measure !== p.space.domain.measure
    return error(
      name,
      `${both}, ${measure ? 'under another reference measure' : 'whose support is not within it'}`,
      measure
        ? 'propose a distribution of the same kind'
        : `propose a distribution on ${p.space.domain.name}`,
    )
  }
  if (p.scope !== q.scope)
    return error(
      name,
      p.scope === 'shared'
        ? `latent '${name}' is shared in p but q proposes one per datum`
        : `latent '${name}' is drawn per datum in p but q shares one`,
      p.scope === 'shared' ? 'propose it with shared' : 'propose it with bind',
    )
  const plates = [p, q].map(showPlates)
  if (plates[0] !== plates[1])
    return error(
      name,
      `latent '${name}': p draws it along ${plates[0]} but q along ${plates[1]}`,
      'declare the same plates on both sides',
    )
  const without = (['q', 'p'] as const).find((side) => !can(side === 'q' ? q : p, 'density'))
  return without === undefined
    ? undefined
    : noDensity('latent', name, without, (without === 'q' ? q : p).family)
}

/** The plates of a site, in words. */
export const showPlates = (site: Site): string =>
  site.plates
    .map((plate) => `${plate.name} (${plate.size})`)
    .sort()
    .join(' and ') || 'no plate'

/** What to do about a site without a density; of a generator, its samples can be judged. */
export const densityRemedy = (family: string): string =>
  family === 'push'
    ? 'judge it by its samples (verdict, c2st, mmdTest), or draw around it: normal({ loc: G(z), scale: 0.1 })'
    : 'use a distribution with a density'

const noDensity = (what: 'latent' | 'datum', name: string, side: 'p' | 'q', family: string): GiryError =>
  error(
    name,
    `${what} '${name}': ${side} draws it from ${family}, which has no density, but the bound needs log ${side}(${name})`,
    densityRemedy(family),
  )

const strangers = (p: AnyModel, q: AnyModel): readonly GiryError[] =>
  sitesOf(q).flatMap(([name]) =>
    p.entries[name]?.kind === 'site'
      ? []
      : p.entries[name]?.kind === 'observed'
        ? [
            error(
              name,
              `site '${name}' of q: p is conditioned on it, so it is no latent`,
              'remove it from q, or do not condition p on it',
            ),
          ]
        : [
            error(
              name,
              `site '${name}' of q: p has no such site`,
              'remove it, or give it the name of a latent of p',
            ),
          ],
  )

const dataFaults = (p: Entries, given: Givens): readonly GiryError[] =>
  Object.entries(given).flatMap(([name, space]) => {
    const site = p[name]
    if (site?.kind === 'observed')
      return [
        error(
          name,
          `datum '${name}': p is conditioned on it, so q cannot take it as data`,
          'remove it from q, or do not condition p on it',
        ),
      ]
    if (site === undefined || site.kind !== 'site') return []
    if (!spaceWithin(site.space, space))
      return [
        error(
          name,
          `datum '${name}': p has ${showSpaceOf(site.space)} but q takes ${showSpaceOf(space)}`,
          'declare the same space on both sides',
        ),
      ]
    if (site.scope === 'shared')
      return [
        error(
          name,
          `datum '${name}' is shared in p but the data give one per datum`,
          'draw it with bind, or fix it with condition',
        ),
      ]
    return can(site, 'density') ? [] : [noDensity('datum', name, 'p', site.family)]
  })

const inputFaults = (p: Givens, q: Givens): readonly GiryError[] =>
  Object.entries(p).flatMap(([name, sp]) => {
    const sq = q[name]
    if (sq === undefined) return []
    return sameSpace(sp, sq)
      ? []
      : [
          error(
            name,
            `input '${name}': p takes ${showSpaceOf(sp)} but q takes ${showSpaceOf(sq)}`,
            'declare the same space on both sides',
          ),
        ]
  })
