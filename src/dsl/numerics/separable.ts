/**
 * Linear maps of images that act on rows and on columns for themselves, as two matrix products:
 *
 *   y[n, i, j, c] = Σ_h Σ_w rows[i, h] columns[j, w] x[n, h, w, c]
 *
 * The adjoint transposes both matrices. Products are differentiable at every order and exist on every backend.
 * Laws: tests/dsl/numerics/imageGradients.test.ts
 */
import * as tf from '@tensorflow/tfjs'

/** A constant matrix [to, from]: what each new row takes from the old ones. */
export interface Weights {
  readonly to: number
  readonly from: number
  readonly data: Float32Array
}

/** The matrix with the weights that `of` lists for each new row, as pairs of old row and weight; rows outside are left out. */
export const weights = (
  to: number,
  from: number,
  of: (i: number) => readonly (readonly [number, number])[],
): Weights => {
  const data = new Float32Array(to * from)
  for (let i = 0; i < to; i++)
    for (const [h, w] of of(i))
      if (h >= 0 && h < from) data[i * from + h] = (data[i * from + h] as number) + w
  return { to, from, data }
}

/** The transposed matrix. */
export const transposed = ({ to, from, data }: Weights): Weights =>
  weights(from, to, (h) => Array.from({ length: to }, (_, i) => [i, data[i * from + h] as number] as const))

const matrix = ({ to, from, data }: Weights): tf.Tensor => tf.tensor(data, [1, to, from])

/** Applies one matrix to the rows and one to the columns of images [n, h, w, c]. */
export const separable = (x: tf.Tensor, rows: Weights, columns: Weights): tf.Tensor => {
  const [n, h, w, c] = x.shape as [number, number, number, number]
  const tall = tf.matMul(matrix(rows), tf.reshape(x, [n, h, w * c]))
  const wide = tf.matMul(matrix(columns), tf.reshape(tall, [n * rows.to, w, c]))
  return tf.reshape(wide, [n, rows.to, columns.to, c])
}
