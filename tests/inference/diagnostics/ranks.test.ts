import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { auc, aucStandardError, ranksOf } from '../../../src/inference/diagnostics/ranks.js'
import { gaussianDraws } from './draws.js'

const few = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 12 })

describe('ranks', () => {
  it('shares the mean of tied ranks', () => {
    expect([...ranksOf([3, 1, 3, 2, 3])]).toEqual([4, 1, 4, 2, 4])
    expect([...ranksOf([])]).toEqual([])
  })

  it('is the count of smaller numbers and half of the equal ones', () => {
    fc.assert(
      fc.property(few, (x) => {
        const byCount = x.map(
          (a) => x.filter((b) => b < a).length + (x.filter((b) => b === a).length + 1) / 2,
        )
        expect([...ranksOf(x)]).toEqual(byCount)
      }),
    )
  })
})

describe('auc', () => {
  it('is the share of pairs in order, ties half', () => {
    fc.assert(
      fc.property(few, few, (a, b) => {
        const pairs = a.flatMap((x) => b.map((y) => (x > y ? 1 : x === y ? 0.5 : 0)))
        expect(auc(a, b)).toBeCloseTo(pairs.reduce<number>((s, p) => s + p, 0) / pairs.length, 12)
      }),
    )
  })

  it('has a standard error that agrees with its spread over repetitions', () => {
    const runs = Array.from({ length: 400 }, (_, r) => {
      const a = gaussianDraws(2 * r, 40, 1, 1).flat()
      const b = gaussianDraws(2 * r + 1, 60, 1).flat()
      return { auc: auc(a, b), error: aucStandardError(a, b) }
    })
    const mean = runs.reduce((s, r) => s + r.auc, 0) / runs.length
    const spread = Math.sqrt(runs.reduce((s, r) => s + (r.auc - mean) ** 2, 0) / (runs.length - 1))
    const stated = Math.sqrt(runs.reduce((s, r) => s + r.error ** 2, 0) / runs.length)
    // Φ(1/√2) = 0.7602; the standard deviation of 400 runs is known to 1/√800 = 3.5%.
    expect(Math.abs(mean - 0.7602)).toBeLessThan((5 * spread) / 20)
    expect(Math.abs(stated / spread - 1)).toBeLessThan(5 * 0.035)
  })
})
