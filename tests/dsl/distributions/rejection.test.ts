import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { firstAccepted, roundsOf } from '../../../src/dsl/distributions/rejection.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'

// Oracle: the definition.
it('takes the first accepted candidate, or the last one', () => {
  const candidates = tf.tensor2d([
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ])
  const accepted = tf.tensor2d(
    [
      [0, 1, 0],
      [1, 1, 0],
      [1, 0, 0],
    ],
    [3, 3],
    'bool',
  )
  expect([...firstAccepted(accepted, candidates).dataSync()]).toEqual([4, 2, 9])
})

it('draws the noise of all rounds at once', () =>
  expect(roundsOf(noiseFromSeed(1).normal, 4, [2, 3]).shape).toEqual([4, 2, 3]))
