/**
 * evaluate(objective, { params, data }): the mean of an objective over a data set, in nats per datum, without training.
 *
 *   (1/N) Σ_batches B · objective(batch)
 *
 * The noise depends on the seed and the place of the batch only, so two evaluations of one model are comparable.
 * Errors: tags `params`, `data`. Tested in tests/inference/evaluate.test.ts.
 */
import type * as tf from '@tensorflow/tfjs'
import { function as F, taskEither as TE } from 'fp-ts'
import type { Dataset } from '../dsl/dataset.js'
import { errorsOf, type GiryError } from '../dsl/error.js'
import type { AnyObjective, Objective } from '../dsl/objective.js'
import { flattenParams, type NetParams, type Params, paramErrors } from '../dsl/params.js'
import { type RuntimeName, useRuntime } from '../runtime/backend.js'
import { fold, keyFromSeed } from '../runtime/keys.js'
import { batchAt } from './batches.js'
import { evaluateAt, uploadAll } from './step.js'
import { type Accepts, datasetFor } from './trainingData.js'

/** Options of an evaluation, besides the data. */
export interface EvaluateOptions<T = unknown> {
  readonly params: Params<T>
  /** Data per evaluation; 500 if left out. */
  readonly batch?: number
  readonly seed?: number
  readonly runtime?: RuntimeName
}

const range = (begin: number, end: number): Int32Array =>
  Int32Array.from({ length: end - begin }, (_, i) => begin + i)

/** The mean over a data set at tensors that are uploaded already. */
export const evaluateOn = async (
  objective: AnyObjective,
  tensors: Readonly<Record<string, tf.Tensor>>,
  data: Dataset,
  batch: number,
  seed: number,
): Promise<number> => {
  const key = fold(keyFromSeed(seed), 'evaluate')
  let sum = 0
  for (let begin = 0; begin < data.size; begin += batch) {
    const rows = range(begin, Math.min(begin + batch, data.size))
    sum += rows.length * evaluateAt(objective, tensors, batchAt(data, rows, fold(key, begin)))
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
  return sum / data.size
}

/** The mean of an objective over a data set. */
export const evaluate = <T, D, const A>(
  objective: Objective<T, D>,
  options: EvaluateOptions<T> & { readonly data: A & Accepts<A, D> },
): TE.TaskEither<readonly GiryError[], number> => {
  const o = objective as unknown as AnyObjective
  const params = options.params as Readonly<Record<string, NetParams>>
  return F.pipe(
    TE.fromEither(datasetFor(o.data, options.data)),
    TE.filterOrElse(
      () => paramErrors(o.nets, params).length === 0,
      () => paramErrors(o.nets, params),
    ),
    TE.bindTo('data'),
    TE.bind('backend', () => useRuntime(options.runtime ?? 'auto')),
    TE.flatMap(({ data }) =>
      TE.tryCatch(
        async () => {
          const tensors = uploadAll(flattenParams(params))
          try {
            return await evaluateOn(o, tensors, data as Dataset, options.batch ?? 500, options.seed ?? 0)
          } finally {
            for (const t of Object.values(tensors)) t.dispose()
          }
        },
        (e) => errorsOf(e),
      ),
    ),
  )
}
