import * as tf from '@tensorflow/tfjs'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import { c2st } from '../../../src/inference/diagnostics/c2st.js'
import { gaussianDraws, kolmogorov, refused, ringDraws } from './draws.js'

const quick = { hidden: [32], steps: 200, permutations: 199, threads: 1 } as const

describe('c2st', () => {
  it('reaches the best AUC of two shifted Gaussians, Φ(δ/√2)', async () => {
    const report = await g.orThrow(
      c2st(gaussianDraws(1, 1000, 1, 1.5), gaussianDraws(2, 1000, 1), { ...quick, seed: 1 }),
    )
    // Φ(1.5/√2) = 0.8556. No critic is better, and the logit is linear, so this one is not far from it.
    expect(report.auc).toBeLessThan(0.8556 + 5 * report.standardError)
    expect(report.auc).toBeGreaterThan(0.8556 - 0.02 - 5 * report.standardError)
    // The best accuracy is Φ(δ/2) = 0.7734.
    const error = Math.sqrt((0.7734 * 0.2266) / 1000)
    expect(Math.abs(report.accuracy - 0.7734)).toBeLessThan(0.02 + 5 * error)
    expect(report).toMatchObject({ pValue: 0.005, n: 500 })
  })

  it('sees a ring whose modes are twice as wide, which a net on x alone does not', async () => {
    const report = await g.orThrow(
      c2st(ringDraws(1, 1000, { scale: 0.01 }), ringDraws(2, 1000, { scale: 0.02 }), { ...quick, seed: 1 }),
    )
    expect(report.auc).toBeGreaterThan(0.7)
    expect(report.pValue).toBe(0.005)
  })

  it('is calibrated: p-values are uniform and the AUC is ½ where there is nothing to find', async () => {
    const runs: { auc: number; pValue: number; standardError: number }[] = []
    for (let r = 0; r < 24; r++) {
      const task = c2st(gaussianDraws(2 * r, 60, 2), gaussianDraws(2 * r + 1, 60, 2), {
        ...quick,
        hidden: [8],
        steps: 30,
        seed: r,
        runtime: 'cpu',
      })
      runs.push(await g.orThrow(task))
    }
    expect(kolmogorov(runs.map((r) => r.pValue))).toBeLessThan(1.95)
    const z = runs.reduce((s, r) => s + (r.auc - 0.5) / r.standardError, 0) / Math.sqrt(runs.length)
    expect(Math.abs(z)).toBeLessThan(5)
  })

  it('gives one result for one seed, and leaves no tensors behind', async () => {
    const at = () =>
      g.orThrow(c2st(ringDraws(1, 100), ringDraws(2, 120), { ...quick, steps: 60, runtime: 'cpu' }))
    const first = await at()
    const before = tf.memory().numTensors
    expect(await at()).toEqual(first)
    expect(tf.memory().numTensors).toBe(before)
    expect(first.n).toBe(50)
  })

  it('refuses samples that are too small, and bad options', async () => {
    const few = gaussianDraws(1, 10, 2)
    expect((await refused(c2st(few, gaussianDraws(2, 50, 2)))).map((e) => e.message)).toEqual([
      'a two-sample test by a classifier needs 20 data of each kind, but there are 10',
    ])
    expect(await refused(c2st(few, few, { steps: 0, batch: -1 }))).toHaveLength(2)
    expect(
      (await refused(c2st(gaussianDraws(1, 50, 2), gaussianDraws(1, 50, 2), { hidden: [0] })))[0]?.message,
    ).toBe('a hidden layer cannot have 0 units')
  })
})
