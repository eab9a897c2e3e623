import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { integrate } from '../../../src/inference/evidence/integrate.js'
import type { Start } from '../../../src/inference/evidence/logFunction.js'
import { logSumExp } from '../../../src/inference/evidence/logSumExp.js'

const line: Start = { center: 0, spread: 1, low: -1e18, high: 1e18 }
const of = (f: (t: number) => number, start: Start = line) => {
  const [result] = integrate([start], (_, t) => t.map(f))
  if (result === undefined) throw new Error('no result')
  return result
}
const logGaussian = (m: number, s: number) => (t: number) => -0.5 * ((t - m) / s) ** 2
const logVolume = (s: number) => Math.log(s * Math.sqrt(2 * Math.PI))

describe('integrate', () => {
  it('finds a peak of any width, far from the center', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -300, max: 300, noNaN: true }),
        fc.double({ min: -4, max: 2, noNaN: true }),
        (m, e) => {
          const s = 10 ** e
          const { log, error, converged } = of(logGaussian(m, s))
          expect(converged).toBe(true)
          expect(Math.abs(log - logVolume(s))).toBeLessThan(1e-6)
          expect(error).toBeLessThan(1e-6)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('sees two narrow peaks of any weights', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.3, max: 20, noNaN: true }),
        fc.double({ min: -5, max: 5, noNaN: true }),
        (a, w) => {
          const f = (t: number) => logSumExp([logGaussian(a, 0.003)(t), w + logGaussian(-1.31 * a, 0.01)(t)])
          const exact = logSumExp([logVolume(0.003), w + logVolume(0.01)])
          expect(Math.abs(of(f).log - exact)).toBeLessThan(1e-6)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('integrates kinks, jumps, long tails and bounded domains', () => {
    expect(of((t) => -Math.abs(t - 0.3)).log).toBeCloseTo(Math.LN2, 7)
    expect(of((t) => (t > 0.123 && t < 0.777 ? 0 : Number.NEGATIVE_INFINITY)).log).toBeCloseTo(
      Math.log(0.654),
      6,
    )
    expect(of((t) => -2 * Math.log1p(t * t)).log).toBeCloseTo(Math.log(Math.PI / 2), 6)
    expect(of((t) => Math.log(t), { ...line, low: 0, high: 2 }).log).toBeCloseTo(Math.log(2), 6)
    // ∫ exp(−e^t + 3t) dt = Γ(3) = 2
    expect(of((t) => 3 * t - Math.exp(t)).log).toBeCloseTo(Math.LN2, 8)
  })

  it('estimates its error, and says when it did not converge', () => {
    const rough = of((t) => logGaussian(0, 1)(t) + Math.sin(1e5 * t * t) * 3)
    expect(rough.converged).toBe(false)
    // NaN far out is an overflow; within the mass, or beside it, it is no answer.
    expect(of((t) => (t > 300 ? Number.NaN : logGaussian(0, 1)(t))).converged).toBe(true)
    for (const hole of [0, 0.5, -1.7, 3])
      expect(of((t) => (t > hole && t < hole + 0.8 ? Number.NaN : logGaussian(0, 1)(t))).converged).toBe(
        false,
      )
    const nothing = of(() => Number.NEGATIVE_INFINITY)
    expect(nothing.log).toBe(Number.NEGATIVE_INFINITY)
    expect(nothing.converged).toBe(false)
  })

  it('has nodes whose masses sum to the integral and give moments', () => {
    const { nodes, log } = of(logGaussian(2, 0.5))
    const { t, logMass } = nodes()
    expect(logSumExp(logMass)).toBeCloseTo(log, 10)
    const mean = t.reduce((sum, x, i) => sum + x * Math.exp((logMass[i] as number) - log), 0)
    expect(mean).toBeCloseTo(2, 8)
  })

  it('solves many problems at once as it solves each', () => {
    const shifts = [0, 3, -200, 0.001]
    const all = integrate(
      shifts.map(() => line),
      (p, t) => t.map((x, i) => logGaussian(shifts[p[i] as number] as number, 0.1)(x)),
    )
    shifts.forEach((m, i) => {
      expect(all[i]?.log).toBe(of(logGaussian(m, 0.1)).log)
    })
  })
})

describe('logSumExp', () => {
  it('is exact at the ends', () => {
    expect(logSumExp([])).toBe(Number.NEGATIVE_INFINITY)
    expect(logSumExp([Number.NEGATIVE_INFINITY, 3])).toBe(3)
    expect(logSumExp([1000, 1000])).toBeCloseTo(1000 + Math.LN2, 12)
    expect(logSumExp([0, Number.NaN])).toBeNaN()
  })
})
