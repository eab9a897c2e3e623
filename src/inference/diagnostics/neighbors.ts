/**
 * nearest(points, reference, { k }): the k nearest points of the reference, exactly, by Euclidean distance.
 *
 *   distances[i k + r], indices[i k + r]: the r-th nearest of point i, r = 0 … k − 1; ties by the smaller index
 *
 * `self` leaves out what lies at the same place in the reference (its own neighbors); `apart` what lies at distance 0.
 * All pairs are looked at: n m d terms. Tested in tests/inference/diagnostics/neighbors.test.ts.
 */
import { type GiryError, giryError, throwAll } from '../../dsl/error.js'
import { eachDistanceRow } from './distances.js'
import type { Points } from './points.js'

/** Neighbors of every point, nearest first. */
export interface Neighbors {
  readonly k: number
  /** Euclidean distances, row-major; infinity where there is no such neighbor. */
  readonly distances: Float64Array
  /** Places in the reference, row-major. */
  readonly indices: Int32Array
}

/** Which neighbors count. */
export interface NeighborOptions {
  /** How many; 1 if left out. */
  readonly k?: number
  /** The points are the reference: none is its own neighbor. */
  readonly self?: boolean
  /** Only neighbors at a positive distance count. */
  readonly apart?: boolean
}

/** Moves a candidate to its place among the k smallest so far, which are sorted. */
const insert = (squared: Float64Array, indices: Int32Array, d: number, j: number): void => {
  let r = squared.length - 1
  for (; r > 0 && (squared[r - 1] as number) > d; r--) {
    squared[r] = squared[r - 1] as number
    indices[r] = indices[r - 1] as number
  }
  squared[r] = d
  indices[r] = j
}

/** What is wrong with a number of neighbors among `count` points. */
export const neighborFaults = (k: number, count: number, where: string): readonly GiryError[] =>
  Number.isInteger(k) && k >= 1 && k < count
    ? []
    : [
        giryError(
          'option',
          'k',
          `k must be a whole number from 1 to ${count - 1}, since '${where}' has ${count} data, but ${k} was given`,
          'draw more samples, or use a smaller k',
        ),
      ]

/** The k nearest of the reference, for each point. */
export const nearest = async (
  points: Points,
  reference: Points,
  { k = 1, self = false, apart = false }: NeighborOptions = {},
): Promise<Neighbors> => {
  throwAll(neighborFaults(k, reference.count + (self ? 0 : 1), 'reference'))
  const distances = new Float64Array(points.count * k).fill(Number.POSITIVE_INFINITY)
  const indices = new Int32Array(points.count * k)
  await eachDistanceRow(points, reference, (i, row) => {
    const best = distances.subarray(i * k, (i + 1) * k)
    const at = indices.subarray(i * k, (i + 1) * k)
    for (let j = 0; j < row.length; j++) {
      const d = row[j] as number
      if (d < (best[k - 1] as number) && !(self && i === j) && !(apart && d === 0)) insert(best, at, d, j)
    }
  })
  return { k, distances: distances.map(Math.sqrt), indices }
}
