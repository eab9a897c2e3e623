import { describe, expect, it } from 'vitest'
import { eachDistanceRow } from '../../../src/inference/diagnostics/distances.js'
import { points } from '../../../src/inference/diagnostics/points.js'
import { gaussianDraws } from './draws.js'

describe('eachDistanceRow', () => {
  it('is the definition, for even and odd numbers of points', async () => {
    for (const [n, m, d] of [
      [1, 1, 1],
      [2, 3, 2],
      [17, 5, 3],
      [33, 32, 4],
    ] as const) {
      const [a, b] = [gaussianDraws(1, n, d), gaussianDraws(2, m, d)]
      const seen: number[] = []
      await eachDistanceRow(points(a), points(b), (i, row) => {
        seen.push(i)
        expect(row).toHaveLength(m)
        row.forEach((s, j) => {
          const exact = (a[i] as number[]).reduce((t, x, k) => t + (x - (b[j]?.[k] as number)) ** 2, 0)
          expect(Math.abs(s - exact)).toBeLessThan(1e-12)
        })
      })
      expect(seen).toEqual(Array.from({ length: n }, (_, i) => i))
    }
  })

  it('finds copies at distance 0 exactly, far from the origin too', async () => {
    const a = points(gaussianDraws(1, 5, 10, 1e6))
    await eachDistanceRow(a, a, (i, row) => expect(row[i]).toBe(0))
  })
})
