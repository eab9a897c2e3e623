/**
 * Quadrature: one or two continuous latent coordinates t (on the line, line.ts), besides enumerable latents c.
 *
 *   log P(x) = log Σ_c ∫ p(x, c, z(t)) |dz/dt| dt        two coordinates: ∫ ( ∫ … dt_2 ) dt_1, each adaptive
 *
 * The nodes are found for each datum and configuration by itself (integrate.ts): where its posterior has its modes,
 * however narrow, and however far out in the prior. The start, center and spread on the line, comes from draws of the
 * prior. Nothing is assumed of the model but a density, one or two coordinates, and a log density whose modes show on
 * a grid of 129 points. Float32 rounding of log p limits the accuracy; it is part of the error estimate.
 * Tested against closed forms and scipy.integrate.quad in tests/inference/evidence/quadrature.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { either as E } from 'fp-ts'
import { can } from '../../dsl/distribution.js'
import type { Real } from '../../dsl/domain.js'
import { datumAxis } from '../../dsl/model.js'
import { type AnyValue, expandTo, type Value } from '../../dsl/value.js'
import { noiseFromSeed } from '../../runtime/noise.js'
import { total } from '../expectation.js'
import { configurationsOf, jointSupport } from './finite.js'
import { type Integral, integrate, type Start } from './integrate.js'
import { type Line, lineOf, onLine } from './line.js'
import { logSumExp } from './logSumExp.js'
import { coordinateNames, type GridPosterior, pointsOf } from './posterior.js'
import {
  chunkOf,
  type Latent,
  latentValue,
  logJointOfPairs,
  type Problem,
  runProblem,
  siteTerm,
  valuesAt,
} from './problem.js'

/** Configurations of enumerable latents beyond which quadrature is refused. */
const largestSum = 1024

/** The latents that are integrated over. */
const continuousOf = (problem: Problem): readonly Latent[] =>
  problem.latents.filter((l) => !can(l.site, 'enumerable'))

/** Why quadrature does not apply, if it does not. */
export const whyNoQuadrature = (problem: Problem): string | undefined => {
  const continuous = continuousOf(problem)
  const unbounded = continuous.find((l) => lineOf(l.site) === undefined)
  if (unbounded !== undefined)
    return `latent '${unbounded.name}' lives on ${unbounded.site.space.domain.name}, which quadrature does not map to the line`
  const dim = continuous.reduce((n, l) => n + l.size, 0)
  if (dim === 0) return 'the model has no continuous latent'
  if (dim > 2) return `the continuous latents have ${dim} coordinates, more than 2`
  const configurations = jointSupport(problem.latents.filter((l) => can(l.site, 'enumerable')))
  return configurations > largestSum
    ? `the enumerable latents have ${configurations.toLocaleString('en-US')} configurations, more than ${largestSum.toLocaleString('en-US')}`
    : undefined
}

/** One integral: a datum, and a configuration of the enumerable latents. */
interface Job {
  readonly row: number
  readonly configuration: number
}

/** The problem on the line. */
interface Setting {
  readonly problem: Problem
  readonly lines: ReadonlyMap<string, Line>
  /** Positions of the continuous coordinates within a point. */
  readonly axes: readonly number[]
  readonly configurations: Float32Array
}

const settingOf = (problem: Problem): Setting => {
  const continuous = continuousOf(problem)
  return {
    problem,
    lines: new Map(continuous.map((l) => [l.name, lineOf(l.site) as Line])),
    axes: continuous.flatMap((l) => Array.from({ length: l.size }, (_, j) => l.offset + j)),
    configurations: configurationsOf(problem),
  }
}

/** What the model gives at points of the line. */
interface Seen {
  /** log p(x, z(t)). */
  readonly logJoint: Float32Array
  /** log |dz/dt|. */
  readonly logVolume: Float32Array
  /** z(t), `dim` numbers for each point. */
  readonly points: Float64Array
}

/** Evaluates one chunk: `points` holds t at continuous coordinates and configurations at the others. */
const seeChunk = (s: Setting, rows: Int32Array, points: Float64Array): Seen => {
  const { problem, lines } = s
  const axes = [{ name: datumAxis, size: rows.length }]
  const byName = new Map(problem.latents.map((l) => [l.name, l]))
  const out = Float64Array.from(points)
  const terms: Value<[], Real>[] = []
  const volumes: Value<[], Real>[] = []
  const read = (v: Value<[], Real>) => Float32Array.from(expandTo(v, axes).dataSync())
  let [logJoint, logVolume] = [new Float32Array(0), new Float32Array(0)]
  // Nothing is returned from the tidy: it would walk through every number in search of tensors.
  tf.tidy(() => {
    runProblem(
      problem,
      valuesAt(problem, rows),
      (name, site, d) => {
        const l = byName.get(name) as Latent
        const t = latentValue(problem, l, points, axes)
        const line = lines.get(name)
        if (line === undefined) return t
        const z = onLine(site, line, t, d)
        volumes.push(z.logVolume)
        copyBack(problem, l, z.value, rows.length, out)
        return z.value
      },
      (_, site, d, x) => terms.push(siteTerm(site, d, x)),
    )
    logJoint = read(total(terms))
    logVolume = read(total(volumes))
  })
  return { logJoint, logVolume, points: out }
}

const copyBack = (problem: Problem, l: Latent, value: AnyValue, count: number, out: Float64Array): void => {
  const z = expandTo(value, [{ name: datumAxis, size: count }, ...l.site.plates]).dataSync()
  for (let i = 0; i < count; i++)
    for (let j = 0; j < l.size; j++) out[i * problem.dim + l.offset + j] = z[i * l.size + j] as number
}

/** Evaluates points of any number. */
const see = (
  s: Setting,
  jobs: readonly Job[],
  which: Int32Array,
  ts: readonly ArrayLike<number>[],
  visit: (at: number, seen: Seen) => void,
): void => {
  const { problem, axes, configurations } = s
  const k = problem.dim
  const chunk = chunkOf(problem)
  for (let begin = 0; begin < which.length; begin += chunk) {
    const n = Math.min(chunk, which.length - begin)
    const rows = new Int32Array(n)
    const points = new Float64Array(n * k)
    for (let i = 0; i < n; i++) {
      const job = jobs[which[begin + i] as number] as Job
      rows[i] = job.row
      for (let j = 0; j < k; j++) points[i * k + j] = configurations[job.configuration * k + j] as number
      axes.forEach((axis, a) => {
        points[i * k + axis] = ts[a]?.[begin + i] as number
      })
    }
    visit(begin, seeChunk(s, rows, points))
  }
}

/** log p(x, z(t)) |dz/dt| of pairs of a job and a point. */
const logIntegrand = (
  s: Setting,
  jobs: readonly Job[],
  which: Int32Array,
  ts: readonly ArrayLike<number>[],
): Float64Array => {
  const out = new Float64Array(which.length)
  see(s, jobs, which, ts, (at, { logJoint, logVolume }) => {
    for (let i = 0; i < logJoint.length; i++) out[at + i] = (logJoint[i] as number) + (logVolume[i] as number)
  })
  return out
}

/** Draws of the prior from which the start is read. */
const priorDraws = 65

/** For each job and coordinate, where the prior lies on the line. */
const startsOf = (s: Setting, jobs: readonly Job[]): readonly (readonly Start[])[] => {
  const { problem } = s
  const drawn = jobs.map(() => s.axes.map(() => [] as number[]))
  const byName = new Map(problem.latents.map((l) => [l.name, l]))
  const chunk = Math.max(1, Math.floor(chunkOf(problem) / priorDraws))
  for (let begin = 0; begin < jobs.length; begin += chunk) {
    const some = jobs.slice(begin, begin + chunk)
    const noise = noiseFromSeed(0)
    const count = some.length * priorDraws
    const rows = Int32Array.from({ length: count }, (_, i) => (some[Math.floor(i / priorDraws)] as Job).row)
    const points = new Float64Array(count * problem.dim)
    for (let i = 0; i < count; i++)
      for (let j = 0; j < problem.dim; j++)
        points[i * problem.dim + j] = s.configurations[
          (some[Math.floor(i / priorDraws)] as Job).configuration * problem.dim + j
        ] as number
    const axes = [{ name: datumAxis, size: count }]
    tf.tidy(() => {
      runProblem(
        problem,
        valuesAt(problem, rows),
        (name, site, d) => {
          const l = byName.get(name) as Latent
          if (!s.lines.has(name)) return latentValue(problem, l, points, axes)
          const x = d.sample(noise.child(name), [...axes, ...site.plates])
          copyBack(problem, l, x, count, points)
          return x
        },
        () => {},
      )
    })
    for (let i = 0; i < count; i++)
      s.axes.forEach((axis, a) => {
        drawn[begin + Math.floor(i / priorDraws)]?.[a]?.push(points[i * problem.dim + axis] as number)
      })
  }
  const lines = continuousOf(problem).flatMap((l) =>
    new Array<Line>(l.size).fill(s.lines.get(l.name) as Line),
  )
  return drawn.map((byAxis) => byAxis.map((z, a) => startFrom(lines[a] as Line, z)))
}

/** Center and spread from the median and the middle two thirds of draws. */
const startFrom = (line: Line, z: readonly number[]): Start => {
  const { low, high, toLine } = line
  if (toLine === undefined) return { center: 0, spread: 1.5, low, high }
  const t = z
    .map((x) => Math.min(high, Math.max(low, toLine(x))))
    .filter((x) => !Number.isNaN(x))
    .sort((a, b) => a - b)
  const at = (q: number) => t[Math.round(q * (t.length - 1))] ?? 0
  const spread = (at(0.84) - at(0.16)) / 2
  return {
    center: at(0.5),
    spread: spread > 0 ? spread : Math.max(1e-6, Math.abs(at(0.5)) * 1e-6),
    low,
    high,
  }
}

/** Pairs of a job and the first coordinate, each with an inner integral over the second. */
const innerIntegrals = (
  s: Setting,
  jobs: readonly Job[],
  starts: readonly (readonly Start[])[],
  which: Int32Array,
  first: ArrayLike<number>,
): Integral[] => {
  const out: Integral[] = []
  const atOnce = 2 ** 13
  for (let begin = 0; begin < which.length; begin += atOnce) {
    const some = which.subarray(begin, begin + atOnce)
    const inner = Array.from(some, (job) => starts[job]?.[1] as Start)
    const integrals = integrate(inner, (pairs, t) =>
      logIntegrand(
        s,
        jobs,
        pairs.map((p) => some[p] as number),
        [Float64Array.from(pairs).map((p) => first[begin + p] as number), t],
      ),
    )
    for (const i of integrals) out.push(i)
  }
  return out
}

/** The integral of every job. */
const integrals = (
  s: Setting,
  jobs: readonly Job[],
  starts: readonly (readonly Start[])[],
): readonly Integral[] => {
  const outer = starts.map((byAxis) => byAxis[0] as Start)
  if (s.axes.length === 1) return integrate(outer, (which, t) => logIntegrand(s, jobs, which, [t]))
  // An inner integral that did not converge near the mass would go unseen, so its error is carried outwards.
  const worst = new Float64Array(jobs.length)
  const found = integrate(outer, (which, first) => {
    const inner = innerIntegrals(s, jobs, starts, which, first)
    inner.forEach((i, p) => {
      {
        const job = which[p] as number
        if (Number.isFinite(i.log)) worst[job] = Math.max(worst[job] as number, i.converged ? 0 : i.error)
      }
    })
    return inner.map((i) => i.log)
  })
  return found.map((i, job) => ({
    ...i,
    error: i.error + (worst[job] as number),
    converged: i.converged && worst[job] === 0,
  }))
}

/** The answer for one datum. */
export interface Quadrature {
  readonly logEvidence: number
  /** Estimated absolute error of log P(x), in nats. */
  readonly error: number
  readonly converged: boolean
}

/** Data whose integrals advance together. */
const jobsAtOnce = (s: Setting): number => (s.axes.length === 1 ? 2048 : 32)

const jobsOf = (s: Setting, rows: readonly number[]): Job[] => {
  const configurations = s.problem.dim === 0 ? 1 : s.configurations.length / s.problem.dim
  return rows.flatMap((row) =>
    Array.from({ length: configurations }, (_, configuration) => ({ row, configuration })),
  )
}

interface Solved {
  readonly jobs: readonly Job[]
  readonly starts: readonly (readonly Start[])[]
  readonly integrals: readonly Integral[]
}

/** Solves the data chunk by chunk. */
const solveChunks = (s: Setting, visit: (rows: readonly number[], solved: Solved) => void): void => {
  const perRow = jobsOf(s, [0]).length
  const step = Math.max(1, Math.floor(jobsAtOnce(s) / perRow))
  for (let begin = 0; begin < s.problem.size; begin += step) {
    const rows = Array.from({ length: Math.min(step, s.problem.size - begin) }, (_, i) => begin + i)
    const jobs = jobsOf(s, rows)
    const starts = startsOf(s, jobs)
    visit(rows, { jobs, starts, integrals: integrals(s, jobs, starts) })
  }
}

const combine = (own: readonly Integral[]): Quadrature => {
  const logEvidence = logSumExp(own.map((i) => i.log))
  const shares = own.map((i) => (Number.isFinite(i.log) ? Math.exp(i.log - logEvidence) : 0))
  // A configuration without mass anywhere it was looked at counts as impossible; all of them without mass do not converge.
  const seen = own.filter((i) => Number.isFinite(i.log))
  return {
    logEvidence,
    error: own.reduce((sum, i, c) => sum + (shares[c] === 0 ? 0 : (shares[c] as number) * i.error), 0),
    converged:
      seen.length > 0 && seen.every((i) => i.converged || Math.exp(i.log - logEvidence) * i.error < 1e-6),
  }
}

const didNotConverge = (row: number, q: Quadrature): string =>
  Number.isFinite(q.logEvidence)
    ? `the integral of datum ${row} did not converge: its estimated error is ${q.error.toPrecision(2)} nats`
    : `no point was found where datum ${row} has a density above 0`

/** log P(x) of every datum with its error, or the reason why there is none by this method. */
export const quadratures = (problem: Problem): E.Either<string, readonly Quadrature[]> => {
  const reason = whyNoQuadrature(problem)
  if (reason !== undefined) return E.left(reason)
  const s = settingOf(problem)
  const all: Quadrature[] = []
  solveChunks(s, (rows, solved) => {
    const perRow = solved.jobs.length / rows.length
    rows.forEach((_, i) => {
      all.push(combine(solved.integrals.slice(i * perRow, (i + 1) * perRow)))
    })
  })
  const bad = all.findIndex((q) => !q.converged)
  return bad < 0 ? E.right(all) : E.left(didNotConverge(bad, all[bad] as Quadrature))
}

/** Nodes of a job: which job, t of each coordinate, and log(weight · density) up to the evidence. */
interface JobNodes {
  readonly which: Int32Array
  readonly ts: readonly Float64Array[]
  readonly logMass: Float64Array
}

const nodesOfJobs = (
  s: Setting,
  { jobs, starts, integrals: found }: Solved,
  wanted: readonly number[],
): JobNodes => {
  const outer = wanted.flatMap((job) => {
    const { t, logMass } = (found[job] as Integral).nodes()
    return t.map((x, i) => ({ job, t: x, logMass: logMass[i] as number }))
  })
  const which = Int32Array.from(outer, (n) => n.job)
  const first = Float64Array.from(outer, (n) => n.t)
  if (s.axes.length === 1) return { which, ts: [first], logMass: Float64Array.from(outer, (n) => n.logMass) }
  const alive = outer.flatMap((n, i) => (n.logMass > (found[n.job] as Integral).log - 30 ? [i] : []))
  const inner = innerIntegrals(
    s,
    jobs,
    starts,
    Int32Array.from(alive, (i) => which[i] as number),
    Float64Array.from(alive, (i) => first[i] as number),
  )
  const flat = inner.flatMap((g, a) => {
    const n = outer[alive[a] as number] as (typeof outer)[number]
    const { t, logMass } = g.nodes()
    return t.map((second, j) => ({
      job: n.job,
      first: n.t,
      second,
      logMass: n.logMass - g.log + (logMass[j] as number),
    }))
  })
  return {
    which: Int32Array.from(flat, (n) => n.job),
    ts: [Float64Array.from(flat, (n) => n.first), Float64Array.from(flat, (n) => n.second)],
    logMass: Float64Array.from(flat, (n) => n.logMass),
  }
}

/** The grid of one datum. */
const gridOf = (s: Setting, solved: Solved, wanted: readonly number[], logEvidence: number) => {
  const { which, ts, logMass } = nodesOfJobs(s, solved, wanted)
  const points: number[][] = []
  const logDensity: number[] = []
  const k = s.problem.dim
  see(s, solved.jobs, which, ts, (_, seen) => {
    for (let i = 0; i < seen.logJoint.length; i++) {
      points.push(Array.from(seen.points.subarray(i * k, (i + 1) * k)))
      logDensity.push((seen.logJoint[i] as number) - logEvidence)
    }
  })
  const log = logSumExp(logMass)
  return { points, logDensity, mass: Array.from(logMass, (x) => Math.exp(x - log)) }
}

const momentsOf = (
  grid: { readonly points: readonly (readonly number[])[]; readonly mass: readonly number[] },
  k: number,
) => {
  const expect = (f: (z: readonly number[], i: number) => number, i: number) =>
    grid.points.reduce((sum, z, n) => sum + (grid.mass[n] as number) * f(z, i), 0)
  const each = Array.from({ length: k }, (_, i) => i)
  const mean = each.map((i) => expect((z) => z[i] as number, i))
  return { mean, variance: each.map((i) => expect((z) => ((z[i] as number) - (mean[i] as number)) ** 2, i)) }
}

/** P(z | x) on the nodes of the quadrature, or the reason why there is none. */
export const gridPosterior = (problem: Problem): E.Either<string, GridPosterior> => {
  const reason = whyNoQuadrature(problem)
  if (reason !== undefined) return E.left(reason)
  const s = settingOf(problem)
  const answers: Quadrature[] = []
  const grid: GridPosterior['grid'][number][] = []
  solveChunks(s, (rows, solved) => {
    const perRow = solved.jobs.length / rows.length
    rows.forEach((_, i) => {
      {
        const q = combine(solved.integrals.slice(i * perRow, (i + 1) * perRow))
        const wanted = Array.from({ length: perRow }, (_, c) => i * perRow + c).filter(
          (job) => (solved.integrals[job] as Integral).log > q.logEvidence - 40,
        )
        answers.push(q)
        grid.push(
          q.converged ? gridOf(s, solved, wanted, q.logEvidence) : { points: [], logDensity: [], mass: [] },
        )
      }
    })
  })
  const bad = answers.findIndex((q) => !q.converged)
  if (bad >= 0) return E.left(didNotConverge(bad, answers[bad] as Quadrature))
  const moments = grid.map((g) => momentsOf(g, problem.dim))
  return E.right({
    kind: 'grid',
    coordinates: coordinateNames(problem),
    logEvidence: answers.map((q) => q.logEvidence),
    mean: moments.map((m) => m.mean),
    variance: moments.map((m) => m.variance),
    grid,
    logDensity: (z) => {
      const { rows, coordinates } = pointsOf(problem, z)
      const joint = logJointOfPairs(problem, rows, coordinates)
      return Array.from(rows, (r, p) => (joint[p] as number) - (answers[r] as Quadrature).logEvidence)
    },
  })
}
