/**
 * Draws of a proposal g for importance sampling, fitted to draws of a distribution in coordinates y:
 *
 *   y = m + L w,  w ~ ½ N(0, 1.2² I) + ½ t_2(0, I)        weight = |dx/dy| / (n g(y))
 *
 * The normal half is near what was fitted, the heavy half bounds the weights under heavy tails.
 */
import { fold, type Key, keyFromSeed, normals, uniforms } from '../../../runtime/keys.js'
import { choleskyOf } from '../../arbitraries/matrix.js'
import type { Atlas } from './coordinates.js'

/** Mean and Cholesky factor of rows of m numbers. */
const fitted = (rows: readonly (readonly number[])[], m: number) => {
  const mean = Array.from(
    { length: m },
    (_, j) => rows.reduce((s, r) => s + (r[j] as number), 0) / rows.length,
  )
  const covariance = mean.map((a, i) =>
    mean.map(
      (b, j) =>
        rows.reduce((s, r) => s + ((r[i] as number) - a) * ((r[j] as number) - b), 0) / rows.length +
        (i === j ? 1e-6 : 0),
    ),
  )
  return { mean, factor: choleskyOf(covariance) }
}

const logGammaHalf = (twice: number): number =>
  twice === 1 ? 0.5 * Math.log(Math.PI) : twice === 2 ? 0 : Math.log(twice / 2 - 1) + logGammaHalf(twice - 2)

/** log of ½ N(0, 1.2² I) + ½ t_2(0, I), as a function of |w|². */
const logProposal = (squared: number, m: number): number => {
  const normal = -0.5 * (squared / 1.44) - m * (0.5 * Math.log(2 * Math.PI) + Math.log(1.2))
  const student =
    logGammaHalf(2 + m) - 0.5 * m * Math.log(2 * Math.PI) - ((2 + m) / 2) * Math.log1p(squared / 2)
  const top = Math.max(normal, student)
  return top + Math.log(0.5 * Math.exp(normal - top) + 0.5 * Math.exp(student - top))
}

/** Standardized draws w of the proposal, half of each kind. */
const proposed = (n: number, m: number, key: Key): readonly number[][] => {
  const z = normals(fold(key, 'normal'), n * m)
  const u = uniforms(fold(key, 'uniform'), n)
  return Array.from({ length: n }, (_, i) => {
    const stretch = i < n / 2 ? 1.2 : 1 / Math.sqrt(-Math.log(u[i] as number))
    return Array.from({ length: m }, (_, j) => stretch * (z[i * m + j] as number))
  })
}

/** Events, row after row, and their weights. */
export interface Proposal {
  readonly xs: Float32Array
  readonly weights: readonly number[]
}

/** n events of `size` numbers from a proposal fitted to draws. */
export const proposalFor = (
  atlas: Atlas,
  draws: Float32Array,
  size: number,
  n: number,
  seed: number,
): Proposal => {
  const { m } = atlas
  const rows = Array.from({ length: draws.length / size }, (_, i) =>
    atlas.y(draws.subarray(i * size, (i + 1) * size)),
  )
  const { mean, factor } = fitted(rows, m)
  const logDet = factor.reduce((s, row, i) => s + Math.log(row[i] as number), 0)
  const xs = new Float32Array(n * size)
  const weights = proposed(n, m, fold(keyFromSeed(seed), 'importance')).map((w, i) => {
    const y = mean.map((a, k) => a + w.reduce((s, wj, j) => s + (factor[k]?.[j] ?? 0) * wj, 0))
    xs.set(atlas.x(y), i * size)
    const squared = w.reduce((s, x) => s + x * x, 0)
    return Math.exp(atlas.logSlope(y) - logProposal(squared, m) + logDet) / n
  })
  return { xs, weights }
}
