/** squaredNorm and norm against plain sums, and their derivatives, at 0 too. */
import * as tf from '@tensorflow/tfjs'
import { expect, expectTypeOf, it } from 'vitest'
import { real as realDomain } from '../../../src/dsl/domain.js'
import type { NonNegative, Positive } from '../../../src/dsl/domains/marks.js'
import { norm, squaredNorm } from '../../../src/dsl/operations/norms.js'
import { real, value } from '../../../src/dsl/space.js'
import { makeValue, toTypedArray, type Value } from '../../../src/dsl/value.js'
import { expectClose, onEachBackend } from '../numerics/agreement.js'

const rows = [
  [3, 4],
  [0, -12],
  [0, 0],
]

onEachBackend('norms', () => {
  it('sum over the event and keep the axes', () => {
    const v = value(real(2), rows, 'datum')
    const [s, n] = [squaredNorm(v), norm(v)]
    expectTypeOf(s).toEqualTypeOf<Value<[], NonNegative>>()
    expectTypeOf(n).toEqualTypeOf<Value<[], Positive>>()
    expect(n.axes).toEqual([{ name: 'datum', size: 3 }])
    expect([...toTypedArray(s)]).toEqual([25, 144, 0])
    expectClose(toTypedArray(n), [5, 12, 0], 1e-7, 1.1e-6)
    expectClose(toTypedArray(norm(value(real(1, 2), [[[3, 4]]], 'datum'))), [5], 1e-7, 0)
  })

  it('of a scalar is its absolute value', () => {
    expectClose(toTypedArray(norm(value(real(), [-2, 0.5], 'datum'))), [2, 0.5], 1e-7, 0)
  })

  it('has the derivative v / |v|, and 0 at 0', () => {
    const axes = [{ name: 'datum', size: 3 }]
    const total = (t: tf.Tensor) => tf.sum(norm(makeValue(t, [2] as [2], realDomain, axes)).tensor)
    expectClose(tf.grad(total)(tf.tensor2d(rows)).dataSync(), [0.6, 0.8, 0, -1, 0, 0], 1e-6, 0)
  })

  it('keeps rounding noise small: |v| = 1e-7 does not become a direction of length 1', () => {
    const total = (t: tf.Tensor) => tf.sum(norm(makeValue(t, [2] as [2], realDomain)).tensor)
    const slope = tf
      .grad(total)(tf.tensor1d([1e-7, 0]))
      .dataSync()
    expectClose(slope, [0.1 / Math.sqrt(1.01), 0], 1e-5, 0)
  })
})
