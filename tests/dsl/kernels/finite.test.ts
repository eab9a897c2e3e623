import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { indexOfPoint, infiniteFaults, pointCount, pointsOf } from '../../../src/dsl/kernels/finite.js'
import { binary, category, count, oneHot, real } from '../../../src/dsl/space.js'

describe('points of finite spaces', () => {
  it('are in lexicographic order, the first name most significant', () => {
    expect(pointsOf({ a: category(3), b: binary() })).toEqual([
      { a: [0], b: [0] },
      { a: [0], b: [1] },
      { a: [1], b: [0] },
      { a: [1], b: [1] },
      { a: [2], b: [0] },
      { a: [2], b: [1] },
    ])
    expect(pointsOf({ a: binary(2) }).map(({ a }) => a)).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ])
  })

  it('are one-hot vectors by label', () => {
    expect(pointsOf({ a: oneHot(3) }).map(({ a }) => a)).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ])
  })

  it('of no space are one', () => {
    expect(pointsOf({})).toEqual([{}])
  })

  it('are found again by their index', () => {
    const spaces = fc.record({
      a: fc.constantFrom(binary(2, 2), category(5), category(2, 3), oneHot(2, 3)),
      b: fc.constantFrom(binary(), category(3), oneHot(4)),
    })
    fc.assert(
      fc.property(spaces, (s) => {
        const points = pointsOf(s)
        expect(points.length).toBe(pointCount(s))
        expect(points.map((p) => indexOfPoint(s, (name, i) => p[name]?.[i] as number))).toEqual(
          points.map((_, i) => i),
        )
      }),
    )
  })
})

describe('refusals', () => {
  it('name the spaces that are not finite', () => {
    expect(infiniteFaults({ a: real(2), b: binary(), c: count() }, 'input')).toEqual([
      "input 'a' is Real[2], which is not finite",
      "input 'c' is Count, which is not finite",
    ])
  })

  it('name spaces of too many points', () => {
    expect(() => pointsOf({ x: binary(20) })).toThrow(
      'x have 1048576 points together, more than 65536\n  → keep fewer of them with marginal',
    )
  })
})
