import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { can } from '../../../src/dsl/distribution.js'
import { push } from '../../../src/dsl/distributions/push.js'
import { real } from '../../../src/dsl/domain.js'
import { makeValue } from '../../../src/dsl/value.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'
import { logProbAt, numbers, scalar, scalars } from './laws.js'

describe('push', () => {
  it('returns the value itself, expanded to the axes', () => {
    const x = scalars(real, [1, 2], [{ name: 'datum', size: 2 }])
    const drawn = push(x).sample(noiseFromSeed(1), [{ name: 'particle', size: 2 }])
    expect(numbers(drawn)).toHaveLength(4)
    expect(numbers(push(x).sample(noiseFromSeed(1)))).toEqual([1, 2])
    expect(push(x).family).toBe('push')
  })

  it('is pathwise and has no density', () => {
    const d = push(scalar(real, 1))
    expect(can(d, 'pathwise')).toBe(true)
    expect(can(d, 'density')).toBe(false)
    expect(() => logProbAt(d, scalar(real, 1))).toThrow(
      'push has no density\n  → use a distribution that has it',
    )
    const slope = tf.grad((t) => tf.sum(push(makeValue(t, [], real)).sample(noiseFromSeed(1)).tensor))(
      tf.scalar(3),
    )
    expect(slope.dataSync()[0]).toBe(1)
  })
})
