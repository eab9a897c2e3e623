/** The predicates hold what is true, and refuse what is false. */
import { describe, expect, it } from 'vitest'
import { fDivergences } from '../../../src/inference/fDivergences/fDivergences.js'
import { exactly } from '../../../src/testing/laws/agreement.js'
import {
  boundsDivergence,
  hasMinimaxValue,
  isBestDiscriminator,
  isConvexConjugate,
  isStationary,
  isZeroSum,
  obeysLipschitzBound,
  touchesDivergence,
} from '../../../src/testing/laws/game.js'

const agree = exactly(1e-6)

describe('laws of games', () => {
  it('add up payoffs and look at every entry of a gradient', () => {
    expect(isZeroSum(agree)([1.5, -1.5]).holds).toBe(true)
    expect(isZeroSum(agree)([1.5, -1.4]).holds).toBe(false)
    expect(isStationary(agree)(Float32Array.of(0, 1e-8)).holds).toBe(true)
    expect(isStationary(agree)([0, -1e-3, 0])).toMatchObject({ holds: false, found: 1e-3 })
    expect(isStationary(agree)([0, Number.NaN]).holds).toBe(false)
  })

  it('know the best discriminator and its value', () => {
    const measures = { p: [0.75, 0.25], q: [0.25, 0.75] }
    expect(isBestDiscriminator(agree)({ d: [0.75, 0.25], ...measures }).holds).toBe(true)
    expect(isBestDiscriminator(agree)({ d: [0.75, 0.3], ...measures }).holds).toBe(false)
    expect(hasMinimaxValue(agree)({ value: -Math.log(4), jensenShannon: 0 }).holds).toBe(true)
    expect(hasMinimaxValue(agree)({ value: -Math.log(4), jensenShannon: 0.1 }).holds).toBe(false)
  })

  it('refuse a conjugate that is too small, and one that is too large', () => {
    const { kl } = fDivergences
    const held = (conjugate: (t: number) => number) =>
      isConvexConjugate(agree)({ ...kl, conjugate }, 1.3, 0.2).holds
    expect(held(kl.conjugate)).toBe(true)
    expect(held((t) => kl.conjugate(t) - 0.5)).toBe(false)
    expect(held((t) => kl.conjugate(t) + 0.1)).toBe(false)
  })

  it('tell a bound from what exceeds, and a bound that touches from one that does not', () => {
    expect(boundsDivergence(agree)({ bound: -3, divergence: 0.2 }).holds).toBe(true)
    expect(boundsDivergence(agree)({ bound: 0.201, divergence: 0.2 }).holds).toBe(false)
    expect(boundsDivergence(agree)({ bound: Number.NaN, divergence: 0.2 }).holds).toBe(false)
    expect(touchesDivergence(agree)({ bound: 0.19, divergence: 0.2 }).holds).toBe(false)
    expect(obeysLipschitzBound(agree)({ value: 2, lipschitz: 2, distance: 1 }).holds).toBe(true)
    expect(obeysLipschitzBound(agree)({ value: 2.1, lipschitz: 2, distance: 1 }).holds).toBe(false)
  })
})
