/** The oracle of the bounds on K weights, itself against sums over all K-tuples, and against its limits. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { overTuples } from '../inference/importance/finiteOracle.js'
import { logMeansOf, logMomentOf, type Weights } from './logMeans.js'
import { logSumExp } from './oracle.js'
import { runs } from './runs.js'

const weights: fc.Arbitrary<Weights> = fc
  .array(
    fc.tuple(fc.double({ min: -20, max: 5, noNaN: true }), fc.double({ min: 1e-4, max: 1, noNaN: true })),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((all) => {
    const total = all.reduce((s, [, p]) => s + p, 0)
    return { log: all.map(([a]) => a), probability: all.map(([, p]) => p / total) }
  })

describe('E[log of the mean of K weights]', () => {
  it('is the sum over all K-tuples, K = 1, 2, 4', () => {
    fc.assert(
      fc.property(weights, (w) => {
        const outcomes = w.log.map((a, i) => ({ a, probability: w.probability[i] as number }))
        const found = logMeansOf(w, [0, 1, 2])
        for (const [k, K] of [1, 2, 4].entries()) {
          const exact = overTuples(outcomes, K, (a) => logSumExp(a) - Math.log(K))
          expect(Math.abs((found[k] as number) - exact)).toBeLessThan(1e-10 * Math.max(1, Math.abs(exact)))
        }
      }),
      runs(),
    )
  })

  it('comes to log E[w]', () => {
    fc.assert(
      fc.property(weights, (w) => {
        const [last] = logMeansOf(w, [40])
        expect(Math.abs((last as number) - logMomentOf(w, 1))).toBeLessThan(1e-6)
      }),
      runs(),
    )
  })
})
