import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fDivergences } from '../../../src/inference/fDivergences/fDivergences.js'
import { fDivergenceExact, optimalCritic } from '../../../src/inference/fDivergences/finite.js'
import { pairs } from '../../laws/finiteMeasures.js'

const { alpha, gan, jensenShannon, kl, neyman, pearson, reverseKl, squaredHellinger, totalVariation } =
  fDivergences
const { abs, log, sqrt } = Math

/** Σ_x term(p(x), q(x)). */
const over =
  (term: (p: number, q: number) => number) =>
  (p: readonly number[], q: readonly number[]): number =>
    p.reduce((s, x, i) => s + term(x, q[i] as number), 0)

/** Each divergence as its textbook sum. */
const oracles = [
  [kl, over((p, q) => p * log(p / q))],
  [reverseKl, over((p, q) => q * log(q / p))],
  [jensenShannon, over((p, q) => 0.5 * p * log((2 * p) / (p + q)) + 0.5 * q * log((2 * q) / (p + q)))],
  [gan, over((p, q) => p * log(p / (p + q)) + q * log(q / (p + q)))],
  [pearson, over((p, q) => (p - q) ** 2 / q)],
  [neyman, over((p, q) => (p - q) ** 2 / p)],
  [squaredHellinger, over((p, q) => (sqrt(p) - sqrt(q)) ** 2)],
  [totalVariation, over((p, q) => 0.5 * abs(p - q))],
  [alpha(2), over((p, q) => (0.5 * (p - q) ** 2) / q)],
  [alpha(-1), over((p, q) => (0.5 * (p - q) ** 2) / p)],
  [alpha(0.5), over((p, q) => 2 * (sqrt(p) - sqrt(q)) ** 2)],
] as const

describe('fDivergenceExact', () => {
  it.each(oracles.map(([row, oracle]) => [row.name, row, oracle] as const))(
    'is the textbook sum for %s',
    (_, row, oracle) => {
      fc.assert(
        fc.property(pairs, ({ p, q }) => {
          const expected = oracle(p, q)
          // Float32 masses add up to 1 within 1e-7, and the rows differ by multiples of that sum.
          expect(abs(fDivergenceExact(row, p, q) - expected)).toBeLessThan(2e-6 * Math.max(1, abs(expected)))
        }),
        { numRuns: 200 },
      )
    },
  )

  it('tends to KL as α tends to 1 and 0, where it is KL', () => {
    const [p, q] = [
      [0.5, 0.2, 0.3],
      [0.1, 0.6, 0.3],
    ]
    for (const [limit, row] of [
      [1, kl],
      [0, reverseKl],
    ] as const) {
      expect(fDivergenceExact(alpha(limit), p, q)).toBe(fDivergenceExact(row, p, q))
      expect(abs(fDivergenceExact(alpha(limit + 1e-4), p, q) - fDivergenceExact(row, p, q))).toBeLessThan(
        1e-3,
      )
    }
  })

  it('counts points that one measure lacks: infinite, or the slope of f at infinity', () => {
    const [p, q] = [
      [0.5, 0.5, 0],
      [0, 0.5, 0.5],
    ]
    const at = (row: typeof kl) => fDivergenceExact(row, p, q)
    expect([kl, reverseKl, pearson, neyman].map(at)).toEqual([Infinity, Infinity, Infinity, Infinity])
    expect(at(totalVariation)).toBe(0.5)
    expect(at(squaredHellinger)).toBeCloseTo(1, 15)
    expect(at(jensenShannon)).toBeCloseTo(0.5 * log(2), 15)
    expect(at(gan)).toBeCloseTo(log(2) - log(4), 15)
    expect(fDivergenceExact(kl, [1, 0], [0.5, 0.5])).toBeCloseTo(log(2), 15)
    expect(fDivergenceExact(jensenShannon, [1, 0], [0, 1])).toBeCloseTo(log(2), 15)
  })

  it('names every fault of its measures', () => {
    expect(() => fDivergenceExact(kl, [0.5, 0.5], [1])).toThrow('p has 2 masses but q has 1')
    expect(() => fDivergenceExact(kl, [0.5, -0.5], [0.5, 0.25])).toThrow(
      /masses are numbers >= 0, but p\[1\] is -0.5[\s\S]*the masses of q add up to 0.75/,
    )
  })
})

describe('optimalCritic', () => {
  it('is log(p/q) for gan, and ±Infinity where the best critic is a limit', () => {
    expect(optimalCritic(gan, [0.75, 0.25], [0.25, 0.75]).map((v) => v.toFixed(12))).toEqual(
      [log(3), -log(3)].map((v) => v.toFixed(12)),
    )
    expect(optimalCritic(totalVariation, [0.75, 0.25], [0.25, 0.75])).toEqual([Infinity, -Infinity])
  })
})
