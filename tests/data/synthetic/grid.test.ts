import { describe, expect, it } from 'vitest'
import { grid } from '../../../src/data/synthetic/grid.js'
import { followsCdf, followsMasses, hasMean } from '../../../src/testing/laws/distribution.js'
import { equal, normalCdf, pointsOf, tally } from './points.js'

describe('grid', () => {
  it('has 25 modes at even coordinates from -4 to 4', () => {
    const { centers, scale } = grid({ n: 1, heldOut: 1 }).modes
    expect(scale).toBe(0.05)
    expect(centers.map(String).sort()).toEqual(
      [-4, -2, 0, 2, 4].flatMap((x) => [-4, -2, 0, 2, 4].map((y) => `${x},${y}`)).sort(),
    )
  })

  it('draws each mode equally often, and its points as N(center, scale² I)', () => {
    const { test, testLabels, modes } = grid({ n: 1, heldOut: 20_000, seed: 4 })
    expect(followsMasses(tally(testLabels, 25), equal(25))).toMatchObject({ holds: true })
    const residuals = pointsOf(test).flatMap(([x, y], i) => {
      const [a, b] = modes.centers[testLabels[i] as number] as readonly [number, number]
      return [(x - a) / modes.scale, (y - b) / modes.scale]
    })
    expect(followsCdf(residuals, normalCdf)).toMatchObject({ holds: true })
  })

  it('has mean 0, and the variance of its centers and its noise together', () => {
    const { train, modes } = grid({ n: 20_000, heldOut: 1 })
    // E x² = (16 + 4 + 0 + 4 + 16) / 5 + scale² = 8.0025
    for (const axis of [0, 1] as const) {
      const xs = pointsOf(train).map((p) => p[axis])
      expect(hasMean(xs, 0)).toMatchObject({ holds: true })
      const squares = xs.map((x) => x ** 2)
      expect(hasMean(squares, 8 + modes.scale ** 2)).toMatchObject({ holds: true })
    }
  })

  it('takes other sizes, and reports every one that it cannot', () => {
    expect(grid({ n: 1, heldOut: 1, side: 2, spacing: 1 }).modes.centers).toEqual([
      [-0.5, -0.5],
      [0.5, -0.5],
      [-0.5, 0.5],
      [0.5, 0.5],
    ])
    expect(() => grid({ side: 17, spacing: Number.POSITIVE_INFINITY })).toThrow(
      'side is 17, but must be a whole number from 1 to 16\n  → pass such a number, or leave it out\nspacing is Infinity, but must be a finite number > 0',
    )
  })
})
