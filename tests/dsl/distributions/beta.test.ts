import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { beta } from '../../../src/dsl/distributions/beta.js'
import { positive, real, unit } from '../../../src/dsl/domain.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'
import { followsCdf } from '../../../src/testing/laws/distribution.js'
import { betaLogProbs, betaSummaries } from './concentrationReference.js'
import { implicitLaws } from './implicitLaws.js'
import { expectLaw, logProbAt, numbers, scalars } from './laws.js'

implicitLaws('beta', {
  make: (p) => beta(p as never),
  domains: { alpha: positive, beta: positive },
  at: { alpha: 2.5, beta: 1.75 },
  support: [0, 1],
  points: [0.125, 0.25, 0.5, 0.625, 0.75, 0.9375],
  logProbs: betaLogProbs,
  summaries: betaSummaries,
  // E x^2 = B(a + 2, b)/B(a, b): mpmath
  f: tf.square,
  expectation: 0.3921568627,
  gradient: [0.1019388147, -0.1669687483],
  extremes: [
    { alpha: 0.01, beta: 0.01 },
    { alpha: 1e-3, beta: 10 },
    { alpha: 1e3, beta: 0.01 },
    { alpha: 1e5, beta: 1e5 },
  ],
})

describe('beta', () => {
  it('has log density −Infinity outside [0, 1], and finite ones at the ends', () => {
    const d = beta({ alpha: 0.5, beta: 2 })
    const [below, low, high, above] = numbers(logProbAt(d, scalars(real, [-0.5, 0, 1, 1.5])))
    expect([below, above]).toEqual([-Infinity, -Infinity])
    expect(Number.isFinite(low) && Number.isFinite(high)).toBe(true)
    expect(numbers(d.cdf(scalars(real, [-0.5, 0, 1, 1.5]) as never))).toEqual([0, 0, 1, 1])
  })

  it('follows its cdf at small concentrations', () => {
    const d = beta({ alpha: 0.25, beta: 0.5 })
    const x = numbers(d.sample(noiseFromSeed(4), [{ name: 'draw', size: 5000 }]))
    expectLaw(followsCdf(x, (xs) => numbers(d.cdf(scalars(unit, xs) as never))))
  })

  it('refuses an alpha that is not positive', () =>
    expect(() => beta({ alpha: value(space.real(), 1) as never, beta: 1 })).toThrow(
      'alpha of beta must be Positive, but Real was given',
    ))
})
