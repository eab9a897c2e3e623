/** The library's own L_b of a random model, and noise that makes it exact where the integrand is quadratic. */
import * as tf from '@tensorflow/tfjs'
import { dataset } from '../../src/dsl/dataset.js'
import type { AnyModel } from '../../src/dsl/model.js'
import type { Noise } from '../../src/dsl/noise.js'
import type { AnyObjective } from '../../src/dsl/objective.js'
import { flattenParams } from '../../src/dsl/params.js'
import { type Batch, batchAt, noiseOnly } from '../../src/inference/batches.js'
import { type Estimate, meanAndError } from '../../src/inference/estimate.js'
import { evaluateAt, uploadAll } from '../../src/inference/step.js'
import { fold, keyFromSeed } from '../../src/runtime/keys.js'
import {
  type AnyBoundOptions,
  type AnyParams,
  type BoundCase,
  boundOf,
} from '../../src/testing/arbitraries/boundCase.js'

/**
 * The points ±√K e_i along the particles, 2K of them with equal weights: their mean is 0 and their covariance I, so the
 * mean over them is E[f(ε)], ε ~ N(0, I_K), for every quadratic f.
 */
export const sigmaPoints = (k: number): Noise => ({
  uniform: () => {
    throw new Error('sigma points are normal')
  },
  normal: (shape) => {
    const size = shape.reduce((a, b) => a * b, 1)
    const perParticle = size / (2 * k)
    const at = (i: number) => {
      const particle = Math.floor(i / perParticle)
      return i % k === particle % k ? (particle < k ? 1 : -1) * Math.sqrt(k) : 0
    }
    return tf.tensor(
      Float32Array.from({ length: size }, (_, i) => at(i)),
      [...shape],
    )
  },
  child: () => sigmaPoints(k),
})

/** Evaluates an objective on all data, with the noise of a seed or the one given. */
export const evaluateOnce = (
  o: AnyObjective,
  params: AnyParams,
  data: BoundCase['data'],
  noise: number | Noise = 0,
): number => {
  const columns = dataset(o.data, data as never)
  const rows = Int32Array.from({ length: columns.size }, (_, i) => i)
  const key = fold(keyFromSeed(typeof noise === 'number' ? noise : 0), 'laws')
  const batch: Batch = rows.length === 0 ? noiseOnly(1, key).at(0) : batchAt(columns, rows, key)
  const tensors = uploadAll(flattenParams(params))
  const value = evaluateAt(o, tensors, batch, typeof noise === 'number' ? undefined : noise)
  tf.dispose(tensors)
  return value
}

/** Mean and standard error over the seeds 0 … n − 1. */
export const evaluateMany = (
  o: AnyObjective,
  params: AnyParams,
  data: BoundCase['data'],
  n: number,
): Estimate => meanAndError(Array.from({ length: n }, (_, seed) => evaluateOnce(o, params, data, seed)))

/** L_b of a case: with its random q. */
export const boundAt = (c: BoundCase, options?: AnyBoundOptions, noise?: number | Noise): number =>
  evaluateOnce(boundOf(c.p, c.q, options), c.params, c.data, noise)

/** L_b of a case at its exact posterior. */
export const boundAtPosterior = (
  c: BoundCase & { readonly posterior: AnyModel },
  options?: AnyBoundOptions,
  noise?: number | Noise,
): number => evaluateOnce(boundOf(c.p, c.posterior, options), c.posteriorParams, c.data, noise)
