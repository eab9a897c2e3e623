/** Oracles: the dual solution, which proves that nothing is cheaper; cdfs on a line; every permutation. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { transport, wasserstein1 } from '../../src/inference/transport.js'

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const masses = (n: number) =>
  fc
    .array(fc.oneof(number(0.01, 1), fc.constant(0)), { minLength: n, maxLength: n })
    .filter((w) => w.some((x) => x > 0))
    .map((w) => {
      const total = w.reduce((a, b) => a + b, 0)
      return w.map((x) => x / total)
    })
const sizes = fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }))
const problems = sizes.chain(([m, n]) =>
  fc.record({
    p: masses(m),
    q: masses(n),
    cost: fc.array(fc.array(number(-3, 3), { minLength: n, maxLength: n }), { minLength: m, maxLength: m }),
  }),
)
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((s, x, i) => s + x * (b[i] as number), 0)
const sum = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0)

const permutations = (n: number): readonly (readonly number[])[] =>
  n === 0
    ? [[]]
    : permutations(n - 1).flatMap((rest) =>
        Array.from({ length: n }, (_, i) => [...rest.slice(0, i), n - 1, ...rest.slice(i)]),
      )

describe('transport', () => {
  it('moves p to q, and its dual solution proves that nothing is cheaper', () => {
    fc.assert(
      fc.property(problems, ({ p, q, cost }) => {
        const { value, plan, potentials } = transport(p, q, cost)
        plan.forEach((row, i) => {
          expect(Math.abs(sum(row) - (p[i] as number))).toBeLessThan(1e-12)
          row.forEach((x) => {
            expect(x).toBeGreaterThanOrEqual(0)
          })
        })
        q.forEach((mass, j) => {
          expect(Math.abs(sum(plan.map((row) => row[j] as number)) - mass)).toBeLessThan(1e-12)
        })
        cost.forEach((row, i) => {
          row.forEach((c, j) => {
            expect((potentials.p[i] as number) + (potentials.q[j] as number)).toBeLessThan(c + 1e-12)
          })
        })
        expect(Math.abs(value - dot(potentials.p, p) - dot(potentials.q, q))).toBeLessThan(1e-11)
      }),
      { numRuns: 500 },
    )
  })

  it('costs on a line the area between the cdfs', () => {
    const cases = fc
      .integer({ min: 1, max: 8 })
      .chain((n) =>
        fc.record({ p: masses(n), q: masses(n), x: fc.array(number(-5, 5), { minLength: n, maxLength: n }) }),
      )
    fc.assert(
      fc.property(cases, ({ p, q, x }) => {
        const order = x.map((_, i) => i).sort((i, j) => (x[i] as number) - (x[j] as number))
        let [gap, area] = [0, 0]
        order.forEach((i, k) => {
          if (k > 0) area += Math.abs(gap) * ((x[i] as number) - (x[order[k - 1] as number] as number))
          gap += (p[i] as number) - (q[i] as number)
        })
        const found = wasserstein1(
          p,
          q,
          x.map((a) => x.map((b) => Math.abs(a - b))),
        )
        expect(Math.abs(found - area)).toBeLessThan(1e-11)
      }),
      { numRuns: 300 },
    )
  })

  it('is the best of all assignments for as many points of equal mass', () => {
    const cases = fc
      .integer({ min: 1, max: 5 })
      .chain((n) =>
        fc.array(fc.array(number(0, 3), { minLength: n, maxLength: n }), { minLength: n, maxLength: n }),
      )
    fc.assert(
      fc.property(cases, (cost) => {
        const n = cost.length
        const equal = cost.map(() => 1 / n)
        const least = Math.min(
          ...permutations(n).map((to) => sum(to.map((j, i) => (cost[i]?.[j] as number) / n))),
        )
        expect(Math.abs(transport(equal, equal, cost).value - least)).toBeLessThan(1e-12)
      }),
      { numRuns: 200 },
    )
  })

  it('takes hundreds of points', () => {
    const x = Array.from({ length: 200 }, (_, i) => Math.sin(7 * i))
    const y = Array.from({ length: 200 }, (_, i) => Math.cos(5 * i) + 0.3)
    const equal = x.map(() => 1 / 200)
    const sorted = (xs: readonly number[]) => [...xs].sort((a, b) => a - b)
    const expected = sum(sorted(x).map((a, i) => Math.abs(a - (sorted(y)[i] as number)) / 200))
    const found = wasserstein1(
      equal,
      equal,
      x.map((a) => y.map((b) => Math.abs(a - b))),
    )
    expect(Math.abs(found - expected)).toBeLessThan(1e-10)
  })

  it('names every fault', () => {
    expect(() => transport([0.5, 0.5], [0.5], [[1], [2]])).toThrow('the masses of q add up to 0.5')
    expect(() => transport([1], [1], [[1, 2]])).toThrow('the costs must be 1 rows of 1, but are 1 rows of 2')
    expect(() => transport([1], [1], [[Number.NaN]])).toThrow('a cost is not finite')
  })
})
