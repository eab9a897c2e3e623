import * as tf from '@tensorflow/tfjs'
import { pgamma, qgamma } from 'lib-r-math.js'
import { describe, expect, it } from 'vitest'
import { gamma } from '../../../src/dsl/distributions/gamma.js'
import { positive, real } from '../../../src/dsl/domain.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { makeValue } from '../../../src/dsl/value.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'
import { followsCdf } from '../../../src/testing/laws/distribution.js'
import { gammaLogProbs, gammaSummaries } from './concentrationReference.js'
import { implicitLaws } from './implicitLaws.js'
import { expectClose, expectLaw, logProbAt, numbers, scalars } from './laws.js'

implicitLaws('gamma', {
  make: (p) => gamma(p as never),
  domains: { concentration: positive, rate: positive },
  at: { concentration: 2.5, rate: 1.5 },
  support: [0, 16],
  points: [0.25, 0.75, 1.25, 2, 3, 4],
  logProbs: gammaLogProbs,
  summaries: gammaSummaries,
  // E log x = digamma(a) - log r: mpmath
  f: tf.log,
  expectation: 0.2976915325,
  gradient: [0.4903577561, -0.6666666667],
  extremes: [
    { concentration: 0.01, rate: 1 },
    { concentration: 1e-3, rate: 1e3 },
    { concentration: 1e3, rate: 1e-3 },
    { concentration: 1e6, rate: 1 },
  ],
})

describe('gamma', () => {
  it('has log density −Infinity at 0 and below, and the cdf 0 there', () => {
    const d = gamma({ concentration: 2, rate: 1 })
    const x = scalars(real, [-1, 0])
    expect(numbers(logProbAt(d, x))).toEqual([-Infinity, -Infinity])
    expect(numbers(d.cdf(x as never))).toEqual([0, 0])
  })

  it('follows its cdf at a small concentration, where most draws lie far below 1', () => {
    const d = gamma({ concentration: 0.1, rate: 1 })
    const x = numbers(d.sample(noiseFromSeed(4), [{ name: 'draw', size: 5000 }]))
    expectLaw(followsCdf(x, (xs) => numbers(d.cdf(scalars(positive, xs) as never))))
  })

  it('has gradients of draws that are the derivatives of SciPy’s quantiles', () => {
    // Each draw x and its dx/da, dx/dr: x = Q(c; a, r) with c = cdf(x), where R's qgamma is the quantile.
    const axis = [{ name: 'draw', size: 8 }]
    const [a, r] = [2.5, 1.5]
    const sample = (s: tf.Tensor, t: tf.Tensor) =>
      gamma({
        concentration: makeValue(s, [] as [], positive, axis),
        rate: makeValue(t, [] as [], positive, axis),
      }).sample(noiseFromSeed(2), axis).tensor
    const at = [tf.fill([8], a), tf.fill([8], r)] as const
    const x = Array.from(sample(...at).dataSync())
    const [byA, byR] = tf
      .grads((s, t) => tf.sum(sample(s, t)))([...at])
      .map((t) => t.dataSync())
    x.forEach((xi, i) => {
      const c = pgamma(xi, a, r)
      const difference = (qgamma(c, a + 1e-3, r) - qgamma(c, a - 1e-3, r)) / 2e-3
      expectClose((byA?.[i] as number) / difference, 1, 1e-5, `draw ${xi}`)
      expectClose((byR?.[i] as number) / (-xi / r), 1, 1e-5)
    })
  })

  it('refuses a concentration that is not positive', () =>
    expect(() => gamma({ concentration: value(space.real(2), [1, 1]) as never, rate: 1 })).toThrow(
      'concentration of gamma must be Positive, but Real[2] was given',
    ))
})
