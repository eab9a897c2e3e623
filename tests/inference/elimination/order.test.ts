/** The greedy order against the best of all orders on small graphs, and the known widths of chains, trees and grids. */
import { describe, expect, it } from 'vitest'
import { eliminationOrder, stagesOf } from '../../../src/inference/elimination/order.js'

const three = () => 3
const names = (n: number) => Array.from({ length: n }, (_, i) => `z${i}`)
const chain = (n: number) => names(n).map((z, i) => (i === 0 ? [z] : [z, `z${i - 1}`]))

/** The largest table of one order, joined scope by scope. */
const largestOf = (scopes: readonly (readonly string[])[], order: readonly string[]): number => {
  let pool = scopes.map((s) => new Set(s))
  let largest = 1
  for (const v of order) {
    const joined = new Set(
      pool
        .filter((s) => s.has(v))
        .flatMap((s) => [...s])
        .concat(v),
    )
    largest = Math.max(largest, 3 ** joined.size)
    joined.delete(v)
    pool = [...pool.filter((s) => !s.has(v)), joined]
  }
  return largest
}

describe('eliminationOrder', () => {
  it('needs tables of two variables on a chain and on a tree, whatever their size', () => {
    expect(eliminationOrder(chain(1000), three, [names(1000)]).largest).toBe(9)
    const tree = names(127).map((z, i) => (i === 0 ? [z] : [z, `z${(i - 1) >> 1}`]))
    expect(eliminationOrder(tree, three, [names(127)]).largest).toBe(9)
  })

  it('needs n + 1 variables on an n × n grid, give or take one', () => {
    const n = 5
    const grid = names(n * n).flatMap((z, i) => [
      ...(i % n > 0 ? [[z, `z${i - 1}`]] : []),
      ...(i >= n ? [[z, `z${i - n}`]] : []),
    ])
    expect(eliminationOrder(grid, three, [names(n * n)]).largest).toBeLessThanOrEqual(3 ** (n + 2))
  })

  it('counts what its order really needs, and eliminates each variable once', () => {
    for (let seed = 1; seed < 40; seed++) {
      const scopes = names(7).flatMap((z, i) =>
        names(i)
          .filter((_, j) => (seed * 7919 + i * 104729 + j * 1299709) % 5 < 2)
          .map((w) => [z, w]),
      )
      const found = eliminationOrder(scopes, three, [names(7)])
      expect([...found.order].sort()).toEqual(names(7))
      expect(found.largest).toBe(largestOf(scopes, found.order))
      expect(found.largest).toBeLessThanOrEqual(largestOf(scopes, names(7)))
    }
  })

  it('does one stage after the other, though it costs more', () => {
    const star = names(5)
      .slice(1)
      .map((z) => ['z0', z])
    expect(eliminationOrder(star, three, [names(5)])).toEqual({
      order: ['z1', 'z2', 'z3', 'z0', 'z4'],
      largest: 9,
    })
    expect(eliminationOrder(star, three, [['z0'], names(5).slice(1)]).largest).toBe(3 ** 5)
    expect(stagesOf(['a', 'b', 'c'], (name) => (name === 'b' ? 1 : 0))).toEqual([['b'], ['a', 'c']])
  })

  it('is 1 where there is nothing to eliminate', () => {
    expect(eliminationOrder([['a']], three, []).largest).toBe(1)
  })
})
