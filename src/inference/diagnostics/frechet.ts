/**
 * frechet(real, fake, { features }): the Fréchet distance of two Gaussians, fitted to the features of two samples.
 *
 *   d² = ‖μ_1 − μ_2‖² + tr(Σ_1 + Σ_2 − 2 (Σ_1 Σ_2)^½)         tr (Σ_1 Σ_2)^½ = Σ_i √λ_i(Lᵀ Σ_2 L),  Σ_1 = L Lᵀ
 *
 * The square of the 2-Wasserstein distance of the Gaussians; the units are those of the features, squared. Without
 * `features` the numbers themselves are compared. Only means and covariances count: distributions that agree in these are at
 * distance 0. The estimate is biased upward, by an amount that shrinks as 1/n, so compare it with that of two real samples
 * of the same size. Covariances divide by n − 1.
 * Sources: Dowson, Landau, "The Fréchet distance between multivariate normal distributions" (1982), equation 4; Heusel et
 * al., "GANs trained by a two time-scale update rule" (2017), equation 6. Tested in
 * tests/inference/diagnostics/frechet.test.ts.
 */
import type { taskEither as TE } from 'fp-ts'
import { fail, type GiryError } from '../../dsl/error.js'
import { eigenvalues } from './eigenvalues.js'
import { type Points, points, pointsOfOneSize, rowAt, type Samples } from './points.js'
import { task } from './settings.js'

/** A map from data to features; netFeatures makes one from a net. */
export type Features = (data: Points) => Samples | Promise<Samples>

/** The distance, and what it was taken from. */
export interface FrechetReport {
  /** The squared distance. */
  readonly value: number
  /** Dimension of the features. */
  readonly size: number
  readonly n: number
  readonly m: number
}

/** A Gaussian in float64: its mean, and its covariance, row-major. */
export interface Moments {
  readonly mean: Float64Array
  readonly covariance: Float64Array
}

/** Mean and covariance of a sample; the covariance divides by n − 1. */
export const momentsOf = (p: Points): Moments => {
  if (p.count < 2)
    fail('data', 'frechet', `a covariance needs two data, but ${p.count} was given`, 'draw more samples')
  const d = p.size
  const mean = new Float64Array(d)
  for (let i = 0; i < p.data.length; i++)
    mean[i % d] = (mean[i % d] as number) + (p.data[i] as number) / p.count
  const covariance = new Float64Array(d * d)
  for (let r = 0; r < p.count; r++) {
    const x = rowAt(p, r).map((a, i) => a - (mean[i] as number))
    for (let i = 0; i < d; i++) {
      const xi = (x[i] as number) / (p.count - 1)
      if (xi !== 0)
        for (let j = 0; j <= i; j++)
          covariance[i * d + j] = (covariance[i * d + j] as number) + xi * (x[j] as number)
    }
  }
  for (let i = 0; i < d; i++)
    for (let j = 0; j < i; j++) covariance[j * d + i] = covariance[i * d + j] as number
  return { mean, covariance }
}

/** L with A = L Lᵀ for a positive semidefinite A: a pivot that is rounding only leaves its column at 0. */
const semidefiniteFactor = (a: Float64Array, n: number): Float64Array => {
  const l = new Float64Array(n * n)
  let largest = 0
  for (let i = 0; i < n; i++) largest = Math.max(largest, a[i * n + i] as number)
  const negligible = n * Number.EPSILON * largest
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = a[i * n + j] as number
      for (let k = 0; k < j; k++) sum -= (l[i * n + k] as number) * (l[j * n + k] as number)
      l[i * n + j] = sum
    }
    const pivot = l[j * n + j] as number
    const root = pivot > negligible ? Math.sqrt(pivot) : Number.POSITIVE_INFINITY
    for (let i = j; i < n; i++) l[i * n + j] = (l[i * n + j] as number) / root
  }
  return l
}

/** Lᵀ S L, for a lower triangular L. */
const congruent = (l: Float64Array, s: Float64Array, n: number): Float64Array => {
  const product = (x: Float64Array, y: Float64Array, transposed: boolean): Float64Array => {
    const out = new Float64Array(n * n)
    for (let i = 0; i < n; i++)
      for (let k = 0; k < n; k++) {
        const a = (transposed ? x[k * n + i] : x[i * n + k]) as number
        if (a !== 0)
          for (let j = 0; j < n; j++)
            out[i * n + j] = (out[i * n + j] as number) + a * (y[k * n + j] as number)
      }
    return out
  }
  return product(l, product(s, l, false), true)
}

const trace = (a: Float64Array, n: number): number => {
  let sum = 0
  for (let i = 0; i < n; i++) sum += a[i * n + i] as number
  return sum
}

/** The squared Fréchet distance of two Gaussians. */
export const frechetOfMoments = (a: Moments, b: Moments): number => {
  const n = a.mean.length
  const means = a.mean.reduce((s, m, i) => s + (m - (b.mean[i] as number)) ** 2, 0)
  const roots = eigenvalues(congruent(semidefiniteFactor(a.covariance, n), b.covariance, n), n)
  const root = roots.reduce((s, x) => s + Math.sqrt(Math.max(0, x)), 0)
  // Nearly equal Gaussians: rounding may leave a negative rest.
  return Math.max(0, means + trace(a.covariance, n) + trace(b.covariance, n) - 2 * root)
}

/** The points in feature space. */
export const featuresOf = async (p: Points, features: Features | undefined, name: string): Promise<Points> =>
  features === undefined ? p : points(await features(p), `features of ${name}`)

/** The squared Fréchet distance of the features of two samples. */
export const frechet = (
  real: Samples,
  fake: Samples,
  options: { readonly features?: Features } = {},
): TE.TaskEither<readonly GiryError[], FrechetReport> =>
  task(async () => {
    const data = pointsOfOneSize({ real, fake })
    const x = await featuresOf(data.real, options.features, 'real')
    const y = await featuresOf(data.fake, options.features, 'fake')
    const value = frechetOfMoments(momentsOf(x), momentsOf(y))
    return { value, size: x.size, n: x.count, m: y.count }
  })
