import * as tf from '@tensorflow/tfjs'
import { CholeskyDecomposition, Matrix } from 'ml-matrix'
import { expect, it } from 'vitest'
import { cholesky } from '../../../src/dsl/numerics/cholesky.js'
import { logDetTriangular, transposed } from '../../../src/dsl/numerics/triangular.js'
import { expectClose, expectDifferentiableTwice, type Fn, noise, onEachBackend } from './agreement.js'

/** A A^T / n + I: positive definite, with condition number of a few units. */
const definite = (lead: number[], n: number): tf.Tensor => {
  const a = tf.tensor(
    noise(
      lead.reduce((s, m) => s * m, n * n),
      9,
    ),
    [...lead, n, n],
  )
  return tf.add(tf.div(tf.matMul(a, transposed(a)), n), tf.eye(n))
}

onEachBackend('cholesky', () => {
  it.each([1, 2, 5, 16, 32])('agrees with a float64 factorization for n = %i', (n) => {
    const a = definite([], n)
    const exact = new CholeskyDecomposition(new Matrix(a.arraySync() as number[][])).lowerTriangularMatrix
    expectClose(cholesky(a).dataSync(), exact.to1DArray(), 1e-6, 1e-6)
  })

  it('factors batches: L L^T = A', () => {
    const a = definite([2, 3], 4)
    const l = cholesky(a)
    expect(l.shape).toEqual([2, 3, 4, 4])
    expectClose(tf.matMul(l, transposed(l)).dataSync(), a.dataSync(), 1e-6, 1e-6)
  })

  it('has the gradient of log det A, which is A^-1', () => {
    const a = definite([], 4)
    const g = tf.grad((t) => tf.mul(logDetTriangular(cholesky(t)), 2))(a)
    expectClose(tf.matMul(g, a).dataSync(), tf.eye(4).dataSync(), 2e-6, 2e-6)
  })

  it('differentiates twice, along symmetric directions', () => {
    const symmetric: Fn = (t) => tf.mul(tf.add(t, transposed(t)), 0.5)
    tf.tidy(() => expectDifferentiableTwice((t) => cholesky(symmetric(t)), definite([2], 3), 0.03, 2e-3))
  })

  it('gives NaN for a matrix that is not positive definite', () => {
    expect([...cholesky(tf.tensor2d([1, 2, 2, 1], [2, 2])).dataSync()].some(Number.isNaN)).toBe(true)
  })
})
