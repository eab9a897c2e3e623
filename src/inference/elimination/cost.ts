/**
 * What enumeration costs, from the graphs of p and q alone: the entries of the largest table, for one datum and particle.
 *
 *   jointCost         Π support sizes: one table of everything
 *   expectationCost   Σ_t E_q[f_t]: sites are summed out in the reverse order of q, each with its weight q(s | parents),
 *                     and terms are added, not multiplied (../expectation.ts)
 *   productCost       log Σ_z Π_t f_t: the smallest table first (order.ts)
 *
 * A site that is drawn below an enumerated one has a value for each of its values, so it passes the axis on.
 * Tested in tests/inference/elimination/cost.test.ts, against the tables that a run really makes.
 */
import { type AnyModel, type Site, sitesOf } from '../../dsl/model.js'
import { eliminationOrder, entriesOf, stagesOf } from './order.js'

/** Entries of the largest table, where these sites are enumerated. */
export type TableCost = (enumerated: ReadonlySet<string>) => number

type Names = ReadonlySet<string>

const union = (sets: Iterable<Names | undefined>): Names => {
  const all = new Set<string>()
  for (const s of sets) for (const name of s ?? []) all.add(name)
  return all
}

const supportsIn =
  (q: AnyModel) =>
  (name: string): number =>
    (q.entries[name] as Site).supportSize

const stagesIn = (q: AnyModel, names: readonly string[]) =>
  stagesOf(names, (name) => (q.entries[name] as Site).plates.length)

/** The product of the supports. */
export const jointCost =
  (q: AnyModel): TableCost =>
  (enumerated) =>
    entriesOf(enumerated, supportsIn(q))

/** The enumerated sites whose axes the value of each site of q has. */
const axesOfSites = (q: AnyModel, enumerated: Names): ReadonlyMap<string, Names> => {
  const axes = new Map<string, Names>()
  for (const [name, site] of sitesOf(q))
    axes.set(name, enumerated.has(name) ? new Set([name]) : union([...site.parents].map((u) => axes.get(u))))
  return axes
}

/** The axes of each term of a bound, and of the weight of each site of q. */
const scopesOf = (p: AnyModel, q: AnyModel, enumerated: Names) => {
  const axes = axesOfSites(q, enumerated)
  const of = (names: Iterable<string>) => union([...names].map((name) => axes.get(name)))
  const proposed = new Map(sitesOf(q))
  const weights = new Map(sitesOf(q).map(([name, site]) => [name, of([name, ...site.parents])]))
  const priors = sitesOf(p).map(([name, site]) => [name, of([name, ...site.parents])] as const)
  const terms = priors.map(([name, prior]) => union([prior, weights.get(name)]))
  return { priors, terms, weights, order: [...proposed.keys()].filter((name) => enumerated.has(name)) }
}

const within = (a: Names, b: Names): boolean => [...a].every((x) => b.has(x))

/** The sets that lie in no other, which take the others in. */
export const absorbed = <A>(items: readonly A[], namesOf: (item: A) => Names): readonly (readonly A[])[] => {
  const groups: { readonly names: Names; readonly items: A[] }[] = []
  for (const item of [...items].sort((a, b) => namesOf(b).size - namesOf(a).size)) {
    const names = namesOf(item)
    const home = groups.find((g) => within(names, g.names))
    if (home === undefined) groups.push({ names, items: [item] })
    else home.items.push(item)
  }
  return groups.map((g) => g.items)
}

/** The largest table of an expectation. */
export const expectationCost =
  (p: AnyModel, q: AnyModel): TableCost =>
  (enumerated) => {
    const { terms, weights, order } = scopesOf(p, q, enumerated)
    let largest = 1
    let pool: readonly Names[] = terms
    for (const s of [...order].reverse()) {
      const along = pool.filter((t) => t.has(s))
      const tables = absorbed(along, (t) => t).map((group) => union([...group, weights.get(s)]))
      for (const table of tables) largest = Math.max(largest, entriesOf(table, supportsIn(q)))
      pool = [
        ...pool.filter((t) => !t.has(s)),
        ...tables.map((table) => new Set([...table].filter((name) => name !== s))),
      ]
    }
    return largest
  }

/** The largest table of the logarithm of a sum. */
export const productCost =
  (p: AnyModel, q: AnyModel): TableCost =>
  (enumerated) => {
    const { priors, weights, order } = scopesOf(p, q, enumerated)
    // log q of a drawn site is subtracted from its log p; that of an enumerated one is a factor of its own.
    const factors = priors.map(([name, prior]) =>
      enumerated.has(name) ? prior : union([prior, weights.get(name)]),
    )
    return eliminationOrder(
      [...factors, ...order.map((name) => weights.get(name) as Names)],
      supportsIn(q),
      stagesIn(q, order),
    ).largest
  }
