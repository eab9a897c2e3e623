import { describe, expect, it } from 'vitest'
import { ring } from '../../../src/data/synthetic/ring.js'
import { followsCdf, followsMasses } from '../../../src/testing/laws/distribution.js'
import { coordinates, equal, normalCdf, pointsOf, tally } from './points.js'

describe('ring', () => {
  it('has eight modes on the unit circle, 45 degrees apart', () => {
    const { centers, scale } = ring({ n: 1, heldOut: 1 }).modes
    expect(scale).toBe(0.01)
    expect(centers).toHaveLength(8)
    const half = Math.SQRT1_2
    const eight = [1, 0, half, half, 0, 1, -half, half, -1, 0, -half, -half, 0, -1, half, -half]
    centers.flat().forEach((x, i) => {
      expect(x).toBeCloseTo(eight[i] as number, 12)
    })
  })

  it('draws each mode equally often, and its points as N(center, scale² I)', () => {
    const { train, trainLabels, modes } = ring({ n: 16_000, heldOut: 1, seed: 3 })
    expect(followsMasses(tally(trainLabels, 8), equal(8))).toMatchObject({ holds: true })
    const residuals = pointsOf(train).flatMap(([x, y], i) => {
      const [a, b] = modes.centers[trainLabels[i] as number] as readonly [number, number]
      return [(x - a) / modes.scale, (y - b) / modes.scale]
    })
    expect(followsCdf(residuals, normalCdf)).toMatchObject({ holds: true })
    // The two coordinates are uncorrelated: the mean of n products of standard normals has deviation 1 / sqrt(n).
    const n = train.size
    const covariance =
      residuals.reduce((s, r, i) => (i % 2 === 0 ? s + r * (residuals[i + 1] ?? 0) : s), 0) / n
    expect(Math.abs(covariance)).toBeLessThan(5 / Math.sqrt(n))
  })

  it('draws both parts independently, and one seed gives one ring', () => {
    const draw = (seed: number, n = 50) => ring({ n, heldOut: 50, seed })
    expect(coordinates(draw(1).train)).toEqual(coordinates(draw(1).train))
    expect(coordinates(draw(1).train)).not.toEqual(coordinates(draw(2).train))
    expect(coordinates(draw(1).train)).not.toEqual(coordinates(draw(1).test))
    expect(coordinates(draw(1, 20).train)).toEqual(coordinates(draw(1).train).subarray(0, 40))
    expect(coordinates(draw(1, 20).test)).toEqual(coordinates(draw(1).test))
  })

  it('takes other sizes, and reports every one that it cannot', () => {
    expect(ring({ n: 1, heldOut: 1, modes: 3, radius: 2 }).modes.centers[0]).toEqual([2, 0])
    expect(() => ring({ n: 0, heldOut: 1.5, seed: Number.NaN, modes: 257, radius: -1, scale: 0 })).toThrow(
      [
        'n is 0, but must be a whole number from 1 to 100000000',
        'heldOut is 1.5, but must be a whole number from 1 to 100000000',
        'seed is NaN, but must be a whole number from -9007199254740991 to 9007199254740991',
        'modes is 257, but must be a whole number from 1 to 256',
        'radius is -1, but must be a finite number > 0',
        'scale is 0, but must be a finite number > 0',
      ].join('\n  → pass such a number, or leave it out\n'),
    )
  })
})
