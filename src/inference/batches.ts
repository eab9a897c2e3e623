/**
 * Minibatches: a fresh seeded permutation of the data for each epoch, cut into batches; the last may be smaller.
 *
 *   steps per epoch = ceil(N / B)
 *
 * The batch of step t depends on (seed, t) only, so a run can be repeated bit for bit.
 */
import type { Dataset } from '../dsl/dataset.js'
import { fail } from '../dsl/error.js'
import type { StepSchedule } from '../dsl/objective.js'
import { fold, type Key, permutation } from '../runtime/keys.js'

/** One minibatch, before its numbers are gathered: which rows, and the keys of its bits and its noise. */
export interface Batch {
  /** The rows of the data, none where the objective takes no data; `key` draws the bits of binarized columns. */
  readonly data?: { readonly set: Dataset; readonly rows: ArrayLike<number>; readonly key: Key }
  readonly noise: Key
  readonly size: number
  readonly dataSize: number
  /** The update t = 1, 2, … of the fit that it is for; outside of a fit there is none, and schedules are at their end. */
  readonly step?: number
}

/** A schedule at the update of a batch; NaN would otherwise be found where it arrives, in a term that is not to blame. */
export const scheduledAt = ({ step = Infinity }: Pick<Batch, 'step'>, schedule: StepSchedule): number => {
  const now = schedule(step)
  if (Number.isNaN(now))
    fail('option', 'schedule', `a schedule gives NaN at step ${step}`, 'let it give a number at every step')
  return now
}

/** Minibatches of a data set. */
export interface Batches {
  readonly perEpoch: number
  /** The batch of step t = 0, 1, … */
  readonly at: (step: number) => Batch
}

/** A batch of the given rows, whose bits and noise come from `key`. */
export const batchAt = (set: Dataset, rows: ArrayLike<number>, key: Key): Batch => ({
  data: { set, rows, key: fold(key, 'binarize') },
  noise: fold(key, 'noise'),
  size: rows.length,
  dataSize: set.size,
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
  at: (step) => ({ noise: fold(fold(key, 'step'), step), size: batch, dataSize: batch }),
})
