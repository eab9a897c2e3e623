/**
 * What the tests of synthetic points share: coordinates read back, tallies, and Φ of R.
 */
import { pnorm } from 'lib-r-math.js'
import type { Dataset } from '../../../src/dsl/dataset.js'

/** The coordinates of a data set, one after the other. */
export const coordinates = (data: Dataset): Float32Array =>
  data.columns.x?.elements.data ?? new Float32Array(0)

/** The points of a data set. */
export const pointsOf = (data: Dataset): readonly (readonly [number, number])[] => {
  const x = coordinates(data)
  return Array.from({ length: data.size }, (_, i) => [x[2 * i] as number, x[2 * i + 1] as number])
}

/** How often each of 0 … k − 1 occurs. */
export const tally = (labels: ArrayLike<number>, k: number): readonly number[] => {
  const counts = Array(k).fill(0) as number[]
  for (const label of Array.from(labels)) counts[label] = (counts[label] ?? 0) + 1
  return counts
}

/** K equal masses. */
export const equal = (k: number): readonly number[] => Array(k).fill(1 / k)

/** The standard normal distribution function. */
export const normalCdf = (xs: readonly number[]): readonly number[] => xs.map((x) => pnorm(x) as number)

/** The distribution function of Uniform(0, 1). */
export const uniformCdf = (xs: readonly number[]): readonly number[] =>
  xs.map((x) => Math.min(1, Math.max(0, x)))

/** The noise in units of its deviation: what differs between a draw and the same draw without noise. */
export const residuals = (noisy: Dataset, clean: Dataset, scale: number): readonly number[] => {
  const at = coordinates(clean)
  return Array.from(coordinates(noisy), (x, i) => (x - (at[i] as number)) / scale)
}
