/** scaledGradient and constantOf: values as they were, gradients scaled and cut. */
import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { real } from '../../../src/dsl/domain.js'
import { makeValue } from '../../../src/dsl/value.js'
import type { Scalar } from '../../../src/inference/estimators/draws.js'
import { constantOf, scaledGradient } from '../../../src/inference/importance/proposal.js'

const axes = [
  { name: 'particle', size: 2 },
  { name: 'datum', size: 3 },
]
const z = () => tf.tensor3d([...Array(12).keys()], [2, 3, 2])
const c = makeValue(tf.tensor2d([0, 1, 2, 3, 4, 5], [2, 3]), [], real, axes) as Scalar

describe('scaledGradient', () => {
  it('is z in value, and c · dz in the gradient, for each element of the event', () => {
    const f = (t: tf.Tensor) => {
      const scaled = scaledGradient(makeValue(t, [2], real, axes), c)
      expect([...scaled.tensor.dataSync()]).toEqual([...t.dataSync()])
      return tf.sum(tf.square(scaled.tensor)) as tf.Scalar
    }
    const found = [...tf.grad(f)(z()).dataSync()]
    expect(found).toEqual([...Array(12).keys()].map((x) => 2 * x * Math.floor(x / 2)))
  })

  it('aligns c by name', () => {
    const turned = makeValue(tf.transpose(c.tensor), [], real, [...axes].reverse()) as Scalar
    const f = (by: Scalar) => (t: tf.Tensor) =>
      tf.sum(scaledGradient(makeValue(t, [2], real, axes), by).tensor) as tf.Scalar
    expect([...tf.grad(f(turned))(z()).dataSync()]).toEqual([...tf.grad(f(c))(z()).dataSync()])
  })
})

describe('constantOf', () => {
  it('is off the tape', () => {
    const f = (t: tf.Tensor) => {
      const x = makeValue(t, [], real, [{ name: 'datum', size: 3 }]) as Scalar
      return tf.sum(tf.mul(constantOf(x).tensor, t)) as tf.Scalar
    }
    expect([
      ...tf
        .grad(f)(tf.tensor1d([1, 2, 3]))
        .dataSync(),
    ]).toEqual([1, 2, 3])
  })
})
