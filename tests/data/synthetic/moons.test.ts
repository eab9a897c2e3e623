import { describe, expect, it } from 'vitest'
import { moons } from '../../../src/data/synthetic/moons.js'
import { followsCdf, followsMasses, hasMean } from '../../../src/testing/laws/distribution.js'
import { equal, normalCdf, pointsOf, residuals, tally, uniformCdf } from './points.js'

describe('moons', () => {
  it('without noise puts points on two half circles, uniformly along each', () => {
    const { train, trainLabels } = moons({ n: 10_000, heldOut: 1, seed: 5, scale: 0 })
    expect(followsMasses(tally(trainLabels, 2), equal(2))).toMatchObject({ holds: true })
    const turns = pointsOf(train).map(([x, y], i) => {
      const [a, b] = trainLabels[i] === 0 ? [x, y] : [1 - x, 0.5 - y]
      expect(Math.hypot(a, b)).toBeCloseTo(1, 5)
      return Math.atan2(b, a) / Math.PI
    })
    expect(followsCdf(turns, uniformCdf)).toMatchObject({ holds: true })
  })

  it('adds normal noise of its scale, 0.05', () => {
    const [noisy, clean] = [moons({ n: 5000, seed: 6 }), moons({ n: 5000, seed: 6, scale: 0 })]
    expect(noisy.trainLabels).toEqual(clean.trainLabels)
    expect(followsCdf(residuals(noisy.train, clean.train, 0.05), normalCdf)).toMatchObject({ holds: true })
  })

  it('has the moments of its arcs', () => {
    const { test, testLabels } = moons({ heldOut: 20_000 })
    const points = pointsOf(test).map((p, i) => ({ p, c: testLabels[i] }))
    // E sin t = 2/π and E cos t = 0 over a half turn.
    for (const [c, x, y] of [
      [0, 0, 2 / Math.PI],
      [1, 1, 0.5 - 2 / Math.PI],
    ] as const) {
      const arc = points.filter((q) => q.c === c)
      expect(
        hasMean(
          arc.map(({ p }) => p[0]),
          x,
        ),
      ).toMatchObject({ holds: true })
      expect(
        hasMean(
          arc.map(({ p }) => p[1]),
          y,
        ),
      ).toMatchObject({ holds: true })
      const spread = arc.map(({ p }) => (p[0] - x) ** 2)
      expect(hasMean(spread, 0.5 + 0.05 ** 2)).toMatchObject({ holds: true })
    }
  })

  it('says what it cannot draw', () => {
    expect(() => moons({ scale: -0.1 })).toThrow('scale is -0.1, but must be a finite number >= 0')
  })
})
