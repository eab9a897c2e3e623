/**
 * A = L L^T,   A: [..., n, n] symmetric positive definite,   L lower triangular with positive diagonal
 *
 *   gradient:  dA = sym( L^-T Phi(L^T dL) L^-1 ),   Phi(M) = tril(M) with half its diagonal,  sym(M) = (M + M^T)/2
 *
 * (Murray 2016, arXiv:1602.07527, eq. 10.) Only the lower triangle of A is read by the factorization; the gradient is
 * the symmetric one. The backward function factors A again, so derivatives of every order are right. One column a
 * step, n <= 32 or so. A matrix that is not positive definite gives NaN: `requirePositiveDefinite` names it.
 * Laws: tests/dsl/numerics/cholesky.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { linearized } from './customGradient.js'
import './gradients.js'
import { asBatch, lowerMask, sideOf, transposed, tril } from './triangular.js'
import { triangularSolve } from './triangularSolve.js'

/** The first column of the factor of `s`: [batch, m, m] -> [batch, m, 1]. */
const firstColumn = (s: tf.Tensor): tf.Tensor =>
  tf.div(tf.slice(s, [0, 0, 0], [-1, -1, 1]), tf.sqrt(tf.slice(s, [0, 0, 0], [-1, 1, 1])))

/** What is left of `s` after its first column is taken out: [batch, m - 1, m - 1]. */
const schurComplement = (s: tf.Tensor, column: tf.Tensor): tf.Tensor => {
  const below = tf.slice(column, [0, 1, 0], [-1, -1, -1])
  return tf.sub(tf.slice(s, [0, 1, 1], [-1, -1, -1]), tf.mul(below, transposed(below)))
}

const columns = (s: tf.Tensor, n: number): tf.Tensor[] => {
  const column = firstColumn(s)
  const m = s.shape[1] as number
  const padded = tf.pad(column, [
    [0, 0],
    [n - m, 0],
    [0, 0],
  ])
  return m === 1 ? [padded] : [padded, ...columns(schurComplement(s, column), n)]
}

const factor = (a: tf.Tensor): tf.Tensor => {
  const n = sideOf('cholesky', a)
  const lower = columns(mirrored(asBatch(a), n), n)
  return tf.reshape(tf.concat(lower, 2), a.shape)
}

/** The symmetric matrix that has the lower triangle of `a`. */
const mirrored = (a: tf.Tensor, n: number): tf.Tensor =>
  tf.add(tf.mul(a, lowerMask(n, 1, 1)), transposed(tf.mul(a, lowerMask(n, 0, 1))))

const pullback = (dl: tf.Tensor, a: tf.Tensor): tf.Tensor => {
  const n = sideOf('cholesky', a)
  const l = cholesky(a)
  const phi = tf.mul(tf.matMul(transposed(l), tril(dl)), lowerMask(n, 0.5, 1))
  const left = triangularSolve(l, phi, { transpose: true })
  const both = transposed(triangularSolve(l, transposed(left), { transpose: true }))
  return tf.mul(tf.add(both, transposed(both)), 0.5)
}

/** The lower Cholesky factors of symmetric positive definite matrices. */
export const cholesky: (a: tf.Tensor) => tf.Tensor = linearized(factor, pullback)
