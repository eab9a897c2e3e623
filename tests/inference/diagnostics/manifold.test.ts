import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import { expectedCoverage, manifold } from '../../../src/inference/diagnostics/manifold.js'
import { gaussianDraws, refused, uniformDraws } from './draws.js'

const distance = (a: readonly number[], b: readonly number[]) =>
  Math.hypot(...a.map((v, i) => v - (b[i] as number)))

/** The four numbers, word for word. */
const byDefinition = (real: readonly number[][], fake: readonly number[][], k: number) => {
  const radius = (all: readonly number[][], i: number) =>
    all
      .filter((_, j) => j !== i)
      .map((y) => distance(all[i] as number[], y))
      .sort((a, b) => a - b)[k - 1] as number
  const inReal = fake.map((y) => real.map((x, i) => distance(x, y) <= radius(real, i)))
  const inFake = real.map((x) => fake.map((y, j) => distance(x, y) <= radius(fake, j)))
  const share = (all: readonly boolean[]) => all.filter((b) => b).length / all.length
  return {
    precision: share(inReal.map((balls) => balls.some((b) => b))),
    recall: share(inFake.map((balls) => balls.some((b) => b))),
    density: inReal.flat().filter((b) => b).length / (k * fake.length),
    coverage: share(real.map((_, i) => inReal.some((balls) => balls[i] === true))),
  }
}

describe('manifold', () => {
  it('is the definition', async () => {
    for (const [n, m, d, k] of [
      [12, 9, 2, 3],
      [20, 20, 1, 1],
      [8, 15, 3, 5],
    ] as const) {
      const [x, y] = [gaussianDraws(n, n, d), gaussianDraws(m + 100, m, d, 0.5)]
      const report = await g.orThrow(manifold(x, y, { k }))
      const exact = byDefinition(x, y, k)
      for (const name of ['precision', 'recall', 'density', 'coverage'] as const)
        expect(report[name]).toBeCloseTo(exact[name], 12)
    }
  })

  it('has coverage 1 − (N−1)…(N−k)/((2N−1)…(2N−k)) and density 1 for equal distributions', async () => {
    const [n, m, k] = [40, 30, 3]
    const runs: { coverage: number; density: number }[] = []
    for (let r = 0; r < 200; r++)
      runs.push(await g.orThrow(manifold(uniformDraws(2 * r, n), uniformDraws(2 * r + 1, m), { k })))
    const check = (of: 'coverage' | 'density', exact: number) => {
      const mean = runs.reduce((s, x) => s + x[of], 0) / runs.length
      const error = Math.sqrt(runs.reduce((s, x) => s + (x[of] - mean) ** 2, 0)) / runs.length
      expect(Math.abs(mean - exact)).toBeLessThan(5 * error)
    }
    check('coverage', expectedCoverage(n, m, k))
    check('density', 1)
    expect(expectedCoverage(5, 5, 2)).toBeCloseTo(1 - (4 * 3) / (9 * 8), 14)
    expect(expectedCoverage(40, 30, 3)).toBeCloseTo(1 - (39 * 38 * 37) / (69 * 68 * 67), 14)
  })

  it('counts copies of the data as perfect, and what lies far away as nothing', async () => {
    const x = gaussianDraws(1, 30, 2)
    expect(await g.orThrow(manifold(x, x))).toMatchObject({ precision: 1, recall: 1, coverage: 1 })
    expect(await g.orThrow(manifold(x, gaussianDraws(2, 30, 2, 100)))).toMatchObject({
      precision: 0,
      recall: 0,
      density: 0,
      coverage: 0,
    })
  })

  it('refuses a k that the samples do not have', async () => {
    expect((await refused(manifold([[1], [2]], [[1], [2]], { k: 2 }))).map((e) => e.message)).toEqual([
      "k must be a whole number from 1 to 1, since 'real' has 2 data, but 2 was given",
      "k must be a whole number from 1 to 1, since 'fake' has 2 data, but 2 was given",
    ])
  })
})
