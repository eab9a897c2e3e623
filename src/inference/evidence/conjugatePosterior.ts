/**
 * The posterior of a conjugate model, from its solution (conjugate.ts):
 *
 *   log P(z | x) = Σ_f log f(z)        over the independent factors f of the datum, in nats
 *
 * Tested in tests/inference/evidence/conjugate.test.ts.
 */
import type { ConjugateSolution } from './conjugate.js'
import { type Factor, logDensityOf, momentsOf } from './conjugateFactors.js'
import { pointsOf } from './points.js'
import { type ConjugatePosterior, coordinateNames, type PosteriorFactor } from './posterior.js'
import type { Problem } from './problem.js'

/** A factor as plain data. */
const plainFactor = (f: Factor): PosteriorFactor => {
  switch (f.family) {
    case 'beta':
      return { family: f.family, coordinates: f.coordinates, parameters: { alpha: f.alpha, beta: f.beta } }
    case 'gamma':
      return {
        family: f.family,
        coordinates: f.coordinates,
        parameters: { concentration: f.concentration, rate: f.rate },
      }
    case 'normal':
      return {
        family: f.family,
        coordinates: f.coordinates,
        parameters: { loc: f.loc, scale: Math.sqrt(f.variance) },
      }
    case 'dirichlet':
      return {
        family: f.family,
        coordinates: f.coordinates,
        parameters: { concentration: Array.from(f.concentration) },
      }
    case 'normalGamma':
      return {
        family: f.family,
        coordinates: f.coordinates,
        parameters: { loc: f.loc, count: f.count, concentration: f.concentration, rate: f.rate },
      }
  }
}

/** A moment of every coordinate. */
const perCoordinate = (
  factors: readonly Factor[],
  dim: number,
  which: 'mean' | 'variance',
): readonly number[] => {
  const out = new Array<number>(dim).fill(Number.NaN)
  for (const f of factors) {
    const moments = momentsOf(f)[which]
    f.coordinates.forEach((i, j) => {
      out[i] = moments[j] as number
    })
  }
  return out
}

/** P(z | x) of every datum. */
export const conjugatePosterior = (
  problem: Problem,
  solutions: readonly ConjugateSolution[],
): ConjugatePosterior => ({
  kind: 'conjugate',
  coordinates: coordinateNames(problem),
  logEvidence: solutions.map((s) => s.logEvidence),
  mean: solutions.map((s) => perCoordinate(s.factors, problem.dim, 'mean')),
  variance: solutions.map((s) => perCoordinate(s.factors, problem.dim, 'variance')),
  factors: solutions.map((s) => s.factors.map(plainFactor)),
  logDensity: (z) => {
    const { rows, coordinates } = pointsOf(problem, z)
    return Array.from(rows, (r, p) => {
      const point = coordinates.subarray(p * problem.dim, (p + 1) * problem.dim)
      return (solutions[r] as ConjugateSolution).factors.reduce((sum, f) => sum + logDensityOf(f, point), 0)
    })
  },
})
