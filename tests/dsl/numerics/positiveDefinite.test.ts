import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { isPositiveDefinite, requirePositiveDefinite } from '../../../src/dsl/numerics/positiveDefinite.js'
import './agreement.js'

const good = [2, 1, 1, 2]

describe('positiveDefinite', () => {
  it('accepts positive definite matrices', () => {
    expect(isPositiveDefinite(tf.tensor3d([...good, 1, 0, 0, 1], [2, 2, 2]))).toBe(true)
    expect(() => requirePositiveDefinite(tf.eye(5))).not.toThrow()
  })

  it('names the matrix and the pivot', () => {
    const a = tf.tensor3d([...good, 1, 2, 2, 1], [2, 2, 2])
    expect(isPositiveDefinite(a)).toBe(false)
    expect(() => requirePositiveDefinite(a)).toThrow(
      'not positive definite: matrix 1 of shape [2, 2, 2]: pivot 1 of its Cholesky factorization is -3.00. ' +
        'Add a small multiple of the identity, or build the matrix as L L^T.',
    )
  })

  it('names an asymmetric pair and an entry that is not finite', () => {
    expect(() => requirePositiveDefinite(tf.tensor2d([1, 0.5, 0, 1], [2, 2]))).toThrow(
      'it is not symmetric: entry (1, 0) is 0 and (0, 1) is 0.5',
    )
    expect(() => requirePositiveDefinite(tf.tensor2d([1, 0, 0, Number.NaN], [2, 2]))).toThrow(
      'entry (1, 1) is NaN',
    )
  })

  it('refuses a singular matrix', () => {
    expect(isPositiveDefinite(tf.ones([2, 2]))).toBe(false)
    expect(isPositiveDefinite(tf.zeros([2, 2]))).toBe(false)
  })
})
