import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { standardUniform, uniform } from '../../../src/dsl/distributions/uniform.js'
import { interval, real } from '../../../src/dsl/domain.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { makeValue } from '../../../src/dsl/value.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'
import { continuousLaws, expectClose, number, numbers, scalars } from './laws.js'
import { uniformLogProbs, uniformSummaries } from './reference.js'

continuousLaws('uniform', {
  make: (p) => uniform(p as never),
  domains: { low: real, high: real },
  at: { low: -0.5, high: 2 },
  support: [-0.5, 2],
  logProbs: uniformLogProbs,
  summaries: uniformSummaries,
})

describe('uniform', () => {
  it('has log density −Infinity outside [low, high], and finite gradients elsewhere', () => {
    const gradient = tf.grad((high) => {
      const d = uniform({ low: -1, high: makeValue(high, [], real) })
      const p = d.logProb(scalars(interval, [-2, 4, 1]) as never)
      expect(numbers(p).slice(0, 2)).toEqual([-Infinity, -Infinity])
      return tf.slice(p.tensor, 2, 1)
    })(tf.scalar(3))
    expectClose(gradient.dataSync()[0] as number, -0.25)
  })

  it('is the unit cube as standardUniform', () => {
    const d = standardUniform(2)
    expect(d.space.domain.name).toBe('Unit')
    expect(number(d.logProb(value(space.unit(2), [0.25, 1])))).toBe(0)
    expect(d.sample(noiseFromSeed(1)).domain.name).toBe('Unit')
    expect(number(d.entropy())).toBe(0)
  })

  it('refuses ends in the wrong order', () =>
    expect(() => uniform({ low: 1, high: 0 })).toThrow(
      'high of uniform must be greater than low, but low = 1 and high = 0 were given',
    ))
})
