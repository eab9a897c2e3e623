/**
 * Parts of square matrices [..., n, n].
 *
 *   tril(A)_ij = A_ij for i >= j, else 0      diagPart(A)_i = A_ii      logDetTriangular(L) = sum_i log |L_ii|
 *
 * Linear in A (but for the logarithm), made of differentiable kernels.
 * Laws: tests/dsl/numerics/triangular.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import './gradients.js'

/** The side of the square matrices in `a`; throws for anything else. */
export const sideOf = (name: string, a: tf.Tensor): number => {
  const [rows, columns] = a.shape.slice(-2)
  if (a.rank < 2 || rows !== columns)
    throw new Error(
      `${name} takes square matrices [..., n, n] and was given a tensor of shape [${a.shape.join(', ')}].`,
    )
  return rows as number
}

/** [..., n, k] as [batch, n, k]. */
export const asBatch = (a: tf.Tensor): tf.Tensor3D =>
  tf.reshape(a, [-1, a.shape[a.rank - 2] as number, a.shape[a.rank - 1] as number])

/** The matrices of `a` transposed. */
export const transposed = (a: tf.Tensor): tf.Tensor =>
  tf.transpose(a, [...a.shape.map((_, i) => i).slice(0, -2), a.rank - 1, a.rank - 2])

/** The n x n matrix with `below` under the diagonal, `on` on it and 0 above. */
export const lowerMask = (n: number, on: number, below: number): tf.Tensor2D =>
  tf.tensor2d(
    Float32Array.from({ length: n * n }, (_, k) => {
      const [i, j] = [Math.floor(k / n), k % n]
      return i > j ? below : i === j ? on : 0
    }),
    [n, n],
  )

/** The lower triangles, with zeros above the diagonal. */
export const tril = (a: tf.Tensor): tf.Tensor => tf.mul(a, lowerMask(sideOf('tril', a), 1, 1))

/** The diagonals, [..., n]: n^2 entries and n zeros laid out in rows of n + 1 have the diagonal as first column. */
export const diagPart = (a: tf.Tensor): tf.Tensor => {
  const n = sideOf('diagPart', a)
  const rows = tf.pad(tf.reshape(a, [-1, n * n]), [
    [0, 0],
    [0, n],
  ])
  const skewed = tf.reshape(rows, [-1, n, n + 1])
  return tf.reshape(tf.slice(skewed, [0, 0, 0], [-1, n, 1]), a.shape.slice(0, -1))
}

/** log |det L| of triangular matrices, [...]. */
export const logDetTriangular = (l: tf.Tensor): tf.Tensor => tf.sum(tf.log(tf.abs(diagPart(l))), -1)
