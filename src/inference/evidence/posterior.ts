/**
 * Posterior: P(z | x) of every datum, as plain data.
 *
 *   finite     probabilities of every configuration of the latents
 *   gaussian   N(mean, covariance), one for each datum
 *   grid       points with their log density and mass, from quadrature
 *
 * `coordinates` says which number of a point belongs to which latent: site by site in the order of the model, plates
 * before events, row-major. `logDensity(z)` is log P(z | x), in nats: z holds one point for all data, one per datum, or
 * k per datum one draw after the other (index draw · N + datum), which is also the order of the result.
 * Tested in tests/inference/evidence.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { either as E } from 'fp-ts'
import { type GiryError, giryError, throwAll } from '../../dsl/error.js'
import { datumAxis } from '../../dsl/model.js'
import { sizeOf } from '../../dsl/shape.js'
import { decodeElements, type Plain } from '../../dsl/space.js'
import { type AnyValue, type Axis, expandTo, isValue, showSpaceOf, unionAxes } from '../../dsl/value.js'
import { checkedValue } from '../inputs.js'
import type { Latent, Problem } from './problem.js'

/** A value or plain data for every latent. */
export type LatentPoints = Readonly<Record<string, Plain | AnyValue>>

/** What every posterior has. */
interface Common {
  /** The name of the latent that each number of a point belongs to. */
  readonly coordinates: readonly string[]
  /** log P(x), in nats, for each datum. */
  readonly logEvidence: readonly number[]
  /** log P(z | x), in nats. */
  readonly logDensity: (z: LatentPoints) => number[]
}

/** The posterior of finitely many configurations. */
export interface FinitePosterior extends Common {
  readonly kind: 'finite'
  /** Every configuration: one number for each coordinate. */
  readonly configurations: readonly (readonly number[])[]
  /** P(configuration | x): a row for each datum. */
  readonly probabilities: readonly (readonly number[])[]
}

/** A Gaussian posterior for each datum. */
export interface GaussianPosterior extends Common {
  readonly kind: 'gaussian'
  readonly mean: readonly (readonly number[])[]
  readonly covariance: readonly (readonly (readonly number[])[])[]
  /** The standard deviation of each coordinate. */
  readonly scale: readonly (readonly number[])[]
}

/** A posterior on the nodes of a quadrature, for each datum. */
export interface GridPosterior extends Common {
  readonly kind: 'grid'
  readonly mean: readonly (readonly number[])[]
  readonly variance: readonly (readonly number[])[]
  readonly grid: readonly PosteriorGrid[]
}

/** The nodes of one datum: E[f(z) | x] = Σ_i mass_i f(points_i). */
export interface PosteriorGrid {
  readonly points: readonly (readonly number[])[]
  /** log P(z | x) at each point, in nats. */
  readonly logDensity: readonly number[]
  /** The probability that the node stands for; they sum to 1. */
  readonly mass: readonly number[]
}

/** P(z | x) of every datum. */
export type Posterior = FinitePosterior | GaussianPosterior | GridPosterior

/** The name of each coordinate. */
export const coordinateNames = (problem: Problem): readonly string[] =>
  problem.latents.flatMap((l) => new Array<string>(l.size).fill(l.name))

/** Points z and the rows they belong to: `dim` coordinates each. */
export interface Points {
  readonly rows: Int32Array
  readonly coordinates: Float64Array
}

interface LatentNumbers {
  readonly numbers: Float32Array
  readonly count: number
}

const refuse = (l: Latent, message: string, remedy: string): E.Either<readonly GiryError[], never> =>
  E.left([giryError('data', l.name, message, remedy)])

const numbersOf = (
  problem: Problem,
  l: Latent,
  z: LatentPoints,
  draws: readonly Axis[],
): E.Either<readonly GiryError[], LatentNumbers> => {
  const x = z[l.name]
  if (x === undefined)
    return refuse(l, `the point has no value for latent '${l.name}'`, `pass { ${l.name}: … }`)
  if (isValue(x)) {
    const v = checkedValue(l.name, l.site.space, x)
    const axes = [...draws, { name: datumAxis, size: problem.size }, ...l.site.plates]
    const tensor = tf.tidy(() => expandTo(v, axes).clone())
    const numbers = Float32Array.from(tensor.dataSync())
    tensor.dispose()
    return E.right({ numbers, count: sizeOf(draws.map((a) => a.size)) * problem.size })
  }
  const shape = [...l.site.plates.map((p) => p.size), ...l.site.space.shape]
  const decoded = decodeElements(
    shape,
    l.site.space.domain,
    showSpaceOf({ shape, domain: l.site.space.domain }),
    x,
  )
  return E.map(
    (e: { readonly data: Float32Array; readonly count: number }): LatentNumbers => ({
      numbers: e.data,
      count: e.count,
    }),
  )(decoded)
}

/** The points of a record, with their rows; throws `GiryException` with every fault. */
export const pointsOf = (problem: Problem, z: LatentPoints): Points => {
  const values = problem.latents.flatMap((l) => (isValue(z[l.name]) ? [z[l.name] as AnyValue] : []))
  const plates = new Set(problem.latents.flatMap((l) => l.site.plates.map((p) => p.name)))
  const draws = unionAxes(values).filter((a) => a.name !== datumAxis && !plates.has(a.name))
  const read = problem.latents.map((l) => numbersOf(problem, l, z, draws))
  throwAll(read.flatMap((r) => (E.isLeft(r) ? r.left : [])))
  const parts = read.flatMap((r) => (E.isRight(r) ? [r.right] : []))
  const count = Math.max(problem.size, ...parts.map((p) => p.count))
  problem.latents.forEach((l, i) => {
    {
      const n = parts[i]?.count ?? 1
      if (n !== 1 && (n !== count || count % problem.size !== 0))
        throwAll([
          giryError(
            'data',
            l.name,
            `latent '${l.name}' was given ${n} points for ${problem.size} data`,
            `pass one point, or ${problem.size} for each draw`,
          ),
        ])
    }
  })
  const coordinates = new Float64Array(count * problem.dim)
  problem.latents.forEach((l, i) => {
    {
      const { numbers, count: n } = parts[i] as LatentNumbers
      for (let p = 0; p < count; p++)
        for (let j = 0; j < l.size; j++)
          coordinates[p * problem.dim + l.offset + j] = numbers[(n === 1 ? 0 : p) * l.size + j] as number
    }
  })
  return { rows: Int32Array.from({ length: count }, (_, p) => p % problem.size), coordinates }
}
