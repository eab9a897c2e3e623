import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { transposed, tril } from '../../../src/dsl/numerics/triangular.js'
import { triangularSolve } from '../../../src/dsl/numerics/triangularSolve.js'
import { expectClose, expectDifferentiableTwice, noise, onEachBackend } from './agreement.js'

const random = (shape: number[], seed: number): tf.Tensor =>
  tf.tensor(
    noise(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    shape,
  )

/** A random square matrix whose triangles are well conditioned. */
const system = (lead: number[], n: number): tf.Tensor =>
  tf.add(tf.div(random([...lead, n, n], 7), n), tf.mul(tf.eye(n), 1.5))

const cases = [true, false].flatMap((lower) => [true, false].map((transpose) => ({ lower, transpose })))

onEachBackend('triangularSolve', () => {
  it.each(cases)('solves the system, lower $lower, transpose $transpose', (options) => {
    for (const [lead, n, k] of [
      [[], 1, 2],
      [[], 5, 1],
      [[2, 3], 4, 3],
      [[2], 32, 2],
    ] as [number[], number, number][]) {
      const [a, b] = [system(lead, n), random([...lead, n, k], 4)]
      const triangle = options.lower ? tril(a) : transposed(tril(transposed(a)))
      const op = options.transpose ? transposed(triangle) : triangle
      const x = triangularSolve(a, b, options)
      expect(x.shape).toEqual(b.shape)
      expectClose(tf.matMul(op, x).dataSync(), b.dataSync(), 1e-6, 2e-6)
    }
  })

  it('broadcasts the leading dimensions', () => {
    const [a, b] = [system([], 3), random([4, 3, 2], 4)]
    expectClose(
      tf.matMul(tf.tile(tf.expandDims(tril(a), 0), [4, 1, 1]), triangularSolve(a, b)).dataSync(),
      b.dataSync(),
      1e-6,
      1e-6,
    )
  })

  it.each(cases)('differentiates twice in both arguments, lower $lower, transpose $transpose', (options) => {
    tf.tidy(() => {
      const [a, b] = [tf.reshape(system([2], 3), [-1]), tf.reshape(random([2, 3, 2], 4), [-1])]
      const f = (t: tf.Tensor) =>
        triangularSolve(
          tf.reshape(tf.slice(t, [0], [18]), [2, 3, 3]),
          tf.reshape(tf.slice(t, [18], [12]), [2, 3, 2]),
          options,
        )
      expectDifferentiableTwice(f, tf.concat([a, b]), 0.05)
    })
  })

  it('differentiates a broadcast triangle', () => {
    tf.tidy(() => {
      const b = random([4, 3, 2], 4)
      expectDifferentiableTwice((t) => triangularSolve(t, b), system([], 3), 0.05)
    })
  })

  it('refuses a right side of the wrong height, with the remedy', () => {
    expect(() => triangularSolve(tf.eye(3), tf.zeros([2, 1]))).toThrow(
      'triangularSolve: L has shape [3, 3], so B must have shape [..., 3, k]; it has [2, 1]. ' +
        'A vector needs a last dimension: tf.expandDims(b, -1).',
    )
  })
})
