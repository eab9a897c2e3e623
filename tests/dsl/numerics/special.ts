/**
 * Points for the special functions: over float32's range, and dense where a function has a zero.
 */
import type * as tf from '@tensorflow/tfjs'
import { decades, linear } from './agreement.js'

/** Numbers at distance 10^-6.9 ... 10^-1 on both sides of `center`. */
export const around = (center: number): number[] =>
  decades(-6.9, -1, 200).flatMap((d) => [Math.fround(center - d), Math.fround(center + d)])

/** Positive arguments of the Gamma family. */
export const positives = [...decades(-37, 36, 1500), ...linear(0.3, 12, 1500), ...around(1), ...around(2)]

/** One column of a table of reference values. */
export const column = (rows: readonly (readonly number[])[], i: number): number[] =>
  rows.map((r) => r[i] as number)

/** The largest relative error over the entries whose exact value is not NaN, nor below float32's normal range. */
export const worstOf = (found: tf.Tensor, exact: readonly number[]): number => {
  const values = found.dataSync()
  return exact.reduce((worst, e, i) => {
    if (Number.isNaN(e) || Math.abs(e) < 1.2e-38) return worst
    const error = Math.abs((values[i] as number) / e - 1)
    return Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(worst, error)
  }, 0)
}
