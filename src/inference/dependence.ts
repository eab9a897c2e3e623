/**
 * What a draw reaches: which sites of q, and which terms, depend on it, and whether element by element of its plates.
 *
 *   z reaches t  iff  t depends on z, or on a site of q that z reaches
 *
 * Along a plate k of z, element i reaches element i of t alone, unless a site on the way, or t itself, lies outside of k
 * or combines its elements: then z is mixed along k. Read off the graphs of the models, whose parents come from the
 * origins of values. Tested in tests/inference/dependence.test.ts, against gradients of the terms.
 */
import { type AnyModel, type Site, sitesOf } from '../dsl/model.js'

/** The sites that something depends on, each with the plates along which it is mixed. */
export type Reach = ReadonlyMap<string, ReadonlySet<string>>

/** Whatever depends on sites: a site, or a term of an objective. */
export interface Dependent {
  /** The sites that it depends on directly; those of other models are left aside. */
  readonly depends: Iterable<string>
  /** The plates that it lies in. */
  readonly plates: readonly { readonly name: string }[]
  /** The plates whose elements it combines. */
  readonly mixes: ReadonlySet<string>
  /** The plates whose elements a `lift` may combine, which counts as if it did. */
  readonly mayMix: ReadonlySet<string>
}

/** Whether a dependent surely depends on several elements of a plate that a site lies in. */
const surelyMixes = (to: Dependent, plate: string): boolean =>
  to.mixes.has(plate) || !to.plates.some((a) => a.name === plate)

/** Plates of a site along which the step to a dependent mixes, or may. */
const mixedBy = (site: Site, to: Dependent): readonly string[] =>
  site.plates.map((a) => a.name).filter((name) => surelyMixes(to, name) || to.mayMix.has(name))

/** Who reaches a dependent, given who reaches the sites of q. */
export const reachOf = (
  to: Dependent,
  reaches: ReadonlyMap<string, Reach>,
  sites: ReadonlyMap<string, Site>,
): Reach => {
  const found = new Map<string, Set<string>>()
  for (const direct of to.depends)
    for (const [name, mixed] of reaches.get(direct) ?? []) {
      const all = found.get(name) ?? new Set()
      for (const plate of [...mixed, ...mixedBy(sites.get(name) as Site, to)]) all.add(plate)
      found.set(name, all)
    }
  return found
}

/** The draw of a site, as a dependent. */
const drawOf = ({ parents, plates, mixes, mayMix }: Site): Dependent => ({
  depends: parents,
  plates,
  mixes,
  mayMix,
})

/** Who reaches each site of q: itself, and those above it among `from`. */
export const reachesIn = (
  q: readonly (readonly [string, Site])[],
  from: ReadonlySet<string> = new Set(q.map(([name]) => name)),
): ReadonlyMap<string, Reach> => {
  const sites = new Map(q)
  const reaches = new Map<string, Reach>()
  for (const [name, site] of q) {
    const above = reachOf(drawOf(site), reaches, sites)
    reaches.set(name, from.has(name) ? new Map([...above, [name, new Set<string>()]]) : above)
  }
  return reaches
}

/** The term of a site of p, as a dependent: of the draws that it sees, and of what p and q draw the site from. */
export const termOf = (sees: readonly string[], p: Site, q?: Site): Dependent => ({
  depends: [...sees, ...p.parents, ...(q?.parents ?? [])],
  plates: p.plates,
  mixes: new Set([...p.mixes, ...(q?.mixes ?? [])]),
  mayMix: new Set([...p.mayMix, ...(q?.mayMix ?? [])]),
})

/** A site that is mixed: along which plate, by whom, and whether only a `lift` says so, which may be mistaken. */
export interface Mixed {
  readonly plate: string
  readonly by: string
  readonly lifted: boolean
}

/** What mixes a site, as a part of a sentence. */
export const whoMixes = ({ by, lifted }: Mixed): string =>
  lifted
    ? `'${by}' may depend on several elements at once, through a lift`
    : `'${by}' depends on several elements at once`

/** What else than drawing it may help a site that is mixed. */
export const unmixedBy = ({ plate, lifted }: Mixed): readonly string[] =>
  lifted
    ? [
        `say lift(space, f, { elementwise: true }) if f computes each element of '${plate}' from the same element alone`,
      ]
    : []

/** Sites by name. */
export type NamedSites = readonly (readonly [string, Site])[]

/** The sites that cannot be summed out element by element of their plates, for these dependents. */
export const mixedAmong = (
  sites: NamedSites,
  terms: readonly (readonly [string, Dependent])[],
): ReadonlyMap<string, Mixed> => {
  const found = new Map<string, Mixed>()
  if (sites.every(([, s]) => s.plates.length === 0)) return found
  const reaches = reachesIn(sites)
  const bySite = new Map(sites)
  const reached = [
    ...sites.map(([by, s]) => [by, drawOf(s), reaches.get(by) as Reach] as const),
    ...terms.map(([by, t]) => [by, t, reachOf(t, reaches, bySite)] as const),
  ]
  // In the order of the graph: the first to whom a site comes mixed has mixed it.
  for (const [by, to, reach] of reached)
    for (const [name, mixed] of reach)
      for (const plate of mixed)
        if (!found.has(name)) found.set(name, { plate, by, lifted: !surelyMixes(to, plate) })
  return found
}

/** The sites of q that cannot be summed out element by element of their plates, in a bound of p. */
export const mixedSites = (p: AnyModel, q: AnyModel): ReadonlyMap<string, Mixed> => {
  const proposed = new Map(sitesOf(q))
  const terms = p.statements.flatMap((s) =>
    s.kind === 'site' ? [[s.name, termOf([s.name], s.site, proposed.get(s.name))] as const] : [],
  )
  return mixedAmong(sitesOf(q), terms)
}
