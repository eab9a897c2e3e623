import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { joins } from '../../../../src/runtime/graph/passes/joins.js'
import { expectSame, keepsResults } from '../agreement.js'
import { feedsFor, kernelsOf, sketch } from '../sketch.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const left = (make: Parameters<typeof sketch>[0]) => {
  const before = sketch(make)
  const after = joins(before)
  expectSame({ graph: before, feeds: feedsFor(before) }, after)
  return kernelsOf(after)
}

describe('joins', () => {
  const parts = (first: readonly [number, number], second: readonly [number, number], value = 0) =>
    left((b, given) => {
      const pad = (along: readonly [number, number]) =>
        b.add('PadV2', [given([2, 5 - along[0] - along[1]])], { paddings: [[0, 0], along], value })
      return b.add('Add', [pad(first), pad(second)], {})
    })

  it('concatenates neighbors, whatever their order', () => {
    expect(parts([0, 3], [2, 0])).toEqual(['Concat'])
    expect(parts([2, 0], [0, 3])).toEqual(['Concat'])
    expect(parts([0, 3], [2, 1])).toEqual(['Concat', 'PadV2'])
  })

  it('leaves parts that overlap, lie apart, or are padded by other numbers', () => {
    expect(parts([0, 2], [2, 0])).toEqual(['PadV2', 'PadV2', 'Add'])
    expect(parts([0, 4], [2, 0])).toEqual(['PadV2', 'PadV2', 'Add'])
    expect(parts([0, 3], [2, 0], 1)).toEqual(['PadV2', 'PadV2', 'Add'])
  })

  it('makes one of nested concatenations', () => {
    expect(
      left((b, given) =>
        b.add('Concat', [b.add('Concat', [given([2]), given([3])], { axis: 0 }), given([1])], { axis: 0 }),
      ),
    ).toEqual(['Concat'])
  })

  it('keeps what random graphs compute', () => {
    keepsResults(joins)
  })
})
