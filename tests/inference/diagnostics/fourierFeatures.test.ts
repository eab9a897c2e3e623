import { describe, expect, it } from 'vitest'
import { fourierFeatures } from '../../../src/inference/diagnostics/fourierFeatures.js'
import { points, rowAt } from '../../../src/inference/diagnostics/points.js'
import { keyFromSeed } from '../../../src/runtime/keys.js'
import { gaussianDraws } from './draws.js'

describe('fourierFeatures', () => {
  it('keeps the entries and adds points of the unit circle', () => {
    const p = points(gaussianDraws(1, 5, 3))
    const f = fourierFeatures(3, keyFromSeed(1))(p)
    expect(f).toMatchObject({ count: 5, size: 3 + 2 * 48 })
    for (let i = 0; i < 5; i++) {
      const row = rowAt(f, i)
      expect([...row.subarray(0, 3)]).toEqual([...rowAt(p, i)])
      for (let j = 3; j < row.length; j += 2)
        expect(Math.hypot(row[j] as number, row[j + 1] as number)).toBeCloseTo(1, 12)
    }
  })

  it('has a kernel of all scales: the mean of exp(−(2^o d)² / 2 size) over the octaves o', () => {
    const f = fourierFeatures(2, keyFromSeed(1))
    for (const d of [0, 0.01, 0.1, 0.5, 1, 30]) {
      const both = f(
        points([
          [0, 0],
          [d, 0],
        ]),
      )
      const [a, b] = [rowAt(both, 0).subarray(2), rowAt(both, 1).subarray(2)]
      const product = a.reduce((s, x, i) => s + x * (b[i] as number), 0) / 48
      const exact = [0, 1, 2, 3, 4, 5].reduce((s, o) => s + Math.exp(-((2 ** o * d) ** 2) / 4) / 6, 0)
      // A cosine of a random angle has a variance of ½ at most.
      expect(Math.abs(product - exact)).toBeLessThan(5 * Math.sqrt(0.5 / 48) * (d > 0 ? 1 : 1e-9))
    }
  })

  it('leaves many dimensions alone', () => {
    const p = points(gaussianDraws(1, 3, 20))
    expect(fourierFeatures(20, keyFromSeed(1))(p)).toBe(p)
  })
})
