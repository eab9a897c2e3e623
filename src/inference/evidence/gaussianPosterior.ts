/**
 * The posterior of a linear-Gaussian model, from its solution (leastSquares.ts):
 *
 *   P(z | x) = N(m, (CᵀC)⁻¹)        log P(z | x) = −½ |Lᵀ (z − m)|² + log det L − ½ K log 2π,  L Lᵀ = CᵀC       (nats)
 *
 * Tested in tests/inference/evidence/linearGaussian.test.ts.
 */
import { log2Pi, type Solution } from './leastSquares.js'
import { halfLogDet, inverseOf } from './matrix.js'
import { pointsOf } from './points.js'
import { coordinateNames, type GaussianPosterior } from './posterior.js'
import type { Problem } from './problem.js'

/** log N(z; m, (L Lᵀ)⁻¹). */
const logNormal = ({ mean, precision }: Solution, z: Float64Array): number => {
  const k = mean.length
  let squares = 0
  for (let i = 0; i < k; i++) {
    let x = 0
    for (let j = i; j < k; j++)
      x += (precision[j * k + i] as number) * ((z[j] as number) - (mean[j] as number))
    squares += x * x
  }
  return -0.5 * squares + halfLogDet(precision, k) - 0.5 * k * log2Pi
}

/** (CᵀC)⁻¹ of every datum; data with one precision share theirs. */
const covariancesOf = (solutions: readonly Solution[], k: number): readonly number[][][] => {
  let last: { readonly of: Float64Array; readonly covariance: number[][] } | undefined
  return solutions.map(({ precision }) => {
    if (last?.of !== precision) last = { of: precision, covariance: inverseOf(precision, k) }
    return last.covariance
  })
}

/** P(z | x) = N(m, (CᵀC)⁻¹) of every datum. */
export const gaussianPosterior = (problem: Problem, solutions: readonly Solution[]): GaussianPosterior => {
  const k = problem.dim
  const covariance = covariancesOf(solutions, k)
  return {
    kind: 'gaussian',
    coordinates: coordinateNames(problem),
    logEvidence: solutions.map((s) => s.logEvidence),
    mean: solutions.map((s) => Array.from(s.mean)),
    covariance,
    scale: covariance.map((c) => c.map((row, i) => Math.sqrt(row[i] as number))),
    logDensity: (z) => {
      const { rows, coordinates } = pointsOf(problem, z)
      return Array.from(rows, (r, p) =>
        logNormal(solutions[r] as Solution, coordinates.subarray(p * k, (p + 1) * k)),
      )
    },
  }
}
