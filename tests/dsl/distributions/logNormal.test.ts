import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { logNormal } from '../../../src/dsl/distributions/logNormal.js'
import { positive, real } from '../../../src/dsl/domain.js'
import { makeValue } from '../../../src/dsl/value.js'
import { continuousLaws, expectClose, numbers, scalars } from './laws.js'
import { logNormalLogProbs, logNormalSummaries } from './reference.js'

continuousLaws('logNormal', {
  make: (p) => logNormal(p as never),
  domains: { loc: real, scale: positive },
  at: { loc: 0.5, scale: 0.5 },
  support: [1e-3, 30],
  logProbs: logNormalLogProbs,
  summaries: logNormalSummaries,
})

describe('logNormal', () => {
  const d = logNormal({ loc: 0.5, scale: 2 })

  it('has log density −Infinity at x <= 0, and finite gradients elsewhere', () => {
    expect(numbers(d.logProb(scalars(positive, [-1, 0]) as never))).toEqual([-Infinity, -Infinity])
    expect(numbers(d.cdf(scalars(real, [-1, 0]) as never))).toEqual([0, 0])
    const gradient = tf.grad((loc) => {
      const shifted = logNormal({ loc: makeValue(loc, [], real), scale: 2 })
      return tf.slice(shifted.logProb(scalars(positive, [0, 1]) as never).tensor, 1, 1)
    })(tf.scalar(0.5))
    expectClose(gradient.dataSync()[0] as number, -0.125)
  })

  it('refuses a scale that is not positive', () =>
    expect(() => logNormal({ loc: 0, scale: 0 as never })).toThrow(
      'scale of logNormal must be Positive, but 0 was given',
    ))
})
