/**
 * Ancestors: every particle has as many successors as its weight asks for, in expectation.
 *
 * Oracle: the integral over the uniforms, by the midpoints of equal parts, whose error is at most one part for each end of an interval.
 */
import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import type { Noise } from '../../../src/dsl/noise.js'
import { ancestorsOf, type Resampling } from '../../../src/inference/combinators/ancestors.js'

/** The same uniforms whatever is asked for. */
const fixed = (of: (shape: readonly number[]) => tf.Tensor): Noise => ({
  uniform: (shape) => of(shape),
  normal: () => {
    throw new Error('ancestors are drawn from uniforms')
  },
  child: () => fixed(of),
})

const parts = 4096
const midpoints = tf.tensor(Float32Array.from({ length: parts }, (_, i) => (i + 0.5) / parts))

/** E[successors] of each particle of these weights, over a grid of u along the data. */
const successors = (weights: readonly number[], method: Resampling): number[] =>
  tf.tidy(() => {
    const k = weights.length
    const rows = tf.tile(tf.tensor([[...weights]]), [parts, 1])
    const noise = fixed((shape) =>
      tf.broadcastTo(tf.reshape(midpoints, [parts, 1, 1]), [...shape] as [number, number, number]),
    )
    const chosen = ancestorsOf(rows, method, noise)
    expect(chosen.shape).toEqual([parts, k, k])
    return Array.from(tf.mean(tf.sum(chosen, 1), 0).dataSync())
  })

describe.each(['systematic', 'multinomial'] as const)('%s ancestors', (method) => {
  it.each([[[0.1, 0.2, 0.3, 0.4]], [[3, 1, 1, 1, 2]], [[1e-30, 2e-30]], [[0, 1, 0]], [[1, 0, 0, 5]], [[1]]])(
    'of %j: K W_k successors',
    (weights) => {
      const sum = weights.reduce((a, b) => a + b, 0)
      successors(weights, method).forEach((n, k) => {
        const expected = (weights.length * (weights[k] as number)) / sum
        expect(Math.abs(n - expected)).toBeLessThanOrEqual((2 * weights.length ** 2) / parts)
      })
    },
  )

  it('never chooses a weight of 0, at the ends of the uniforms either', () => {
    for (const u of [2 ** -24, 0.5, 1 - 2 ** -24])
      for (const weights of [
        [0, 1, 1, 0],
        [0, 0, 3, 0],
      ]) {
        const chosen = ancestorsOf(
          tf.tensor([weights]),
          method,
          fixed((shape) => tf.fill([...shape], u)),
        )
        const counts = Array.from(tf.sum(chosen, 1).dataSync())
        expect(counts[0]).toBe(0)
        expect(counts[3]).toBe(0)
        expect(counts.reduce((a, b) => a + b)).toBe(4)
      }
  })

  it('chooses one ancestor for each successor though every weight is 0', () => {
    const chosen = ancestorsOf(
      tf.zeros([2, 3]),
      method,
      fixed((shape) => tf.fill([...shape], 0.5)),
    )
    expect(Array.from(tf.sum(chosen, 2).dataSync())).toEqual([1, 1, 1, 1, 1, 1])
  })
})

describe('systematic', () => {
  it('leaves equal weights as they are', () => {
    const chosen = ancestorsOf(
      tf.ones([1, 4]),
      'systematic',
      fixed((shape) => tf.fill([...shape], 0.3)),
    )
    expect(chosen.arraySync()).toEqual([
      [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
      ],
    ])
  })
})
