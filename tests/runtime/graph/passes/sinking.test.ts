import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { sinking } from '../../../../src/runtime/graph/passes/sinking.js'
import { expectSame, keepsResults } from '../agreement.js'
import { feedsFor, kernelsOf, sketch } from '../sketch.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const left = (make: Parameters<typeof sketch>[0]) => {
  const before = sketch(make)
  const after = sinking(before)
  expectSame({ graph: before, feeds: feedsFor(before) }, after)
  return kernelsOf(after)
}

describe('sinking', () => {
  it('moves reshapes below elementwise kernels', () => {
    expect(left((b, given) => b.add('Exp', [b.add('Reshape', [given([6])], { shape: [2, 3] })], {}))).toEqual(
      ['Exp', 'Reshape'],
    )
    const pair = (x: readonly number[], y: readonly number[]) =>
      left((b, given) =>
        b.add(
          'Add',
          [x, y].map((shape) => b.add('Reshape', [given(shape)], { shape: [2, 3] })),
          {},
        ),
      )
    expect(pair([6], [6])).toEqual(['Add', 'Reshape'])
    expect(pair([6], [3, 2])).toEqual(['Reshape', 'Reshape', 'Add'])
  })

  it('lets numbers, constants and vectors along a last axis that stays pass', () => {
    const beside = (to: readonly number[], shape: readonly number[]) =>
      left((b, given) => b.add('Add', [b.add('Reshape', [given([4, 3])], { shape: to }), given(shape)], {}))
    expect(beside([2, 2, 3], [])).toEqual(['Add', 'Reshape'])
    expect(beside([2, 2, 3], [3])).toEqual(['Add', 'Reshape'])
    expect(beside([2, 2, 3], [2, 1])).toEqual(['Reshape', 'Add'])
    expect(beside([3, 4], [4])).toEqual(['Reshape', 'Add'])
    expect(beside([3, 4], [3, 1])).toEqual(['Reshape', 'Add'])
  })

  it('moves transposes below elementwise kernels', () => {
    expect(
      left((b, given) => b.add('Exp', [b.add('Transpose', [given([2, 3])], { perm: [1, 0] })], {})),
    ).toEqual(['Exp', 'Transpose'])
    expect(
      left((b, given) =>
        b.add(
          'Add',
          [
            b.add('Transpose', [given([2, 3])], { perm: [1, 0] }),
            b.add('Transpose', [given([2, 3])], { perm: [1, 0] }),
          ],
          {},
        ),
      ),
    ).toEqual(['Add', 'Transpose'])
    expect(
      left((b, given) =>
        b.add('Add', [b.add('Transpose', [given([2, 3])], { perm: [1, 0] }), given([2])], {}),
      ),
    ).toEqual(['Transpose', 'Add'])
  })

  it('keeps what random graphs compute', () => {
    keepsResults(sinking)
  })
})
