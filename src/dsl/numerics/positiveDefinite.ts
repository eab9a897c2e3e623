/**
 * x^T A x > 0 for every x != 0: asked of values, outside the hot path.
 *
 * Reads the tensor and factors each matrix in float64; a pivot that is not above n * 2^-24 times its diagonal entry is
 * zero to float32's rounding of A, and counts as failed. Also asked: finite entries and symmetry to 1e-5 relative.
 * Laws: tests/dsl/numerics/positiveDefinite.test.ts
 */
import type * as tf from '@tensorflow/tfjs'
import { sideOf } from './triangular.js'

type Entry = (i: number, j: number) => number

const asymmetry = (n: number, at: Entry): string | undefined => {
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      if (!Number.isFinite(at(i, j))) return `entry (${i}, ${j}) is ${at(i, j)}`
      const size = Math.sqrt(Math.abs(at(i, i) * at(j, j)))
      if (Math.abs(at(i, j) - at(j, i)) > 1e-5 * Math.max(size, Math.abs(at(i, j))))
        return `it is not symmetric: entry (${i}, ${j}) is ${at(i, j)} and (${j}, ${i}) is ${at(j, i)}`
    }
  return undefined
}

const failedPivot = (n: number, at: Entry): string | undefined => {
  const l = Array.from({ length: n }, () => new Float64Array(n))
  const dot = (i: number, j: number) =>
    (l[i] as Float64Array).subarray(0, j).reduce((s, v, k) => s + v * (l[j]?.[k] ?? 0), 0)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const rest = at(i, j) - dot(i, j)
      if (i === j && !(rest > n * 2 ** -24 * at(i, i)))
        return `pivot ${i} of its Cholesky factorization is ${rest.toPrecision(3)}`
      ;(l[i] as Float64Array)[j] = i === j ? Math.sqrt(rest) : rest / (l[j]?.[j] as number)
    }
  return undefined
}

/** What is wrong with the first matrix in `a` that is not positive definite, or undefined. */
const defect = (a: tf.Tensor): string | undefined => {
  const n = sideOf('isPositiveDefinite', a)
  const data = a.dataSync()
  for (let b = 0; b * n * n < data.length; b++) {
    const at: Entry = (i, j) => data[b * n * n + i * n + j] as number
    const reason = asymmetry(n, at) ?? failedPivot(n, at)
    if (reason !== undefined) return `matrix ${b} of shape [${a.shape.join(', ')}]: ${reason}`
  }
  return undefined
}

/** Whether every matrix in `a`: [..., n, n] is symmetric positive definite. Reads the values. */
export const isPositiveDefinite = (a: tf.Tensor): boolean => defect(a) === undefined

/** Throws an Error that names the matrix and the pivot unless every matrix is positive definite. Reads the values. */
export const requirePositiveDefinite = (a: tf.Tensor): void => {
  const reason = defect(a)
  if (reason !== undefined)
    throw new Error(
      `not positive definite: ${reason}. Add a small multiple of the identity, or build the matrix as L L^T.`,
    )
}
