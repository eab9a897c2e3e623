/** renyi: elbo and iwae within it, against the sum over all tuples and quadrature, its order, extremes, sentences. */
import { describe, expect, it } from 'vitest'
import { elbo } from '../../src/inference/elbo.js'
import { iwae } from '../../src/inference/iwae.js'
import { renyi } from '../../src/inference/renyi.js'
import { finiteCase } from '../../src/testing/arbitraries/finite.js'
import { evaluateMany, evaluateOnce } from '../laws/evaluation.js'
import { logSumExp } from '../laws/oracle.js'
import { expectUnbiased, gradientAt, gradientsOver, scalarsOf, slopes } from './gradients.js'
import { finitePower, first, jointOf, tableSlopes } from './importance/finiteOracle.js'
import { at, datum, p, pairPower, q } from './importance/gaussian.js'
import { sentences, untyped } from './importance/untyped.js'

const [renyiOf, iwaeOf, elboOf] = [untyped(renyi), untyped(iwae), untyped(elbo)]
const data = (n: number) => ({ x: new Array(n).fill(datum) })

describe('its ends', () => {
  it('α = 1 is elbo with sampled divergences, α = 0 is iwae: same noise, same value and gradient', () => {
    for (const [alpha, other] of [
      [1, elboOf(p, q, { particles: 3, kl: 'sampled' })],
      [0, iwaeOf(p, q, { particles: 3 })],
    ] as const) {
      const a = gradientAt(renyiOf(p, q, { alpha, particles: 3 }), scalarsOf(at), data(4))
      const b = gradientAt(other, scalarsOf(at), data(4))
      expect(Math.abs(a.value - b.value)).toBeLessThan(1e-6)
      for (const [path, g] of Object.entries(a.gradients))
        expect(Math.abs((g[0] as number) - (b.gradients[path]?.[0] as number))).toBeLessThan(1e-5)
    }
  })

  it('is continuous at α = 1', () => {
    const of = (alpha: number) =>
      evaluateOnce(renyiOf(p, q, { alpha, particles: 8 }), scalarsOf(at), data(16))
    // The slope in α is −½ Var log w, below 1 here; float32 leaves an error of 1e-7 / 1e-2 in the logarithm over 1 − α.
    for (const d of [0.01, -0.01]) expect(Math.abs(of(1 + d) - of(1))).toBeLessThan(0.011)
  })
})

describe('against quadrature', () => {
  it.each([0.5, -1, 2])('value and gradient of two particles, α = %f', (alpha) => {
    const found = gradientsOver(renyiOf(p, q, { alpha, particles: 2 }), scalarsOf(at), data(512), 20)
    expect(Math.abs(found.value.value - pairPower(at, 1 - alpha))).toBeLessThan(5 * found.value.standardError)
    expectUnbiased(
      found,
      slopes((x) => pairPower(x, 1 - alpha), at),
      `α = ${alpha}`,
    )
  })
})

describe('finite models, summed out', () => {
  it('give 1/(1 − α) log Σ_z q(z) w^(1 − α) and its gradient exactly, falling in α', () => {
    for (let seed = 0; seed < 6; seed++) {
      const c = finiteCase(seed)
      const x = first(c.data)
      const one = { ...c, data: Object.fromEntries(Object.entries(c.data).map(([k, v]) => [k, [v[0]]])) }
      const joint = jointOf(c.facts, x)
      let before = Number.POSITIVE_INFINITY
      for (const alpha of [-1, 0, 0.5, 1, 2]) {
        const exact =
          alpha === 1
            ? joint.reduce((sum, o) => sum + Math.exp(o.logQ) * (o.logP - o.logQ), 0)
            : logSumExp(joint.map((o) => alpha * o.logQ + (1 - alpha) * o.logP)) / (1 - alpha)
        const found = gradientAt(renyiOf(c.p, c.q, { alpha, particles: 1 }), c.params, one.data)
        expect(Math.abs(found.value - exact), `α = ${alpha}`).toBeLessThan(
          3e-5 * Math.max(1, Math.abs(exact)),
        )
        expect(exact).toBeLessThan(before + 1e-12)
        before = exact
        const slope = tableSlopes(c.facts, (f) => finitePower(f, x, 1 - alpha, 1, () => true))
        for (const [path, g] of Object.entries(found.gradients))
          g.forEach((y, i) => {
            const truth = slope[`${path}[${i}]`] as number
            expect(Math.abs(y - truth), path).toBeLessThan(2e-4 * Math.max(1, Math.abs(truth)))
          })
      }
    }
  })
})

describe('extremes', () => {
  it('weights of e^-100000 have a power mean, and a gradient', () => {
    for (const alpha of [0.5, -1, 3]) {
      const { value, gradients } = gradientAt(
        renyiOf(p, q, { alpha, particles: 20 }),
        scalarsOf({ ...at, slope: 300, spread: 0.5 }),
        { x: [40] },
      )
      expect(value).toBeLessThan(-1e4)
      for (const g of Object.values(gradients)) expect(Number.isFinite(g[0])).toBe(true)
    }
  })
})

describe('its name and its sentences', () => {
  it('says its order', () => {
    expect(renyi(p, q, { alpha: 0.5, particles: 2 }).description).toBe('L_α=0.5')
  })
  it('refuses an order that is no number, and no particles', () => {
    expect(sentences(() => renyiOf(p, q, { alpha: Number.NaN, particles: 0 }))).toEqual([
      'particles must be a whole number >= 1, but 0 was given',
      'alpha must be a finite number, but NaN was given',
    ])
  })
  it('its estimates fall in α', () => {
    const of = (alpha: number) =>
      evaluateMany(renyiOf(p, q, { alpha, particles: 8 }), scalarsOf(at), data(64), 20).value
    expect(of(0)).toBeGreaterThan(of(0.5))
    expect(of(0.5)).toBeGreaterThan(of(1))
  })
})
