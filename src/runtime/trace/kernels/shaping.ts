/**
 * Readers of the kernels of tfjs that move numbers about: reshape, transpose, slice, concatenate, pad, gather.
 *
 * Pack, Unpack and SplitV are taken apart into Reshape, Concat and Slice.
 */
import * as tf from '@tensorflow/tfjs'
import type { Ref } from '../../graph/graph.js'
import type { Pair } from '../../graph/kernels.js'
import { normalAxes, normalAxis, withSize } from '../../graph/shapes.js'
import { type Call, flagOf, listOf, none, numberOf, plain, type Reader, type Readers } from '../call.js'

const reshaped = (call: Call, x: Ref, shape: readonly number[]): Ref =>
  call.build.add('Reshape', [x], { shape })

const axisOf = (call: Call, rank: number): number => normalAxis(numberOf(call, 'axis'), rank)

/** `size` elements along one axis, from `begin` on. */
const along = (call: Call, x: Ref, axis: number, begin: number, size: number): Ref => {
  const shape = call.shape(x)
  return call.build.add('Slice', [x], {
    begin: shape.map((_, i) => (i === axis ? begin : 0)),
    size: withSize(shape, axis, size),
  })
}

const slice: Reader = (call) => {
  const x = call.input('x')
  const info = { shape: [...call.shape(x)], dtype: 'float32', dataId: {} } as tf.TensorInfo
  const [begin, size] = tf.slice_util.parseSliceParams(
    info,
    call.attributes.begin as number[],
    call.attributes.size as number[],
  ) as [number[], number[]]
  return call.build.add('Slice', [x], { begin, size })
}

const stridedSlice: Reader = (call) => {
  const x = call.input('x')
  const info = tf.slice_util.sliceInfo(
    [...call.shape(x)],
    [...listOf(call, 'begin')],
    [...listOf(call, 'end')],
    [...listOf(call, 'strides')],
    numberOf(call, 'beginMask'),
    numberOf(call, 'endMask'),
    numberOf(call, 'ellipsisMask'),
    numberOf(call, 'newAxisMask'),
    numberOf(call, 'shrinkAxisMask'),
  )
  if (info.isIdentity) return reshaped(call, x, info.finalShape)
  const size = tf.slice_util.computeOutShape(info.begin, info.end, info.strides)
  const taken = call.build.add('StridedSlice', [x], { begin: info.begin, strides: info.strides, size })
  return reshaped(call, taken, info.finalShape)
}

const expandDims: Reader = (call) => {
  const x = call.input('input')
  const shape = call.shape(x)
  const at = normalAxis(numberOf(call, 'dim'), shape.length + 1)
  return reshaped(call, x, [...shape.slice(0, at), 1, ...shape.slice(at)])
}

const concatenated = (call: Call, parts: readonly Ref[], axis: number): Ref =>
  parts.length === 1 ? (parts[0] as Ref) : call.build.add('Concat', parts, { axis })

const concat: Reader = (call) => {
  const parts = call.list().filter((ref) => call.shape(ref).every((n) => n > 0))
  const some = parts.length > 0 ? parts : call.list().slice(0, 1)
  return concatenated(call, some, axisOf(call, call.shape(some[0] as Ref).length))
}

const pack: Reader = (call) => {
  const parts = call.list()
  const shape = call.shape(parts[0] as Ref)
  const axis = axisOf(call, shape.length + 1)
  const whole = [...shape.slice(0, axis), 1, ...shape.slice(axis)]
  return concatenated(
    call,
    parts.map((part) => reshaped(call, part, whole)),
    axis,
  )
}

const unpack: Reader = (call) => {
  const x = call.input('value')
  const shape = call.shape(x)
  const axis = axisOf(call, shape.length)
  const rest = shape.filter((_, i) => i !== axis)
  return Array.from({ length: shape[axis] as number }, (_, i) =>
    reshaped(call, along(call, x, axis, i, 1), rest),
  )
}

const split: Reader = (call) => {
  const x = call.input('x')
  const shape = call.shape(x)
  const axis = axisOf(call, shape.length)
  const asked = call.attributes.numOrSizeSplits as number | number[]
  const sizes =
    typeof asked === 'number'
      ? Array.from({ length: asked }, () => (shape[axis] as number) / asked)
      : withRemainder(asked, shape[axis] as number)
  let begin = 0
  return sizes.map((size) => {
    const part = along(call, x, axis, begin, size)
    begin += size
    return part
  })
}

/** Sizes of a split, of which one may be -1: what is left. */
const withRemainder = (sizes: readonly number[], total: number): readonly number[] => {
  const known = sizes.reduce((n, s) => n + Math.max(s, 0), 0)
  return sizes.map((s) => (s < 0 ? total - known : s))
}

const gather: Reader = (call) => {
  const x = call.input('x')
  const rank = call.shape(x).length
  const batchDims = normalAxis(numberOf(call, 'batchDims') || 0, call.shape(call.input('indices')).length)
  return call.build.add('GatherV2', [x, call.input('indices')], { axis: axisOf(call, rank), batchDims })
}

/** Kernels that move numbers about. */
export const shaping: Readers = {
  BroadcastTo: plain('BroadcastTo', ['x'], (call) => ({ shape: listOf(call, 'shape') })),
  Concat: concat,
  ExpandDims: expandDims,
  GatherNd: plain('GatherNd', ['params', 'indices'], none),
  GatherV2: gather,
  MirrorPad: plain('MirrorPad', ['x'], (call) => ({
    paddings: call.attributes.paddings as Pair[],
    mode: call.attributes.mode as 'reflect' | 'symmetric',
  })),
  OneHot: plain('OneHot', ['indices'], (call) => ({
    depth: numberOf(call, 'depth'),
    onValue: numberOf(call, 'onValue'),
    offValue: numberOf(call, 'offValue'),
    dtype: (call.attributes.dtype ?? 'float32') as 'float32',
  })),
  Pack: pack,
  PadV2: plain('PadV2', ['x'], (call) => ({
    paddings: call.attributes.paddings as Pair[],
    value: numberOf(call, 'constantValue'),
  })),
  Reshape: (call) => {
    const x = call.input('x')
    const size = call.shape(x).reduce((a, b) => a * b, 1)
    const asked = listOf(call, 'shape')
    const known = asked.reduce((a, b) => (b < 0 ? a : a * b), 1)
    return reshaped(
      call,
      x,
      asked.map((n) => (n < 0 ? size / known : n)),
    )
  },
  Reverse: plain('Reverse', ['x'], (call) => ({
    axes: normalAxes(listOf(call, 'dims'), call.shape(call.input('x')).length),
  })),
  ScatterNd: plain('ScatterNd', ['indices', 'updates'], (call) => ({ shape: listOf(call, 'shape') })),
  Slice: slice,
  SplitV: split,
  StridedSlice: stridedSlice,
  Tile: plain('Tile', ['x'], (call) => ({ reps: listOf(call, 'reps') })),
  Transpose: plain('Transpose', ['x'], (call) => ({ perm: [...listOf(call, 'perm')] })),
  Unpack: unpack,
  UnsortedSegmentSum: plain('UnsortedSegmentSum', ['x', 'segmentIds'], (call) => ({
    segments: numberOf(call, 'numSegments'),
  })),
}

/** Readers of the scans, which keep the shape. */
export const scans: Readers = Object.fromEntries(
  (['Cumsum', 'Cumprod'] as const).map((kernel) => [
    kernel,
    plain(kernel, ['x'], (call) => ({
      axis: axisOf(call, call.shape(call.input('x')).length),
      exclusive: flagOf(call, 'exclusive'),
      reverse: flagOf(call, 'reverse'),
    })),
  ]),
)
