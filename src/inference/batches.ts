/**
 * Minibatches: a fresh seeded permutation of the data for each epoch, cut into batches; the last may be smaller.
 *
 *   steps per epoch = ceil(N / B)
 *
 * The batch of step t depends on (seed, t) only, so a run can be repeated bit for bit.
 */
import { batchOf, type Dataset } from '../dsl/dataset.js'
import { fold, type Key, permutation, uniforms } from '../runtime/keys.js'
import { noiseOf } from '../runtime/noise.js'
import type { Batch } from './step.js'

/** Minibatches of a data set. */
export interface Batches {
  readonly perEpoch: number
  /** The batch of step t = 0, 1, … */
  readonly at: (step: number) => Batch
}

/** A batch of the given rows, whose noise comes from `key`. */
export const batchAt = (data: Dataset, rows: ArrayLike<number>, key: Key): Batch => ({
  values: () => batchOf(data, rows, (column, n) => uniforms(fold(fold(key, 'binarize'), column), n)),
  noise: () => noiseOf(fold(key, 'noise')),
  size: rows.length,
  dataSize: data.size,
})

/** Shuffled minibatches. */
export const shuffled = (data: Dataset, batch: number, key: Key): Batches => {
  const perEpoch = Math.ceil(data.size / batch)
  let epoch = -1
  let order: Int32Array = new Int32Array(0)
  return {
    perEpoch,
    at: (step) => {
      const e = Math.floor(step / perEpoch)
      if (e !== epoch) {
        epoch = e
        order = permutation(fold(fold(key, 'epoch'), e), data.size)
      }
      const begin = (step % perEpoch) * batch
      return batchAt(
        data,
        order.subarray(begin, Math.min(begin + batch, data.size)),
        fold(fold(key, 'step'), step),
      )
    },
  }
}

/** Batches of an objective without data: noise only, `batch` draws a step. */
export const noiseOnly = (batch: number, key: Key): Batches => ({
  perEpoch: 1,
  at: (step) => ({
    values: () => ({}),
    noise: () => noiseOf(fold(fold(key, 'step'), step)),
    size: batch,
    dataSize: batch,
  }),
})
