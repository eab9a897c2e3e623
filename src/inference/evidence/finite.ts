/**
 * Enumeration: every latent has a finite support.
 *
 *   log P(x) = log Σ_z p(x, z)        P(z | x) = p(x, z) / P(x)         z over the joint support
 *
 * The joint support (the product over latents, plate elements included) runs along one axis `configuration`, in chunks;
 * the sum is a float64 log-sum-exp. Gaussian mixtures, finite models and chains of conditional latents are all of this
 * kind; without latents the sum has one term. Refuses supports of more than 2^20 configurations.
 * Tested against plain loops in tests/inference/evidence/finite.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { either as E } from 'fp-ts'
import { type AnyDistribution, can, type Distribution, type EventSpace } from '../../dsl/distribution.js'
import type { Real } from '../../dsl/domain.js'
import { datumAxis } from '../../dsl/model.js'
import { type Shape, sizeOf } from '../../dsl/shape.js'
import { logSumExp } from './logSumExp.js'
import { coordinateNames, type FinitePosterior, pointsOf } from './posterior.js'
import {
  chunkOf,
  type Latent,
  latentValue,
  logJoint,
  type Problem,
  runProblem,
  valuesAt,
  widthOf,
} from './problem.js'

/** Joint supports beyond this are refused. */
const largestSupport = 2 ** 20

/** Number of points of one latent, plates included. */
const supportOfLatent = (l: Latent): number => l.site.supportSize ** sizeOf(l.site.plates.map((p) => p.size))

/** Number of joint configurations of these latents. */
export const jointSupport = (latents: readonly Latent[]): number =>
  latents.map(supportOfLatent).reduce((a, b) => a * b, 1)

/** Why enumeration does not apply, if it does not. */
export const whyNotFinite = (problem: Problem): string | undefined => {
  const infinite = problem.latents.find((l) => !can(l.site, 'enumerable'))
  if (infinite !== undefined)
    return `latent '${infinite.name}' is drawn from ${infinite.site.family}, whose support is not finite`
  const support = jointSupport(problem.latents)
  return support > largestSupport
    ? `the latents have ${support.toLocaleString('en-US')} configurations, more than ${largestSupport.toLocaleString('en-US')}`
    : undefined
}

/** The support of each enumerable latent: its points, one event after the other. */
const supports = (problem: Problem): ReadonlyMap<string, Float32Array> => {
  const found = new Map<string, Float32Array>()
  tf.tidy(() => {
    runProblem(
      problem,
      valuesAt(problem, [0]),
      (name, _, d) => {
        if (!can(d, 'enumerable')) return d.sample(exampleNoise, [])
        const points = (
          d as AnyDistribution as unknown as Distribution<EventSpace<Shape, Real>, 'enumerable'>
        ).enumerate('support')
        found.set(name, Float32Array.from(points.tensor.dataSync()))
        return points.axes.length === 0 ? points : firstOf(points, d)
      },
      () => {},
    )
  })
  return found
}

/** The middle of all noise: any value of a site will do while supports are listed. */
const exampleNoise = {
  uniform: (shape: Shape) => tf.fill([...shape], 0.5),
  normal: (shape: Shape) => tf.zeros([...shape]),
  child: () => exampleNoise,
}

const firstOf = (points: { readonly tensor: tf.Tensor }, d: AnyDistribution) => {
  const event = tf.reshape(points.tensor, [-1, ...d.space.shape])
  const first = tf.reshape(tf.slice(event, 0, 1), [...d.space.shape])
  return { tensor: first, shape: d.space.shape, domain: d.space.domain, axes: [], origins: new Set<string>() }
}

/** The joint configurations of the enumerable latents; other coordinates stay 0. */
export const configurationsOf = (problem: Problem): Float32Array => {
  const finite = problem.latents.filter((l) => can(l.site, 'enumerable'))
  const count = jointSupport(finite)
  const points = finite.length === 0 ? new Map<string, Float32Array>() : supports(problem)
  const out = new Float32Array(count * problem.dim)
  let below = count
  for (const l of finite) {
    const table = points.get(l.name) as Float32Array
    const event = sizeOf(l.site.space.shape)
    for (let part = 0; part < l.size; part += event) {
      below /= l.site.supportSize
      for (let i = 0; i < count; i++) {
        const digit = Math.floor(i / below) % l.site.supportSize
        for (let j = 0; j < event; j++)
          out[i * problem.dim + l.offset + part + j] = table[digit * event + j] as number
      }
    }
  }
  return out
}

const configurationAxis = 'configuration'

/** log p(x, z) of some rows at every configuration: row after row. */
const logTable = (
  problem: Problem,
  configurations: Float32Array,
  count: number,
  rows: Int32Array,
): Float64Array => {
  const out = new Float64Array(rows.length * count)
  const step = Math.max(1, Math.floor(chunkOf(problem) / rows.length))
  const byName = new Map(problem.latents.map((l) => [l.name, l]))
  for (let begin = 0; begin < count; begin += step) {
    const n = Math.min(step, count - begin)
    const axis = { name: configurationAxis, size: n }
    const some = configurations.subarray(begin * problem.dim, (begin + n) * problem.dim)
    const numbers = logJoint(problem, rows, [{ name: datumAxis, size: rows.length }, axis], (name) =>
      latentValue(problem, byName.get(name) as Latent, some, [axis]),
    )
    for (let r = 0; r < rows.length; r++) out.set(numbers.subarray(r * n, (r + 1) * n), r * count + begin)
  }
  return out
}

/** Numbers of a table of log densities that is held at once. */
const tableNumbers = 2 ** 22

/** Visits every datum with its row of the table of log p(x, z). */
const eachRow = (
  problem: Problem,
  configurations: Float32Array,
  count: number,
  visit: (row: Float64Array) => void,
): void => {
  const rowsAtOnce = Math.max(
    1,
    Math.min(Math.floor(tableNumbers / Math.max(count, widthOf(problem))), chunkOf(problem)),
  )
  for (let begin = 0; begin < problem.size; begin += rowsAtOnce) {
    const rows = Int32Array.from({ length: Math.min(rowsAtOnce, problem.size - begin) }, (_, i) => begin + i)
    const table = logTable(problem, configurations, count, rows)
    for (let r = 0; r < rows.length; r++) visit(table.subarray(r * count, (r + 1) * count))
  }
}

/** log P(x) of every datum. */
export const finiteEvidence = (problem: Problem): readonly number[] => {
  const out: number[] = []
  eachRow(problem, configurationsOf(problem), jointSupport(problem.latents), (row) =>
    out.push(logSumExp(row)),
  )
  return out
}

/** The largest table of probabilities that is returned. */
const largestTable = 2 ** 24

/** Why the table of probabilities is not built, if it is not. */
export const whyNoTable = (problem: Problem): E.Either<string, number> => {
  const count = jointSupport(problem.latents)
  return count * problem.size > largestTable
    ? E.left(
        `${problem.size} data × ${count} configurations are more probabilities than ${largestTable.toLocaleString('en-US')}; ask for fewer data at a time`,
      )
    : E.right(count)
}

/** P(z | x) of every configuration and datum. */
export const finitePosterior = (problem: Problem): FinitePosterior => {
  const count = jointSupport(problem.latents)
  const flat = configurationsOf(problem)
  const configurations = Array.from({ length: count }, (_, i) =>
    Array.from(flat.subarray(i * problem.dim, (i + 1) * problem.dim)),
  )
  const logEvidence: number[] = []
  const logs: Float64Array[] = []
  eachRow(problem, flat, count, (row) => {
    const evidence = logSumExp(row)
    logEvidence.push(evidence)
    logs.push(row.map((x) => x - evidence))
  })
  const indexOf = new Map(configurations.map((c, i) => [c.join(), i]))
  return {
    kind: 'finite',
    coordinates: coordinateNames(problem),
    logEvidence,
    configurations,
    probabilities: logs.map((row) => Array.from(row, Math.exp)),
    logDensity: (z) => {
      const { rows, coordinates } = pointsOf(problem, z)
      return Array.from(rows, (r, p) => {
        const at = indexOf.get(coordinates.subarray(p * problem.dim, (p + 1) * problem.dim).join())
        return at === undefined ? Number.NEGATIVE_INFINITY : (logs[r]?.[at] as number)
      })
    },
  }
}
