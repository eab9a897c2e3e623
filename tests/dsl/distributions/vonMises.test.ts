import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { vonMises } from '../../../src/dsl/distributions/vonMises.js'
import { circle, positive, real } from '../../../src/dsl/domain.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'
import { followsCdf } from '../../../src/testing/laws/distribution.js'
import { vonMisesLogProbs, vonMisesSummaries } from './concentrationReference.js'
import { implicitLaws } from './implicitLaws.js'
import { expectClose, expectLaw, number, numbers, scalars } from './laws.js'

implicitLaws('vonMises', {
  make: (p) => vonMises(p as never),
  domains: { loc: real, concentration: positive },
  at: { loc: 0.75, concentration: 2.5 },
  support: [-Math.PI, Math.PI],
  points: [-2, -0.5, 0.25, 0.75, 1.5, 3],
  logProbs: vonMisesLogProbs,
  summaries: vonMisesSummaries,
  // E cos x = I1(k)/I0(k) cos(mu): mpmath
  f: tf.cos,
  expectation: 0.5597396049,
  gradient: [-0.5214514344, 0.07959404963],
  extremes: [
    { loc: 0, concentration: 1e-4 },
    { loc: 20, concentration: 1e4 },
    { loc: -3.1, concentration: 1e6 },
  ],
})

describe('vonMises', () => {
  it('knows its direction and its circular variance', () => {
    const d = vonMises({ loc: 7, concentration: 2.5 })
    expectClose(number(d.meanDirection()), 7 - 2 * Math.PI)
    // mpmath: 1 - besseli(1, 2.5)/besseli(0, 2.5)
    expectClose(number(d.circularVariance()) / 0.235003252411, 1)
  })

  it('follows its cdf at small and large concentrations, across ±π', () => {
    for (const [loc, concentration] of [
      [0, 0.125],
      [3, 1],
      [-1, 400],
    ] as const) {
      const d = vonMises({ loc, concentration })
      const x = numbers(d.sample(noiseFromSeed(4), [{ name: 'draw', size: 5000 }]))
      expect(Math.max(...x.map(Math.abs))).toBeLessThanOrEqual(Math.fround(Math.PI))
      expectLaw(followsCdf(x, (xs) => numbers(d.cdf(scalars(circle, xs) as never))))
    }
  })

  it('draws its direction where the concentration is as large as float32 goes', () => {
    const draws = numbers(
      vonMises({ loc: 3, concentration: 1e30 }).sample(noiseFromSeed(1), [{ name: 'n', size: 4 }]),
    )
    expect(draws).toEqual([3, 3, 3, 3])
  })

  it('refuses a concentration that is not positive', () =>
    expect(() => vonMises({ loc: 0, concentration: value(space.real(), 1) as never })).toThrow(
      'concentration of vonMises must be Positive, but Real was given',
    ))
})
