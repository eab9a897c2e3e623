import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sameShape, showShape, sizeOf } from '../../src/dsl/shape.js'

const shapes = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 4 })

describe('shapes', () => {
  it('are printed as tuples, a scalar as nothing', () => {
    expect(showShape([])).toBe('')
    expect(showShape([2])).toBe('[2]')
    expect(showShape([28, 28, 1])).toBe('[28, 28, 1]')
  })

  it('have the size of an array of that shape', () => {
    const count = (shape: readonly number[]): number => {
      const [n, ...rest] = shape
      return n === undefined ? 1 : Array.from({ length: n }, () => count(rest)).reduce((a, b) => a + b, 0)
    }
    fc.assert(fc.property(shapes, (s) => sizeOf(s) === count(s)))
  })

  it('are the same exactly when they are printed alike', () => {
    fc.assert(fc.property(shapes, shapes, (a, b) => sameShape(a, b) === (showShape(a) === showShape(b))))
    fc.assert(fc.property(shapes, (a) => sameShape(a, [...a]) && !sameShape(a, [...a, 1])))
  })
})
