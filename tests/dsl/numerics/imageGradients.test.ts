/** First and second derivatives of resizing, pooling and depthwise convolution against finite differences. */
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import '../../../src/dsl/numerics/gradients.js'
import { separable, transposed, weights } from '../../../src/dsl/numerics/separable.js'
import { expectClose, expectDifferentiableTwice, type Fn, noise, onEachBackend } from './agreement.js'

type Image = tf.Tensor4D
const images = (shape: [number, number, number, number], seed = 1): Image =>
  tf.tensor(
    noise(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    shape,
  )

type Resize = (
  x: Image,
  size: [number, number],
  alignCorners?: boolean,
  halfPixelCenters?: boolean,
) => tf.Tensor

const flags = [
  [false, false],
  [true, false],
  [false, true],
] as const
const sizes = [
  [6, 8],
  [5, 2],
  [1, 7],
  [3, 4],
] as const
const resizings = [
  ['nearest', tf.image.resizeNearestNeighbor as Resize],
  ['bilinear', tf.image.resizeBilinear as Resize],
] as const

const avgPools = [
  [2, 2, 'valid'],
  [3, 2, 'same'],
  [3, 1, 'same'],
  [2, 3, 1],
] as const

onEachBackend('image gradients', () => {
  it.each(
    resizings.flatMap(([name, f]) =>
      sizes.flatMap((size) => flags.map(([a, h]) => [name, size, a, h, f] as const)),
    ),
  )('resizing, %s, to %j, aligned %s, half-pixel %s', (_, size, aligned, halfPixel, resize) => {
    tf.tidy(() =>
      expectDifferentiableTwice(
        (x) => resize(x as Image, [...size], aligned, halfPixel),
        images([2, 3, 4, 2]),
      ),
    )
  })

  it.each(avgPools)('average pooling, window %i, step %i, border %s', (window, step, pad) => {
    tf.tidy(() =>
      expectDifferentiableTwice((x) => tf.avgPool(x as Image, window, step, pad), images([2, 5, 6, 2])),
    )
  })

  it('separable maps have transposes as adjoints', () => {
    const rows = weights(2, 3, (i) => [
      [i, 2],
      [i + 1, -1],
      [5, 9],
    ])
    const columns = weights(4, 2, (i) => [[i % 2, i]])
    expect([...rows.data]).toEqual([2, -1, 0, 0, 2, -1])
    const [x, y] = [images([2, 3, 2, 2]), images([2, 2, 4, 2], 2)]
    const inner = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(a, b)).dataSync()
    expectClose(
      inner(separable(x, rows, columns), y),
      inner(x, separable(y, transposed(rows), transposed(columns))) as Float32Array,
      1e-5,
      1e-5,
    )
  })
})

// tfjs-backend-wasm has no gradient kernels of these.
describe('image gradients (cpu)', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu')
  })

  it.each([
    [2, 2, 'valid'],
    [3, 2, 'same'],
    [3, 1, 'valid'],
    [2, 3, 1],
  ] as const)('max pooling, window %i, step %i, border %s', (window, step, pad) => {
    tf.tidy(() =>
      expectDifferentiableTwice(
        (x) => tf.maxPool(x as Image, window, step, pad),
        images([2, 5, 6, 2]),
        0.0005,
      ),
    )
  })

  it('max pooling sends the gradient of ties to the first, at second order too', () => {
    const x = tf.tensor4d([1, 3, 3, 3], [1, 2, 2, 1])
    const c = tf.tensor4d([10, 20, 30, 40], [1, 2, 2, 1])
    const f: Fn = (t) => tf.sum(tf.square(tf.maxPool(t as Image, 2, 2, 'valid')))
    expect([...tf.grad(f)(x).dataSync()]).toEqual([0, 6, 0, 0])
    const along: Fn = (t) => tf.sum(tf.mul(tf.grad(f)(t), c))
    expect([...tf.grad(along)(x).dataSync()]).toEqual([0, 40, 0, 0])
  })

  const filter = images([3, 2, 2, 2], 7)
  const depthwise = [
    [1, 'valid'],
    [2, 'same'],
    [[2, 2], 1],
  ] as const
  it.each(depthwise)('depthwise convolution, step %j, border %s, by image and by filter', (step, pad) => {
    const [x, strides] = [images([2, 5, 6, 2]), step as number]
    tf.tidy(() => {
      expectDifferentiableTwice((t) => tf.depthwiseConv2d(t as Image, filter as Image, strides, pad), x)
      expectDifferentiableTwice((t) => tf.depthwiseConv2d(x, t as Image, strides, pad), filter)
      // The gradient by the filter, as a function of the image, and the other way round.
      const byFilter: Fn = (t) =>
        tf.grad((w) => tf.sum(tf.square(tf.depthwiseConv2d(t as Image, w as Image, strides, pad))))(filter)
      expectDifferentiableTwice(byFilter, x, 0.02)
      const byImage: Fn = (w) =>
        tf.grad((t) => tf.sum(tf.square(tf.depthwiseConv2d(t as Image, w as Image, strides, pad))))(x)
      expectDifferentiableTwice(byImage, filter, 0.02)
    })
  })

  it("the gradient by the filter of tfjs's fused convolution, as a function of the image", () => {
    const w = images([2, 2, 2, 3], 8)
    const fused = (x: Image, v: Image) =>
      tf.fused.conv2d({ x, filter: v, strides: 1, pad: 'same', activation: 'linear' })
    const byFilter: Fn = (t) => tf.grad((v) => tf.sum(tf.square(fused(t as Image, v as Image))))(w)
    tf.tidy(() => expectDifferentiableTwice(byFilter, images([2, 4, 3, 2]), 0.02))
  })
})
