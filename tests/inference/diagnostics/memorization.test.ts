import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import { memorization } from '../../../src/inference/diagnostics/memorization.js'
import { gaussianDraws, kolmogorov, refused, ringDraws } from './draws.js'

const train = ringDraws(1, 800)
const heldOut = ringDraws(2, 300)
const test = (fake: number[][], options = {}) =>
  g.orThrow(memorization(fake, { train, heldOut, permutations: 199, ...options }))

describe('memorization', () => {
  it('is the definition by hand', async () => {
    // Training data 0, 1, 3: local spacings 1, 1, 2. Fakes at 0.0005, 0.5 and 4: r = 0.0005, 0.5, 0.5.
    const report = await g.orThrow(
      memorization([[0.0005], [2.9], [4]], {
        train: [[0], [1], [3]],
        heldOut: [[-2], [1.05], [5]],
        permutations: 99,
      }),
    )
    // r of fakes: 0.0005, 0.05, 0.5 (the last two share their neighbor); of held-out data: 2, 0.05, 1.
    expect(report.copies).toBeCloseTo(1 / 3, 12)
    expect(report.nearCopies).toBeCloseTo(2 / 3, 12)
    expect(report.heldOutNearCopies).toBeCloseTo(1 / 3, 12)
    expect(report.neighbors).toBe(2)
    expect([...report.nearest]).toEqual([0, 2, 2])
    // One fake per neighbor: (2, 0.05, 1) against (0.0005, 0.05): 5 of 6 pairs in order, one tied.
    expect(report.auc).toBeCloseTo(5.5 / 6, 12)
  })

  it('has uniform p-values for new data of the same distribution', async () => {
    const p: number[] = []
    for (let r = 0; r < 100; r++) {
      const report = memorization(gaussianDraws(3 * r, 40, 2), {
        train: gaussianDraws(3 * r + 1, 60, 2),
        heldOut: gaussianDraws(3 * r + 2, 40, 2),
        permutations: 99,
        seed: r,
      })
      p.push((await g.orThrow(report)).pValue)
    }
    expect(kolmogorov(p)).toBeLessThan(1.95)
  })

  it('finds copies and near copies', async () => {
    const exact = await test(train.slice(0, 300))
    expect(exact).toMatchObject({ auc: 1, pValue: 0.005, copies: 1, nearCopies: 1 })
    const noise = gaussianDraws(5, 300, 2, 0, 1e-4)
    const near = await test(train.slice(0, 300).map((x, i) => x.map((v, j) => v + (noise[i]?.[j] as number))))
    expect(near.pValue).toBe(0.005)
    expect(near.nearCopies).toBeGreaterThan(0.8)
    const third = await test([...train.slice(0, 100), ...ringDraws(6, 200)])
    expect(third.pValue).toBe(0.005)
    expect(Math.abs(third.copies - 1 / 3)).toBeLessThan(0.02)
  })

  it('does not blame a generator that prefers dense regions, nor one that collapsed', async () => {
    // Distances to the training data are small in the middle of the modes; in local spacings they are not.
    expect((await test(ringDraws(7, 300, { scale: 0.02 }))).pValue).toBeGreaterThan(0.01)
    const collapsed = Array.from({ length: 300 }, () => [1.001, 0.001])
    const report = await test(collapsed)
    expect(report.neighbors).toBe(1)
    expect(report.pValue).toBeGreaterThan(0.01)
  })

  it('manages training data that coincide', async () => {
    const report = await g.orThrow(
      memorization([[1], [1]], { train: [[1], [1]], heldOut: [[2], [3]], permutations: 9 }),
    )
    expect(report.copies).toBe(1)
  })

  it('refuses samples of another space', async () => {
    expect((await refused(memorization([[1]], { train, heldOut })))[0]?.message).toBe(
      "a datum of 'train' has 2 numbers, but one of 'fake' has 1",
    )
  })
})
