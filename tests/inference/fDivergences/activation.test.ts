import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { real } from '../../../src/dsl/domain.js'
import { makeValue, toTypedArray } from '../../../src/dsl/value.js'
import { activationOnto } from '../../../src/inference/fDivergences/activation.js'

const [minus, plus] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
const intervals = [
  { low: minus, high: plus },
  { low: minus, high: 0 },
  { low: minus, high: 1.5 },
  { low: -2, high: plus },
  { low: -0.5, high: 0.5 },
  { low: 1, high: 4 },
]
const grid = Array.from({ length: 81 }, (_, i) => (i - 40) / 4)

describe('activationOnto', () => {
  it.each(intervals)('maps the line onto ($low, $high), increasing, with its inverse', ({ low, high }) => {
    const g = activationOnto({ low, high })
    const ts = grid.map(g.onNumber)
    ts.forEach((t, i) => {
      expect(t).toBeGreaterThan(low)
      expect(t).toBeLessThan(high)
      if (i > 0) expect(t).toBeGreaterThan(ts[i - 1] as number)
      // The distance to an end is known to 2^−52 of the end, and v to that over the distance.
      const room = Math.min(1, t - low, high - t)
      expect(Math.abs(g.inverse(t) - (grid[i] as number))).toBeLessThan(1e-14 + 1e-15 / room)
    })
    expect(Math.abs(g.onNumber(-745) - Math.max(low, -745))).toBeLessThan(3)
    expect(Math.abs(g.onNumber(745) - Math.min(high, 745))).toBeLessThan(3)
  })

  it('reaches the ends as limits', () => {
    const g = activationOnto({ low: -0.5, high: 0.5 })
    expect([g.inverse(0.5), g.inverse(-0.5), g.onNumber(plus)]).toEqual([plus, minus, 0.5])
    expect(activationOnto({ low: minus, high: 0 }).inverse(0)).toBe(plus)
  })

  it.each(intervals)('is the same on values, ($low, $high)', ({ low, high }) => {
    const g = activationOnto({ low, high })
    const vs = [...grid, -100, 100]
    const found = toTypedArray(
      g.onValue(makeValue(tf.tensor1d(vs), [], real, [{ name: 'datum', size: vs.length }])),
    )
    found.forEach((t, i) => {
      const expected = g.onNumber(vs[i] as number)
      expect(Math.abs(t - expected)).toBeLessThan(1e-6 * Math.max(1, Math.abs(expected)))
    })
  })
})
