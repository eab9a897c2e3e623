/**
 * Linear-Gaussian models: every latent and every observed site that depends on one is normal, its mean affine in the
 * latents z ∈ R^K, its scale constant in them. With each site's residual in units of its scale, r(z) = C z + d,
 *
 *   log p(x, z) = −½ |C z + d|² − Σ_s log det L_s − ½ n log 2π                       (n entries in all)
 *   P(z | x) = N(m, (CᵀC)⁻¹),  m = −(CᵀC)⁻¹ Cᵀ d
 *   log P(x) = −½ |C m + d|² − Σ_s log det L_s − ½ log det CᵀC − ½ (n − K) log 2π    (nats)
 *
 * the Schur form of log N(x; b, W Wᵀ + Ψ), whose cost grows with K and not with the size of x. C and d are read off
 * the model at 0 and at the unit vectors, and solved with in float64.
 *
 * Why evaluation decides affineness: an analytic function that equals its affine interpolant at one random point does so
 * everywhere, with probability 1. A piecewise one (relu) must differ where z can be, so the two are compared, to float32
 * rounding, at random points of scale 1 and 10, and for every datum at points near 3, 30, 300 and 3,000 scales of the
 * prior and near 3 scales of the posterior that comes out. To reach a kink beyond these costs z millions of nats.
 * Tipping and Bishop, 1999; Bishop, 2006, section 2.3.3. Tested in tests/inference/evidence/linearGaussian.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { either as E } from 'fp-ts'
import { datumAxis, type Site } from '../../dsl/model.js'
import { type Axis, expandTo } from '../../dsl/value.js'
import { keyFromSeed, normals } from '../../runtime/keys.js'
import { blockAt, type GaussianSite, isGaussian, pointAxis, readGaussian } from './gaussianSites.js'
import { backward, choleskyOf, forward, halfLogDet, inverseOf } from './matrix.js'
import { coordinateNames, type GaussianPosterior, pointsOf } from './posterior.js'
import {
  type Column,
  chunkOf,
  type Latent,
  latentValue,
  type Problem,
  runProblem,
  siteTerm,
  valuesAt,
} from './problem.js'

const log2Pi = Math.log(2 * Math.PI)

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

/** A run at several points: the Gaussian sites, and the log density of the others, for each datum. */
interface Reading {
  readonly sites: readonly GaussianSite[]
  readonly rest: Float64Array
}

/** Runs the model at points: K coordinates along (point), or along (point, datum). */
const readAt = (problem: Problem, rows: Int32Array, points: Float64Array, axes: readonly Axis[]): Reading => {
  const count = axes[0]?.size as number
  const byName = new Map(problem.latents.map((l) => [l.name, l]))
  const sites: GaussianSite[] = []
  const rest = new Float64Array(rows.length)
  tf.tidy(() => {
    runProblem(
      problem,
      valuesAt(problem, rows),
      (name) => latentValue(problem, byName.get(name) as Latent, points, axes),
      (name, site, d, x) => {
        if (isGaussian(site.family)) sites.push(readGaussian(name, site, d, count, rows.length))
        else
          expandTo(siteTerm(site, d, x), [{ name: datumAxis, size: rows.length }])
            .dataSync()
            .forEach((t, r) => {
              rest[r] = (rest[r] as number) + t
            })
      },
    )
  })
  return { sites, rest }
}

/** How far from the origin, from the prior mean and from the posterior mean the model is probed, on opposite sides. */
const distances = {
  origin: [1, -1, 1, -1, 10, -10],
  prior: [3, -3, 30, -30, 300, -300, 3000, -3000],
  posterior: [3, -3, 3, -3],
} as const

/** The number of points near the mass. */
const nearPoints = distances.prior.length + distances.posterior.length

/** Noise for a list of distances: opposite points share theirs. */
const directions = (seed: number, count: number, k: number): ((q: number) => Float32Array) => {
  const noise = normals(keyFromSeed(seed), Math.ceil(count / 2) * k)
  return (q) => noise.subarray(Math.floor(q / 2) * k, (Math.floor(q / 2) + 1) * k)
}

/** The points 0, e_1, …, e_K and then random ones. */
const basisAndProbes = (k: number): Float64Array => {
  const points = new Float64Array((k + 1 + distances.origin.length) * k)
  const direction = directions(1, distances.origin.length, k)
  for (let i = 0; i < k; i++) points[(i + 1) * k + i] = 1
  distances.origin.forEach((scale, q) => {
    for (let i = 0; i < k; i++) points[(k + 1 + q) * k + i] = scale * (direction(q)[i] as number)
  })
  return points
}

/** loc(0) + Σ_i z_i (loc(e_i) − loc(0)) of one entry, and the size of its terms. */
const affineAt = (
  s: GaussianSite,
  r: number,
  entry: number,
  z: ArrayLike<number>,
  from: number,
  k: number,
) => {
  const base = s.loc.data[blockAt(s.loc, 0, r) + entry] as number
  let value = base
  let size = Math.abs(base)
  for (let i = 0; i < k; i++) {
    const term = (z[from + i] as number) * ((s.loc.data[blockAt(s.loc, i + 1, r) + entry] as number) - base)
    value += term
    size += Math.abs(term)
  }
  return { value, size }
}

/** Rounding of float32 that a few layers may add up to, relative to the largest term. */
const rounding = 2e-5

/** Below this, float32 keeps no relative accuracy. */
const underflow = 1e-36

/** The first site whose mean is not affine, or whose scale is not constant, at the points of `seen`. */
const curvature = (
  basis: Reading,
  seen: Reading,
  k: number,
  rows: number,
  indices: readonly number[],
  pointOf: (index: number, row: number) => { readonly z: Float64Array; readonly from: number },
): string | undefined => {
  for (const [i, s] of basis.sites.entries()) {
    const other = seen.sites[i] as GaussianSite
    // What has neither a point axis nor a datum axis is the same everywhere.
    const datums = other.loc.datum > 0 || other.scale.datum > 0 || s.loc.datum > 0 ? rows : 1
    for (const index of indices)
      for (let r = 0; r < datums; r++) {
        if (scaleMoves(s, other, index, r)) return `the scale of site '${s.name}' depends on a latent`
        const { z, from } = pointOf(index, r)
        if (meanBends(s, other, index, r, z, from, k))
          return `the mean of site '${s.name}' is not affine in the latents`
      }
  }
  return undefined
}

const scaleMoves = (s: GaussianSite, other: GaussianSite, index: number, r: number): boolean => {
  if (other.scale.point === 0) return false
  for (let j = 0; j < s.scale.size; j++) {
    const a = s.scale.data[blockAt(s.scale, 0, r) + j] as number
    const b = other.scale.data[blockAt(other.scale, index, r) + j] as number
    if (!(Math.abs(a - b) <= rounding * Math.abs(a))) return true
  }
  return false
}

const meanBends = (
  s: GaussianSite,
  other: GaussianSite,
  index: number,
  r: number,
  z: Float64Array,
  from: number,
  k: number,
): boolean => {
  if (other.loc.point === 0) return false
  let largest = 0
  let worst = 0
  for (let j = 0; j < s.loc.size; j++) {
    const { value, size } = affineAt(s, r, j, z, from, k)
    const seen = other.loc.data[blockAt(other.loc, index, r) + j] as number
    const gap = Math.abs(seen - value)
    if (!(gap < Number.POSITIVE_INFINITY)) return true
    largest = Math.max(largest, size, Math.abs(seen))
    worst = Math.max(worst, gap)
  }
  return worst > rounding * largest + underflow
}

/** The residuals r(z) = C z + d of one datum, C row-major. */
interface System {
  readonly c: Float64Array
  readonly d: Float64Array
  readonly logScale: number
}

/** Divides a block of n entries by its scale, in place. */
const whiten = (s: GaussianSite, r: number, v: Float64Array): Float64Array => {
  const at = blockAt(s.scale, 0, r)
  if (!s.factor) return v.map((x, j) => x / (s.scale.data[at + j] as number))
  const n = s.block
  for (let b = 0; b * n < v.length; b++) {
    const l = Float64Array.from({ length: n * n }, (_, i) => s.scale.data[at + b * n * n + i] as number)
    v.set(forward(l, n, v.slice(b * n, (b + 1) * n)), b * n)
  }
  return v
}

const logVolume = (s: GaussianSite, r: number): number => {
  const at = blockAt(s.scale, 0, r)
  let sum = 0
  for (let j = 0; j < s.loc.size; j++)
    sum += Math.log(
      s.scale.data[
        s.factor ? at + Math.floor(j / s.block) * s.block ** 2 + (j % s.block) * (s.block + 1) : at + j
      ] as number,
    )
  return sum
}

/** The observed numbers of a site in one row. */
const observedAt = (c: Column, row: number, n: number): Float32Array =>
  c.constant ? c.data : c.data.subarray(row * n, (row + 1) * n)

/** Builds C (unless it is known already) and d of one datum. */
const systemOf = (problem: Problem, basis: Reading, r: number, row: number, known?: Float64Array): System => {
  const k = problem.dim
  const n = basis.sites.reduce((sum, s) => sum + s.loc.size, 0)
  const c = known ?? new Float64Array(n * k)
  const d = new Float64Array(n)
  let at = 0
  let logScale = 0
  for (const s of basis.sites) {
    const size = s.loc.size
    const latent = problem.latents.find((l) => l.name === s.name)
    const column = problem.columns.find((x) => x.name === s.name)
    const x = column === undefined ? new Float32Array(size) : observedAt(column, row, size)
    const base = blockAt(s.loc, 0, r)
    d.set(
      whiten(
        s,
        r,
        Float64Array.from({ length: size }, (_, j) => (x[j] as number) - (s.loc.data[base + j] as number)),
      ),
      at,
    )
    if (known === undefined)
      for (let i = 0; i < k; i++) {
        const unit = blockAt(s.loc, i + 1, r)
        const slope = Float64Array.from({ length: size }, (_, j) => {
          const own = latent !== undefined && latent.offset + j === i ? 1 : 0
          return own - ((s.loc.data[unit + j] as number) - (s.loc.data[base + j] as number))
        })
        whiten(s, r, slope).forEach((v, j) => {
          c[(at + j) * k + i] = v
        })
      }
    logScale += logVolume(s, r)
    at += size
  }
  return { c, d, logScale }
}

/** CᵀC, or its part from the rows of `use`. */
const gram = (c: Float64Array, k: number, use: (row: number) => boolean = () => true): Float64Array => {
  const a = new Float64Array(k * k)
  for (let row = 0; row * k < c.length; row++) {
    if (!use(row)) continue
    for (let i = 0; i < k; i++) {
      const x = c[row * k + i] as number
      if (x !== 0)
        for (let j = 0; j <= i; j++) a[i * k + j] = (a[i * k + j] as number) + x * (c[row * k + j] as number)
    }
  }
  for (let i = 0; i < k; i++) for (let j = 0; j < i; j++) a[j * k + i] = a[i * k + j] as number
  return a
}

/** −Cᵀ d over the rows of `use`. */
const rightSide = (
  c: Float64Array,
  d: Float64Array,
  k: number,
  use: (row: number) => boolean = () => true,
): Float64Array => {
  const b = new Float64Array(k)
  for (let row = 0; row < d.length; row++)
    if (use(row))
      for (let i = 0; i < k; i++) b[i] = (b[i] as number) - (c[row * k + i] as number) * (d[row] as number)
  return b
}

const squaredResidual = ({ c, d }: System, m: Float64Array, k: number): number => {
  let sum = 0
  for (let row = 0; row < d.length; row++) {
    let x = d[row] as number
    for (let i = 0; i < k; i++) x += (c[row * k + i] as number) * (m[i] as number)
    sum += x * x
  }
  return sum
}

/** The exact answer for one datum. */
export interface Solution {
  readonly logEvidence: number
  readonly mean: Float64Array
  /** The Cholesky factor of the precision CᵀC. */
  readonly precision: Float64Array
}

const solve = (system: System, k: number, rest: number, factor: Float64Array): Solution => {
  const m = backward(factor, k, forward(factor, k, rightSide(system.c, system.d, k)))
  const quadratic = -0.5 * squaredResidual(system, m, k)
  const constants = system.logScale + halfLogDet(factor, k) + 0.5 * (system.d.length - k) * log2Pi
  return { logEvidence: rest + quadratic - constants, mean: m, precision: factor }
}

/** Whether C is the same for every datum. */
const sharesSlopes = (basis: Reading): boolean =>
  basis.sites.every((s) => s.scale.datum === 0 && (s.loc.datum === 0 || s.loc.point === 0))

/** The rows of latent sites within C. */
const latentRows = (problem: Problem, basis: Reading): ReadonlySet<number> => {
  const rows = new Set<number>()
  let at = 0
  for (const s of basis.sites) {
    if (problem.latents.some((l) => l.name === s.name)) for (let j = 0; j < s.loc.size; j++) rows.add(at + j)
    at += s.loc.size
  }
  return rows
}

/** Points from near to far in the prior, and points near the posterior, along (point, datum). */
const nearMass = (
  systems: readonly System[],
  solutions: readonly Solution[],
  k: number,
  prior: ReadonlySet<number>,
): Float64Array | undefined => {
  const rows = systems.length
  const points = new Float64Array(nearPoints * rows * k)
  const direction = directions(2, nearPoints, k)
  const isPrior = (row: number) => prior.has(row)
  let priorFactor: Float64Array | undefined
  for (let r = 0; r < rows; r++) {
    const { c, d } = systems[r] as System
    const { mean, precision } = solutions[r] as Solution
    if (priorFactor === undefined || c !== systems[r - 1]?.c) priorFactor = choleskyOf(gram(c, k, isPrior), k)
    if (priorFactor === undefined) return undefined
    const priorMean = backward(priorFactor, k, forward(priorFactor, k, rightSide(c, d, k, isPrior)))
    const place = (q: number, scale: number, center: Float64Array, factor: Float64Array) => {
      const shift = backward(factor, k, direction(q))
      for (let i = 0; i < k; i++)
        points[(q * rows + r) * k + i] = (center[i] as number) + scale * (shift[i] as number)
    }
    const factorOfPrior = priorFactor
    distances.prior.forEach((scale, q) => {
      place(q, scale, priorMean, factorOfPrior)
    })
    distances.posterior.forEach((scale, q) => {
      place(distances.prior.length + q, scale, mean, precision)
    })
  }
  return points
}

const range = (begin: number, end: number): number[] =>
  Array.from({ length: end - begin }, (_, i) => begin + i)

/** Solves some rows, or says why the model is not linear-Gaussian. */
const solveRows = (problem: Problem, rows: Int32Array): E.Either<string, readonly Solution[]> => {
  const k = problem.dim
  const points = basisAndProbes(k)
  const count = points.length / k
  const basis = readAt(problem, rows, points, [{ name: pointAxis, size: count }])
  const bent = curvature(basis, basis, k, rows.length, range(k + 1, count), (index) => ({
    z: points,
    from: index * k,
  }))
  if (bent !== undefined) return E.left(bent)
  const shared = sharesSlopes(basis)
  const systems: System[] = []
  for (let r = 0; r < rows.length; r++)
    systems.push(systemOf(problem, basis, r, rows[r] as number, shared ? systems[0]?.c : undefined))
  const solutions: Solution[] = []
  let factor: Float64Array | undefined
  for (const [r, system] of systems.entries()) {
    if (factor === undefined || !shared) factor = choleskyOf(gram(system.c, k), k)
    if (factor === undefined)
      return E.left('the precision of the latents is not positive definite in float64')
    solutions.push(solve(system, k, basis.rest[r] as number, factor))
  }
  const near = nearMass(systems, solutions, k, latentRows(problem, basis))
  if (near === undefined)
    return E.left('the prior precision of the latents is not positive definite in float64')
  const axes = [
    { name: pointAxis, size: nearPoints },
    { name: datumAxis, size: rows.length },
  ]
  const again = readAt(problem, rows, near, axes)
  const bentThere = curvature(basis, again, k, rows.length, range(0, nearPoints), (index, r) => ({
    z: near,
    from: (index * rows.length + r) * k,
  }))
  return bentThere === undefined ? E.right(solutions) : E.left(bentThere)
}

/** The exact answer for every datum, or the reason why there is none by this method. */
export const linearSolutions = (problem: Problem): E.Either<string, readonly Solution[]> => {
  const reason = whyNotLinear(problem)
  if (reason !== undefined) return E.left(reason)
  const step = Math.max(1, Math.floor(chunkOf(problem) / (problem.dim + 1 + nearPoints)))
  const all: Solution[] = []
  for (let begin = 0; begin < problem.size; begin += step) {
    const some = solveRows(problem, Int32Array.from(range(begin, Math.min(begin + step, problem.size))))
    if (E.isLeft(some)) return some
    all.push(...some.right)
  }
  return E.right(all)
}

/** log N(z; m, (L Lᵀ)⁻¹) = −½ |Lᵀ (z − m)|² + log det L − ½ K log 2π. */
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

/** P(z | x) = N(m, (CᵀC)⁻¹) of every datum. */
export const gaussianPosterior = (problem: Problem, solutions: readonly Solution[]): GaussianPosterior => {
  const k = problem.dim
  let last: { readonly of: Float64Array; readonly covariance: number[][] } | undefined
  const covariance = solutions.map(({ precision }) => {
    if (last?.of !== precision) last = { of: precision, covariance: inverseOf(precision, k) }
    return last.covariance
  })
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
