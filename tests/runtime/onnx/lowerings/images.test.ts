import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { builder } from '../../../../src/runtime/graph/builder.js'
import type { Graph } from '../../../../src/runtime/graph/graph.js'
import type { Window } from '../../../../src/runtime/graph/kernels.js'
import { lower } from '../../../../src/runtime/onnx/lower.js'
import { onCpu } from '../close.js'
import { type Fed, runSingle, singleNode } from '../single.js'
import {
  depthwiseOutput,
  eachProduct,
  expectSummed,
  filterShape,
  noiseFed,
  outputShape,
  type Scene,
  type Summed,
  scenes,
  summing,
} from './imagesOracle.js'

// Both sides of every bound at which another form is written: few channels, few outputs.
const channels = [1, 2, 3, 4, 5, 8, 9]
const anyScene = scenes(channels, channels)
const RUNS = { numRuns: 60 }

interface Tensors {
  readonly x: Fed
  readonly w: Fed
  readonly dy: Fed
}

const tensorsOf = (s: Scene, depthwise: boolean): Tensors => ({
  x: noiseFed(s.image, 1),
  w: noiseFed(filterShape(s), 2),
  dy: noiseFed(depthwise ? depthwiseOutput(s) : outputShape(s), 3),
})

type Which = 'y' | 'dx' | 'dw'

/** One of the three linear maps in float64. */
const summed = (s: Scene, depthwise: boolean, { x, w, dy }: Tensors, which: Which): Summed => {
  const { sum, add } = summing({ y: dy, dx: x, dw: w }[which].shape)
  eachProduct(s, depthwise, (xi, wi, yi) => {
    const [a, b, c] = [x.value[xi] as number, w.value[wi] as number, dy.value[yi] as number]
    if (which === 'y') add(yi, a * b)
    else if (which === 'dx') add(xi, c * b)
    else add(wi, a * c)
  })
  return sum
}

const computed = (s: Scene, depthwise: boolean, { x, w, dy }: Tensors, which: Which) => {
  const g = s.geometry
  const optimize = s.window[0] !== 2
  if (which === 'y') return runSingle(depthwise ? 'DepthwiseConv2dNative' : 'Conv2D', [x, w], g, { optimize })
  return which === 'dx'
    ? runSingle(
        depthwise ? 'DepthwiseConv2dNativeBackpropInput' : 'Conv2DBackpropInput',
        [dy, w],
        { ...g, shape: s.image },
        { optimize },
      )
    : runSingle(
        depthwise ? 'DepthwiseConv2dNativeBackpropFilter' : 'Conv2DBackpropFilter',
        [x, dy],
        { ...g, shape: w.shape },
        { optimize },
      )
}

const names = { y: 'forward', dx: 'by the image', dw: 'by the filter' } as const

const explicit = ({ geometry: { border: b } }: Scene): tf.backend_util.ExplicitPadding => [
  [0, 0],
  [b.top, b.bottom],
  [b.left, b.right],
  [0, 0],
]

const plainStrides = (s: Scene): Scene => ({ ...s, geometry: { ...s.geometry, dilations: [1, 1] } })
const fits = (s: Scene): boolean => s.geometry.dilations.every((d) => d === 1)

const onTfjs = (s: Scene, depthwise: boolean, { x, w, dy }: Tensors, which: Which) =>
  onCpu([x, w, dy], (a, b, c) => {
    const strides = [...s.geometry.strides] as [number, number]
    const convolve = (image: tf.Tensor, filter: tf.Tensor) =>
      depthwise
        ? tf.depthwiseConv2d(image as tf.Tensor4D, filter as tf.Tensor4D, strides, explicit(s))
        : tf.conv2d(image as tf.Tensor4D, filter as tf.Tensor4D, strides, explicit(s))
    if (which === 'y') return convolve(a, b)
    const gradients = tf.grads(convolve)([a, b], c)
    return gradients[which === 'dx' ? 0 : 1] as tf.Tensor
  })

describe.each([false, true])('convolution, depthwise: %s', (depthwise) => {
  describe.each(['y', 'dx', 'dw'] as const)('%s', (which) => {
    it(`${names[which]}: agrees with float64 sums for all strides, dilations and borders`, () =>
      fc.assert(
        fc.asyncProperty(anyScene, async (s) => {
          const t = tensorsOf(s, depthwise)
          expectSummed(await computed(s, depthwise, t, which), summed(s, depthwise, t, which))
        }),
        RUNS,
      ))

    it(`${names[which]}: the float64 sums are those of tfjs`, () =>
      fc.assert(
        fc.asyncProperty(anyScene.filter(fits), async (s) => {
          const t = tensorsOf(s, depthwise)
          expectSummed(await onTfjs(plainStrides(s), depthwise, t, which), summed(s, depthwise, t, which))
        }),
        { numRuns: 20 },
      ))
  })
})

const sceneOf = (
  image: Scene['image'],
  places: Scene['places'],
  outputs: number,
  stride: number,
  border: number,
  window = 3,
): Scene => ({
  image,
  window: [window, window],
  places,
  outputs,
  geometry: {
    strides: [stride, stride],
    dilations: [1, 1],
    border: { top: border, bottom: border, left: border, right: border },
  },
})

const operators = (s: Scene, which: Which): readonly string[] => {
  const { x, w, dy } = tensorsOf(s, false)
  const graph =
    which === 'y'
      ? singleNode('Conv2D', [x, w], s.geometry)
      : which === 'dx'
        ? singleNode('Conv2DBackpropInput', [dy, w], { ...s.geometry, shape: s.image })
        : singleNode('Conv2DBackpropFilter', [x, dy], { ...s.geometry, shape: w.shape })
  return lower(graph).nodes.map((n) => n.operator)
}

describe('forms of a convolution', () => {
  // 2 x 64 x 64 x 9 x 64 numbers in the windows: more than fit into the cache.
  const large = sceneOf([2, 64, 64, 64], [64, 64], 2, 1, 1)
  const middle = sceneOf([2, 9, 9, 8], [4, 4], 5, 2, 0)

  it('gathers windows of ordinary size, and leaves large ones to Conv', () => {
    expect(operators(middle, 'y')).toContain('Gather')
    expect(operators(large, 'y')).toContain('Conv')
    expect(operators(middle, 'dx')).not.toContain('ConvTranspose')
    expect(operators(large, 'dx')).toContain('ConvTranspose')
    expect(operators(middle, 'dw').filter((o) => o === 'Gemm').length).toBe(1)
    expect(operators(large, 'dw').filter((o) => o === 'Gemm').length).toBe(9)
    expect(operators(sceneOf([2, 9, 9, 2], [4, 4], 5, 2, 0), 'dw')).toContain('Conv')
  })

  it.each(['y', 'dx', 'dw'] as const)('%s of large windows is right', async (which) => {
    const t = tensorsOf(large, false)
    expectSummed(await computed(large, false, t, which), summed(large, false, t, which))
  })

  it('needs no Gather where the window is one pixel', () => {
    expect(operators(sceneOf([2, 5, 5, 8], [5, 5], 5, 1, 0, 1), 'y')).toEqual([
      'Reshape',
      'Reshape',
      'Reshape',
      'MatMul',
      'Reshape',
    ])
  })

  it('shares the windows between a convolution and its gradient by the filter', () => {
    const b = builder()
    const { x, w, dy } = tensorsOf(middle, false)
    const [image, filter, given] = [x, w, dy].map((t, i) => b.input(`x${i}`, t.shape, t.dtype)) as [
      number,
      number,
      number,
    ]
    const y = b.add('Conv2D', [image, filter], middle.geometry)
    const dw = b.add('Conv2DBackpropFilter', [image, given], { ...middle.geometry, shape: w.shape })
    const { nodes } = lower({ nodes: b.nodes, outputs: { y, dw } })
    expect(nodes.filter((n) => n.operator === 'Gather').length).toBe(1)
  })
})

describe('the batch size is written nowhere', () => {
  const small = sceneOf([2, 9, 9, 8], [4, 4], 5, 2, 0)
  const few = sceneOf([2, 9, 9, 2], [4, 4], 5, 2, 0)
  const wide: Window = {
    window: [2, 2],
    strides: [2, 2],
    dilations: [2, 1],
    border: { top: 1, bottom: 0, left: 0, right: 1 },
  }
  const size = { size: [7, 8], alignCorners: true, halfPixelCenters: false } as const
  const image = (n: number) => noiseFed([n, 9, 9, 8], 1)
  const cases: readonly (readonly [string, (n: number) => Graph])[] = [
    ...[small, few].flatMap((s) => {
      const w = noiseFed(filterShape(s), 2)
      const x = (n: number) => noiseFed([n, ...s.image.slice(1)], 1)
      const y = (n: number) => noiseFed([n, ...s.places, s.outputs], 3)
      const shape = (n: number) => [n, ...s.image.slice(1)]
      return [
        ['Conv2D', (n: number) => singleNode('Conv2D', [x(n), w], s.geometry)] as const,
        [
          'Conv2DBackpropInput',
          (n: number) => singleNode('Conv2DBackpropInput', [y(n), w], { ...s.geometry, shape: shape(n) }),
        ] as const,
      ]
    }),
    ['MaxPool', (n) => singleNode('MaxPool', [image(n)], wide)],
    ['AvgPool', (n) => singleNode('AvgPool', [image(n)], wide)],
    ['ResizeBilinear', (n) => singleNode('ResizeBilinear', [image(n)], size)],
    ['ResizeNearestNeighbor', (n) => singleNode('ResizeNearestNeighbor', [image(n)], size)],
  ]

  it.each(cases)('%s', (_name, graphOf) => {
    const written = (n: number) => {
      const { nodes, constants } = lower(graphOf(n))
      return { nodes, constants }
    }
    expect(written(3)).toEqual(written(5))
  })
})
