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
import { flattenParams, type NetParams, type Params, paramErrors } from '../dsl/params.js'
import { fold, keyFromSeed } from '../runtime/keys.js'
import { threadFaults } from '../runtime/onnx/session/threads.js'
import { type RuntimeName, runtimeFaults } from '../runtime/runtimes.js'
import { type Batch, batchAt, noiseOnly } from './batches.js'
import { type Engine, fixedParameters } from './engine.js'
import type { NeedsData } from './estimate.js'
import { seedFaults, whole } from './optionFaults.js'
import { type NamesOf, nameFaults } from './optionNames.js'
import { startEngine } from './startEngine.js'
import { datasetFor } from './trainingData.js'

/** Options of an evaluation, besides the data. */
export interface EvaluateOptions<T = unknown> {
  readonly params: Params<T>
  /** Data per evaluation; 500 if left out. */
  readonly batch?: number
  readonly seed?: number
  readonly runtime?: RuntimeName
  /** Threads on a compiled runtime; all cores if left out. */
  readonly threads?: number
}

const names = {
  params: true,
  data: true,
  batch: true,
  seed: true,
  runtime: true,
  threads: true,
} satisfies NamesOf<EvaluateOptions & { readonly data: unknown }>

const range = (begin: number, end: number): Int32Array =>
  Int32Array.from({ length: end - begin }, (_, i) => begin + i)

/** The mean over a data set, batch by batch; the event loop turns in between. */
export const meanOver = async (
  value: (batch: Batch) => Promise<number>,
  data: Dataset,
  batch: number,
  seed: number,
  dataSize: number = data.size,
): Promise<number> => {
  const key = fold(keyFromSeed(seed), 'evaluate')
  let sum = 0
  for (let begin = 0; begin < data.size; begin += batch) {
    const rows = range(begin, Math.min(begin + batch, data.size))
    sum += rows.length * (await value({ ...batchAt(data, rows, fold(key, begin)), dataSize }))
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
    ...nameFaults('evaluate', Object.keys(names), options),
    ...whole('batch', options.batch),
    ...seedFaults(options.seed),
    ...threadFaults(options.threads),
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
  const total = (engine: Engine, data: Dataset | undefined): Promise<number> =>
    data === undefined
      ? engine.value(o, noiseOnly(batch, fold(keyFromSeed(seed), 'evaluate')).at(0))
      : meanOver((b) => engine.value(o, b), data, batch, seed)
  const firstOf = (data: Dataset | undefined): Batch => {
    const key = fold(keyFromSeed(seed), 'evaluate')
    return data === undefined ? noiseOnly(batch, key).at(0) : batchAt(data, range(0, sizes(data).size), key)
  }
  const sizes = (data: Dataset | undefined) => ({
    size: Math.min(batch, data?.size ?? batch),
    dataSize: data?.size ?? batch,
  })
  return F.pipe(
    TE.fromEither(checked(o, params, options as Parameters<typeof checked>[2])),
    TE.bindTo('data'),
    TE.bind('started', ({ data }) =>
      startEngine(fixedParameters(flattenParams(params)), {
        runtime: options.runtime,
        threads: options.threads,
        prepare: (engine) => engine.prepare(o, [], sizes(data)),
        trial: (engine) => engine.value(o, firstOf(data)),
      }),
    ),
    TE.flatMap(({ data, started: { engine, notices } }) =>
      TE.tryCatch(
        async () => {
          for (const notice of notices) console.warn(`giry: ${notice}`)
          try {
            return await total(engine, data)
          } finally {
            await engine.dispose()
          }
        },
        (e) => errorsOf(e),
      ),
    ),
  )
}
