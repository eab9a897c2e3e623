import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { identities } from '../../../../src/runtime/graph/passes/identities.js'
import { expectSame, keepsResults } from '../agreement.js'
import { feedsFor, kernelsOf, sketch } from '../sketch.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const left = (make: Parameters<typeof sketch>[0]) => {
  const before = sketch(make)
  const after = identities(before)
  expectSame({ graph: before, feeds: feedsFor(before) }, after)
  return kernelsOf(after)
}

describe('identities', () => {
  it('drops neutral numbers', () => {
    expect(left((b, given) => b.add('Add', [given([3]), b.number(0)], {}))).toEqual([])
    expect(left((b, given) => b.add('Add', [b.number(0, [3]), given([3])], {}))).toEqual([])
    expect(left((b, given) => b.add('Multiply', [b.number(1), given([3])], {}))).toEqual([])
    expect(left((b, given) => b.add('Sub', [given([3]), b.number(0)], {}))).toEqual([])
    expect(left((b, given) => b.add('RealDiv', [given([3]), b.number(1)], {}))).toEqual([])
    expect(left((b, given) => b.add('Pow', [given([3]), b.number(1)], {}))).toEqual([])
  })

  it('keeps the shape where the neutral operand is larger', () => {
    expect(left((b, given) => b.add('Add', [given([3]), b.number(0, [2, 3])], {}))).toEqual(['BroadcastTo'])
  })

  it('leaves what is not neutral: 0 x, 0 - x, 1 / x, 1^x', () => {
    expect(left((b, given) => b.add('Multiply', [given([3]), b.number(0)], {}))).toEqual(['Multiply'])
    expect(left((b, given) => b.add('Sub', [b.number(0), given([3])], {}))).toEqual(['Neg'])
    expect(left((b, given) => b.add('RealDiv', [b.number(1), given([3])], {}))).toEqual(['RealDiv'])
    expect(left((b, given) => b.add('Pow', [b.number(1), given([3])], {}))).toEqual(['Pow'])
  })

  it('undoes what is done twice, and plain casts', () => {
    expect(left((b, given) => b.add('Neg', [b.add('Neg', [given([3])], {})], {}))).toEqual([])
    expect(left((b, given) => b.add('Cast', [given([3])], { dtype: 'float32' }))).toEqual([])
    expect(
      left((b, given) =>
        b.add('Cast', [b.add('Cast', [given([3], 'bool')], { dtype: 'int32' })], { dtype: 'float32' }),
      ),
    ).toEqual(['Cast'])
    expect(
      left((b, given) =>
        b.add('Cast', [b.add('Cast', [given([3])], { dtype: 'int32' })], { dtype: 'float32' }),
      ),
    ).toEqual(['Cast', 'Cast'])
  })

  it('selects what is known', () => {
    const chosen = (known: number) =>
      left((b, given) =>
        b.add('Select', [b.number(known, [2, 3], 'bool'), b.add('Exp', [given([3])], {}), given([])], {}),
      )
    expect(chosen(1)).toEqual(['Exp', 'BroadcastTo'])
    expect(chosen(0)).toEqual(['BroadcastTo'])
  })

  it('drops padding, slicing, reversing and joining of nothing', () => {
    expect(left((b, given) => b.add('PadV2', [given([3])], { paddings: [[0, 0]], value: 1 }))).toEqual([])
    expect(left((b, given) => b.add('Slice', [given([3])], { begin: [0], size: [3] }))).toEqual([])
    expect(left((b, given) => b.add('Concat', [given([3])], { axis: 0 }))).toEqual([])
    expect(left((b, given) => b.add('Reverse', [given([1, 3])], { axes: [0] }))).toEqual([])
    expect(left((b, given) => b.add('Reverse', [given([2, 3])], { axes: [0] }))).toEqual(['Reverse'])
    expect(left((b, given) => b.add('Slice', [given([3])], { begin: [0], size: [2] }))).toEqual(['Slice'])
  })

  it('keeps what random graphs compute', () => {
    keepsResults(identities)
  })
})
