/**
 * mmdTest(real, fake): the squared maximum mean discrepancy of two samples, and whether it is more than chance.
 *
 *   MMD² = E k(x, x') + E k(y, y') − 2 E k(x, y)
 *        ≈ Σ_{i≠j} k(x_i, x_j) / (n (n − 1)) + Σ_{i≠j} k(y_i, y_j) / (m (m − 1)) − 2 Σ_ij k(x_i, y_j) / (n m)
 *   k(x, y) = mean over c of exp(−‖x − y‖² / (2 (c h)²))        h: median distance of the pooled sample, c in `scales`
 *
 * Unbiased, so it may be negative where the distributions agree; zero in expectation exactly if they do. p by permutation
 * of the labels; the bandwidth depends on the pooled sample only, so the test is exact. No unit. At most `limit` points
 * of each sample are used, drawn by the seed, since the work grows with their square.
 * Source: Gretton et al., "A kernel two-sample test" (2012), lemma 6, sections 5 and 8. An objective that trains on this
 * discrepancy is another function. Tested in tests/inference/diagnostics/mmd.test.ts.
 */
import type { taskEither as TE } from 'fp-ts'
import { fail, type GiryError } from '../../dsl/error.js'
import { fold, keyFromSeed } from '../../runtime/keys.js'
import { eachDistanceRow } from './distances.js'
import { permutationPValue } from './permutationTest.js'
import { join, type Points, pointsOfOneSize, type Samples, subsample } from './points.js'
import { PERMUTATIONS, requireOptions, type TestOptions, task } from './settings.js'

/** Options of the test. */
export interface MmdOptions extends TestOptions {
  /** Bandwidths, as multiples of the median distance; ½, 1, 2 if left out. */
  readonly scales?: readonly number[]
  /** A bandwidth in the place of the median distance. */
  readonly bandwidth?: number
  /** Points of each sample at most; 1,000 if left out. */
  readonly limit?: number
}

/** The discrepancy with its p-value. */
export interface MmdReport {
  /** The unbiased estimate of MMD². */
  readonly value: number
  readonly pValue: number
  /** The median distance that the scales multiply. */
  readonly bandwidth: number
  /** Points of each sample that were used. */
  readonly n: number
  readonly m: number
}

/** All squared distances of the pooled sample, row-major. */
const pooledDistances = async (pooled: Points): Promise<Float64Array> => {
  const squared = new Float64Array(pooled.count ** 2)
  await eachDistanceRow(pooled, pooled, (i, row) => squared.set(row, i * pooled.count))
  return squared
}

/** The median distance of different points; 1 where all coincide, since any bandwidth then does. */
const medianDistance = (squared: Float64Array, count: number): number => {
  const above = new Float64Array((count * (count - 1)) / 2)
  for (let i = 0, at = 0; i < count; i++)
    for (let j = i + 1; j < count; j++) above[at++] = squared[i * count + j] as number
  above.sort()
  const median = Math.sqrt(above[Math.floor(above.length / 2)] as number)
  // More than half of the distances are 0, for example in binary data: the mean of the others serves.
  return median > 0 ? median : Math.sqrt(above.reduce((a, b) => a + b, 0) / above.length) || 1
}

/** Squared distances become the kernel, in place; the diagonal, which the statistic leaves out, becomes 0. */
const toKernel = (squared: Float64Array, count: number, bandwidths: readonly number[]): Float64Array => {
  const rates = bandwidths.map((h) => -1 / (2 * h * h))
  for (let i = 0; i < squared.length; i++) {
    let sum = 0
    for (const rate of rates) sum += Math.exp(rate * (squared[i] as number))
    squared[i] = sum / rates.length
  }
  for (let i = 0; i < count; i++) squared[i * count + i] = 0
  return squared
}

/**
 * The statistic of a division, from the sum within the first sample alone: the sums within the second and between both
 * follow from the sums of rows.
 */
const statisticOf = (kernel: Float64Array, n: number, m: number): ((first: ArrayLike<number>) => number) => {
  const count = n + m
  const rows = Float64Array.from({ length: count }, (_, i) =>
    kernel.subarray(i * count, (i + 1) * count).reduce((a, b) => a + b, 0),
  )
  const total = rows.reduce((a, b) => a + b, 0)
  return (first) => {
    // In order, so that memory is read forward.
    const places = Int32Array.from(first).sort()
    let within = 0
    let touching = 0
    for (let i = 0; i < n; i++) {
      const place = places[i] as number
      const row = place * count
      touching += rows[place] as number
      for (let j = 0; j < i; j++) within += kernel[row + (places[j] as number)] as number
    }
    const xx = 2 * within
    const xy = touching - xx
    const yy = total - xx - 2 * xy
    return xx / (n * (n - 1)) + yy / (m * (m - 1)) - (2 * xy) / (n * m)
  }
}

const requireScales = (scales: readonly number[], bandwidth: number | undefined): void => {
  const bad = [...scales, ...(bandwidth === undefined ? [] : [bandwidth])].find(
    (c) => !(c > 0 && Number.isFinite(c)),
  )
  if (bad !== undefined || scales.length === 0)
    fail(
      'option',
      'scales',
      `bandwidths must be positive, but ${bad ?? 'none'} was given`,
      'use { scales: [0.5, 1, 2] }',
    )
}

const requireTwo = (samples: Readonly<Record<string, Points>>): void => {
  for (const [name, { count }] of Object.entries(samples))
    if (count < 2)
      fail('data', name, `'${name}' has ${count} datum, but an unbiased MMD needs two`, 'draw more samples')
}

/** Tests whether two samples come from one distribution, by kernels. */
export const mmdTest = (
  real: Samples,
  fake: Samples,
  options: MmdOptions = {},
): TE.TaskEither<readonly GiryError[], MmdReport> =>
  task(async () => {
    const { scales = [0.5, 1, 2], limit = 1000, permutations = PERMUTATIONS, seed = 0 } = options
    requireOptions(options.seed, { limit, permutations })
    requireScales(scales, options.bandwidth)
    const all = pointsOfOneSize({ real, fake })
    requireTwo(all)
    const key = fold(keyFromSeed(seed), 'mmd')
    const x = subsample(all.real, limit, fold(key, 'real'))
    const y = subsample(all.fake, limit, fold(key, 'fake'))
    const [n, m] = [x.count, y.count]
    const squared = await pooledDistances(join(x, y))
    const bandwidth = options.bandwidth ?? medianDistance(squared, n + m)
    const kernel = toKernel(
      squared,
      n + m,
      scales.map((c) => c * bandwidth),
    )
    const statistic = statisticOf(kernel, n, m)
    const value = statistic(Int32Array.from({ length: n }, (_, i) => i))
    const pValue = await permutationPValue(statistic, { n, m, permutations, key: fold(key, 'permutation') })
    return { value, pValue, bandwidth, n, m }
  })
