import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Graph } from '../../../../src/runtime/graph/graph.js'
import { convolutions } from '../../../../src/runtime/graph/passes/convolutions.js'
import { layouts } from '../../../../src/runtime/graph/passes/layouts.js'
import { simplify } from '../../../../src/runtime/graph/simplify.js'
import { expectSame } from '../agreement.js'
import { feedsFor, kernelsOf, sketch } from '../sketch.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const nothing = { top: 0, bottom: 0, left: 0, right: 0 }
const plain = { strides: [1, 1], dilations: [1, 1], border: nothing } as const

const left = (make: Parameters<typeof sketch>[0], pass: (g: Graph) => Graph = convolutions) => {
  const before = sketch(make)
  const after = pass(before)
  expectSame({ graph: before, feeds: feedsFor(before) }, after)
  return kernelsOf(after)
}

const padding = (rows: readonly [number, number], columns: readonly [number, number]) => ({
  paddings: [[0, 0], rows, columns, [0, 0]] as const,
  value: 0,
})

describe('convolutions', () => {
  it('takes zeros around the image into the border', () => {
    const convolved = (value: number, batch = 0) =>
      left((b, given) => {
        const { paddings } = padding([0, 1], [2, 1])
        const [, rows, columns, channels] = paddings
        const image = b.add('PadV2', [given([2, 5, 4, 3])], {
          paddings: [[batch, 0], rows, columns, channels],
          value,
        })
        const border = { ...nothing, top: 1 }
        return b.add('Conv2D', [image, given([2, 3, 3, 4])], { ...plain, strides: [2, 1], border })
      })
    expect(convolved(0)).toEqual(['Conv2D'])
    expect(convolved(1)).toEqual(['PadV2', 'Conv2D'])
    expect(convolved(0, 1)).toEqual(['PadV2', 'Conv2D'])
  })

  it('takes slices of the gradient by the image into the border', () => {
    const sliced = (begin: readonly number[], size: readonly number[]) =>
      left((b, given) => {
        const filter = given([2, 2, 3, 4])
        const dy = given([2, 3, 3, 4])
        const gradient = b.add('Conv2DBackpropInput', [dy, filter], {
          ...plain,
          strides: [2, 2],
          shape: [2, 6, 6, 3],
        })
        return b.add('Slice', [gradient], { begin, size })
      })
    expect(sliced([0, 1, 0, 0], [2, 4, 5, 3])).toEqual(['Conv2DBackpropInput'])
    expect(sliced([0, 0, 0, 1], [2, 6, 6, 2])).toEqual(['Conv2DBackpropInput', 'Slice'])
    expect(sliced([1, 0, 0, 0], [1, 6, 6, 3])).toEqual(['Conv2DBackpropInput', 'Slice'])
  })

  it('knows the gradient by the filter in a dilated convolution of transposes, of every size', () => {
    const size = fc.integer({ min: 1, max: 3 })
    const images = fc.record({
      batch: size,
      channels: size,
      filters: size,
      rows: fc.integer({ min: 1, max: 3 }),
      columns: fc.integer({ min: 1, max: 3 }),
      height: fc.integer({ min: 5, max: 8 }),
      width: fc.integer({ min: 5, max: 8 }),
      strides: fc.tuple(fc.constantFrom(1, 2), fc.constantFrom(1, 2)),
      pads: fc.tuple(fc.constantFrom(0, 1), fc.constantFrom(0, 2)),
    })
    fc.assert(
      fc.property(images, ({ batch, channels, filters, rows, columns, height, width, strides, pads }) => {
        left((b, given) => {
          const x = b.add(
            'PadV2',
            [given([batch, height, width, channels])],
            padding([0, pads[0]], [pads[1], 0]),
          )
          const dy = given([batch, rows, columns, filters])
          const turned = [
            b.add('Transpose', [x], { perm: [3, 1, 2, 0] }),
            b.add('Transpose', [dy], { perm: [1, 2, 0, 3] }),
          ]
          const gradient = b.add('Conv2D', turned, { ...plain, dilations: strides })
          return b.add('Transpose', [gradient], { perm: [1, 2, 0, 3] })
        }, simplify)
      }),
      { numRuns: 60 },
    )
  })

  it('leaves nothing around the gradient by the filter', () => {
    const kernels = left(
      (b, given) => {
        const x = b.add('PadV2', [given([2, 6, 6, 3])], padding([0, 1], [0, 1]))
        const turned = [
          b.add('Transpose', [x], { perm: [3, 1, 2, 0] }),
          b.add('Transpose', [given([2, 3, 3, 4])], { perm: [1, 2, 0, 3] }),
        ]
        const gradient = b.add('Conv2D', turned, { ...plain, dilations: [2, 2] })
        return b.add('Transpose', [gradient], { perm: [1, 2, 0, 3] })
      },
      (graph) => layouts(layouts(convolutions(graph))),
    )
    expect(kernels).toEqual(['Conv2DBackpropFilter'])
  })
})
