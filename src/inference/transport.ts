/**
 * The optimal transport of one finite measure to another, exactly, as the linear program
 *
 *   min Σ_ij c_ij π_ij,  π >= 0,  Σ_j π_ij = p_i,  Σ_i π_ij = q_j
 *     = max Σ_i u_i p_i + Σ_j v_j q_j,  u_i + v_j <= c_ij                              (the dual)
 *
 * In float64, by successive shortest paths: mass goes along a cheapest path of the residual graph until none is left, and
 * the potentials u, v keep the reduced costs c_ij − u_i − v_j >= 0. About m + n paths of m n steps: for hundreds of points.
 * wasserstein1 is the value for a distance c. In the units of c. Errors: `data`, every fault.
 * Ahuja, Magnanti & Orlin, 1993, "Network flows", section 9.7. Tested in tests/inference/transport.test.ts.
 */
import { type GiryError, giryError, throwAll } from '../dsl/error.js'
import { massFaults } from './fDivergences/finite.js'

/** Costs c_ij from point i of p to point j of q. */
export type Costs = readonly (readonly number[])[]

/** An optimal transport. */
export interface Transport {
  /** Σ c_ij π_ij. */
  readonly value: number
  /** π: what goes from i to j. */
  readonly plan: readonly (readonly number[])[]
  /** u and v: the dual solution, which proves that the value is least. */
  readonly potentials: { readonly p: readonly number[]; readonly q: readonly number[] }
}

/** Less than this is rounding, of masses that add up to 1. */
const NOTHING = 1e-14

interface State {
  readonly cost: Costs
  readonly supply: number[]
  readonly demand: number[]
  readonly flow: number[][]
  readonly u: number[]
  readonly v: number[]
}

interface Paths {
  readonly toRow: number[]
  readonly toColumn: number[]
  /** The row before each column, and the column before each row. */
  readonly rowBefore: number[]
  readonly columnBefore: number[]
  /** The nearest column with demand. */
  readonly end: number
}

const nearest = (distance: readonly number[], done: readonly boolean[]): number =>
  distance.reduce(
    (best, d, i) => (!done[i] && d < (distance[best] ?? Number.POSITIVE_INFINITY) ? i : best),
    -1,
  )

/** Dijkstra's shortest paths from all rows with supply to the nearest column with demand, by reduced costs. */
const shortestPaths = (s: State): Paths => {
  const toRow = s.supply.map((a) => (a > NOTHING ? 0 : Number.POSITIVE_INFINITY))
  const toColumn = s.demand.map(() => Number.POSITIVE_INFINITY)
  const [rowBefore, columnBefore] = [s.demand.map(() => -1), s.supply.map(() => -1)]
  const [doneRows, doneColumns] = [s.supply.map(() => false), s.demand.map(() => false)]
  for (;;) {
    const [i, j] = [nearest(toRow, doneRows), nearest(toColumn, doneColumns)]
    if (i >= 0 && (j < 0 || (toRow[i] as number) <= (toColumn[j] as number))) {
      doneRows[i] = true
      s.demand.forEach((_, k) => {
        const reduced = Math.max(0, (s.cost[i]?.[k] as number) - (s.u[i] as number) - (s.v[k] as number))
        if ((toRow[i] as number) + reduced >= (toColumn[k] as number)) return
        toColumn[k] = (toRow[i] as number) + reduced
        rowBefore[k] = i
      })
    } else {
      if ((s.demand[j] as number) > NOTHING) return { toRow, toColumn, rowBefore, columnBefore, end: j }
      doneColumns[j] = true
      s.flow.forEach((row, k) => {
        if ((row[j] as number) <= 0 || (toColumn[j] as number) >= (toRow[k] as number)) return
        toRow[k] = toColumn[j] as number
        columnBefore[k] = j
      })
    }
  }
}

/** Keeps the reduced costs >= 0, and makes them 0 along the shortest path. */
const movePotentials = (s: State, p: Paths): void => {
  const length = p.toColumn[p.end] as number
  p.toRow.forEach((d, i) => {
    if (d < length) s.u[i] = (s.u[i] as number) + length - d
  })
  p.toColumn.forEach((d, j) => {
    if (d < length) s.v[j] = (s.v[j] as number) - length + d
  })
}

/** The edges of the path, from its end: column, the row before it, and the column before that, or −1 where it begins. */
const edgesOf = (p: Paths): readonly (readonly [column: number, row: number, before: number])[] => {
  const edges: (readonly [number, number, number])[] = []
  for (let column = p.end; column >= 0; ) {
    const row = p.rowBefore[column] as number
    const before = p.columnBefore[row] as number
    edges.push([column, row, before])
    column = before
  }
  return edges
}

const augment = (s: State, p: Paths): void => {
  const edges = edgesOf(p)
  const [, start] = edges[edges.length - 1] as readonly [number, number, number]
  const backward = edges.flatMap(([, row, before]) => (before < 0 ? [] : [s.flow[row]?.[before] as number]))
  const mass = Math.min(s.supply[start] as number, s.demand[p.end] as number, ...backward)
  for (const [column, row, before] of edges) {
    const flow = s.flow[row] as number[]
    flow[column] = (flow[column] as number) + mass
    if (before >= 0) flow[before] = (flow[before] as number) - mass
  }
  s.supply[start] = (s.supply[start] as number) - mass
  s.demand[p.end] = (s.demand[p.end] as number) - mass
}

const faults = (p: readonly number[], q: readonly number[], cost: Costs): readonly GiryError[] => [
  ...massFaults('p', p),
  ...massFaults('q', q),
  ...(cost.length === p.length && cost.every((row) => row.length === q.length)
    ? []
    : [
        giryError(
          'data',
          'cost',
          `the costs must be ${p.length} rows of ${q.length}, but are ${cost.length} rows of ${[...new Set(cost.map((row) => row.length))].join(' or ')}`,
          'give one row for each point of p, one column for each of q',
        ),
      ]),
  ...(cost.flat().every(Number.isFinite)
    ? []
    : [giryError('data', 'cost', 'a cost is not finite', 'give the distances of the points')]),
]

const normalized = (masses: readonly number[]): number[] => {
  const total = masses.reduce((a, b) => a + b, 0)
  return masses.map((m) => m / total)
}

/** The optimal transport of p to q at these costs. */
export const transport = (p: readonly number[], q: readonly number[], cost: Costs): Transport => {
  throwAll(faults(p, q, cost))
  const s: State = {
    cost,
    supply: normalized(p),
    demand: normalized(q),
    flow: p.map(() => q.map(() => 0)),
    u: p.map(() => 0),
    v: q.map((_, j) => Math.min(...cost.map((row) => row[j] as number))),
  }
  const some = (masses: readonly number[]) => masses.some((m) => m > NOTHING)
  while (some(s.supply) && some(s.demand)) {
    const paths = shortestPaths(s)
    movePotentials(s, paths)
    augment(s, paths)
  }
  const value = s.flow.reduce(
    (sum, row, i) => row.reduce((a, x, j) => a + x * (cost[i]?.[j] as number), sum),
    0,
  )
  return { value, plan: s.flow, potentials: { p: s.u, q: s.v } }
}

/** W₁: the least mean distance at which p is moved to q; `distance` from each point of p to each of q. */
export const wasserstein1 = (p: readonly number[], q: readonly number[], distance: Costs): number =>
  transport(p, q, distance).value
