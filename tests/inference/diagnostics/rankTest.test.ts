import { describe, expect, it } from 'vitest'
import { rankTest } from '../../../src/inference/diagnostics/rankTest.js'
import { fold, keyFromSeed } from '../../../src/runtime/keys.js'
import { kolmogorov, uniformDraws } from './draws.js'

const key = keyFromSeed(1)

describe('rankTest', () => {
  it('is the exact test of Wilcoxon, Mann and Whitney', async () => {
    // R: wilcox.test(c(1.1, 3.2, 4.7), c(0.4, 0.9, 2.5, 3.0), alternative = "greater"): W = 10, p = 0.1143 (4/35)
    const test = await rankTest([1.1, 3.2, 4.7], [0.4, 0.9, 2.5, 3.0], { permutations: 999, key })
    expect(test.auc).toBeCloseTo(10 / 12, 12)
    expect(test.pValue).toBeCloseTo(4 / 35, 12)
  })

  it('has uniform p-values where there is nothing to find', async () => {
    const p: number[] = []
    for (let r = 0; r < 300; r++) {
      const x = uniformDraws(r, 50)
      const test = await rankTest(x.slice(0, 25), x.slice(25), { permutations: 199, key: fold(key, r) })
      p.push(test.pValue)
    }
    expect(kolmogorov(p)).toBeLessThan(1.95)
  })
})
