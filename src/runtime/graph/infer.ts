/**
 * The shape and element type of each kernel's output, from those of its inputs: one total table.
 *
 * Throws RangeError where shapes do not fit; tfjs has checked its own calls before they are recorded, so that is a fault
 * of a pass. Tested in tests/runtime/graph/infer.test.ts against tfjs's cpu backend.
 */
import type { Typed } from './graph.js'
import {
  binaryNames,
  type Convolution,
  comparisonNames,
  type DType,
  type KernelAttributes,
  type KernelName,
  type ReductionName,
  testNames,
  unaryNames,
  type Window,
} from './kernels.js'
import { broadcastShapes, permuted, reducedShape, windowPlaces, withSize } from './shapes.js'

/** Shape and type of the output of K. */
export type Infer<K extends KernelName> = (inputs: readonly Typed[], attributes: KernelAttributes[K]) => Typed

const input = (inputs: readonly Typed[], at: number): Typed => {
  const found = inputs[at]
  if (found === undefined) throw new RangeError(`a kernel lacks its input ${at}`)
  return found
}

const typed = (shape: readonly number[], dtype: DType): Typed => ({ shape, dtype })
const same = (inputs: readonly Typed[]): Typed => typed(input(inputs, 0).shape, input(inputs, 0).dtype)
const bool = (inputs: readonly Typed[]): Typed => typed(input(inputs, 0).shape, 'bool')
const floats = (shape: readonly number[]): Typed => typed(shape, 'float32')
const shapesOf = (inputs: readonly Typed[]) => inputs.map((i) => i.shape)
const binary = (inputs: readonly Typed[]): Typed =>
  typed(broadcastShapes(...shapesOf(inputs)), input(inputs, 0).dtype)
const comparison = (inputs: readonly Typed[]): Typed => typed(broadcastShapes(...shapesOf(inputs)), 'bool')
const reduction =
  (dtype?: DType) =>
  (inputs: readonly Typed[], a: KernelAttributes['Sum']): Typed =>
    typed(reducedShape(input(inputs, 0).shape, a.axes, a.keepDims), dtype ?? input(inputs, 0).dtype)
const arg = (inputs: readonly Typed[], { axis }: { readonly axis: number }): Typed =>
  typed(reducedShape(input(inputs, 0).shape, [axis], false), 'int32')
const shaped = (inputs: readonly Typed[], a: { readonly shape: readonly number[] }): Typed =>
  typed(a.shape, input(inputs, 0).dtype)
const given = (_inputs: readonly Typed[], a: { readonly shape: readonly number[] }): Typed => floats(a.shape)

const every = <K extends string, F>(names: readonly K[], f: F): { readonly [N in K]: F } =>
  Object.fromEntries(names.map((n) => [n, f])) as { readonly [N in K]: F }

const matrices = (inputs: readonly Typed[], transposeA: boolean, transposeB: boolean): readonly number[] => {
  const a = input(inputs, 0).shape
  const b = input(inputs, 1).shape
  const rows = a.at(transposeA ? -1 : -2) as number
  const columns = b.at(transposeB ? -2 : -1) as number
  if (a.at(transposeA ? -2 : -1) !== b.at(transposeB ? -1 : -2))
    throw new RangeError(`the matrices [${a.join(', ')}] and [${b.join(', ')}] do not fit`)
  return [...broadcastShapes(a.slice(0, -2), b.slice(0, -2)), rows, columns]
}

const places = (
  image: readonly number[],
  window: readonly number[],
  c: Convolution,
): readonly [number, number] => {
  const [, height = 0, width = 0] = image
  const { border: b, strides, dilations } = c
  return [
    windowPlaces(height, b.top + b.bottom, window[0] as number, strides[0], dilations[0]),
    windowPlaces(width, b.left + b.right, window[1] as number, strides[1], dilations[1]),
  ]
}

const pool = (inputs: readonly Typed[], a: Window): Typed => {
  const image = input(inputs, 0).shape
  return floats([image[0] as number, ...places(image, a.window, a), image[3] as number])
}

const convolved =
  (channels: (filter: readonly number[]) => number) => (inputs: readonly Typed[], a: Convolution) => {
    const image = input(inputs, 0).shape
    const filter = input(inputs, 1).shape
    return floats([image[0] as number, ...places(image, filter, a), channels(filter)])
  }

const keepingReductions = ['Max', 'Min', 'Prod', 'Sum'] as const satisfies readonly ReductionName[]

type Table = { readonly [K in Exclude<KernelName, 'Input' | 'Constant'>]: Infer<K> }

const table: Table = {
  ...every(unaryNames, same),
  ...every(testNames, bool),
  ...every(binaryNames, binary),
  ...every(comparisonNames, comparison),
  ...every(keepingReductions, reduction()),
  Mean: reduction('float32'),
  All: reduction('bool'),
  Any: reduction('bool'),
  Gemm: (inputs, a) => floats(matrices(inputs, a.transposeA, a.transposeB)),
  BatchMatMul: (inputs, a) => floats(matrices(inputs, a.transposeA, a.transposeB)),
  SoftplusSum: reduction(),
  Step: same,
  LeakyRelu: same,
  ClipByValue: same,
  Cast: (inputs, { dtype }) => typed(input(inputs, 0).shape, dtype),
  Select: (inputs) => typed(broadcastShapes(...shapesOf(inputs)), input(inputs, 1).dtype),
  EluGrad: same,
  ArgMax: arg,
  ArgMin: arg,
  Cumsum: same,
  Cumprod: same,
  Softmax: same,
  LogSoftmax: same,
  Reshape: shaped,
  Transpose: (inputs, { perm }) => typed(permuted(input(inputs, 0).shape, perm), input(inputs, 0).dtype),
  BroadcastTo: shaped,
  Tile: (inputs, { reps }) =>
    typed(
      input(inputs, 0).shape.map((n, i) => n * (reps[i] as number)),
      input(inputs, 0).dtype,
    ),
  Slice: (inputs, { size }) => typed(size, input(inputs, 0).dtype),
  StridedSlice: (inputs, { size }) => typed(size, input(inputs, 0).dtype),
  Concat: (inputs, { axis }) => {
    const total = inputs.reduce((n, i) => n + (i.shape[axis] as number), 0)
    return typed(withSize(input(inputs, 0).shape, axis, total), input(inputs, 0).dtype)
  },
  PadV2: (inputs, { paddings }) => padded(inputs, paddings),
  MirrorPad: (inputs, { paddings }) => padded(inputs, paddings),
  Reverse: same,
  GatherV2: (inputs, { axis, batchDims }) => {
    const x = input(inputs, 0)
    const at = input(inputs, 1).shape
    return typed([...x.shape.slice(0, axis), ...at.slice(batchDims), ...x.shape.slice(axis + 1)], x.dtype)
  },
  GatherNd: (inputs) => {
    const x = input(inputs, 0)
    const at = input(inputs, 1).shape
    return typed([...at.slice(0, -1), ...x.shape.slice(at.at(-1) as number)], x.dtype)
  },
  ScatterNd: (inputs, { shape }) => typed(shape, input(inputs, 1).dtype),
  UnsortedSegmentSum: (inputs, { segments }) =>
    typed([segments, ...input(inputs, 0).shape.slice(1)], input(inputs, 0).dtype),
  OneHot: (inputs, { depth, dtype }) => typed([...input(inputs, 0).shape, depth], dtype),
  Conv2D: convolved((filter) => filter[3] as number),
  Conv2DBackpropInput: given,
  Conv2DBackpropFilter: given,
  DepthwiseConv2dNative: convolved((filter) => (filter[2] as number) * (filter[3] as number)),
  DepthwiseConv2dNativeBackpropInput: given,
  DepthwiseConv2dNativeBackpropFilter: given,
  MaxPool: pool,
  MaxPoolGrad: (inputs) => same(inputs.slice(1)),
  AvgPool: pool,
  AvgPoolGrad: (inputs) => same(inputs.slice(1)),
  ResizeNearestNeighbor: (inputs, { size }) => resized(inputs, size),
  ResizeBilinear: (inputs, { size }) => floats(resized(inputs, size).shape),
  ResizeNearestNeighborGrad: given,
  ResizeBilinearGrad: given,
}

const padded = (inputs: readonly Typed[], paddings: readonly (readonly [number, number])[]): Typed => {
  const x = input(inputs, 0)
  return typed(
    x.shape.map((n, i) => n + (paddings[i]?.[0] ?? 0) + (paddings[i]?.[1] ?? 0)),
    x.dtype,
  )
}

const resized = (inputs: readonly Typed[], [height, width]: readonly [number, number]): Typed => {
  const { shape, dtype } = input(inputs, 0)
  return typed([shape[0] as number, height, width, shape[3] as number], dtype)
}

/** Shape and type of a kernel's output. */
export const infer = <K extends Exclude<KernelName, 'Input' | 'Constant'>>(
  kernel: K,
  inputs: readonly Typed[],
  attributes: KernelAttributes[K],
): Typed => (table[kernel] as Infer<K>)(inputs, attributes)
