import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { inverseGamma } from '../../../src/dsl/distributions/inverseGamma.js'
import { positive, real } from '../../../src/dsl/domain.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { inverseGammaLogProbs, inverseGammaSummaries } from './concentrationReference.js'
import { implicitLaws } from './implicitLaws.js'
import { logProbAt, numbers, scalars } from './laws.js'

implicitLaws('inverseGamma', {
  make: (p) => inverseGamma(p as never),
  domains: { concentration: positive, scale: positive },
  at: { concentration: 3, scale: 2 },
  support: [0, 80],
  points: [0.25, 0.5, 0.75, 1, 1.75, 3],
  logProbs: inverseGammaLogProbs,
  summaries: inverseGammaSummaries,
  // E log x = log s - digamma(a): mpmath
  f: tf.log,
  expectation: -0.2296371545,
  gradient: [-0.3949340668, 0.5],
  extremes: [
    { concentration: 0.01, scale: 1 },
    { concentration: 1e3, scale: 1e-3 },
    { concentration: 1e5, scale: 1e5 },
  ],
})

describe('inverseGamma', () => {
  it('has log density −Infinity at 0 and below, and the cdf 0 there', () => {
    const d = inverseGamma({ concentration: 2, scale: 1 })
    const x = scalars(real, [-1, 0])
    expect(numbers(logProbAt(d, x))).toEqual([-Infinity, -Infinity])
    expect(numbers(d.cdf(x as never))).toEqual([0, 0])
  })

  it('refuses a scale that is not positive', () =>
    expect(() => inverseGamma({ concentration: 1, scale: value(space.real(), 1) as never })).toThrow(
      'scale of inverseGamma must be Positive, but Real was given',
    ))
})
