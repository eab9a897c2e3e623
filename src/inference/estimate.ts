/**
 * estimate(objective, { params, data, seed, n }): the mean of an objective over n independent noises, with its error.
 *
 *   value = (1/n) Σ_k objective_k        standardError = √( Σ_k (objective_k − value)² / (n (n − 1)) )
 *
 * Each of the n evaluations goes over the whole data set, in nats per datum. The standard error is 0 for an objective
 * without randomness (closed forms and enumeration only), and NaN for n = 1. The n-th noise depends on (seed, n) only.
 * Errors: tags `option`, `params`, `data`. Tested in tests/inference/estimate.test.ts.
 */

import { either as E, function as F, taskEither as TE } from 'fp-ts'
import type { Dataset } from '../dsl/dataset.js'
import { errorsOf, type GiryError, giryError } from '../dsl/error.js'
import type { AnyObjective, Objective } from '../dsl/objective.js'
import {
  flattenParams,
  type NetParams,
  type ParameterTensors,
  type Params,
  paramErrors,
} from '../dsl/params.js'
import { shown } from '../dsl/shown.js'
import { useRuntime } from '../runtime/backend.js'
import { fold, type Key, keyFromSeed } from '../runtime/keys.js'
import type { RuntimeName } from '../runtime/runtimes.js'
import { batchAt, noiseOnly } from './batches.js'
import { type NamesOf, nameFaults } from './optionNames.js'
import { evaluateAt, uploadAll } from './step.js'
import { type Accepts, datasetFor } from './trainingData.js'

/** A mean and its error. */
export interface Estimate {
  /** The mean of the evaluations. */
  readonly value: number
  /** The standard error of that mean. */
  readonly standardError: number
  /** Number of evaluations. */
  readonly n: number
}

/** Options of an estimate, besides the data. */
export interface EstimateOptions<T = unknown> {
  readonly params: Params<T>
  /** Evaluations; 100 if left out. */
  readonly n?: number
  /** Data per evaluation (or draws, where the objective takes no data); 500 if left out. */
  readonly batch?: number
  /** The seed; 0 if left out. */
  readonly seed?: number
  readonly runtime?: RuntimeName
}

const names = {
  params: true,
  data: true,
  n: true,
  batch: true,
  seed: true,
  runtime: true,
} satisfies NamesOf<EstimateOptions & { readonly data: unknown }>

/** `data`, required exactly when the objective takes data. */
export type NeedsData<A, D> = keyof D extends never
  ? { readonly data?: A }
  : { readonly data: A & Accepts<A, D> }

/** Mean and standard error of numbers. */
export const meanAndError = (xs: readonly number[]): Estimate => {
  const n = xs.length
  const value = xs.reduce((a, b) => a + b, 0) / n
  const squares = xs.reduce((a, x) => a + (x - value) ** 2, 0)
  return { value, standardError: Math.sqrt(squares / (n * (n - 1))), n }
}

const wholeNumber = (name: string, x: number): readonly GiryError[] =>
  Number.isInteger(x) && x >= 1
    ? []
    : [
        giryError(
          'option',
          name,
          `${name} must be a whole number >= 1, but ${shown(x)} was given`,
          'use 100 or more',
        ),
      ]

/** One evaluation over all data. */
const once = (
  o: AnyObjective,
  tensors: ParameterTensors,
  data: Dataset | undefined,
  batch: number,
  key: Key,
): number => {
  if (data === undefined) return evaluateAt(o, tensors, noiseOnly(batch, key).at(0))
  let sum = 0
  for (let begin = 0; begin < data.size; begin += batch) {
    const rows = Int32Array.from({ length: Math.min(batch, data.size - begin) }, (_, i) => begin + i)
    sum += rows.length * evaluateAt(o, tensors, batchAt(data, rows, fold(key, begin)))
  }
  return sum / data.size
}

/** The mean of an objective and the standard error of it. */
export const estimate = <T, D, const A>(
  objective: Objective<T, D>,
  options: EstimateOptions<T> & NeedsData<A, D>,
): TE.TaskEither<readonly GiryError[], Estimate> => {
  const o = objective as unknown as AnyObjective
  const params = options.params as Readonly<Record<string, NetParams>>
  const n = options.n ?? 100
  const batch = options.batch ?? 500
  const faults = [
    ...nameFaults('estimate', Object.keys(names), options),
    ...wholeNumber('n', n),
    ...wholeNumber('batch', batch),
    ...paramErrors(o.nets, params),
  ]
  const key = fold(keyFromSeed(options.seed ?? 0), 'estimate')
  return F.pipe(
    TE.fromEither(faults.length > 0 ? E.left(faults) : datasetFor(o.data, options.data)),
    TE.bindTo('data'),
    TE.bind('backend', () => useRuntime(options.runtime ?? 'auto')),
    TE.flatMap(({ data }) =>
      TE.tryCatch(
        async () => {
          const tensors = uploadAll(flattenParams(params))
          try {
            const values: number[] = []
            for (let k = 0; k < n; k++) {
              values.push(once(o, tensors, data, batch, fold(key, k)))
              if (k % 16 === 15) await new Promise((resolve) => setTimeout(resolve, 0))
            }
            return meanAndError(values)
          } finally {
            for (const t of Object.values(tensors)) t.dispose()
          }
        },
        (e) => errorsOf(e),
      ),
    ),
  )
}
