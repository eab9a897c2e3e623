/**
 * The density that quadrature integrates: a problem whose continuous latents are put on the line (line.ts).
 *
 *   log p(x, c, z(t)) + log |dz/dt|        in nats, for a job (a datum x, a configuration c) and t ∈ R or R^2
 *
 * A point holds `dim` numbers: the configuration at enumerable coordinates, t or z at the continuous ones.
 * Tested in tests/inference/evidence/quadrature.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { can } from '../../dsl/distribution.js'
import type { Real } from '../../dsl/domains/marks.js'
import { datumAxis } from '../../dsl/model.js'
import type { AnyValue, Value } from '../../dsl/value.js'
import { total } from '../estimators/draws.js'
import { chunkOf, chunks } from './chunks.js'
import { configurationsOf } from './configurations.js'
import { type Line, lineOf, onLine } from './line.js'
import { runProblem, siteTerm } from './logJoint.js'
import { numbersAlong } from './numbersAlong.js'
import type { Latent, Problem } from './problem.js'
import { latentNamed, latentValue } from './values.js'

/** The latents that are integrated over. */
export const continuousOf = (problem: Problem): readonly Latent[] =>
  problem.latents.filter((l) => !can(l.site, 'enumerable'))

/** One integral: a datum, and a configuration of the enumerable latents. */
export interface Job {
  readonly row: number
  readonly configuration: number
}

/** The problem on the line. */
export interface Setting {
  readonly problem: Problem
  readonly lines: ReadonlyMap<string, Line>
  /** Positions of the continuous coordinates within a point. */
  readonly axes: readonly number[]
  readonly configurations: Float32Array
}

/** Puts a problem on the line. */
export const settingOf = (problem: Problem): Setting => {
  const continuous = continuousOf(problem)
  return {
    problem,
    lines: new Map(continuous.map((l) => [l.name, lineOf(l.site) as Line])),
    axes: continuous.flatMap((l) => Array.from({ length: l.size }, (_, j) => l.offset + j)),
    configurations: configurationsOf(problem),
  }
}

/** Points of some jobs. */
export interface Placed {
  readonly rows: Int32Array
  readonly points: Float64Array
}

/** The rows of `count` jobs, and points that hold their configurations. */
export const placed = (s: Setting, count: number, jobAt: (i: number) => Job): Placed => {
  const k = s.problem.dim
  const rows = new Int32Array(count)
  const points = new Float64Array(count * k)
  for (let i = 0; i < count; i++) {
    const { row, configuration } = jobAt(i)
    rows[i] = row
    for (let j = 0; j < k; j++) points[i * k + j] = s.configurations[configuration * k + j] as number
  }
  return { rows, points }
}

/** Writes the value of a latent into its coordinates of `count` points. */
export const writeLatent = (l: Latent, value: AnyValue, count: number, points: Float64Array): void => {
  const z = numbersAlong(value, [{ name: datumAxis, size: count }, ...l.site.plates])
  const dim = points.length / count
  for (let i = 0; i < count; i++)
    for (let j = 0; j < l.size; j++) points[i * dim + l.offset + j] = z[i * l.size + j] as number
}

/** What the model gives at points of the line. */
export interface Seen {
  /** log p(x, z(t)). */
  readonly logJoint: Float32Array
  /** log |dz/dt|. */
  readonly logVolume: Float32Array
  /** z(t), `dim` numbers for each point. */
  readonly points: Float64Array
}

/** Evaluates one chunk: `points` holds t at continuous coordinates and configurations at the others. */
const seeChunk = ({ problem, lines }: Setting, { rows, points }: Placed): Seen => {
  const axes = [{ name: datumAxis, size: rows.length }]
  const out = Float64Array.from(points)
  const terms: Value<[], Real>[] = []
  const volumes: Value<[], Real>[] = []
  let logJoint: Float32Array = new Float32Array(0)
  let logVolume: Float32Array = new Float32Array(0)
  // Nothing is returned from the tidy: it would walk through every number in search of tensors.
  tf.tidy(() => {
    runProblem(
      problem,
      rows,
      (name, site, d) => {
        const t = latentValue(problem, name, points, axes)
        const line = lines.get(name)
        if (line === undefined) return t
        const z = onLine(site, line, t, d)
        volumes.push(z.logVolume)
        writeLatent(latentNamed(problem, name), z.value, rows.length, out)
        return z.value
      },
      (_, site, d, x) => terms.push(siteTerm(problem, site, d, x)),
    )
    logJoint = numbersAlong(total(terms), axes)
    logVolume = numbersAlong(total(volumes), axes)
  })
  return { logJoint, logVolume, points: out }
}

/** Pairs of a job, by its index, and a point: `ts[a][i]` is coordinate a of pair i. */
export interface Pairs {
  readonly which: Int32Array
  readonly ts: readonly ArrayLike<number>[]
}

/** Evaluates pairs of any number, in chunks; `visit` is told where each chunk begins. */
export const see = (
  s: Setting,
  jobs: readonly Job[],
  { which, ts }: Pairs,
  visit: (at: number, seen: Seen) => void,
): void => {
  const k = s.problem.dim
  for (const { begin, end } of chunks(which.length, chunkOf(s.problem))) {
    const some = placed(s, end - begin, (i) => jobs[which[begin + i] as number] as Job)
    s.axes.forEach((axis, a) => {
      for (let i = begin; i < end; i++) some.points[(i - begin) * k + axis] = ts[a]?.[i] as number
    })
    visit(begin, seeChunk(s, some))
  }
}

/** log p(x, z(t)) |dz/dt| of pairs of a job and a point. */
export const logIntegrand = (s: Setting, jobs: readonly Job[], pairs: Pairs): Float64Array => {
  const out = new Float64Array(pairs.which.length)
  see(s, jobs, pairs, (at, { logJoint, logVolume }) => {
    for (let i = 0; i < logJoint.length; i++) out[at + i] = (logJoint[i] as number) + (logVolume[i] as number)
  })
  return out
}
