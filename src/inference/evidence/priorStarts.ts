/**
 * Where to look first: the center and spread of the prior on the line, for each job and continuous coordinate.
 *
 *   center = median of t(z_i), spread = half the middle 68 %        65 draws z_i of the prior, with a fixed seed
 *
 * A line without `toLine` is one on which the prior itself is standard. Tested in
 * tests/inference/evidence/quadrature.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { datumAxis } from '../../dsl/model.js'
import { noiseFromSeed } from '../../runtime/noise.js'
import { chunkOf, chunks } from './chunks.js'
import type { Line } from './line.js'
import { continuousOf, type Job, type Placed, placed, type Setting, writeLatent } from './lineDensity.js'
import type { Start } from './logFunction.js'
import { runProblem } from './logJoint.js'
import { latentNamed, latentValue } from './values.js'

/** Draws of the prior from which the start is read. */
const priorDraws = 65

/** For each job and coordinate, where the prior lies on the line. */
export const startsOf = (s: Setting, jobs: readonly Job[]): readonly (readonly Start[])[] => {
  const lines = linesOf(s)
  return chunks(jobs.length, chunkOf(s.problem) / priorDraws).flatMap(({ begin, end }) => {
    const some = jobs.slice(begin, end)
    const points = drawPrior(s, some)
    return some.map((_, job) =>
      s.axes.map((axis, a) => startFrom(lines[a] as Line, drawsOf(points, s.problem.dim, job, axis))),
    )
  })
}

/** The line of each continuous coordinate. */
const linesOf = (s: Setting): readonly Line[] =>
  continuousOf(s.problem).flatMap((l) => new Array<Line>(l.size).fill(s.lines.get(l.name) as Line))

/** Draws of the prior: `priorDraws` points for each job, one job after the other. */
const drawPrior = (s: Setting, jobs: readonly Job[]): Float64Array => {
  const at = placed(s, jobs.length * priorDraws, (i) => jobs[Math.floor(i / priorDraws)] as Job)
  tf.tidy(() => {
    drawInto(s, at)
  })
  return at.points
}

const drawInto = ({ problem, lines }: Setting, { rows, points }: Placed): void => {
  const noise = noiseFromSeed(0)
  const axes = [{ name: datumAxis, size: rows.length }]
  runProblem(problem, rows, (name, site, d) => {
    if (!lines.has(name)) return latentValue(problem, name, points, axes)
    const z = d.sample(noise.child(name), [...axes, ...site.plates])
    writeLatent(latentNamed(problem, name), z, rows.length, points)
    return z
  })
}

const drawsOf = (points: Float64Array, dim: number, job: number, axis: number): readonly number[] =>
  Array.from({ length: priorDraws }, (_, i) => points[(job * priorDraws + i) * dim + axis] as number)

/** Center and spread from the median and the middle two thirds of draws. */
const startFrom = (line: Line, z: readonly number[]): Start => {
  const { low, high, cut = false, toLine } = line
  const ends = { low, high, cut }
  if (toLine === undefined) return { center: 0, spread: 1.5, ...ends }
  const t = z
    .map((x) => Math.min(high, Math.max(low, toLine(x))))
    .filter((x) => !Number.isNaN(x))
    .sort((a, b) => a - b)
  const at = (q: number) => t[Math.round(q * (t.length - 1))] ?? 0
  const center = at(0.5)
  const spread = (at(0.84) - at(0.16)) / 2
  return { center, spread: spread > 0 ? spread : Math.max(1e-6, Math.abs(center) * 1e-6), ...ends }
}
