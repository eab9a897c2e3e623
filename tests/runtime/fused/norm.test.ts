import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blocksOf } from '../../../src/runtime/fused/blocks.js'
import { sumOfSquares } from '../../../src/runtime/fused/norm.js'
import { compile } from '../../../src/runtime/wasm/instance.js'

const sum = (x: ArrayLike<number>): number => {
  const blocks = blocksOf({ v: x.length }, 2)
  blocks.views(1).v?.set(x)
  const norm = { ...sumOfSquares('norm', blocks.at(1), blocks.count), name: 'norm' as const }
  return compile(blocks.memory, [norm]).norm()
}

/** Squares of float32 are exact in float64, so only the additions round. */
const exact = (x: Float32Array): number => {
  const squares = Float64Array.from(x, (v) => v * v).sort()
  return squares.reduce((a, b) => a + b, 0)
}

describe('the sum of squares', () => {
  it('has the precision of float64, at any length and magnitude', () => {
    const length = fc.oneof(fc.constantFrom(0, 1, 3, 5, 17), fc.nat({ max: 200 }))
    fc.assert(
      fc.property(length, fc.constantFrom(1e-30, 1, 1e30), fc.nat(), (n, magnitude, seed) => {
        const x = Float32Array.from({ length: n }, (_, i) => magnitude * Math.sin(seed + i * i))
        const expected = exact(x)
        expect(Math.abs(sum(x) - expected)).toBeLessThanOrEqual(1e-13 * expected)
      }),
    )
  })

  it('loses nothing over a million entries', () => {
    const x = new Float32Array(1_000_003).fill(0.1)
    expect(sum(x) / (1_000_003 * Math.fround(0.1) ** 2)).toBeCloseTo(1, 10)
  })

  it('is not finite where an entry is not', () => {
    expect(sum([1, Number.NaN, 2])).toBeNaN()
    expect(sum([1, 2, 3, 4, Number.NEGATIVE_INFINITY])).toBe(Number.POSITIVE_INFINITY)
  })
})
