/**
 * Kernels that move numbers without changing them: reshape, transpose, broadcast, slice, concat, pad, reverse.
 *
 *   a slice of `size` from `begin` by `stride` ends at begin + (size - 1) stride + sign(stride), not included
 *   symmetric padding: the border itself is mirrored, so it is written as reversed slices around the tensor
 *
 * ONNX counts a negative end from the back; -(length + 1) stands for "beyond the first element".
 * Tested in tests/runtime/onnx/lowerings/shaping.test.ts.
 */
import type { Typed } from '../../graph/graph.js'
import type { DType, Pair } from '../../graph/kernels.js'
import { type Emit, int, ints, type Lowering, type Lowerings, word } from '../lowering.js'
import { first } from './casting.js'

interface Range {
  readonly axis: number
  readonly begin: number
  readonly size: number
  readonly stride: number
}

const endOf = ({ begin, size, stride }: Range, length: number): number => {
  const end = size === 0 ? begin : begin + (size - 1) * stride + Math.sign(stride)
  return end < 0 ? -(length + 1) : end
}

const wholeAxis = ({ begin, size, stride }: Range, length: number): boolean =>
  begin === 0 && size === length && stride === 1

/** The parts of a tensor at the ranges of some axes. */
export const slice = (emit: Emit, x: string, shape: readonly number[], ranges: readonly Range[]): string => {
  const cut = ranges.filter((range) => !wholeAxis(range, shape[range.axis] as number))
  if (cut.length === 0) return x
  return emit.op('Slice', [
    x,
    emit.ints(cut.map((range) => range.begin)),
    emit.ints(cut.map((range) => endOf(range, shape[range.axis] as number))),
    emit.ints(cut.map((range) => range.axis)),
    emit.ints(cut.map((range) => range.stride)),
  ])
}

const shapeOf = (types: readonly Typed[]): readonly number[] => types[0]?.shape ?? []

const reversed = (shape: readonly number[], axes: readonly number[]): readonly Range[] =>
  axes
    .filter((axis) => (shape[axis] as number) > 1)
    .map((axis) => ({
      axis,
      begin: (shape[axis] as number) - 1,
      size: shape[axis] as number,
      stride: -1,
    }))

const pad = (emit: Emit, x: string, paddings: readonly Pair[], mode: string, value?: string): string =>
  paddings.every(([before, after]) => before === 0 && after === 0)
    ? x
    : emit.op(
        'Pad',
        [
          x,
          emit.ints([...paddings.map((p) => p[0]), ...paddings.map((p) => p[1])]),
          ...(value ? [value] : []),
        ],
        { mode: word(mode) },
      )

/** Mirror images of the first and last elements along one axis, the border included. */
const mirrored = (
  emit: Emit,
  x: string,
  shape: readonly number[],
  axis: number,
  [before, after]: Pair,
): string => {
  const length = shape[axis] as number
  const part = (begin: number, size: number): readonly string[] =>
    size === 0 ? [] : [slice(emit, x, shape, [{ axis, begin, size, stride: -1 }])]
  const parts = [...part(before - 1, before), x, ...part(length - 1, after)]
  return parts.length === 1 ? x : emit.op('Concat', parts, { axis: int(axis) })
}

const mirrorPad: Lowering<'MirrorPad'> = (emit, inputs, { attributes: { paddings, mode } }, types) => {
  if (mode === 'reflect') return pad(emit, first(inputs), paddings, 'reflect')
  let shape = shapeOf(types)
  return paddings.reduce((x, around, axis) => {
    const padded = mirrored(emit, x, shape, axis, around)
    shape = shape.map((n, i) => (i === axis ? n + around[0] + around[1] : n))
    return padded
  }, first(inputs))
}

const padV2: Lowering<'PadV2'> = (emit, inputs, { attributes: { paddings, value }, dtype }) =>
  pad(emit, first(inputs), paddings, 'constant', emit.number(value, dtype satisfies DType))

type Names =
  | 'Reshape'
  | 'Transpose'
  | 'BroadcastTo'
  | 'Tile'
  | 'Slice'
  | 'StridedSlice'
  | 'Concat'
  | 'PadV2'
  | 'MirrorPad'
  | 'Reverse'

/** Lowerings of kernels that move numbers. */
export const shaping: Lowerings<Names> = {
  // Without allowzero a size 0 would mean "as before".
  Reshape: (emit, inputs, { attributes: { shape } }) =>
    emit.op('Reshape', [first(inputs), emit.ints(shape)], shape.includes(0) ? { allowzero: int(1) } : {}),
  Transpose: (emit, inputs, { attributes: { perm } }) =>
    perm.every((axis, i) => axis === i) ? first(inputs) : emit.op('Transpose', inputs, { perm: ints(perm) }),
  // Expand writes 128 x 784 floats from one row, column or number in no measurable time, Tile in 500 us.
  BroadcastTo: (emit, inputs, { attributes: { shape } }) =>
    emit.op('Expand', [first(inputs), emit.ints(shape)]),
  Tile: (emit, inputs, { attributes: { reps } }) =>
    reps.every((n) => n === 1) ? first(inputs) : emit.op('Tile', [first(inputs), emit.ints(reps)]),
  Slice: (emit, inputs, { attributes: { begin, size } }, types) =>
    slice(
      emit,
      first(inputs),
      shapeOf(types),
      begin.map((at, axis) => ({ axis, begin: at, size: size[axis] as number, stride: 1 })),
    ),
  StridedSlice: (emit, inputs, { attributes: { begin, strides, size } }, types) =>
    slice(
      emit,
      first(inputs),
      shapeOf(types),
      begin.map((at, axis) => ({
        axis,
        begin: at,
        size: size[axis] as number,
        stride: strides[axis] as number,
      })),
    ),
  Concat: (emit, inputs, { attributes: { axis } }) =>
    inputs.length === 1 ? first(inputs) : emit.op('Concat', inputs, { axis: int(axis) }),
  PadV2: padV2,
  MirrorPad: mirrorPad,
  Reverse: (emit, inputs, { attributes: { axes } }, types) =>
    slice(emit, first(inputs), shapeOf(types), reversed(shapeOf(types), axes)),
}
