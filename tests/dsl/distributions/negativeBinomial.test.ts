/** SciPy 1.17.1's `nbinom`, whose p is 1 − probs; from 10³ failures on mpmath, since logpmf loses digits there. */
import { describe, expect, it } from 'vitest'
import { negativeBinomial } from '../../../src/dsl/distributions/negativeBinomial.js'
import { poisson } from '../../../src/dsl/distributions/poisson.js'
import { count, positive, real, unit } from '../../../src/dsl/domain.js'
import * as space from '../../../src/dsl/space.js'
import { value } from '../../../src/dsl/space.js'
import { noiseFromSeed } from '../../../src/runtime/noise.js'
import { hasMean } from '../../../src/testing/laws/distribution.js'
import { discreteLaws, expectClose, expectLaw, logProbAt, number, numbers, scalars } from './laws.js'
import type { Reference, Summary } from './reference.js'

const logProbs: readonly Reference[] = [
  // nbinom(1, 1 - 0.25).logpmf(3)
  { parameters: { failures: 1, probs: 0.25 }, x: 3, logProb: -4.446565155811452 },
  // nbinom(2.5, 1 - 0.5).logpmf(0)
  { parameters: { failures: 2.5, probs: 0.5 }, x: 0, logProb: -1.7328679513998633 },
  // nbinom(2.5, 1 - 0.5).logpmf(7)
  { parameters: { failures: 2.5, probs: 0.5 }, x: 7, logProb: -3.7054090260605452 },
  // nbinom(0.125, 1 - 0.875).logpmf(20)
  { parameters: { failures: 0.125, probs: 0.875 }, x: 20, logProb: -7.573993476752637 },
  // nbinom(30, 1 - 0.5).logpmf(41)
  { parameters: { failures: 30, probs: 0.5 }, x: 41, logProb: -4.06565700260888 },
  // mpmath: loggamma(x+r) - loggamma(r) - loggamma(x+1) + x*log(p) + r*log(1-p)
  { parameters: { failures: 1000, probs: 0.75 }, x: 3100, logProb: -6.052839735892648 },
  { parameters: { failures: 100000, probs: 0.001953125 }, x: 210, logProb: -4.103480858136261 },
  { parameters: { failures: 67108864, probs: 2 ** -24 }, x: 3, logProb: -1.6328764603741943 },
  { parameters: { failures: 67108864, probs: 2 ** -24 }, x: 9, logProb: -4.32517781276997 },
]

const summaries: readonly Summary[] = [
  // d = nbinom(1, 1 - 0.25); d.mean(), d.var()
  { parameters: { failures: 1, probs: 0.25 }, mean: 1 / 3, variance: 4 / 9 },
  // d = nbinom(2.5, 1 - 0.5); d.mean(), d.var()
  { parameters: { failures: 2.5, probs: 0.5 }, mean: 2.5, variance: 5 },
  // d = nbinom(0.125, 1 - 0.875); d.mean(), d.var()
  { parameters: { failures: 0.125, probs: 0.875 }, mean: 0.875, variance: 7 },
]

discreteLaws('negativeBinomial by probs', {
  make: (p) => negativeBinomial(p as never),
  domains: { failures: positive, probs: unit },
  at: { failures: 2.5, probs: 0.5 },
  support: [0, 40],
  logProbs,
  summaries,
})

const byLogits = <R extends { readonly parameters: Reference['parameters'] }>(r: R): R => {
  const { failures, probs } = r.parameters as { readonly failures: number; readonly probs: number }
  return { ...r, parameters: { failures, logits: Math.log(probs / (1 - probs)) } }
}

discreteLaws('negativeBinomial by logits', {
  make: (p) => negativeBinomial(p as never),
  domains: { failures: positive, logits: real },
  at: { failures: 7, logits: -0.75 },
  support: [0, 40],
  logProbs: logProbs.map(byLogits),
  summaries: summaries.map(byLogits),
})

describe('negativeBinomial', () => {
  it('tends to a Poisson as the failures grow', () => {
    const k = scalars(count, [0, 1, 5, 12, 30])
    const rate = 8
    const masses = numbers(logProbAt(poisson({ rate }), k))
    const failures = 2 ** 27
    const limit = numbers(logProbAt(negativeBinomial({ failures, logits: Math.log(rate / failures) }), k))
    limit.forEach((l, i) => {
      expectClose(l, masses[i] as number, 3e-6)
    })
  })

  it.each([
    [2.5, 0.5],
    [0.125, 0.875],
    [40, 0.75],
  ])('is drawn with its masses, %d failures at %d', (failures, probs) => {
    const d = negativeBinomial({ failures, probs })
    const n = 20_000
    const draws = numbers(d.sample(noiseFromSeed(5), [{ name: 'draw', size: n }]))
    // Between quantiles of nbinom(r, 1 - p), each part within 5 standard errors of its mass.
    const masses = Array.from({ length: 400 }, (_, k) => Math.exp(number(logProbAt(d, scalars(count, [k])))))
    let [from, mass] = [0, 0]
    for (const [k, m] of masses.entries()) {
      mass += m
      if (mass < 0.05) continue
      const share = draws.filter((x) => x >= from && x <= k).length / n
      expect(Math.abs(share - mass), `${from} to ${k}`).toBeLessThan(5 * Math.sqrt((mass * (1 - mass)) / n))
      ;[from, mass] = [k + 1, 0]
    }
    expect(from).toBeGreaterThan(0)
  })

  it('has the mean and variance of many failures', () => {
    const d = negativeBinomial({ failures: 300, probs: 0.75 })
    const draws = numbers(d.sample(noiseFromSeed(2), [{ name: 'draw', size: 2000 }]))
    expectLaw(hasMean(draws, 900))
    expectLaw(
      hasMean(
        draws.map((x) => (x - 900) ** 2),
        3600,
      ),
    )
  })

  it('stays finite at saturated logits, and has log mass −Infinity below 0', () => {
    const at = (logits: number, x: number) =>
      number(logProbAt(negativeBinomial({ failures: 2, logits }), value(space.count(), x)))
    expectClose(at(-100, 1), Math.log(2) - 100)
    expectClose(at(50, 1), Math.log(2) - 100)
    expect(numbers(logProbAt(negativeBinomial({ failures: 2, probs: 0.5 }), scalars(real, [-1])))).toEqual([
      -Infinity,
    ])
  })

  it('refuses other parameters, in the words of the compiler', () => {
    expect(() => negativeBinomial({ failures: 0 as never, probs: 0.5 })).toThrow(
      'failures of negativeBinomial must be Positive, but 0 was given',
    )
    expect(() => negativeBinomial({ failures: 1 } as never)).toThrow(
      'negativeBinomial takes either logits or probs',
    )
  })
})
