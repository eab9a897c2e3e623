import { describe, expect, it } from 'vitest'
import { alphaDivergence } from '../../../src/inference/fDivergences/alpha.js'
import { kl, reverseKl } from '../../../src/inference/fDivergences/table.js'

describe('alphaDivergence', () => {
  it('is KL at 1 and reverse KL at 0', () => {
    expect(alphaDivergence(1)).toBe(kl)
    expect(alphaDivergence(0)).toBe(reverseKl)
  })

  it('lets its conjugate be finite below 1/(1 − α), or everywhere where α > 1', () => {
    expect(alphaDivergence(0.5).finiteOn).toEqual({ low: -Infinity, high: 2 })
    expect(alphaDivergence(-1).finiteOn.high).toBe(0.5)
    expect(alphaDivergence(1.5).finiteOn.high).toBe(Infinity)
    // The supremum of u t − f(u) over u >= 0 is at 0 for small t.
    expect(alphaDivergence(2).conjugate(-50)).toBe(-0.5)
  })

  it('refuses an α that is no number', () => {
    expect(() => alphaDivergence(Number.NaN)).toThrow('alpha must be a number, but NaN was given')
  })
})
