/**
 * Enumeration by variable elimination: finite latents whose joint support is out of reach, but whose graph is sparse.
 *
 *   log P(x) = log Σ_z Π_s p_s(x, z)        summed out one latent after the other, in float64 (../elimination/eliminate.ts)
 *
 * Each site's log densities are a table over the latents that it depends on, computed in float32; all sums are float64. So
 * the error is that of the tables, about 1e-7 of each entry: for a chain, about 1e-7 of log P(x).
 * Refuses graphs whose largest table has more than 2^20 entries, and plates whose elements depend on one another.
 * Tested against the forward algorithm in tests/inference/evidence/eliminated.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { isOwnAxis } from '../../dsl/axes.js'
import type { AnyDistribution, Distribution, EventSpace } from '../../dsl/distribution.js'
import type { Real } from '../../dsl/domains/marks.js'
import { datumAxis, type Site, sitesOf } from '../../dsl/model.js'
import { mul } from '../../dsl/operations/arithmetic.js'
import type { Shape } from '../../dsl/shape.js'
import { type AnyValue, expandAxes } from '../../dsl/value.js'
import { mixedAmong, termOf, unmixedBy, whoMixes } from '../dependence.js'
import { eliminate, type Variables } from '../elimination/eliminate.js'
import { type LogTable, logTables } from '../elimination/logTables.js'
import { eliminationOrder, stagesOf } from '../elimination/order.js'
import { logDensity } from '../estimators/draws.js'
import { enumAxis } from '../estimators/enumerate.js'
import { chunkOf, chunks } from './chunks.js'
import { runProblem } from './logJoint.js'
import { numbersAlong } from './numbersAlong.js'
import type { Problem } from './problem.js'
import { range } from './range.js'

/** Tables of more entries, for each datum, are refused. */
const largestTable = 2 ** 20

/** Entries of the largest table of an elimination, for each datum. */
const largestOf = (problem: Problem): number => {
  const latents = new Map(problem.latents.map((l) => [l.name, l.site]))
  const scopes = sitesOf(problem.model).map(([name, site]) =>
    [name, ...site.parents].filter((n) => latents.has(n)),
  )
  const stages = stagesOf([...latents.keys()], (name) => (latents.get(name) as Site).plates.length)
  return eliminationOrder(scopes, (name) => (latents.get(name) as Site).supportSize, stages).largest
}

/** Why elimination does not apply to finite latents, if it does not. */
export const whyNotEliminated = (problem: Problem): string | undefined => {
  const sites = problem.latents.map((l) => [l.name, l.site] as const)
  const terms = sitesOf(problem.model).map(([name, site]) => [name, termOf([name], site)] as const)
  const [mixed] = mixedAmong(sites, terms)
  if (mixed !== undefined)
    return [
      `latent '${mixed[0]}' lies in the plate ${mixed[1].plate}, of which ${whoMixes(mixed[1])}`,
      ...unmixedBy(mixed[1]),
    ].join(': ')
  const largest = largestOf(problem)
  return largest > largestTable
    ? `summing the latents out takes a table of ${largest.toLocaleString('en-US')} entries, more than ${largestTable.toLocaleString('en-US')}`
    : undefined
}

const supportOf = (name: string, d: AnyDistribution): AnyValue =>
  (d as unknown as Distribution<EventSpace<Shape, Real>, 'enumerable'>).enumerate(enumAxis(name))

/** log p_s of every site at these rows, over the latents that it depends on. */
const factorsAt = (problem: Problem, rows: ArrayLike<number>): readonly LogTable[] => {
  const factors: LogTable[] = []
  tf.tidy(() => {
    runProblem(
      problem,
      rows,
      (name, _, d) => supportOf(name, d),
      (_, site, d, x) => {
        const term = expandAxes(logDensity(d, x), site.plates)
        const counted = site.scope === 'shared' ? mul(1 / problem.size, term) : term
        factors.push({ axes: counted.axes, data: Float64Array.from(numbersAlong(counted, counted.axes)) })
      },
    )
  })
  return factors
}

const variablesOf = (problem: Problem): Variables =>
  new Map(problem.latents.map((l) => [enumAxis(l.name), l.site.plates.map((a) => a.name)]))

const platesOf = (factors: readonly LogTable[]): ReadonlySet<string> =>
  new Set(factors.flatMap((f) => f.axes.flatMap((a) => (isOwnAxis(a.name) ? [] : [a.name]))))

/** Numbers of one table that are held at once. */
const tableNumbers = 2 ** 22

const rowsAtOnce = (problem: Problem): number => Math.min(tableNumbers / largestOf(problem), chunkOf(problem))

/** log P(x) of every datum, by variable elimination. */
export const eliminatedEvidence = (problem: Problem): readonly number[] =>
  chunks(problem.size, rowsAtOnce(problem)).flatMap(({ begin, end }) => {
    const factors = factorsAt(problem, range(begin, end))
    const found = eliminate(factors, variablesOf(problem), platesOf(factors), logTables)
    const perRow = found.axes.some((a) => a.name === datumAxis)
    return range(begin, end).map((_, i) => found.data[perRow ? i : 0] as number)
  })
