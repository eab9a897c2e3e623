/** sumOverPlate and meanOverPlate, against sums over plain arrays. */
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Count, Real } from '../../../src/dsl/domains/marks.js'
import { GiryException } from '../../../src/dsl/error.js'
import { meanOverPlate, sumOverPlate } from '../../../src/dsl/operations/plates.js'
import { binary, positive, real, value } from '../../../src/dsl/space.js'
import { toTypedArray, type Value } from '../../../src/dsl/value.js'

const rows = [
  [1, 2],
  [3, 5],
  [8, 13],
]
const numbers = (v: Value) => [...toTypedArray(v)]

describe('reductions over a plate', () => {
  const v = value(real(2), rows, 'r')

  it('sum and average over the plate and keep the event', () => {
    const sum = sumOverPlate(v, 'r')
    expectTypeOf(sum).toEqualTypeOf<Value<[2], Real>>()
    expect(sum.axes).toEqual([])
    expect(numbers(sum)).toEqual([12, 20])
    const mean = meanOverPlate(v, 'r')
    expect(mean.axes).toEqual([])
    numbers(mean).forEach((m, i) => {
      expect(m).toBeCloseTo([4, 20 / 3][i] as number, 6)
    })
  })

  it('leave a value outside of the plate as it is', () => {
    expect(numbers(sumOverPlate(v, 's'))).toEqual(rows.flat())
    expect(meanOverPlate(v, 's').axes).toEqual([{ name: 'r', size: 3 }])
  })

  it('have the domain of a sum and of a mean', () => {
    const bits = value(binary(), [0, 1, 1], 'r')
    const sum = sumOverPlate(bits, 'r')
    expectTypeOf(sum).toEqualTypeOf<Value<[], Count>>()
    expect(sum.domain.name).toBe('Count')
    expect(meanOverPlate(bits, 'r').domain.name).toBe('NonNegative')
    expect(meanOverPlate(value(positive(), [1, 2], 'r'), 'r').domain.name).toBe('Positive')
  })

  it('refuse the axes that are no plates', () => {
    for (const axis of ['datum', 'particle', 'draw', 'enum:z']) {
      expect(() => sumOverPlate(v, axis)).toThrow(GiryException)
      expect(() => meanOverPlate(v, axis)).toThrow(`meanOverPlate cannot reduce '${axis}', which is no plate`)
    }
  })
})
