import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { layouts } from '../../../../src/runtime/graph/passes/layouts.js'
import { expectSame, keepsResults } from '../agreement.js'
import { feedsFor, kernelsOf, sketch } from '../sketch.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const left = (make: Parameters<typeof sketch>[0]) => {
  const before = sketch(make)
  const after = layouts(before)
  expectSame({ graph: before, feeds: feedsFor(before) }, after)
  return kernelsOf(after)
}

describe('layouts', () => {
  it('joins reshapes and drops those to the same shape', () => {
    expect(left((b, given) => b.add('Reshape', [given([2, 3])], { shape: [2, 3] }))).toEqual([])
    const there = (shape: readonly number[]) =>
      left((b, given) => b.add('Reshape', [b.add('Reshape', [given([2, 3])], { shape: [6] })], { shape }))
    expect(there([2, 3])).toEqual([])
    expect(there([3, 2])).toEqual(['Reshape'])
  })

  it('joins transposes', () => {
    const twice = (p: readonly number[], q: readonly number[]) =>
      left((b, given) =>
        b.add('Transpose', [b.add('Transpose', [given([2, 3, 4])], { perm: p })], { perm: q }),
      )
    expect(twice([1, 2, 0], [1, 2, 0])).toEqual(['Transpose'])
    // Two rounds: the joined transpose does nothing.
    expect(left((b, given) => b.add('Transpose', [given([2, 3, 4])], { perm: [0, 1, 2] }))).toEqual([])
    expect(left((b, given) => b.add('Transpose', [given([2, 1, 4])], { perm: [1, 0, 2] }))).toEqual([
      'Reshape',
    ])
  })

  it('turns broadcasts that repeat nothing into reshapes, tiles of ones into broadcasts', () => {
    expect(left((b, given) => b.add('BroadcastTo', [given([3])], { shape: [1, 3] }))).toEqual(['Reshape'])
    expect(left((b, given) => b.add('BroadcastTo', [given([3])], { shape: [3] }))).toEqual([])
    expect(left((b, given) => b.add('Tile', [given([1, 3])], { reps: [4, 1] }))).toEqual(['BroadcastTo'])
    expect(left((b, given) => b.add('Tile', [given([2, 3])], { reps: [4, 1] }))).toEqual(['Tile'])
  })

  it('joins sums, and sums over axes of size 1 are reshapes', () => {
    const sums = (keepDims: boolean, axes: readonly number[]) =>
      left((b, given) =>
        b.add('Sum', [b.add('Sum', [given([2, 3, 4])], { axes: [1], keepDims })], { axes, keepDims: false }),
      )
    expect(sums(false, [1])).toEqual(['Sum'])
    expect(sums(true, [0, 2])).toEqual(['Sum', 'Reshape'])
    expect(left((b, given) => b.add('Max', [given([2, 1])], { axes: [1], keepDims: false }))).toEqual([
      'Reshape',
    ])
  })

  it('joins slices', () => {
    const graph = layouts(
      sketch((b, given) =>
        b.add('Slice', [b.add('Slice', [given([9])], { begin: [2], size: [5] })], { begin: [1], size: [2] }),
      ),
    )
    expect(kernelsOf(graph)).toEqual(['Slice'])
    expect(graph.nodes.at(-1)?.attributes).toEqual({ begin: [3], size: [2] })
  })

  it('keeps what random graphs compute', () => {
    keepsResults(layouts)
  })
})
