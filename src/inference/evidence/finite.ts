/**
 * Enumeration: every latent has a finite support.
 *
 *   log P(x) = log Σ_z p(x, z)        P(z | x) = p(x, z) / P(x)         z over the joint support
 *
 * The joint support (configurations.ts) runs along one axis `configuration`, in chunks; the sum is a float64
 * log-sum-exp. Gaussian mixtures and finite models are of this kind; without latents the sum has one term. A support of
 * more than 2^20 configurations is summed by variable elimination (eliminated.ts), where its graph is sparse enough; its
 * posterior is no table.
 * Tested against plain loops in tests/inference/evidence/finite.test.ts.
 */
import { enumPrefix } from '../../dsl/axes.js'
import { can } from '../../dsl/distribution.js'
import { datumAxis } from '../../dsl/model.js'
import { chunkOf, chunks, widthOf } from './chunks.js'
import { configurationsOf, jointSupport } from './configurations.js'
import { eliminatedEvidence, whyNotEliminated } from './eliminated.js'
import { logJoint } from './logJoint.js'
import { logSumExp } from './logSumExp.js'
import { pointsOf } from './points.js'
import { coordinateNames, type FinitePosterior } from './posterior.js'
import type { Problem } from './problem.js'
import { range } from './range.js'
import { latentValue } from './values.js'

/** The axis of the configurations; no plate can have this name. */
const configurationAxis = `${enumPrefix} configuration`

/** Joint supports beyond this are refused. */
const largestSupport = 2 ** 20

/** Why enumeration does not apply, if it does not. */
export const whyNotFinite = (problem: Problem): string | undefined => {
  const infinite = problem.latents.find((l) => !can(l.site, 'enumerable'))
  if (infinite !== undefined)
    return `latent '${infinite.name}' is drawn from ${infinite.site.family}, whose support is not finite`
  const reason = isLarge(problem) ? whyNotEliminated(problem) : undefined
  return reason === undefined ? undefined : `${tooMany(problem)}, and ${reason}`
}

const isLarge = (problem: Problem): boolean => jointSupport(problem.latents) > largestSupport

const tooMany = (problem: Problem): string =>
  `the latents have ${shown(jointSupport(problem.latents))} configurations, more than ${shown(largestSupport)}`

const shown = (n: number): string => (n < 1e15 ? n.toLocaleString('en-US') : n.toPrecision(2))

/** The joint support: `count` configurations, `dim` numbers each. */
interface Support {
  readonly count: number
  readonly configurations: Float32Array
}

const supportOf = (problem: Problem): Support => ({
  count: jointSupport(problem.latents),
  configurations: configurationsOf(problem),
})

/** log p(x, z) of some rows at every configuration: row after row. */
const logTable = (problem: Problem, { count, configurations }: Support, rows: Int32Array): Float64Array => {
  const out = new Float64Array(rows.length * count)
  const datum = { name: datumAxis, size: rows.length }
  for (const { begin, end } of chunks(count, chunkOf(problem) / rows.length)) {
    const n = end - begin
    const axis = { name: configurationAxis, size: n }
    const some = configurations.subarray(begin * problem.dim, end * problem.dim)
    const numbers = logJoint(problem, rows, [datum, axis], (name) => latentValue(problem, name, some, [axis]))
    for (let r = 0; r < rows.length; r++) out.set(numbers.subarray(r * n, (r + 1) * n), r * count + begin)
  }
  return out
}

/** Numbers of a table of log densities that is held at once. */
const tableNumbers = 2 ** 22

/** Visits every datum with its row of the table of log p(x, z). */
const eachRow = (problem: Problem, support: Support, visit: (row: Float64Array) => void): void => {
  const { count } = support
  const rowsAtOnce = Math.min(tableNumbers / Math.max(count, widthOf(problem)), chunkOf(problem))
  for (const { begin, end } of chunks(problem.size, rowsAtOnce)) {
    const table = logTable(problem, support, Int32Array.from(range(begin, end)))
    for (let r = 0; r < end - begin; r++) visit(table.subarray(r * count, (r + 1) * count))
  }
}

/** log P(x) of every datum. */
export const finiteEvidence = (problem: Problem): readonly number[] => {
  if (isLarge(problem)) return eliminatedEvidence(problem)
  const out: number[] = []
  eachRow(problem, supportOf(problem), (row) => out.push(logSumExp(row)))
  return out
}

/** The largest table of probabilities that is returned. */
const largestTable = 2 ** 24

/** Why the table of probabilities is not built, if it is not. */
export const whyNoTable = (problem: Problem): string | undefined => {
  if (isLarge(problem))
    return `${tooMany(problem)}: the posterior is too large for a table, though evidence has log P(x)`
  const count = jointSupport(problem.latents)
  return count * problem.size > largestTable
    ? `${problem.size} data × ${count} configurations are more probabilities than ${largestTable.toLocaleString('en-US')}; ask for fewer data at a time`
    : undefined
}

/** P(z | x) of every configuration and datum. */
export const finitePosterior = (problem: Problem): FinitePosterior => {
  const support = supportOf(problem)
  const logEvidence: number[] = []
  const logs: Float64Array[] = []
  eachRow(problem, support, (row) => {
    const evidence = logSumExp(row)
    logEvidence.push(evidence)
    logs.push(row.map((x) => x - evidence))
  })
  const configurations = rowsOf(support, problem.dim)
  return {
    kind: 'finite',
    coordinates: coordinateNames(problem),
    logEvidence,
    configurations,
    probabilities: logs.map((row) => Array.from(row, Math.exp)),
    logDensity: densityIn(problem, configurations, logs),
  }
}

const rowsOf = ({ count, configurations }: Support, dim: number): readonly (readonly number[])[] =>
  Array.from({ length: count }, (_, i) => Array.from(configurations.subarray(i * dim, (i + 1) * dim)))

/** log P(z | x) by looking z up; −Infinity off the support. */
const densityIn = (
  problem: Problem,
  configurations: readonly (readonly number[])[],
  logs: readonly Float64Array[],
): FinitePosterior['logDensity'] => {
  const indexOf = new Map(configurations.map((c, i) => [c.join(), i]))
  return (z) => {
    const { rows, coordinates } = pointsOf(problem, z)
    return Array.from(rows, (r, p) => {
      const at = indexOf.get(coordinates.subarray(p * problem.dim, (p + 1) * problem.dim).join())
      return at === undefined ? Number.NEGATIVE_INFINITY : (logs[r]?.[at] as number)
    })
  }
}
