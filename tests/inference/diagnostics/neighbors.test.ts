import { describe, expect, it } from 'vitest'
import { nearest } from '../../../src/inference/diagnostics/neighbors.js'
import { points } from '../../../src/inference/diagnostics/points.js'
import { gaussianDraws } from './draws.js'

const byDefinition = (x: readonly number[], reference: readonly (readonly number[])[], skip = -1) =>
  reference
    .map((y, j) => ({ j, d: Math.hypot(...x.map((v, i) => v - (y[i] as number))) }))
    .filter(({ j }) => j !== skip)
    .sort((a, b) => a.d - b.d || a.j - b.j)

describe('nearest', () => {
  it('is the sorted list of distances', async () => {
    const [x, y] = [gaussianDraws(1, 13, 3), gaussianDraws(2, 20, 3)]
    const found = await nearest(points(x), points(y), { k: 4 })
    x.forEach((row, i) => {
      byDefinition(row, y)
        .slice(0, 4)
        .forEach(({ j, d }, r) => {
          expect(found.indices[4 * i + r]).toBe(j)
          expect(found.distances[4 * i + r]).toBeCloseTo(d, 12)
        })
    })
  })

  it('leaves out the point itself, or what coincides with it', async () => {
    const x = [[0], [0], [1], [5]]
    const self = await nearest(points(x), points(x), { self: true })
    expect([...self.distances]).toEqual([0, 0, 1, 4])
    expect([...self.indices]).toEqual([1, 0, 0, 2])
    const apart = await nearest(points(x), points(x), { apart: true })
    expect([...apart.distances]).toEqual([1, 1, 1, 4])
    expect((await nearest(points([[0]]), points([[0]]), { apart: true })).distances[0]).toBe(
      Number.POSITIVE_INFINITY,
    )
  })

  it('refuses more neighbors than there are', async () => {
    const x = points([[0], [1]])
    await expect(nearest(x, x, { k: 2, self: true })).rejects.toThrow(
      "k must be a whole number from 1 to 1, since 'reference' has 2 data, but 2 was given",
    )
  })
})
