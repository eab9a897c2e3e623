/** An objective at parameters and data: what the laws of objectives, estimators and games evaluate. */
import * as tf from '@tensorflow/tfjs'
import { either as E } from 'fp-ts'
import type { Dataset } from '../../dsl/dataset.js'
import { GiryException, throwAll } from '../../dsl/error.js'
import type { AnyObjective } from '../../dsl/objective.js'
import { flattenParams, type NamedArray, type ParameterTensors, paramErrors } from '../../dsl/params.js'
import { type Batch, batchAt, noiseOnly } from '../../inference/batches.js'
import { type Evaluated, evaluateAt, evaluateWithGradients, uploadAll } from '../../inference/step.js'
import { datasetFor } from '../../inference/trainingData.js'
import { fold, type Key, keyFromSeed, normals } from '../../runtime/keys.js'
import type { AnyParams } from '../arbitraries/boundCase.js'
import { randomParams } from '../randomParams.js'
import type { LawOptions } from './verdict.js'

/** Options of laws that evaluate an objective. */
export interface ObjectiveLawOptions extends LawOptions {
  /** Parameters to hold the laws at; random ones of the seed if left out. */
  readonly params?: AnyParams
}

/** An objective at parameters and data. */
export interface Setting {
  readonly name: string
  readonly o: AnyObjective
  readonly arrays: Readonly<Record<string, NamedArray>>
  readonly data: Dataset | undefined
  readonly seed: number
  readonly key: Key
}

/** Draws of an objective that takes no data. */
const drawsWithoutData = 32

/** Rows of data that are looked at. */
const mostRows = 64

/** Checks parameters and data. */
export const settingOf = (objective: unknown, data: unknown, options: ObjectiveLawOptions): Setting => {
  const o = objective as AnyObjective
  const seed = options.seed ?? 0
  const params = options.params ?? (randomParams(o, seed) as AnyParams)
  throwAll(paramErrors(o.nets, params))
  const decoded = datasetFor(o.data, data)
  if (E.isLeft(decoded)) throw new GiryException(decoded.left)
  return {
    name: o.description,
    o,
    arrays: flattenParams(params),
    data: decoded.right,
    seed,
    key: fold(keyFromSeed(seed), 'laws'),
  }
}

/** The rows that a law looks at: the first of the data, `copies` times. */
export const rowsOf = (s: Setting, copies = 1): Int32Array => {
  const n = Math.min(s.data?.size ?? 0, mostRows)
  return Int32Array.from({ length: n * copies }, (_, i) => i % n)
}

/** A batch of rows with the noise of a number. */
export const batchOf = (s: Setting, k: number, rows: Int32Array = rowsOf(s)): Batch =>
  s.data === undefined
    ? noiseOnly(drawsWithoutData, fold(s.key, k)).at(0)
    : batchAt(s.data, rows, fold(s.key, k))

/** Does something with the parameters as tensors, which are disposed. */
export const withTensors = <A>(s: Setting, f: (tensors: ParameterTensors) => A): A => {
  const tensors = uploadAll(s.arrays)
  try {
    return f(tensors)
  } finally {
    tf.dispose(tensors)
  }
}

/** Value and gradients at a batch; no parameters, no gradients. */
export const evaluated = (
  o: AnyObjective,
  tensors: ParameterTensors,
  paths: readonly string[],
  batch: Batch,
): Evaluated =>
  paths.length === 0
    ? { value: evaluateAt(o, tensors, batch), gradients: {} }
    : evaluateWithGradients(o, tensors, paths, batch)

/** The parameters with one array moved: θ + t v. */
export const shifted = (
  tensors: ParameterTensors,
  path: string,
  direction: Float32Array,
  t: number,
): ParameterTensors => {
  const at = tensors[path] as tf.Tensor
  return { ...tensors, [path]: tf.tidy(() => tf.add(at, tf.mul(tf.tensor(direction, at.shape), t))) }
}

/** A random direction of unit length for an array. */
export const directionOf = (s: Setting, path: string): Float32Array => {
  const z = normals(fold(fold(s.key, 'direction'), path), (s.arrays[path] as NamedArray).data.length)
  const norm = Math.hypot(...z)
  return z.map((x) => x / norm)
}
