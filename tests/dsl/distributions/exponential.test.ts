import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { exponential } from '../../../src/dsl/distributions/exponential.js'
import { positive, real } from '../../../src/dsl/domain.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { makeValue } from '../../../src/dsl/value.js'
import { continuousLaws, expectClose, numbers, scalars } from './laws.js'
import { exponentialLogProbs, exponentialSummaries } from './reference.js'

continuousLaws('exponential', {
  make: (p) => exponential(p as never),
  domains: { rate: positive },
  at: { rate: 1.5 },
  support: [0, 12],
  logProbs: exponentialLogProbs,
  summaries: exponentialSummaries,
})

describe('exponential', () => {
  it('has log density −Infinity below 0, and finite gradients elsewhere', () => {
    const gradient = tf.grad((rate) => {
      const d = exponential({ rate: makeValue(rate, [], positive) })
      const p = d.logProb(scalars(positive, [-1, 0.25]) as never)
      expect(numbers(p)[0]).toBe(-Infinity)
      return tf.slice(p.tensor, 1, 1)
    })(tf.scalar(2))
    expectClose(gradient.dataSync()[0] as number, 0.25)
    expect(numbers(exponential({ rate: 2 }).cdf(scalars(real, [-1, 0]) as never))).toEqual([0, 0])
  })

  it('refuses a rate that is not positive', () =>
    expect(() => exponential({ rate: value(space.real(2), [1, 1]) as never })).toThrow(
      'rate of exponential must be Positive, but Real[2] was given',
    ))
})
