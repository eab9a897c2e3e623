/**
 * Probes: the points z at which conjugacy is put to the test (conjugateLinks.ts).
 *
 *   wide       over the whole support: chances from 1e-6 to 1 − 1e-6, rates from e^−8 to e^8, means to ± 100
 *   near mass  within ± 3 standard deviations of the prior and of the posterior of each datum
 *
 * From a fixed seed. Tested in tests/inference/evidence/conjugate.test.ts.
 */
import { keyFromSeed, normals } from '../../runtime/keys.js'
import { type Factor, momentsOf } from './conjugateFactors.js'

/** How far the wide points lie from the middle of the support, on the line. */
const wide = [0.5, -0.5, 1, -1, 2, -2, 4, -4] as const

/** Standard deviations of the points near the mass, for the prior and again for the posterior. */
const near = [0, 1, -1, 3, -3] as const

/** The number of wide points. */
export const widePoints = wide.length

/** The number of points near the mass. */
export const nearPoints = 2 * near.length

/** The numbers of a factor at t (one for each coordinate, on the line) from a center. */
const placed = (f: Factor, center: readonly number[], t: readonly number[]): readonly number[] => {
  const scaled = center.map((m, j) => Math.max(m, 1e-6) * Math.exp(t[j] as number))
  const shifted = center.map((m, j) => m + (t[j] as number))
  switch (f.family) {
    case 'beta':
      return center.map((m, j) => 1 / (1 + (1 / m - 1) * Math.exp(-(t[j] as number))))
    case 'gamma':
      return scaled
    case 'normal':
      return shifted
    case 'normalGamma':
      return [shifted[0] as number, scaled[1] as number]
    case 'dirichlet': {
      const total = scaled.reduce((a, b) => a + b, 0)
      return scaled.map((w) => w / total)
    }
  }
}

/** A center in the support, and how far t goes from it, on the line, for a distance of 1. */
interface Place {
  readonly center: readonly number[]
  readonly reach: readonly number[]
}

/** The middle of the support, and how far t goes there for a distance of 1. */
const middleOf = (f: Factor): Place => {
  switch (f.family) {
    case 'beta':
      return { center: [0.5], reach: [3] }
    case 'gamma':
      return { center: [1], reach: [2] }
    case 'normal':
      return { center: [0], reach: [20] }
    case 'normalGamma':
      return { center: [0, 1], reach: [20, 2] }
    case 'dirichlet':
      return { center: Array.from(f.concentration, () => 1), reach: Array.from(f.concentration, () => 1) }
  }
}

/** The mean, and a standard deviation on the line. */
const massOf = (f: Factor): Place => {
  const { mean, variance } = momentsOf(f)
  const deviation = variance.map((v) => Math.sqrt(Math.min(v, 1e12)))
  const onLine = (j: number): number => {
    const [m, s] = [mean[j] as number, deviation[j] as number]
    if (f.family === 'beta') return Math.min(s / (m * (1 - m)), 2)
    if (f.family === 'gamma' || f.family === 'dirichlet' || j === 1) return Math.min(s / m, 2)
    return s
  }
  const inside = (m: number): number => (f.family === 'beta' ? Math.min(Math.max(m, 1e-6), 1 - 1e-6) : m)
  return { center: mean.map(inside), reach: mean.map((_, j) => onLine(j)) }
}

/** Numbers in ± [½, 1] for each coordinate: no two coordinates agree. */
const jitter = (seed: number, dim: number): ((coordinate: number) => number) => {
  const noise = normals(keyFromSeed(seed), dim)
  return (i) => 0.5 + 0.5 / (1 + Math.abs(noise[i] as number)) + 1e-3 * (noise[i] as number)
}

const placeAll = (
  factors: readonly Factor[],
  distance: number,
  seed: number,
  dim: number,
  where: (f: Factor) => Place,
  out: Float64Array,
  at: number,
): void => {
  const factor = jitter(seed, dim)
  for (const f of factors) {
    const { center, reach } = where(f)
    const t = reach.map((s, j) => distance * s * factor(f.coordinates[j] as number) * (j % 2 === 0 ? 1 : -1))
    placed(f, center, t).forEach((x, j) => {
      out[at + (f.coordinates[j] as number)] = x
    })
  }
}

/** Points over the whole support, the same for every datum, along (point). */
export const wideProbes = (factors: readonly Factor[], dim: number): Float64Array => {
  const out = new Float64Array(wide.length * dim)
  wide.forEach((distance, k) => {
    placeAll(factors, distance, k + 1, dim, middleOf, out, k * dim)
  })
  return out
}

/** Points near the prior and the posterior of every datum, along (point, datum). */
export const nearProbes = (
  priors: readonly (readonly Factor[])[],
  posteriors: readonly (readonly Factor[])[],
  dim: number,
): Float64Array => {
  const out = new Float64Array(nearPoints * priors.length * dim)
  ;[priors, posteriors].forEach((all, side) => {
    near.forEach((distance, k) => {
      all.forEach((factors, r) => {
        const point = side * near.length + k
        placeAll(factors, distance, 100 + point, dim, massOf, out, (point * priors.length + r) * dim)
      })
    })
  })
  return out
}
