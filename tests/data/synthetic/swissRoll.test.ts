import { describe, expect, it } from 'vitest'
import { swissRoll } from '../../../src/data/synthetic/swissRoll.js'
import { followsCdf, hasMean } from '../../../src/testing/laws/distribution.js'
import { normalCdf, pointsOf, residuals, uniformCdf } from './points.js'

describe('swissRoll', () => {
  it('without noise puts points on a spiral, uniformly in its angle', () => {
    const { train } = swissRoll({ n: 10_000, heldOut: 1, seed: 7, scale: 0 })
    const turns = pointsOf(train).map(([x, y]) => {
      const radius = Math.hypot(x, y)
      const t = 4.5 * Math.PI * radius
      expect(Math.hypot(x - radius * Math.cos(t), y - radius * Math.sin(t))).toBeLessThan(1e-5)
      return (t / Math.PI - 1.5) / 3
    })
    expect(followsCdf(turns, uniformCdf)).toMatchObject({ holds: true })
  })

  it('adds normal noise of its scale, 0.02', () => {
    const [noisy, clean] = [swissRoll({ n: 5000, seed: 8 }), swissRoll({ n: 5000, seed: 8, scale: 0 })]
    expect(followsCdf(residuals(noisy.train, clean.train, 0.02), normalCdf)).toMatchObject({ holds: true })
  })

  it('has the moments of its radius', () => {
    const { test } = swissRoll({ heldOut: 20_000 })
    // r ~ Uniform(1/3, 1): E r² = (1 − 1/27) / (3 (2/3)) = 13/27, and the noise adds 2 scale².
    const squares = pointsOf(test).map(([x, y]) => x ** 2 + y ** 2)
    expect(hasMean(squares, 13 / 27 + 2 * 0.02 ** 2)).toMatchObject({ holds: true })
  })

  it('says what it cannot draw', () => {
    expect(() => swissRoll({ scale: Number.NaN, seed: 0.5 })).toThrow(
      'seed is 0.5, but must be a whole number from -9007199254740991 to 9007199254740991\n  → pass such a number, or leave it out\nscale is NaN',
    )
  })
})
