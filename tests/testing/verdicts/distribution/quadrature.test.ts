/** Adaptive quadrature. Oracle: integrals in closed form, with jumps, singular ends, heavy tails and narrow peaks. */
import { describe, expect, it } from 'vitest'
import {
  intervalMap,
  type LineMap,
  positiveMap,
  quadrature,
  realMap,
  unitMap,
} from '../../../../src/testing/verdicts/distribution/quadrature.js'

const integralOf = (map: LineMap, f: (x: number) => number) => quadrature(map, (xs) => [xs.map(f)])

describe('quadrature', () => {
  it.each([
    ['a normal', realMap(0.3, 2), (x: number) => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)],
    ['a Cauchy density', realMap(0, 1), (x: number) => 1 / (Math.PI * (1 + x * x))],
    [
      'a peak of width 0.001',
      realMap(0, 1),
      (x: number) => (Math.exp(-0.5 * ((x - 0.5) / 1e-3) ** 2) / Math.sqrt(2 * Math.PI)) * 1e3,
    ],
    ['a box with two jumps', realMap(0, 1), (x: number) => (x >= -0.7 && x <= 1.3 ? 0.5 : 0)],
    ['an exponential', positiveMap(0, 1), (x: number) => Math.exp(-x)],
    [
      'x^−0.7 e^−x / Γ(0.3), infinite at 0',
      positiveMap(-2, 2),
      (x: number) => (x ** -0.7 * Math.exp(-x)) / 2.99156898768759,
    ],
    [
      'an arcsine law, infinite at both ends',
      unitMap(0, 2),
      (x: number) => 1 / (Math.PI * Math.sqrt(x * (1 - x))),
    ],
    ['a constant', intervalMap(-2, 3), () => 0.2],
  ] as const)('%s has mass 1', (_, map, f) => {
    const q = integralOf(map, f)
    expect(Math.abs((q.integrals[0] as number) - 1)).toBeLessThan(3e-4)
  })

  it('of smooth functions is exact to rounding, and says so', () => {
    const q = integralOf(realMap(0, 1), (x) => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI))
    expect(Math.abs((q.integrals[0] as number) - 1)).toBeLessThan(1e-6)
    expect(q.errors[0]).toBeLessThan(1e-6)
  })

  it('has a cdf', () => {
    const q = integralOf(positiveMap(0, 1), (x) => Math.exp(-x))
    q.cumulative([0.1, 1, 3]).forEach((p, i) => {
      expect(Math.abs(p - (1 - Math.exp(-([0.1, 1, 3][i] as number))))).toBeLessThan(5e-4)
    })
  })
})
