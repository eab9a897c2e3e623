/** Shape and type of every kernel, against what tfjs's cpu backend gives. */
import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Builder } from '../../../src/runtime/graph/builder.js'
import type { Graph, Ref } from '../../../src/runtime/graph/graph.js'
import type { KernelName } from '../../../src/runtime/graph/kernels.js'
import { evaluate } from './evaluate.js'
import { randomGraph } from './randomGraph.js'
import { feedsFor, type Given, sketch } from './sketch.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const agrees = (graph: Graph): void => {
  const results = evaluate(graph, feedsFor(graph))
  for (const [name, ref] of Object.entries(graph.outputs)) {
    const node = graph.nodes[ref]
    expect([node?.kernel, results[name]?.dtype, ...(results[name]?.shape ?? [])]).toEqual([
      node?.kernel,
      node?.dtype,
      ...(node?.shape ?? []),
    ])
  }
}

type Make = (b: Builder, given: Given) => Ref

const maps = (
  ['Abs', 'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Ceil', 'Cos', 'Cosh', 'Elu'] as const
)
  .map((k) => k as 'Abs')
  .concat(['Erf', 'Exp', 'Expm1', 'Floor', 'Log', 'Log1p', 'Neg', 'Reciprocal', 'Relu'] as never)
  .concat(['Relu6', 'Round', 'Rsqrt', 'Selu', 'Sigmoid', 'Sign', 'Sin', 'Sinh', 'Softplus'] as never)
  .concat(['Sqrt', 'Square', 'Tan', 'Tanh', 'IsFinite', 'IsInf', 'IsNan'] as never)
const pairs = (['Add', 'Atan2', 'Maximum', 'Minimum', 'Mod', 'Multiply', 'Pow', 'Prelu', 'RealDiv'] as const)
  .map((k) => k as 'Add')
  .concat(['SquaredDifference', 'Sub', 'Equal', 'Greater', 'GreaterEqual', 'Less'] as never)
  .concat(['LessEqual', 'NotEqual'] as never)
const logical = ['LogicalAnd', 'LogicalOr', 'LogicalXor'] as const
const reductions = ['Max', 'Mean', 'Min', 'Prod', 'Sum', 'All', 'Any'] as const

const border = { top: 1, bottom: 0, left: 1, right: 2 }
const convolution = { strides: [2, 1], dilations: [1, 1], border } as const
const pooling = { window: [2, 3], strides: [1, 2], dilations: [1, 1], border } as const
const image = [2, 7, 6, 3] as const
const flags = [false, true].flatMap((a) => [false, true].map((b) => [a, b] as const))

/** The shape of what a kernel gives, for the gradients that take it. */
const like = (b: Builder, ref: Ref): Ref => b.add('Exp', [ref], {})

const cases: Readonly<Record<string, readonly Make[]>> = {
  Gemm: flags.map(
    ([a, c]) =>
      (b: Builder, given: Given) =>
        b.add('Gemm', [given(a ? [3, 2] : [2, 3]), given(c ? [4, 3] : [3, 4]), given([4])], {
          transposeA: a,
          transposeB: c,
          alpha: 2,
          beta: 3,
        }),
  ),
  BatchMatMul: flags.map(
    ([a, c]) =>
      (b: Builder, given: Given) =>
        b.add('BatchMatMul', [given(a ? [5, 3, 2] : [5, 2, 3]), given(c ? [1, 4, 3] : [3, 4])], {
          transposeA: a,
          transposeB: c,
        }),
  ),
  Step: [(b, g) => b.add('Step', [g([2, 3])], { alpha: 0.5 })],
  LeakyRelu: [(b, g) => b.add('LeakyRelu', [g([2, 3])], { alpha: 0.5 })],
  ClipByValue: [(b, g) => b.add('ClipByValue', [g([2, 3])], { min: -1, max: 1 })],
  Cast: (['float32', 'int32', 'bool'] as const).map(
    (dtype) => (b: Builder, g: Given) => b.add('Cast', [g([3])], { dtype }),
  ),
  LogicalNot: [(b, g) => b.add('LogicalNot', [g([3], 'bool')], {})],
  Select: [(b, g) => b.add('Select', [g([2, 1], 'bool'), g([3]), g([])], {})],
  EluGrad: [(b, g) => b.add('EluGrad', [g([3]), g([3])], {})],
  ArgMax: [(b, g) => b.add('ArgMax', [g([2, 3, 4])], { axis: 1 })],
  ArgMin: [(b, g) => b.add('ArgMin', [g([2, 3, 4])], { axis: 2 })],
  Cumsum: [(b, g) => b.add('Cumsum', [g([2, 3])], { axis: 1, exclusive: true, reverse: true })],
  Cumprod: [(b, g) => b.add('Cumprod', [g([2, 3])], { axis: 0, exclusive: false, reverse: true })],
  Softmax: [(b, g) => b.add('Softmax', [g([2, 3])], { axis: 1 })],
  LogSoftmax: [(b, g) => b.add('LogSoftmax', [g([2, 3])], { axis: 0 })],
  Reshape: [(b, g) => b.add('Reshape', [g([2, 3])], { shape: [3, 2] })],
  Transpose: [(b, g) => b.add('Transpose', [g([2, 3, 4])], { perm: [2, 0, 1] })],
  BroadcastTo: [(b, g) => b.add('BroadcastTo', [g([2, 1])], { shape: [4, 2, 3] })],
  Tile: [(b, g) => b.add('Tile', [g([2, 3])], { reps: [3, 1] })],
  Slice: [(b, g) => b.add('Slice', [g([4, 5])], { begin: [1, 2], size: [2, 3] })],
  StridedSlice: [
    (b, g) => b.add('StridedSlice', [g([4, 5])], { begin: [3, 0], strides: [-2, 2], size: [2, 3] }),
  ],
  Concat: [(b, g) => b.add('Concat', [g([2, 3]), g([2, 1]), g([2, 4])], { axis: 1 })],
  PadV2: [
    (b, g) =>
      b.add('PadV2', [g([2, 3])], {
        paddings: [
          [0, 1],
          [2, 0],
        ],
        value: 1,
      }),
  ],
  MirrorPad: [
    (b, g) =>
      b.add('MirrorPad', [g([3, 3])], {
        paddings: [
          [0, 1],
          [2, 0],
        ],
        mode: 'reflect',
      }),
  ],
  Reverse: [(b, g) => b.add('Reverse', [g([2, 3])], { axes: [1] })],
  GatherV2: [
    (b, g) => b.add('GatherV2', [g([3, 4]), b.number(1, [5], 'int32')], { axis: 1, batchDims: 0 }),
    (b, g) => b.add('GatherV2', [g([3, 4, 2]), b.number(1, [3, 5], 'int32')], { axis: 1, batchDims: 1 }),
  ],
  GatherNd: [(b, g) => b.add('GatherNd', [g([3, 4, 2]), b.number(1, [5, 2], 'int32')], {})],
  ScatterNd: [(b, g) => b.add('ScatterNd', [b.number(1, [5, 1], 'int32'), g([5, 2])], { shape: [4, 2] })],
  UnsortedSegmentSum: [
    (b, g) => b.add('UnsortedSegmentSum', [g([5, 2]), b.number(1, [5], 'int32')], { segments: 3 }),
  ],
  OneHot: (['float32', 'int32'] as const).map(
    (dtype) => (b: Builder) =>
      b.add('OneHot', [b.number(1, [5], 'int32')], { depth: 3, onValue: 2, offValue: 1, dtype }),
  ),
  Conv2D: [
    (b, g) => b.add('Conv2D', [g(image), g([3, 2, 3, 5])], convolution),
    (b, g) =>
      b.add('Conv2D', [g(image), g([3, 2, 3, 5])], { ...convolution, strides: [1, 1], dilations: [2, 3] }),
  ],
  Conv2DBackpropInput: [
    (b, g) => {
      const filter = g([3, 2, 3, 5])
      const dy = like(b, b.add('Conv2D', [g(image), filter], convolution))
      return b.add('Conv2DBackpropInput', [dy, filter], { ...convolution, shape: image })
    },
  ],
  Conv2DBackpropFilter: [
    (b, g) => {
      const x = g(image)
      const dy = like(b, b.add('Conv2D', [x, g([3, 2, 3, 5])], convolution))
      return b.add('Conv2DBackpropFilter', [x, dy], { ...convolution, shape: [3, 2, 3, 5] })
    },
  ],
  DepthwiseConv2dNative: [
    (b, g) =>
      b.add('DepthwiseConv2dNative', [g(image), g([3, 2, 3, 4])], { ...convolution, strides: [2, 2] }),
  ],
  DepthwiseConv2dNativeBackpropInput: [
    (b, g) => {
      const filter = g([3, 2, 3, 4])
      const dy = like(
        b,
        b.add('DepthwiseConv2dNative', [g(image), filter], { ...convolution, strides: [2, 2] }),
      )
      return b.add('DepthwiseConv2dNativeBackpropInput', [dy, filter], {
        ...convolution,
        strides: [2, 2],
        shape: image,
      })
    },
  ],
  DepthwiseConv2dNativeBackpropFilter: [
    (b, g) => {
      const x = g(image)
      const dy = like(
        b,
        b.add('DepthwiseConv2dNative', [x, g([3, 2, 3, 4])], { ...convolution, strides: [2, 2] }),
      )
      const shape = [3, 2, 3, 4]
      return b.add('DepthwiseConv2dNativeBackpropFilter', [x, dy], { ...convolution, strides: [2, 2], shape })
    },
  ],
  MaxPool: [(b, g) => b.add('MaxPool', [g(image)], pooling)],
  MaxPoolGrad: [
    (b, g) => {
      const x = g(image)
      const y = b.add('MaxPool', [x], pooling)
      return b.add('MaxPoolGrad', [like(b, y), x, y], pooling)
    },
  ],
  AvgPool: [(b, g) => b.add('AvgPool', [g(image)], pooling)],
  AvgPoolGrad: [
    (b, g) => {
      const x = g(image)
      return b.add('AvgPoolGrad', [like(b, b.add('AvgPool', [x], pooling)), x], pooling)
    },
  ],
  ...Object.fromEntries(
    (['ResizeNearestNeighbor', 'ResizeBilinear'] as const).map((k) => [
      k,
      [
        (b: Builder, g: Given) =>
          b.add(k, [g(image)], { size: [4, 9], alignCorners: false, halfPixelCenters: true }),
      ],
    ]),
  ),
  ...Object.fromEntries(
    (['ResizeNearestNeighborGrad', 'ResizeBilinearGrad'] as const).map((k) => [
      k,
      [
        (b: Builder, g: Given) =>
          b.add(k, [g([image[0] as number, 4, 9, image[3] as number])], {
            shape: image,
            alignCorners: false,
          }),
      ],
    ]),
  ),
} satisfies { readonly [K in KernelName]?: readonly Make[] }

describe('infer', () => {
  it.each(maps)('%s keeps the shape', (kernel) => {
    agrees(sketch((b, given) => b.add(kernel, [given([2, 3])], {})))
  })

  it.each(pairs)('%s broadcasts', (kernel) => {
    agrees(sketch((b, given) => b.add(kernel, [given([2, 1]), given([4, 1, 3])], {})))
  })

  it.each(logical)('%s broadcasts', (kernel) => {
    agrees(sketch((b, given) => b.add(kernel, [given([2, 1], 'bool'), given([3], 'bool')], {})))
  })

  it.each(reductions)('%s drops or keeps its axes', (kernel) => {
    const dtype = kernel === 'All' || kernel === 'Any' ? 'bool' : 'float32'
    for (const axes of [[], [1], [0, 2], [0, 1, 2]])
      for (const keepDims of [false, true])
        agrees(sketch((b, given) => b.add(kernel, [given([2, 3, 4], dtype)], { axes, keepDims })))
  })

  it.each(Object.entries(cases))('%s', (_name, makes) => {
    for (const make of makes) agrees(sketch(make))
  })

  it('agrees on every node of random graphs', () => {
    fc.assert(
      fc.property(randomGraph, ({ graph }) => {
        const nodes = graph.nodes.map((_, ref) => [`node${ref}`, ref] as const)
        agrees({ nodes: graph.nodes, outputs: Object.fromEntries(nodes) })
      }),
      { numRuns: 100 },
    )
  })
})
