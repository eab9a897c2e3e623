/**
 * One evaluation of a bound on chosen rows: what it told its observer, added up per particle and row, and its value.
 *
 * `placed` puts values of one's own in the place of draws, and `nodes` numbers in the place of normal noise, so that an
 * expectation over q is a weighted sum over rows, without an error of sampling.
 */
import * as tf from '@tensorflow/tfjs'
import { dataset } from '../../src/dsl/dataset.js'
import type { AnyDistribution } from '../../src/dsl/distribution.js'
import type { Real } from '../../src/dsl/domains/marks.js'
import { type AnyModel, datumAxis } from '../../src/dsl/model.js'
import type { Noise } from '../../src/dsl/noise.js'
import type { AnyObjective } from '../../src/dsl/objective.js'
import { flattenParams } from '../../src/dsl/params.js'
import { functionsOf } from '../../src/dsl/run.js'
import { type AnyValue, type Axis, constant, expandTo, makeValue, type Value } from '../../src/dsl/value.js'
import { batchAt } from '../../src/inference/batches.js'
import { particleAxis } from '../../src/inference/estimators/draws.js'
import { uploadAll, valuesOf } from '../../src/inference/step.js'
import { fold, keyFromSeed } from '../../src/runtime/keys.js'
import { noiseOf } from '../../src/runtime/noise.js'
import type { AnyParams, BoundCase } from '../../src/testing/arbitraries/boundCase.js'

/** What an evaluation is of: the datum of each row, how many particles, and its noise or the seed of it. */
export interface RowsOptions {
  readonly rows: ArrayLike<number>
  readonly particles?: number
  readonly noise: number | Noise
}

/** The value of an objective, and the sum of its terms: one array for each particle, one number for each row. */
export interface Rows {
  readonly value: number
  readonly terms: readonly Float64Array[]
}

/** Evaluates an objective on rows of the data of a case. */
export const rowsAt = (
  o: AnyObjective,
  params: AnyParams,
  data: BoundCase['data'],
  { rows, particles = 1, noise }: RowsOptions,
): Rows => {
  const n = rows.length
  const seed = typeof noise === 'number' ? noise : 0
  const batch = batchAt(dataset(o.data, data as never), rows, fold(keyFromSeed(seed), 'rows'))
  const tensors = uploadAll(flattenParams(params))
  const axes: readonly Axis[] = [
    { name: particleAxis, size: particles },
    { name: datumAxis, size: n },
  ]
  const terms = Array.from({ length: particles }, () => new Float64Array(n))
  const observe = (_site: string, _term: string, term: AnyValue): void => {
    const all = expandTo(term, axes).dataSync()
    terms.forEach((sums, k) => {
      sums.forEach((s, i) => {
        sums[i] = s + (all[k * n + i] as number)
      })
    })
  }
  const value = tf.tidy(
    () =>
      o
        .evaluate({
          functions: functionsOf(o.nets, tensors),
          parameters: tensors,
          data: valuesOf(batch),
          batch: n,
          dataSize: batch.dataSize,
          noise: typeof noise === 'number' ? noiseOf(batch.noise) : noise,
          step: (schedule) => constant(schedule(Infinity)) as Value<[], Real>,
          observe,
        })
        .tensor.dataSync()[0] as number,
  )
  tf.dispose(tensors)
  return { value, terms }
}

/** Numbers in the place of all normal noise, in the order of the particles, rows and entries. */
export const nodes = (numbers: ArrayLike<number>): Noise => ({
  uniform: () => {
    throw new Error('nodes are normal')
  },
  normal: (shape) => tf.tensor(Float32Array.from(numbers), [...shape]),
  child: () => nodes(numbers),
})

/** The model with these numbers in the place of the draws of some sites; densities stay as they are. */
export const placed = (model: AnyModel, numbers: Readonly<Record<string, ArrayLike<number>>>): AnyModel => ({
  ...model,
  statements: model.statements.map((s) => {
    const own = numbers[s.name]
    if (s.kind !== 'site' || own === undefined) return s
    const draw = (context: never): AnyDistribution => {
      const d = s.draw(context)
      const { shape, domain } = d.space
      const sample = (_noise: Noise, axes: readonly Axis[] = []) =>
        makeValue(
          tf.tensor(Float32Array.from(own), [...axes.map((a) => a.size), ...shape]),
          shape,
          domain,
          axes,
        )
      return { ...d, sample } as AnyDistribution
    }
    return { ...s, draw }
  }),
})
