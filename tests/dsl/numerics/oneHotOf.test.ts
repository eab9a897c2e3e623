import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { oneHotOf } from '../../../src/dsl/numerics/oneHotOf.js'

describe('oneHotOf', () => {
  it('encodes labels of any shape', () => {
    expect(oneHotOf(tf.tensor([0, 2]), 3).arraySync()).toEqual([
      [1, 0, 0],
      [0, 0, 1],
    ])
    expect(oneHotOf(tf.scalar(1), 2).arraySync()).toEqual([0, 1])
  })

  it('knows one label only', () => {
    expect(oneHotOf(tf.tensor([0, 0]), 1).arraySync()).toEqual([[1], [1]])
  })
})
