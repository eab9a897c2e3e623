/** Gradients of an objective at parameters, over many noises, and finite differences of an oracle. */
import * as tf from '@tensorflow/tfjs'
import { expect } from 'vitest'
import { dataset } from '../../src/dsl/dataset.js'
import type { AnyObjective } from '../../src/dsl/objective.js'
import { flattenParams } from '../../src/dsl/params.js'
import { type Batch, batchAt, noiseOnly } from '../../src/inference/batches.js'
import { meanAndError } from '../../src/inference/estimate.js'
import { evaluateWithGradients, uploadAll } from '../../src/inference/step.js'
import { fold, keyFromSeed } from '../../src/runtime/keys.js'
import type { AnyParams } from '../../src/testing/arbitraries/boundCase.js'

/** A free parameter's record from its numbers. */
export const scalarsOf = (numbers: Readonly<Record<string, number>>): AnyParams =>
  Object.fromEntries(
    Object.entries(numbers).map(([name, x]) => [name, { value: { shape: [], data: Float32Array.of(x) } }]),
  )

interface Options {
  readonly seed?: number
  /** The rows of the batch; all of them if left out. */
  readonly rows?: readonly number[]
}

/** The value and the gradient by path, for one noise. */
export const gradientAt = (o: AnyObjective, params: AnyParams, data: object, options: Options = {}) => {
  const columns = dataset(o.data, data as never)
  const rows = Int32Array.from(options.rows ?? Array.from({ length: columns.size }, (_, i) => i))
  const tensors = uploadAll(flattenParams(params))
  const key = fold(fold(keyFromSeed(options.seed ?? 0), 'gradients'), 'test')
  const batch: Batch = rows.length === 0 ? noiseOnly(1, key).at(0) : batchAt(columns, rows, key)
  const found = evaluateWithGradients(o, tensors, Object.keys(tensors), batch)
  tf.dispose(tensors)
  return found
}

/** Every entry of the gradient over the seeds 0 … n − 1: mean, standard error, and total variance of one estimate. */
export const gradientsOver = (o: AnyObjective, params: AnyParams, data: object, n: number) => {
  const estimates = Array.from({ length: n }, (_, seed) => gradientAt(o, params, data, { seed }))
  const all = estimates.map((e) => e.gradients)
  const entries = Object.entries(all[0] as Record<string, Float32Array>).flatMap(([path, g]) =>
    Array.from(g, (_, i) => ({
      path: `${path}[${i}]`,
      ...meanAndError(all.map((a) => (a[path] as Float32Array)[i] as number)),
    })),
  )
  return {
    entries,
    value: meanAndError(estimates.map((e) => e.value)),
    variance: entries.reduce((v, e) => v + e.standardError ** 2 * n, 0),
  }
}

type Found = ReturnType<typeof gradientsOver>

/** Every entry lies within 5 standard errors of what is expected. */
export const expectUnbiased = (found: Found, expected: Readonly<Record<string, number>>, what = '') => {
  for (const { path, value, standardError } of found.entries) {
    const truth = expected[path] as number
    const error = Math.abs(value - truth) / (standardError + (1e-4 * Math.max(1, Math.abs(truth))) / 5)
    expect(error, `${what} ${path}: ${value} ± ${standardError} should be ${truth}`).toBeLessThan(5)
  }
}

/** Fourth-order central differences of f in each number. */
export const slopes = (
  f: (at: Readonly<Record<string, number>>) => number,
  at: Readonly<Record<string, number>>,
  h = 1e-3,
) =>
  Object.fromEntries(
    Object.keys(at).map((name) => {
      const moved = (d: number) => f({ ...at, [name]: (at[name] as number) + d })
      return [`${name}/value[0]`, (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h)]
    }),
  )
