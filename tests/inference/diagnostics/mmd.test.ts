import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import { mmdTest } from '../../../src/inference/diagnostics/mmd.js'
import { gaussianDraws, kolmogorov, refused } from './draws.js'

/** The U-statistic by its definition. */
const byDefinition = (x: readonly number[][], y: readonly number[][], bandwidths: readonly number[]) => {
  const k = (a: readonly number[], b: readonly number[]) => {
    const d = a.reduce((s, v, i) => s + (v - (b[i] as number)) ** 2, 0)
    return bandwidths.reduce((s, h) => s + Math.exp(-d / (2 * h * h)), 0) / bandwidths.length
  }
  const sum = (a: readonly number[][], b: readonly number[][], skip: boolean) =>
    a.reduce((s, u, i) => s + b.reduce((t, v, j) => (skip && i === j ? t : t + k(u, v)), 0), 0)
  const [n, m] = [x.length, y.length]
  return sum(x, x, true) / (n * (n - 1)) + sum(y, y, true) / (m * (m - 1)) - (2 * sum(x, y, false)) / (n * m)
}

describe('mmdTest', () => {
  it('is the unbiased U-statistic of the definition', async () => {
    const [x, y] = [gaussianDraws(1, 7, 2), gaussianDraws(2, 9, 2, 0.5)]
    const report = await g.orThrow(mmdTest(x, y, { bandwidth: 1.3, scales: [0.5, 2], permutations: 9 }))
    expect(report.value).toBeCloseTo(byDefinition(x, y, [0.65, 2.6]), 12)
    expect(report).toMatchObject({ n: 7, m: 9, bandwidth: 1.3 })
  })

  it('takes the median of the pooled distances for its bandwidth', async () => {
    // Distances of 0, 1, 3, 7: 1, 2, 3, 4, 6, 7.
    const report = await g.orThrow(mmdTest([0, 1], [3, 7], { permutations: 9 }))
    expect(report.bandwidth).toBe(4)
  })

  it('is the closed form for two Gaussians, within its error', async () => {
    // E k of N(0, s² I) differences in d dimensions: (h²/(h² + v))^(d/2) exp(−‖m‖²/(2 (h² + v))), v the sum of variances.
    const [h, m, t] = [1.5, 0.7, 1.4]
    const mean = (v: number, shift: number) =>
      ((h * h) / (h * h + v)) * Math.exp((-2 * shift * shift) / (2 * (h * h + v)))
    const exact = mean(2, 0) + mean(2 * t * t, 0) - 2 * mean(1 + t * t, m)
    const values: number[] = []
    for (let r = 0; r < 60; r++) {
      const report = mmdTest(gaussianDraws(2 * r, 60, 2), gaussianDraws(2 * r + 1, 60, 2, m, t), {
        bandwidth: h,
        scales: [1],
        permutations: 1,
      })
      values.push((await g.orThrow(report)).value)
    }
    const average = values.reduce((a, b) => a + b, 0) / values.length
    const error = Math.sqrt(values.reduce((s, v) => s + (v - average) ** 2, 0) / 59 / 60)
    expect(Math.abs(average - exact)).toBeLessThan(5 * error)
    expect(5 * error).toBeLessThan(exact / 2)
  })

  it('has uniform p-values for equal distributions, and the least one for different ones', async () => {
    const p: number[] = []
    for (let r = 0; r < 120; r++) {
      const test = mmdTest(gaussianDraws(2 * r, 20, 2), gaussianDraws(2 * r + 1, 20, 2), {
        permutations: 99,
        seed: r,
      })
      p.push((await g.orThrow(test)).pValue)
    }
    expect(kolmogorov(p)).toBeLessThan(1.95)
    const apart = mmdTest(gaussianDraws(1, 50, 2), gaussianDraws(2, 50, 2, 1), { permutations: 99 })
    expect((await g.orThrow(apart)).pValue).toBe(0.01)
  })

  it('draws at most `limit` of each, by the seed', async () => {
    const [x, y] = [gaussianDraws(1, 50, 2), gaussianDraws(2, 60, 2)]
    const at = (seed: number) => g.orThrow(mmdTest(x, y, { limit: 20, permutations: 19, seed }))
    const one = await at(1)
    expect(one).toMatchObject({ n: 20, m: 20 })
    expect(await at(1)).toEqual(one)
    expect((await at(2)).value).not.toBe(one.value)
  })

  it('manages samples that coincide', async () => {
    const same = mmdTest(
      [
        [1, 1],
        [1, 1],
      ],
      [
        [1, 1],
        [1, 1],
      ],
      { permutations: 9 },
    )
    expect(await g.orThrow(same)).toMatchObject({ value: 0, pValue: 1 })
  })

  it('refuses single data and bad options in sentences', async () => {
    const messages = async (x: number[][], options: object) =>
      (await refused(mmdTest(x, [[1], [2]], options))).map((e) => e.message)
    expect(await messages([[1]], {})).toEqual(["'real' has 1 datum, but an unbiased MMD needs two"])
    expect(await messages([[1], [2]], { scales: [0] })).toEqual([
      'bandwidths must be positive, but 0 was given',
    ])
    expect(await messages([[1], [2]], { permutations: 0, seed: 0.5 })).toHaveLength(2)
    expect(
      await messages(
        [
          [1, 2],
          [2, 3],
        ],
        {},
      ),
    ).toEqual(["a datum of 'fake' has 1 numbers, but one of 'real' has 2"])
  })
})
