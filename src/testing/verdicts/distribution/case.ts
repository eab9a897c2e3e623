/** What the laws of one distribution share: the distribution, draws of it, and the points of its support. */
import { can } from '../../../dsl/distribution.js'
import { sizeOf } from '../../../dsl/shape.js'
import { fold, keyFromSeed, normals } from '../../../runtime/keys.js'
import type { Law, LawOptions } from '../verdict.js'
import { drawsOf, type Grid, gridOf, middle, type Points } from './points.js'
import type { Subject } from './subject.js'

/** Options of the laws of a distribution. */
export interface DistributionLawOptions extends LawOptions {
  /** Draws that samples are judged by; 20,000 if left out. */
  readonly draws?: number
}

/** A distribution under the laws. */
export interface Case {
  readonly subject: Subject
  readonly options: DistributionLawOptions
  readonly seed: number
  /** Numbers in an event. */
  readonly size: number
  /** Draws, row after row. */
  readonly draws: Float32Array
  readonly count: number
  readonly grid: Grid | undefined
  readonly points: Points | undefined
  /** Middle and spread of each entry. */
  readonly scales: readonly { readonly center: number; readonly scale: number }[]
}

/** Entry j of rows of `size` numbers. */
export const entryOf = (rows: ArrayLike<number>, size: number, j: number): Float64Array =>
  Float64Array.from({ length: rows.length / size }, (_, i) => rows[i * size + j] as number)

/** Draws and points of a distribution. */
export const caseOf = (subject: Subject, options: DistributionLawOptions): Case => {
  const { d } = subject
  const seed = options.seed ?? 0
  const size = sizeOf(d.space.shape)
  const draws = drawsOf(d, options.draws ?? 20_000, seed)
  const usable = draws.every((x) => Number.isFinite(x))
  const grid = usable && can(d, 'density') ? gridOf(d, draws, seed) : undefined
  return {
    subject,
    options,
    seed,
    size,
    draws,
    count: draws.length / size,
    grid,
    points: grid?.(d),
    scales: Array.from({ length: size }, (_, j) => middle(entryOf(draws, size, j))),
  }
}

/** A law of this distribution. */
export const lawOf = (c: Case, law: string, remedy: string): Law => ({ subject: c.subject.name, law, remedy })

/** A function of an event by its numbers, at row i of some rows. */
export type AtRow = (rows: ArrayLike<number>, i: number) => number

/** A random direction of unit length, one number for each entry of an event. */
export const projection = (c: Case, k: number): Float32Array => {
  const z = normals(fold(fold(keyFromSeed(c.seed), 'projection'), k), c.size)
  const norm = Math.hypot(...z)
  return z.map((x) => x / norm)
}

/** Angles go around: only whole multiples of one are functions on the circle. */
export const isCircle = (c: Case): boolean => c.subject.d.space.domain.name === 'Circle'

/** <direction, (x − center) / scale> of an event; the sum of the angles on a circle. */
export const projected = (c: Case, direction: ArrayLike<number>): AtRow => {
  const circle = isCircle(c)
  return (rows, i) => {
    let sum = 0
    for (let j = 0; j < c.size; j++) {
      const { center, scale } = c.scales[j] as Case['scales'][number]
      const x = rows[i * c.size + j] as number
      sum += circle ? x : ((direction[j] as number) * (x - center)) / scale
    }
    return sum
  }
}
