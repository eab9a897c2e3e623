import { describe, expect, it } from 'vitest'
import { modes } from '../../../src/inference/diagnostics/modes.js'
import { ringCenters, ringDraws, thrown } from './draws.js'

const known = { centers: ringCenters, scale: 0.05 }

describe('modes', () => {
  it('counts by hand', () => {
    // Modes at 0 and 10 of deviation 1: 3 on the first, 1 on the second, one of low quality nearest to the second.
    const report = modes([-3, 0, 1, 10.5, 6], { centers: [0, 10], scale: 1 })
    expect(report).toMatchObject({ modes: 2, covered: 2, highQuality: 0.8, counts: [3, 1], n: 5 })
    expect(report.reverseKl).toBeCloseTo(0.6 * Math.log(1.2) + 0.4 * Math.log(0.8), 12)
    const weighted = modes([-3, 0, 1, 10.5, 6], { centers: [0, 10], scale: 1, weights: [6, 4] })
    expect(weighted.reverseKl).toBeCloseTo(0, 12)
  })

  it('finds all modes of the mixture itself, with P(χ²₂ < 9) of high quality', () => {
    const n = 4000
    const report = modes(ringDraws(1, n), known)
    expect(report.covered).toBe(8)
    const exact = 1 - Math.exp(-4.5)
    expect(Math.abs(report.highQuality - exact)).toBeLessThan(5 * Math.sqrt((exact * (1 - exact)) / n))
    // 2 n KL is χ² with 7 degrees of freedom.
    expect(2 * n * report.reverseKl).toBeLessThan(7 + 5 * Math.sqrt(14))
  })

  it('sees missing modes and blur', () => {
    const half = modes(ringDraws(1, 4000, { modes: 4 }), known)
    expect(half.covered).toBe(4)
    expect(half.reverseKl).toBeGreaterThan(Math.log(2) - 0.01)
    expect(modes(ringDraws(1, 1000, { scale: 0.2 }), known).highQuality).toBeLessThan(0.5)
  })

  it('refuses bad modes in sentences', () => {
    const messages = (x: Parameters<typeof modes>[1]) =>
      thrown(() => modes([[0, 0]], x)).map((e) => e.message)
    expect(messages({ ...known, scale: 0 })).toEqual(['scale must be positive, but 0 was given'])
    expect(messages({ ...known, weights: [1, 0] })).toEqual([
      '8 modes need as many positive weights, but [1,0] was given',
    ])
    expect(messages({ centers: [[1]], scale: 1 })).toEqual([
      "a datum of 'centers' has 1 numbers, but one of 'samples' has 2",
    ])
  })
})
