/**
 * Gathering and scattering by indices.
 *
 *   GatherV2 with batch axes   x as [batch, outer, length, slice]: rows (batch * outer) * length + index of [.., slice]
 *   UnsortedSegmentSum         few segments: mask[segments, n] @ x[n, ..], mask = ids == segment;  many: scattered sums
 *   OneHot                     indices == 0 .. depth - 1, so that indices out of range give `off` everywhere
 *
 * ONNX's own OneHot counts negative indices from the end. Segment ids out of range are dropped, as tfjs drops them:
 * where sums are scattered, they go to a row that is cut off.
 *
 * Sums are scattered by ScatterElements: ONNX Runtime 1.30's ScatterND adds from several threads without locks and loses
 * updates of one place (200,000 updates of 100 rows on two threads gave wrong sums). 256 rows of 64 into a table of
 * 10,000 take 1.1 ms, into one of 100 0.2 ms; the product with a mask is as quick up to about 100 segments and 15 ms at
 * 10,000.
 * Tested in tests/runtime/onnx/lowerings/indexing.test.ts.
 */
import { sizeOf } from '../../../dsl/shape.js'
import type { DType } from '../../graph/kernels.js'
import { type Emit, int, type Lowering, type Lowerings, word } from '../lowering.js'
import { cast, castTo, first, second } from './casting.js'
import { slice } from './shaping.js'

const reshape = (emit: Emit, x: string, shape: readonly number[]): string =>
  emit.op('Reshape', [x, emit.ints(shape)], shape.includes(0) ? { allowzero: int(1) } : {})

const range = (emit: Emit, count: number, shape: readonly number[], factor = 1): string =>
  emit.constant(
    Int32Array.from({ length: count }, (_, i) => i * factor),
    shape,
    'int32',
  )

const gather: Lowering<'GatherV2'> = (emit, inputs, { attributes, shape }, types) => {
  const { axis, batchDims } = attributes
  if (batchDims === 0) return emit.op('Gather', inputs, { axis: int(axis) })
  const from = types[0]?.shape ?? []
  const batch = sizeOf(from.slice(0, batchDims))
  const outer = sizeOf(from.slice(batchDims, axis))
  const length = from[axis] as number
  const rows = reshape(emit, first(inputs), [batch * outer * length, sizeOf(from.slice(axis + 1))])
  const places = sizeOf(types[1]?.shape.slice(batchDims) ?? [])
  const indices = reshape(emit, second(inputs), [batch, 1, places])
  const starts = range(emit, batch * outer, [batch, outer, 1], length)
  return reshape(emit, emit.op('Gather', [rows, emit.op('Add', [indices, starts])]), shape)
}

// Expanded when it runs, since a file need not hold zeros.
const zeros = (emit: Emit, shape: readonly number[], dtype: DType): string =>
  emit.op('Expand', [emit.number(0, dtype), emit.ints(shape)])

/** Index tuples [n, k] of a tensor as numbers of its rows, [n]. */
const rowsOf = (emit: Emit, tuples: string, shape: readonly number[], n: number): string => {
  if (shape.length === 1) return reshape(emit, tuples, [n])
  const strides = Int32Array.from(shape, (_, i) => sizeOf(shape.slice(i + 1)))
  const parts = emit.op('Mul', [
    reshape(emit, tuples, [n, shape.length]),
    emit.constant(strides, [shape.length], 'int32'),
  ])
  return emit.op('ReduceSum', [parts, emit.ints([1])], { keepdims: int(0) })
}

/** Zeros of shape [rows, width], to whose rows the n updates are added. */
const scattered = (
  emit: Emit,
  [rows, width, n]: readonly [number, number, number],
  dtype: DType,
  places: string,
  updates: string,
): string => {
  const indices = emit.op('Expand', [reshape(emit, places, [n, 1]), emit.ints([n, width])])
  return emit.op(
    'ScatterElements',
    [zeros(emit, [rows, width], dtype), indices, reshape(emit, updates, [n, width])],
    { axis: int(0), reduction: word('add') },
  )
}

const scatter: Lowering<'ScatterNd'> = (emit, inputs, { attributes: { shape }, dtype }, types) => {
  const tuples = types[0]?.shape ?? []
  const depth = tuples.at(-1) as number
  const n = sizeOf(tuples.slice(0, -1))
  const sizes = [sizeOf(shape.slice(0, depth)), sizeOf(shape.slice(depth)), n] as const
  const places = rowsOf(emit, first(inputs), shape.slice(0, depth), n)
  return reshape(emit, scattered(emit, sizes, dtype, places, second(inputs)), shape)
}

const MASKED_SEGMENTS = 64

/** Ids that name a segment, with `segments` in place of the others. */
const kept = (emit: Emit, ids: string, segments: number): string => {
  const inside = emit.op('And', [
    emit.op('GreaterOrEqual', [ids, emit.number(0, 'int32')]),
    emit.op('Less', [ids, emit.number(segments, 'int32')]),
  ])
  return emit.op('Where', [inside, ids, emit.number(segments, 'int32')])
}

const segmentSum: Lowering<'UnsortedSegmentSum'> = (emit, inputs, node, types) => {
  const { segments } = node.attributes
  const [count = 0, ...rest] = types[0]?.shape ?? []
  const [x, ids] = inputs as [string, string]
  if (node.dtype === 'float32' && segments <= MASKED_SEGMENTS) {
    const same = emit.op('Equal', [range(emit, segments, [segments, 1]), reshape(emit, ids, [1, count])])
    const flat = reshape(emit, x, [count, sizeOf(rest)])
    return reshape(emit, emit.op('MatMul', [castTo(emit, same, 'float32'), flat]), node.shape)
  }
  const width = sizeOf(rest)
  const all = scattered(emit, [segments + 1, width, count], node.dtype, kept(emit, ids, segments), x)
  const sums = slice(emit, all, [segments + 1, width], [{ axis: 0, begin: 0, size: segments, stride: 1 }])
  return reshape(emit, sums, node.shape)
}

const oneHot: Lowering<'OneHot'> = (emit, inputs, { attributes }, types) => {
  const { depth, onValue, offValue, dtype } = attributes
  const column = reshape(emit, first(inputs), [...(types[0]?.shape ?? []), 1])
  const same = emit.op('Equal', [column, range(emit, depth, [depth])])
  return onValue === 1 && offValue === 0
    ? cast(emit, same, 'bool', dtype)
    : dtype === 'bool'
      ? castTo(emit, emit.op('Where', [same, emit.number(onValue), emit.number(offValue)]), 'bool')
      : emit.op('Where', [same, emit.number(onValue, dtype), emit.number(offValue, dtype)])
}

/** Lowerings of gathering and scattering. */
export const indexing: Lowerings<'GatherV2' | 'GatherNd' | 'ScatterNd' | 'UnsortedSegmentSum' | 'OneHot'> = {
  GatherV2: gather,
  GatherNd: (emit, inputs) => emit.op('GatherND', [first(inputs), castTo(emit, second(inputs), 'int64')]),
  ScatterNd: scatter,
  UnsortedSegmentSum: segmentSum,
  OneHot: oneHot,
}
