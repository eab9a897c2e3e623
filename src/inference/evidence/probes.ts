/**
 * Probes: the points z at which affineness is put to the test (affineness.ts).
 *
 *   basis      0, e_1, …, e_K, then ± ε and ± 10 ε                        the same for every datum
 *   near mass  m ± s L⁻ᵀ ε with s = 3 … 3,000 for the prior N(m, (L Lᵀ)⁻¹), and with s = 3 for the posterior
 *
 * ε is standard normal, from a fixed seed. Why these: linearGaussian.ts. Tested in
 * tests/inference/evidence/linearGaussian.test.ts.
 */
import { keyFromSeed, normals } from '../../runtime/keys.js'
import { minimizer, precisionFactor, type Solution } from './leastSquares.js'
import { backward } from './matrix.js'
import type { System } from './residuals.js'

/** How far from the origin, from the prior mean and from the posterior mean the model is probed, on opposite sides. */
const distances = {
  origin: [1, -1, 1, -1, 10, -10],
  prior: [3, -3, 30, -30, 300, -300, 3000, -3000],
  posterior: [3, -3, 3, -3],
} as const

/** The number of points near the mass. */
export const nearPoints = distances.prior.length + distances.posterior.length

/** Noise for a list of distances: opposite points share theirs. */
const directions = (seed: number, count: number, k: number): ((q: number) => Float32Array) => {
  const noise = normals(keyFromSeed(seed), Math.ceil(count / 2) * k)
  return (q) => noise.subarray(Math.floor(q / 2) * k, (Math.floor(q / 2) + 1) * k)
}

/** The points 0, e_1, …, e_K and then random ones. */
export const basisAndProbes = (k: number): Float64Array => {
  const points = new Float64Array((k + 1 + distances.origin.length) * k)
  const direction = directions(1, distances.origin.length, k)
  for (let i = 0; i < k; i++) points[(i + 1) * k + i] = 1
  distances.origin.forEach((scale, q) => {
    for (let i = 0; i < k; i++) points[(k + 1 + q) * k + i] = scale * (direction(q)[i] as number)
  })
  return points
}

/** A Gaussian: its mean, and the Cholesky factor of its precision. */
type Mass = Pick<Solution, 'mean' | 'precision'>

/** The prior of every datum, from the rows of latent sites; undefined unless each precision is positive definite. */
const priorsOf = (
  systems: readonly System[],
  k: number,
  prior: ReadonlySet<number>,
): readonly Mass[] | undefined => {
  const isPrior = (row: number) => prior.has(row)
  const priors: Mass[] = []
  let precision: Float64Array | undefined
  for (const [r, system] of systems.entries()) {
    if (precision === undefined || system.c !== systems[r - 1]?.c)
      precision = precisionFactor(system.c, k, isPrior)
    if (precision === undefined) return undefined
    priors.push({ mean: minimizer(system, k, precision, isPrior), precision })
  }
  return priors
}

/** Points from near to far in the prior, and points near the posterior, along (point, datum). */
export const nearMass = (
  systems: readonly System[],
  solutions: readonly Solution[],
  k: number,
  prior: ReadonlySet<number>,
): Float64Array | undefined => {
  const priors = priorsOf(systems, k, prior)
  if (priors === undefined) return undefined
  const points = new Float64Array(nearPoints * systems.length * k)
  const direction = directions(2, nearPoints, k)
  const all = [...distances.prior, ...distances.posterior]
  all.forEach((scale, q) => {
    const masses = q < distances.prior.length ? priors : solutions
    masses.forEach((mass, r) => {
      points.set(pointFrom(mass, scale, direction(q)), (q * systems.length + r) * k)
    })
  })
  return points
}

/** m + scale · L⁻ᵀ ε. */
const pointFrom = ({ mean, precision }: Mass, scale: number, noise: Float32Array): Float64Array => {
  const shift = backward(precision, mean.length, noise)
  return mean.map((m, i) => m + scale * (shift[i] as number))
}
