/** The importance weights of one evaluation of a bound, as the bound told them term by term, and its power means per row in float64. */
import * as tf from '@tensorflow/tfjs'
import { dataset } from '../../src/dsl/dataset.js'
import { datumAxis } from '../../src/dsl/model.js'
import type { AnyObjective } from '../../src/dsl/objective.js'
import { flattenParams } from '../../src/dsl/params.js'
import { functionsOf } from '../../src/dsl/run.js'
import { type AnyValue, expandTo } from '../../src/dsl/value.js'
import { batchAt } from '../../src/inference/batches.js'
import { meanAndError } from '../../src/inference/estimate.js'
import { particleAxis } from '../../src/inference/estimators/draws.js'
import { uploadAll, valuesOf } from '../../src/inference/step.js'
import { fold, keyFromSeed } from '../../src/runtime/keys.js'
import { noiseOf } from '../../src/runtime/noise.js'
import type { BoundCase } from '../../src/testing/arbitraries/boundCase.js'
import { logSumExp } from './oracle.js'

/** The data of a case, each row so many times, one datum after the other. */
const repeated = (data: BoundCase['data'], copies: number) =>
  Object.fromEntries(
    Object.entries(data).map(([name, column]) => [
      name,
      column.flatMap((x) => Array.from({ length: copies }, () => x)),
    ]),
  )

/** log w of every particle of every row, and the value of the bound. */
const logWeightsOf = (o: AnyObjective, c: BoundCase, particles: number, copies: number, seed: number) => {
  const columns = dataset(o.data, repeated(c.data, copies) as never)
  const n = columns.size
  const batch = batchAt(
    columns,
    Int32Array.from({ length: n }, (_, i) => i),
    fold(keyFromSeed(seed), 'weights'),
  )
  const tensors = uploadAll(flattenParams(c.params))
  const axes = [
    { name: particleAxis, size: particles },
    { name: datumAxis, size: n },
  ]
  const sums = Array.from({ length: particles }, () => new Array<number>(n).fill(0))
  const value = tf.tidy(
    () =>
      o
        .evaluate({
          functions: functionsOf(o.nets, tensors),
          parameters: tensors,
          data: valuesOf(batch),
          batch: n,
          dataSize: n,
          noise: noiseOf(batch.noise),
          step: Number.POSITIVE_INFINITY,
          observe: (_site: string, _term: string, term: AnyValue) => {
            const all = expandTo(term, axes).dataSync()
            for (let k = 0; k < particles; k++)
              for (let i = 0; i < n; i++)
                (sums[k] as number[])[i] = ((sums[k] as number[])[i] as number) + (all[k * n + i] as number)
          },
        } as never)
        .tensor.dataSync()[0] as number,
  )
  tf.dispose(tensors)
  return { value, logW: sums, n }
}

/**
 * The power mean of each row in float64, its mean with the error within each datum; it must be the value of the bound.
 */
export const powerRows = (
  o: AnyObjective,
  c: BoundCase,
  s: number,
  particles: number,
  copies: number,
  seed: number,
) => {
  const { value, logW, n } = logWeightsOf(o, c, particles, copies, seed)
  const rows = Array.from({ length: n }, (_, i) => {
    const a = logW.map((row) => row[i] as number)
    return s === 0
      ? a.reduce((x, y) => x + y, 0) / a.length
      : (logSumExp(a.map((x) => s * x)) - Math.log(a.length)) / s
  })
  const groups = Array.from({ length: n / copies }, (_, d) =>
    meanAndError(rows.slice(d * copies, (d + 1) * copies)),
  )
  const mean = groups.reduce((x, g) => x + g.value, 0) / groups.length
  if (!(Math.abs(mean - value) <= 1e-4 * Math.max(1, Math.abs(value))))
    throw new Error(`the weights make ${mean}, and the bound is ${value}`)
  return {
    value: mean,
    standardError: Math.sqrt(groups.reduce((x, g) => x + g.standardError ** 2, 0)) / groups.length,
  }
}
