import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lower } from '../../../../src/runtime/onnx/lower.js'
import { record } from '../../../../src/runtime/trace/backend.js'
import { expectClose, onCpu } from '../close.js'
import { runGraph } from '../runGraph.js'
import { runSingle, singleNode } from '../single.js'
import { noiseFed } from './imagesOracle.js'

const side = fc.integer({ min: 1, max: 9 })

const cases = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    height: side,
    width: side,
    channels: fc.integer({ min: 1, max: 3 }),
    size: fc.tuple(side, side),
    alignCorners: fc.boolean(),
  })
  .map(({ batch, height, width, channels, size, alignCorners }) => ({
    dy: [batch, ...size, channels] as const,
    attributes: { shape: [batch, height, width, channels] as const, alignCorners },
  }))

type Names = 'ResizeNearestNeighborGrad' | 'ResizeBilinearGrad'
type Case = typeof cases extends fc.Arbitrary<infer C> ? C : never

// tfjs's kernel never ends where one row is aligned with several.
const ends = ({ dy, attributes: { shape, alignCorners } }: Case): boolean =>
  !alignCorners || [1, 2].every((axis) => shape[axis] !== 1 || dy[axis] === 1)

// One image at a time: tfjs's cpu kernel of the nearest one looks for the second image's gradients in the first's.
const onTfjs = (name: Names, { dy, attributes: { shape, alignCorners } }: Case) =>
  onCpu([noiseFed(dy, 1)], (t) =>
    tf.concat(
      tf.split(t, dy[0]).map((one) => {
        const images = tf.zeros([1, ...shape.slice(1)])
        const dx = tf.engine().runKernel(name, { images, dy: one }, { alignCorners }) as tf.Tensor
        // The bilinear one names height and width in the wrong order.
        return tf.reshape(dx, images.shape)
      }),
    ),
  )

describe('gradients of resizing agree with tfjs in all its modes', () => {
  it.each([
    ['ResizeNearestNeighborGrad', ends],
    ['ResizeBilinearGrad', () => true],
  ] as const)('%s', (name, applies) =>
    fc.assert(
      fc.asyncProperty(cases.filter(applies), async (c) => {
        const y = await runSingle(name, [noiseFed(c.dy, 1)], c.attributes)
        // Up to 81 numbers of both signs and of size 1 are summed in another order.
        expectClose(y, await onTfjs(name, c), { absolute: 1e-5 })
      }),
      { numRuns: 150 },
    ),
  )

  it('one row aligned with several gets all of them', async () => {
    const dy = { shape: [1, 3, 1, 1], dtype: 'float32' as const, value: Float32Array.of(1, 2, 4) }
    const attributes = { shape: [1, 1, 1, 1], alignCorners: true }
    for (const name of ['ResizeNearestNeighborGrad', 'ResizeBilinearGrad'] as const)
      expect([...(await runSingle(name, [dy], attributes))]).toEqual([7])
  })

  it('batch sizes are written nowhere', () => {
    const written = (batch: number, name: Names) => {
      const dy = noiseFed([batch, 6, 8, 2], 1)
      const { nodes, constants } = lower(
        singleNode(name, [dy], { shape: [batch, 3, 4, 2], alignCorners: false }),
      )
      return { nodes, constants }
    }
    for (const name of ['ResizeNearestNeighborGrad', 'ResizeBilinearGrad'] as const)
      expect(written(5, name)).toEqual(written(2, name))
  })
})

const resizes = { nearest: tf.image.resizeNearestNeighbor, bilinear: tf.image.resizeBilinear }

describe('recorded gradients of resizing agree with tf.grad', () => {
  it.each(Object.entries(resizes))('%s', (_, resize) =>
    fc.assert(
      fc.asyncProperty(
        // Single squares, which tfjs's cpu kernels take as they are.
        fc.integer({ min: 2, max: 6 }),
        fc.tuple(side, side),
        fc.constantFrom([false, false], [true, false], [false, true]),
        async (n, size, [alignCorners, halfPixelCenters]) => {
          const x = noiseFed([1, n, n, 2], 1)
          const gradient = tf.grad((t) =>
            tf.sum(tf.square(resize(t as tf.Tensor4D, size, alignCorners, halfPixelCenters))),
          )
          const graph = record(({ input }) => ({ y: gradient(input('x', x.shape)) }))
          const { y } = await runGraph(graph, { x: x.value })
          expectClose(y as Float32Array, await onCpu([x], gradient), { absolute: 1e-5 })
        },
      ),
      { numRuns: 40 },
    ),
  )
})
