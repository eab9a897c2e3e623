import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { broadcasting } from '../../../../src/runtime/graph/passes/broadcasting.js'
import { expectSame, keepsResults } from '../agreement.js'
import { feedsFor, kernelsOf, sketch } from '../sketch.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const left = (make: Parameters<typeof sketch>[0]) => {
  const before = sketch(make)
  const after = broadcasting(before)
  expectSame({ graph: before, feeds: feedsFor(before) }, after)
  return kernelsOf(after)
}

describe('broadcasting', () => {
  it('reads the small tensor where another operand carries the shape', () => {
    expect(
      left((b, given) =>
        b.add('Add', [b.add('BroadcastTo', [given([3])], { shape: [2, 3] }), given([2, 3])], {}),
      ),
    ).toEqual(['Add'])
    expect(
      left((b, given) =>
        b.add(
          'Select',
          [given([2, 3], 'bool'), b.add('BroadcastTo', [given([])], { shape: [2, 3] }), given([3])],
          {},
        ),
      ),
    ).toEqual(['Select'])
  })

  it('shrinks constants of equal elements', () => {
    const graph = broadcasting(
      sketch((b, given) => b.add('Multiply', [b.number(2, [2, 3]), given([2, 3])], {})),
    )
    const product = graph.nodes[graph.outputs.y as number]
    expect(product?.inputs.map((ref) => graph.nodes[ref]?.shape)).toEqual([[], [2, 3]])
  })

  it('computes before it broadcasts', () => {
    expect(
      left((b, given) => b.add('Exp', [b.add('BroadcastTo', [given([3])], { shape: [2, 3] })], {})),
    ).toEqual(['Exp', 'BroadcastTo'])
    const pair = (x: readonly number[], y: readonly number[]) =>
      left((b, given) =>
        b.add(
          'Add',
          [x, y].map((shape) => b.add('BroadcastTo', [given(shape)], { shape: [2, 3] })),
          {},
        ),
      )
    expect(pair([3], [])).toEqual(['Add', 'BroadcastTo'])
    expect(pair([3], [2, 1])).toEqual(['Add'])
  })

  it('broadcasts last: below reshapes and transposes', () => {
    expect(
      left((b, given) =>
        b.add('Reshape', [b.add('BroadcastTo', [given([3])], { shape: [2, 3] })], { shape: [2, 1, 3] }),
      ),
    ).toEqual(['Reshape', 'BroadcastTo'])
    expect(
      left((b, given) =>
        b.add('Reshape', [b.add('BroadcastTo', [given([3])], { shape: [2, 3] })], { shape: [6] }),
      ),
    ).toEqual(['BroadcastTo', 'Reshape'])
    expect(
      left((b, given) =>
        b.add('Transpose', [b.add('BroadcastTo', [given([1, 3])], { shape: [2, 3] })], { perm: [1, 0] }),
      ),
    ).toEqual(['Transpose', 'BroadcastTo'])
  })

  it('counts instead of summing what is repeated', () => {
    const sums = (kernel: 'Sum' | 'Max', axes: readonly number[]) =>
      left((b, given) =>
        b.add(kernel, [b.add('BroadcastTo', [given([3])], { shape: [2, 3] })], { axes, keepDims: false }),
      )
    expect(sums('Sum', [0])).toEqual(['Reshape', 'Sum', 'Multiply'])
    expect(sums('Sum', [1])).toEqual(['Reshape', 'Sum', 'BroadcastTo'])
    expect(sums('Max', [0])).toEqual(['Reshape', 'Max'])
  })

  it('takes factors out of sums along which they are constant', () => {
    const sums = (
      factor: readonly number[],
      axes: readonly number[],
      kernel: 'Multiply' | 'RealDiv' = 'Multiply',
    ) =>
      left((b, given) =>
        b.add('Sum', [b.add(kernel, [given([2, 3]), given(factor)], {})], { axes, keepDims: false }),
      )
    expect(sums([2, 1], [1])).toEqual(['Sum', 'Multiply', 'Reshape'])
    expect(sums([2, 1], [1], 'RealDiv')).toEqual(['Sum', 'RealDiv', 'Reshape'])
    expect(sums([2, 1], [0])).toEqual(['Multiply', 'Sum'])
    expect(sums([2, 3], [0, 1])).toEqual(['Multiply', 'Sum'])
    expect(sums([2, 1], [0, 1])).toEqual(['Sum', 'Multiply', 'Sum', 'Reshape'])
  })

  it('takes no number out of sums that is far from 1', () => {
    const sums = (c: number) =>
      left((b, given) =>
        b.add('Sum', [b.add('Multiply', [given([2, 3]), b.number(c)], {})], { axes: [0], keepDims: false }),
      )
    expect([sums(0.01), sums(1e-20)]).toEqual([
      ['Sum', 'Multiply'],
      ['Multiply', 'Sum'],
    ])
  })

  it('leaves a product that is read elsewhere', () => {
    const graph = sketch((b, given) => {
      const product = b.add('Multiply', [given([2, 3]), given([2, 1])], {})
      return b.add('Add', [product, b.add('Sum', [product], { axes: [1], keepDims: true })], {})
    })
    expect(kernelsOf(broadcasting(graph))).toEqual(['Multiply', 'Sum', 'Add'])
  })

  it('keeps what random graphs compute', () => {
    keepsResults(broadcasting)
  })
})
