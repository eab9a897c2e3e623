import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { diagPart, logDetTriangular, tril } from '../../../src/dsl/numerics/triangular.js'
import { derivative, expectClose, expectDifferentiableTwice, noise, onEachBackend } from './agreement.js'

onEachBackend('triangular', () => {
  it('takes the lower triangle and the diagonal', () => {
    const a = tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2])
    expect([...tril(a).dataSync()]).toEqual([1, 0, 3, 4, 5, 0, 7, 8])
    expect(diagPart(a).arraySync()).toEqual([
      [1, 4],
      [5, 8],
    ])
    expect(diagPart(tf.scalar(3).reshape([1, 1])).arraySync()).toEqual([3])
  })

  it('logDetTriangular is the sum of log |diagonal|, with derivative 1 / diagonal', () => {
    const l = tf.tensor2d([2, 0, 0, 5, -4, 0, 1, 1, 0.5], [3, 3])
    expectClose(logDetTriangular(l).dataSync(), [Math.log(4)], 1e-6, 0)
    const g = derivative(logDetTriangular)(l).dataSync()
    expectClose(g, [0.5, 0, 0, 0, -0.25, 0, 0, 0, 2], 1e-6, 0)
  })

  it('differentiates twice', () => {
    const x = tf.tensor(noise(18, 3), [2, 3, 3])
    tf.tidy(() => {
      expectDifferentiableTwice(tril, x)
      expectDifferentiableTwice(diagPart, x)
    })
  })

  it('refuses what is not square', () => {
    expect(() => tril(tf.zeros([2, 3]))).toThrow(
      'tril takes square matrices [..., n, n] and was given a tensor of shape [2, 3].',
    )
  })
})
