/**
 * The posterior on the nodes of a quadrature (quadrature.ts), besides enumerable latents.
 *
 *   mass_i ∝ weight_i p(x, c_i, z(t_i)) |dz/dt|,  Σ_i mass_i = 1        E[f(z) | x] = Σ_i mass_i f(z_i)
 *
 * Configurations below e^−40 of the evidence, and outer nodes below e^−30 of their integral, are left out.
 * Tested in tests/inference/evidence/quadrature.test.ts.
 */
import { either as E } from 'fp-ts'
import type { Integral } from './integrate.js'
import { innerIntegrals, type Solved } from './jobIntegrals.js'
import { type Pairs, see } from './lineDensity.js'
import { logJointOfPairs } from './logJoint.js'
import { logSumExp } from './logSumExp.js'
import { pointsOf } from './points.js'
import { coordinateNames, type GridPosterior, type PosteriorGrid } from './posterior.js'
import type { Problem } from './problem.js'
import { solveData } from './quadrature.js'

/** A node: its job, t of each coordinate, and log(weight · density) up to the evidence. */
interface GridNode {
  readonly job: number
  readonly t: readonly number[]
  readonly logMass: number
}

/** The nodes of the integral of a job, with `before` as the coordinates already fixed. */
const nodesOf = (job: number, integral: Integral, before: readonly number[] = [], shift = 0): GridNode[] => {
  const { t, logMass } = integral.nodes()
  return t.map((x, i) => ({ job, t: [...before, x], logMass: shift + (logMass[i] as number) }))
}

const pairsOf = (nodes: readonly GridNode[], axes: number): Pairs => ({
  which: Int32Array.from(nodes, (n) => n.job),
  ts: Array.from({ length: axes }, (_, a) => Float64Array.from(nodes, (n) => n.t[a] as number)),
})

/** The nodes of some jobs, over all coordinates. */
const nodesOfJobs = (solved: Solved, jobs: readonly number[]): readonly GridNode[] => {
  const integralOf = (job: number) => solved.integrals[job] as Integral
  const outer = jobs.flatMap((job) => nodesOf(job, integralOf(job)))
  return solved.setting.axes.length === 1
    ? outer
    : innerNodes(
        solved,
        outer.filter((n) => n.logMass > integralOf(n.job).log - 30),
      )
}

/** Shares the mass of each outer node among the nodes of its inner integral. */
const innerNodes = (solved: Solved, outer: readonly GridNode[]): readonly GridNode[] => {
  const { which, ts } = pairsOf(outer, 1)
  return innerIntegrals(solved, which, ts[0] as ArrayLike<number>).flatMap((inner, i) => {
    const { job, t, logMass } = outer[i] as GridNode
    return nodesOf(job, inner, t, logMass - inner.log)
  })
}

/** The grid of one datum. */
const gridOf = (solved: Solved, jobs: readonly number[], logEvidence: number): PosteriorGrid => {
  const { setting } = solved
  const k = setting.problem.dim
  const nodes = nodesOfJobs(solved, jobs)
  const points: number[][] = []
  const logDensity: number[] = []
  see(setting, solved.jobs, pairsOf(nodes, setting.axes.length), (_, seen) => {
    for (let i = 0; i < seen.logJoint.length; i++) {
      points.push(Array.from(seen.points.subarray(i * k, (i + 1) * k)))
      logDensity.push((seen.logJoint[i] as number) - logEvidence)
    }
  })
  const log = logSumExp(nodes.map((n) => n.logMass))
  return { points, logDensity, mass: nodes.map((n) => Math.exp(n.logMass - log)) }
}

/** Mean and variance of each coordinate. */
const momentsOf = (grid: PosteriorGrid, k: number) => {
  const expect = (f: (z: readonly number[], i: number) => number, i: number) =>
    grid.points.reduce((sum, z, n) => sum + (grid.mass[n] as number) * f(z, i), 0)
  const each = Array.from({ length: k }, (_, i) => i)
  const mean = each.map((i) => expect((z) => z[i] as number, i))
  return { mean, variance: each.map((i) => expect((z) => ((z[i] as number) - (mean[i] as number)) ** 2, i)) }
}

/** P(z | x) on the nodes of the quadrature, or the reason why there is none. */
export const gridPosterior = (problem: Problem): E.Either<string, GridPosterior> =>
  E.map((found: readonly Found[]) => posteriorOf(problem, found))(
    solveData(problem, ({ logEvidence }, solved, own) => {
      const jobs = own.filter((job) => (solved.integrals[job] as Integral).log > logEvidence - 40)
      return { logEvidence, grid: gridOf(solved, jobs, logEvidence) }
    }),
  )

/** The evidence and the grid of one datum. */
interface Found {
  readonly logEvidence: number
  readonly grid: PosteriorGrid
}

const posteriorOf = (problem: Problem, found: readonly Found[]): GridPosterior => {
  const moments = found.map(({ grid }) => momentsOf(grid, problem.dim))
  return {
    kind: 'grid',
    coordinates: coordinateNames(problem),
    logEvidence: found.map((f) => f.logEvidence),
    mean: moments.map((m) => m.mean),
    variance: moments.map((m) => m.variance),
    grid: found.map((f) => f.grid),
    logDensity: (z) => {
      const { rows, coordinates } = pointsOf(problem, z)
      const joint = logJointOfPairs(problem, rows, coordinates)
      return Array.from(rows, (r, p) => (joint[p] as number) - (found[r] as Found).logEvidence)
    },
  }
}
