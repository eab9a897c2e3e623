/**
 * The order in which variables are summed out of a product of factors, and how large the tables on the way become.
 *
 *   eliminating v joins all factors with v:   table = Π sizes of their variables      next = v of the smallest table
 *
 * The smallest table first is the usual greedy order; on a chain and on a tree it is optimal, and the largest table then
 * has two variables. Only names and sizes are looked at, no number. Tested in tests/inference/elimination/order.test.ts.
 */

/** The variables of a factor. */
export type Scope = Iterable<string>

/** An order of elimination, and the entries of its largest table (1 where nothing is eliminated). */
export interface Elimination {
  readonly order: readonly string[]
  readonly largest: number
}

/** Entries of a table over these variables. */
export const entriesOf = (names: Scope, sizeOf: (name: string) => number): number => {
  let entries = 1
  for (const name of names) entries *= sizeOf(name)
  return entries
}

type Neighbors = Map<string, Set<string>>

/** The variables that a variable shares a factor with, itself among them. */
const neighborsOf = (scopes: readonly Scope[]): Neighbors => {
  const found: Neighbors = new Map()
  for (const scope of scopes) {
    const names = [...scope]
    for (const v of names) {
      const near = found.get(v) ?? new Set([v])
      for (const w of names) near.add(w)
      found.set(v, near)
    }
  }
  return found
}

/** Joins the neighbors of v, and takes v away; those whose table changed. */
const eliminateFrom = (near: Neighbors, v: string): readonly string[] => {
  const joined = [...(near.get(v) ?? [])].filter((w) => w !== v)
  near.delete(v)
  for (const w of joined) {
    const its = near.get(w) as Set<string>
    its.delete(v)
    for (const u of joined) its.add(u)
  }
  return joined
}

/**
 * The order that sums out all variables of a stage before those of the next (inner plates before outer ones), and within
 * a stage the smallest table first; the first in the list among equals.
 */
export const eliminationOrder = (
  scopes: readonly Scope[],
  sizeOf: (name: string) => number,
  stages: readonly (readonly string[])[],
): Elimination => {
  const near = neighborsOf(scopes)
  const order: string[] = []
  let largest = 1
  for (const which of stages) {
    const cost = new Map(which.map((v) => [v, entriesOf(near.get(v) ?? [v], sizeOf)]))
    while (cost.size > 0) {
      const [v, entries] = cheapest(cost)
      order.push(v)
      largest = Math.max(largest, entries)
      cost.delete(v)
      for (const w of eliminateFrom(near, v))
        if (cost.has(w)) cost.set(w, entriesOf(near.get(w) as Set<string>, sizeOf))
    }
  }
  return { order, largest }
}

/** Variables by the number of plates that they lie in, the innermost first. */
export const stagesOf = (
  names: readonly string[],
  platesOf: (name: string) => number,
): readonly (readonly string[])[] =>
  [...new Set(names.map(platesOf))]
    .sort((a, b) => b - a)
    .map((depth) => names.filter((name) => platesOf(name) === depth))

const cheapest = (cost: ReadonlyMap<string, number>): readonly [string, number] => {
  let best: readonly [string, number] | undefined
  for (const entry of cost) if (best === undefined || entry[1] < best[1]) best = entry
  return best as readonly [string, number]
}
