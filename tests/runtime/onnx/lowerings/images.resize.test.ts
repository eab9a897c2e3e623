import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectClose, onCpu } from '../close.js'
import { runSingle } from '../single.js'
import { noiseFed } from './imagesOracle.js'

const side = fc.integer({ min: 1, max: 9 })

const cases = fc
  .record({
    shape: fc.tuple(fc.integer({ min: 1, max: 2 }), side, side, fc.integer({ min: 1, max: 3 })),
    size: fc.tuple(side, side),
    mode: fc.constantFrom('plain', 'corners', 'centers'),
  })
  .map(({ shape, size, mode }) => ({
    shape,
    attributes: {
      size: size as readonly [number, number],
      // tfjs refuses both at once.
      alignCorners: mode === 'corners',
      halfPixelCenters: mode === 'centers',
    },
  }))

type Resize = typeof tf.image.resizeBilinear

const onTfjs = (x: ReturnType<typeof noiseFed>, resize: Resize, a: ResizeAttributes) =>
  onCpu([x], (image) => resize(image as tf.Tensor4D, [...a.size], a.alignCorners, a.halfPixelCenters))

interface ResizeAttributes {
  readonly size: readonly [number, number]
  readonly alignCorners: boolean
  readonly halfPixelCenters: boolean
}

describe('resizing agrees with tfjs in all its modes', () => {
  it('ResizeNearestNeighbor, exactly', () =>
    fc.assert(
      fc.asyncProperty(cases, async ({ shape, attributes }) => {
        const x = noiseFed(shape, 1)
        const y = await runSingle('ResizeNearestNeighbor', [x], attributes)
        expect([...y]).toEqual([...(await onTfjs(x, tf.image.resizeNearestNeighbor, attributes))])
      }),
      { numRuns: 150 },
    ))

  it('ResizeBilinear', () =>
    fc.assert(
      fc.asyncProperty(cases, async ({ shape, attributes }) => {
        const x = noiseFed(shape, 1)
        const y = await runSingle('ResizeBilinear', [x], attributes)
        // Pixels of both signs cancel: the bound is relative to their size, which is 1.
        expectClose(y, await onTfjs(x, tf.image.resizeBilinear, attributes), { absolute: 1e-6 })
      }),
      { numRuns: 150 },
    ))

  it('integers: kept by nearest, made floats by bilinear', async () => {
    const x = { shape: [1, 2, 2, 1], dtype: 'int32' as const, value: Int32Array.of(0, 10, 20, 30) }
    const attributes = { size: [3, 3] as const, alignCorners: true, halfPixelCenters: false }
    expect([...(await runSingle('ResizeNearestNeighbor', [x], attributes))]).toEqual([
      0, 10, 10, 20, 30, 30, 20, 30, 30,
    ])
    expect([...(await runSingle('ResizeBilinear', [x], attributes))]).toEqual([
      0, 5, 10, 10, 15, 20, 20, 25, 30,
    ])
  })
})
