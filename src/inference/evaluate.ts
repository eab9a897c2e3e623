/**
 * evaluate(objective, { params, data }): the mean of an objective over a data set, in nats per datum, without training.
 *
 *   (1/N) Σ_batches B · objective(batch)
 *
 * The noise depends on the seed and the place of the batch only, so two evaluations of one model are comparable.
 * An objective without data is evaluated on one batch of draws. Errors, all at once: tags `option`, `data`, `params`. Tested in tests/inference/evaluate.test.ts.
 */
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import type { Dataset } from '../dsl/dataset.js'
import { errorsOf, type GiryError } from '../dsl/error.js'
import type { AnyObjective, Objective } from '../dsl/objective.js'
import {
  flattenParams,
  type NetParams,
  type ParameterTensors,
  type Params,
  paramErrors,
} from '../dsl/params.js'
import { type RuntimeName, runtimeFaults, useRuntime } from '../runtime/backend.js'
import { fold, keyFromSeed } from '../runtime/keys.js'
import { batchAt, noiseOnly } from './batches.js'
import type { NeedsData } from './estimate.js'
import { seedFaults, whole } from './prepare.js'
import { evaluateAt, uploadAll } from './step.js'
import { datasetFor } from './trainingData.js'

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
  tensors: ParameterTensors,
  data: Dataset,
  batch: number,
  seed: number,
  dataSize: number = data.size,
): Promise<number> => {
  const key = fold(keyFromSeed(seed), 'evaluate')
  let sum = 0
  for (let begin = 0; begin < data.size; begin += batch) {
    const rows = range(begin, Math.min(begin + batch, data.size))
    sum +=
      rows.length * evaluateAt(objective, tensors, { ...batchAt(data, rows, fold(key, begin)), dataSize })
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
  return sum / data.size
}

type Errors = readonly GiryError[]

const leftOf = (e: E.Either<Errors, unknown>): Errors => (E.isLeft(e) ? e.left : [])

/** The data, or every fault of options, data and parameters. */
const checked = (
  o: AnyObjective,
  params: Readonly<Record<string, NetParams>>,
  options: Omit<EvaluateOptions, 'params'> & { readonly data?: unknown },
): E.Either<Errors, Dataset | undefined> => {
  const data = datasetFor(o.data, options.data)
  const errors = [
    ...whole('batch', options.batch),
    ...seedFaults(options.seed),
    ...runtimeFaults(options.runtime),
    ...leftOf(data),
    ...paramErrors(o.nets, params),
  ]
  return errors.length > 0 ? E.left(errors) : data
}

/** The mean of an objective over a data set; over `batch` draws where it takes no data. */
export const evaluate = <T, D, const A>(
  objective: Objective<T, D>,
  options: EvaluateOptions<T> & NeedsData<A, D>,
): TE.TaskEither<Errors, number> => {
  const o = objective as unknown as AnyObjective
  const params = (options.params ?? {}) as Readonly<Record<string, NetParams>>
  const { batch = 500, seed = 0 } = options
  const at = async (tensors: ParameterTensors, data: Dataset | undefined): Promise<number> =>
    data === undefined
      ? evaluateAt(o, tensors, noiseOnly(batch, fold(keyFromSeed(seed), 'evaluate')).at(0))
      : evaluateOn(o, tensors, data, batch, seed)
  return F.pipe(
    TE.fromEither(checked(o, params, options as Parameters<typeof checked>[2])),
    TE.bindTo('data'),
    TE.bind('backend', () => useRuntime(options.runtime ?? 'auto')),
    TE.flatMap(({ data }) =>
      TE.tryCatch(
        async () => {
          const tensors = uploadAll(flattenParams(params))
          try {
            return await at(tensors, data)
          } finally {
            for (const t of Object.values(tensors)) t.dispose()
          }
        },
        (e) => errorsOf(e),
      ),
    ),
  )
}
