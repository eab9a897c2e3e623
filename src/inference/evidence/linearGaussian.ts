/**
 * Linear-Gaussian models: every latent and every observed site that depends on one is normal, its mean affine in the
 * latents z ∈ R^K, its scale constant in them. With each site's residual in units of its scale, r(z) = C z + d,
 *
 *   log p(x, z) = −½ |C z + d|² − Σ_s log det L_s − ½ n log 2π                       (n entries in all)
 *   P(z | x) = N(m, (CᵀC)⁻¹),  m = −(CᵀC)⁻¹ Cᵀ d
 *   log P(x) = −½ |C m + d|² − Σ_s log det L_s − ½ log det CᵀC − ½ (n − K) log 2π    (nats)
 *
 * the Schur form of log N(x; b, W Wᵀ + Ψ), whose cost grows with K and not with the size of x. C and d are read off
 * the model at 0 and at the unit vectors (residuals.ts), and solved with in float64 (leastSquares.ts).
 *
 * Why evaluation decides affineness: an analytic function that equals its affine interpolant at one random point does so
 * everywhere, with probability 1. A piecewise one (relu) must differ where z can be, so the two are compared, to float32
 * rounding, at random points of scale 1 and 10, and for every datum at points near 3, 30, 300 and 3,000 scales of the
 * prior and near 3 scales of the posterior that comes out. To reach a kink beyond these costs z millions of nats.
 * Tipping and Bishop, 1999; Bishop, 2006, section 2.3.3. Tested in tests/inference/evidence/linearGaussian.test.ts.
 */
import { either as E } from 'fp-ts'
import { datumAxis, type Site } from '../../dsl/model.js'
import { bendOf } from './affineness.js'
import { chunkOf, chunks } from './chunks.js'
import { isGaussian, pointAxis, type Reading, readAt } from './gaussianSites.js'
import { type Solution, solveAll } from './leastSquares.js'
import { basisAndProbes, nearMass, nearPoints } from './probes.js'
import type { Problem } from './problem.js'
import { range } from './range.js'
import { latentRows, systemsOf } from './residuals.js'

/** Why the graph and the families forbid this method, if they do. */
const whyNotLinear = (problem: Problem): string | undefined => {
  if (problem.latents.length === 0) return 'the model has no latent'
  const latent = problem.latents.find((l) => !isGaussian(l.site.family))
  if (latent !== undefined)
    return `latent '${latent.name}' is drawn from ${latent.site.family}, not from a normal`
  const observed = problem.model.statements.find(
    (s) => s.kind === 'site' && !isGaussian(s.site.family) && hasLatentParent(problem, s.site),
  )
  return observed?.kind === 'site'
    ? `site '${observed.name}' depends on a latent and is drawn from ${observed.site.family}, not from a normal`
    : undefined
}

const hasLatentParent = (problem: Problem, site: Site): boolean =>
  problem.latents.some((l) => site.parents.has(l.name))

/** The model at the basis, and how it bends at the random points after it, if it does. */
const readBasis = (problem: Problem, rows: Int32Array): E.Either<string, Reading> => {
  const k = problem.dim
  const points = basisAndProbes(k)
  const count = points.length / k
  const reading = readAt(problem, rows, points, [{ name: pointAxis, size: count }])
  const pointOf = (index: number) => points.subarray(index * k, (index + 1) * k)
  const bend = bendOf(reading, { reading, indices: range(k + 1, count), pointOf }, rows.length)
  return bend === undefined ? E.right(reading) : E.left(bend)
}

/** How the model bends where its mass is, if it does. */
const bendNear = (
  problem: Problem,
  rows: Int32Array,
  basis: Reading,
  near: Float64Array,
): string | undefined => {
  const k = problem.dim
  const reading = readAt(problem, rows, near, [
    { name: pointAxis, size: nearPoints },
    { name: datumAxis, size: rows.length },
  ])
  const pointOf = (index: number, r: number) => {
    const at = (index * rows.length + r) * k
    return near.subarray(at, at + k)
  }
  return bendOf(basis, { reading, indices: range(0, nearPoints), pointOf }, rows.length)
}

/** Solves some rows, or says why the model is not linear-Gaussian. */
const solveRows =
  (problem: Problem, rows: Int32Array) =>
  (basis: Reading): E.Either<string, readonly Solution[]> => {
    const systems = systemsOf(problem, basis, rows)
    const solutions = solveAll(systems, problem.dim, basis.rest)
    if (solutions === undefined)
      return E.left('the precision of the latents is not positive definite in float64')
    const near = nearMass(systems, solutions, problem.dim, latentRows(problem, basis))
    if (near === undefined)
      return E.left('the prior precision of the latents is not positive definite in float64')
    const bend = bendNear(problem, rows, basis, near)
    return bend === undefined ? E.right(solutions) : E.left(bend)
  }

/** The exact answer for every datum, or the reason why there is none by this method. */
export const linearSolutions = (problem: Problem): E.Either<string, readonly Solution[]> => {
  const reason = whyNotLinear(problem)
  if (reason !== undefined) return E.left(reason)
  const all: Solution[] = []
  for (const { begin, end } of chunks(problem.size, chunkOf(problem) / (problem.dim + 1 + nearPoints))) {
    const rows = Int32Array.from(range(begin, end))
    const some = E.flatMap(solveRows(problem, rows))(readBasis(problem, rows))
    if (E.isLeft(some)) return some
    for (const solution of some.right) all.push(solution)
  }
  return E.right(all)
}
