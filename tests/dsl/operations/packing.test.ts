/** pack(m, x) against plain arrays. */

import * as tf from '@tensorflow/tfjs'
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { standardNormal } from '../../../src/dsl/distributions/normal.js'
import { push } from '../../../src/dsl/distributions/push.js'
import type { Binary, Real } from '../../../src/dsl/domains/marks.js'
import type { GiryException } from '../../../src/dsl/error.js'
import { mlp } from '../../../src/dsl/nets/dense.js'
import { bind, Do, letTo, nets } from '../../../src/dsl/notation.js'
import { pack } from '../../../src/dsl/operations/packing.js'
import { binary, real, value } from '../../../src/dsl/space.js'
import { makeValue, toArray, type Value } from '../../../src/dsl/value.js'

const rows = [
  [1, 2],
  [3, 4],
  [5, 6],
  [7, 8],
  [9, 10],
  [11, 12],
]
const x = value(real(2), rows, 'datum')

const refused = (f: () => unknown) => {
  try {
    f()
  } catch (e) {
    return (e as GiryException).errors[0]
  }
  return undefined
}

describe('pack', () => {
  it('puts neighbors side by side', () => {
    const packed = pack(3, x)
    expectTypeOf(packed).toEqualTypeOf<Value<[3, 2], Real>>()
    expect(packed.shape).toEqual([3, 2])
    expect(packed.axes).toEqual([{ name: 'datum', size: 2 }])
    expect(toArray(packed)).toEqual([rows.slice(0, 3), rows.slice(3)])
  })

  it('takes scalars and keeps the domain', () => {
    const packed = pack(2, value(binary(), [1, 0, 0, 1], 'datum'))
    expectTypeOf(packed).toEqualTypeOf<Value<[2], Binary>>()
    expect(packed.domain.name).toBe('Binary')
    expect(toArray(packed)).toEqual([
      [1, 0],
      [0, 1],
    ])
  })

  it('of one adds an axis of size 1', () => {
    expect(toArray(pack(1, x))).toEqual(rows.map((r) => [r]))
  })

  it('leaves other axes where they are, before and after the data', () => {
    const cube = tf.tensor([rows, rows.map((r) => r.map((a) => -a))])
    const within = (...names: [string, string]) =>
      makeValue(
        cube,
        [2] as [2],
        x.domain,
        names.map((name, i) => ({ name, size: [2, 6][i] as number })),
      )
    const [first, last] = [within('particle', 'datum'), within('datum', 'particle')]
    const negative = rows.map((r) => r.map((a) => -a))
    expect(toArray(pack(2, first))).toEqual(
      [rows, negative].map((p) => [0, 2, 4].map((i) => [p[i], p[i + 1]])),
    )
    expect(pack(2, last).axes).toEqual([
      { name: 'datum', size: 1 },
      { name: 'particle', size: 6 },
    ])
    expect(toArray(pack(2, last))).toEqual([rows.map((r, i) => [r, negative[i]])])
  })

  it('gives an example of the packed shape while a model is examined', () => {
    const D = mlp(real(4, 2), [3], real())
    const model = pipe(
      Do,
      nets({ D }),
      bind('x', () => standardNormal(2)),
      letTo('verdict', ({ x, D }) => D(pack(4, x))),
      bind('y', ({ verdict }) => push(verdict)),
    )
    expect([...model.entries.y.parents]).toEqual(['x'])
    expect([...model.entries.y.nets]).toEqual(['D'])
  })
})

describe('pack refuses', () => {
  it('a batch that is no multiple, with the remedy', () => {
    const error = refused(() => pack(4, x))
    expect(error?.tag).toBe('shape')
    expect(error?.message).toContain(
      'pack puts 4 data side by side, but the batch has 6, which is no multiple of 4',
    )
    expect(error?.remedy).toBe(
      'choose a batch that is a multiple of 4; so must the number of data be, for the last batch of an epoch',
    )
  })

  it('a value without the axis datum', () => {
    const error = refused(() => pack(2, value(real(2), [1, 2])))
    expect(error?.tag).toBe('shape')
    expect(error?.message).toContain(
      "pack puts elements of the axis 'datum' side by side, but the Real[2] it was given has no such axis",
    )
  })

  it.each([0, -1, 1.5])('%d data', (m) => {
    const error = refused(() => pack(m, x))
    expect(error?.tag).toBe('option')
    expect(error?.message).toContain(`pack cannot put ${m} data side by side`)
  })
})
