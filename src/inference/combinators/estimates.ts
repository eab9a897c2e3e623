/**
 * What weighted traces estimate, for every datum, from n independent populations of K particles.
 *
 *   logNormalizer    log Ẑ,  Ẑ = (1/n) Σ_r Ẑ_r,  E[Ẑ_r] = Z          standard error of log Ẑ: sd(Ẑ_r) / (√n Ẑ)
 *   targetMean       E_π[f] ≈ R = Σ_r N_r / Σ_r Ẑ_r,  N_r = (1/K) Σ_k w_k f_k          sd(N_r − R Ẑ_r) / (√n Ẑ)
 *
 * Ẑ is unbiased, its logarithm below log Z in expectation by half the variance of Ẑ / Z; R is consistent. Populations are independent
 * whatever the program resamples within them, so the errors hold; they mean nothing while a few traces carry all the weight, which
 * `effective`, the mean of (Σ w)² / Σ w² over the populations, shows. Errors: tags `option`, `params`, `data`.
 * Tested in tests/inference/combinators/estimates.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import type { Dataset } from '../../dsl/dataset.js'
import type { Real } from '../../dsl/domains/marks.js'
import { errorsOf, fail, type GiryError } from '../../dsl/error.js'
import type { Values } from '../../dsl/kernel.js'
import { datumAxis } from '../../dsl/model.js'
import { flattenParams, type NetParams, type Params, paramErrors } from '../../dsl/params.js'
import { functionsOf } from '../../dsl/run.js'
import type { ValueIn } from '../../dsl/space.js'
import { constant, expandTo, isValue, makeValue, showSpaceOf, type Value } from '../../dsl/value.js'
import { useRuntime } from '../../runtime/backend.js'
import { fold, keyFromSeed } from '../../runtime/keys.js'
import { noiseOf } from '../../runtime/noise.js'
import type { RuntimeName } from '../../runtime/runtimes.js'
import { type Batch, batchAt, noiseOnly } from '../batches.js'
import type { NeedsData } from '../estimate.js'
import { particleAxis } from '../estimators/draws.js'
import type { Evidence } from '../evidence.js'
import { seedFaults, whole } from '../optionFaults.js'
import { uploadAll, valuesOf } from '../step.js'
import { datasetFor } from '../trainingData.js'
import { particleFaults, weighing } from './evaluation.js'
import type { SourceData } from './evidenceBound.js'
import { programOf } from './primitive.js'
import {
  type AnyProgram,
  dataOf,
  type Scalar,
  type Source,
  type SourceNets,
  type SourceSites,
  type Spaces,
} from './program.js'

/** Options of an estimate, besides params and data. */
export interface WeightedOptions {
  /** K, the traces of a population; 1,000 if left out. */
  readonly particles?: number
  /** Independent populations; 16 if left out. */
  readonly n?: number
  readonly seed?: number
  readonly runtime?: RuntimeName
}

/** `params`, required exactly where there are nets. */
export type NeedsNets<T> = string extends keyof T
  ? { readonly params?: Params<T> }
  : keyof T extends never
    ? { readonly params?: Params<T> }
    : { readonly params: Params<T> }

/** E_π[f] of every datum. */
export interface TargetMean {
  readonly value: readonly number[]
  readonly standardError: readonly number[]
  /** Effective sample size of a population. */
  readonly effective: readonly number[]
}

/** An estimate of log Z of every datum, with its effective sample size. */
export interface NormalizerEstimate extends Evidence {
  /** Effective sample size of a population. */
  readonly effective: readonly number[]
}

type Errors = readonly GiryError[]
/** `data`, required where the compiler knows what a program reads. */
export type NeedsColumns<A, D> = string extends keyof D ? { readonly data?: A } : NeedsData<A, D>

type Options<P, A> = WeightedOptions & NeedsNets<SourceNets<P>> & NeedsColumns<A, SourceData<P>>

/** log Z of every datum; of one, where the program takes no data. */
export const logNormalizer = <P extends Source, const A>(
  program: P,
  options: Options<P, A>,
): TE.TaskEither<Errors, NormalizerEstimate> =>
  F.pipe(
    populations(program as Source, () => constant(1) as Scalar, options as never),
    TE.map((all) => {
      const found = all.map(ratio)
      return {
        value: found.map((r) => r.logZ),
        standardError: found.map((r) => r.errorOfLogZ),
        effective: found.map((r) => r.effective),
        kind: 'estimate' as const,
        method: 'importance',
      }
    }),
  )

/** E_π[f] of every datum under the normalized target. */
export const targetMean = <P extends Source, const A>(
  program: P,
  f: (
    sites: {
      readonly [K in keyof Spaces<SourceSites<P>>]: ValueIn<Spaces<SourceSites<P>>[K]>
    },
  ) => Value<[], Real>,
  options: Options<P, A>,
): TE.TaskEither<Errors, TargetMean> =>
  F.pipe(
    populations(program as Source, f as (sites: Values) => Scalar, options as never),
    TE.map((all) => {
      const found = all.map(ratio)
      return {
        value: found.map((r) => r.mean),
        standardError: found.map((r) => r.errorOfMean),
        effective: found.map((r) => r.effective),
      }
    }),
  )

/** One population of one datum: weights are exp(top) times what they are said to be. */
interface Population {
  readonly top: number
  /** Mean of w / exp(top). */
  readonly z: number
  /** Mean of w f / exp(top). */
  readonly wf: number
  readonly effective: number
}

const meanOf = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length

/** Standard error of the mean. */
const errorOf = (xs: readonly number[]): number => {
  const m = meanOf(xs)
  return Math.sqrt(xs.reduce((a, x) => a + (x - m) ** 2, 0) / (xs.length * (xs.length - 1)))
}

const ratio = (populations: readonly Population[]) => {
  const top = Math.max(...populations.map((r) => r.top))
  const scaled = populations.map((r) => {
    const scale = top === Number.NEGATIVE_INFINITY ? 0 : Math.exp(r.top - top)
    return { z: r.z * scale, wf: r.wf * scale }
  })
  const z = meanOf(scaled.map((r) => r.z))
  const mean = meanOf(scaled.map((r) => r.wf)) / z
  return {
    logZ: top + Math.log(z),
    errorOfLogZ: errorOf(scaled.map((r) => r.z)) / z,
    mean,
    errorOfMean: errorOf(scaled.map((r) => r.wf - mean * r.z)) / z,
    effective: meanOf(populations.map((r) => r.effective)),
  }
}

/** Weights [datum, particle] and values of f, as one population for each datum. */
const populationsOf = (logWeights: Float32Array, f: Float32Array, k: number): readonly Population[] =>
  Array.from({ length: logWeights.length / k }, (_, i) => {
    const lw = logWeights.subarray(i * k, (i + 1) * k)
    const top = lw.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
    const w = Float64Array.from(lw, (x) => (x === Number.NEGATIVE_INFINITY ? 0 : Math.exp(x - top)))
    const sum = w.reduce((a, b) => a + b, 0)
    const squares = w.reduce((a, b) => a + b * b, 0)
    const wf = w.reduce((a, b, j) => a + (b === 0 ? 0 : b * (f[i * k + j] as number)), 0)
    return { top, z: sum / k, wf: wf / k, effective: squares === 0 ? 0 : sum ** 2 / squares }
  })

interface Plan {
  readonly program: AnyProgram
  readonly f: (sites: Values) => Scalar
  readonly params: Readonly<Record<string, NetParams>>
  readonly particles: number
  readonly n: number
  readonly seed: number
}

const requireScalar = (value: unknown): Scalar =>
  isValue(value) && value.shape.length === 0
    ? (value as Scalar)
    : fail(
        'shape',
        'targetMean',
        `targetMean takes a scalar function, but it returned ${isValue(value) ? showSpaceOf(value) : typeof value}`,
        'sum over the event axes with sum(…), or take one entry',
      )

/** Entries of a matrix of ancestors, over all data and populations, that are evaluated at once. */
const atOnce = 2 ** 20

/** The data of one population, and so of each: bits are drawn once. */
const batchFor = (data: Dataset | undefined, seed: number): Batch => {
  const key = fold(keyFromSeed(seed), 'weighted')
  const rows = Int32Array.from({ length: data?.size ?? 1 }, (_, i) => i)
  return data === undefined ? noiseOnly(1, key).at(0) : batchAt(data, rows, key)
}

/** The data `times` over. */
const repeated = (data: Values, times: number): Values =>
  Object.fromEntries(
    Object.entries(data).map(([name, v]) => {
      const axes = v.axes.map((a) => (a.name === datumAxis ? { ...a, size: a.size * times } : a))
      const tensor = tf.tile(
        v.tensor,
        v.tensor.shape.map((_, i) => (v.axes[i]?.name === datumAxis ? times : 1)),
      )
      return [name, makeValue(tensor, v.shape, v.domain, axes, v.origins)]
    }),
  )

/** The populations begin … begin + times − 1 of every datum, one after the other. */
const round = (plan: Plan, one: Batch, begin: number, times: number): readonly Population[] => {
  const { program, f, particles } = plan
  const batch = one.size * times
  const [lw, value] = tf.tidy(() => {
    const functions = functionsOf(program.nets, uploadAll(flattenParams(plan.params)))
    const env = {
      functions,
      data: repeated(valuesOf(one), times),
      batch,
      noise: noiseOf(fold(one.noise, begin)),
    }
    const { sites, logWeight } = program.sample(weighing(env, particles, { hold: true }))
    const axes = [
      { name: datumAxis, size: batch },
      { name: particleAxis, size: particles },
    ]
    return [expandTo(logWeight, axes), expandTo(requireScalar(f(sites)), axes)] as [tf.Tensor, tf.Tensor]
  })
  const found = populationsOf(lw.dataSync() as Float32Array, value.dataSync() as Float32Array, particles)
  tf.dispose([lw, value])
  return found
}

/** n populations of every datum. */
const allOf = async (plan: Plan, data: Dataset | undefined): Promise<readonly (readonly Population[])[]> => {
  const one = batchFor(data, plan.seed)
  const times = Math.max(1, Math.floor(atOnce / (one.size * plan.particles ** 2)))
  const found: Population[] = []
  for (let begin = 0; begin < plan.n; begin += times) {
    found.push(...round(plan, one, begin, Math.min(times, plan.n - begin)))
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
  return Array.from({ length: one.size }, (_, i) => found.filter((_, j) => j % one.size === i))
}

/** The populations of each datum. */
const populations = (
  source: Source,
  f: Plan['f'],
  options: WeightedOptions & { readonly params?: unknown; readonly data?: unknown },
): TE.TaskEither<Errors, readonly (readonly Population[])[]> => {
  const { particles = 1000, n = 16, seed = 0 } = options
  const params = (options.params ?? {}) as Plan['params']
  const program = programOf(source)
  const data = datasetFor(dataOf(program), options.data)
  const faults = [
    ...particleFaults(particles),
    ...whole('n', n),
    ...seedFaults(seed),
    ...paramErrors(program.nets, params),
    ...(E.isLeft(data) ? data.left : []),
  ]
  return F.pipe(
    TE.fromEither(faults.length > 0 ? E.left(faults) : data),
    TE.bindTo('set'),
    TE.bind('backend', () => useRuntime(options.runtime ?? 'auto')),
    TE.flatMap(({ set }) =>
      TE.tryCatch(
        () => allOf({ program, f, params, particles, n, seed }, set),
        (e) => errorsOf(e),
      ),
    ),
  )
}
