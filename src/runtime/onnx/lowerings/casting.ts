/**
 * Element types in ONNX Runtime's CPU kernels.
 *
 *   float32 -> int32 drops the fraction, as tfjs does        x -> bool is x != 0
 *
 * Functions of real numbers exist for floats only; int32 tensors go through float32, as tfjs computes them in
 * JavaScript numbers and stores them truncated. Tested with the kernels that use it.
 */
import type { DType, KernelName } from '../../graph/kernels.js'
import { type Emit, int, type Lowering } from '../lowering.js'

/** ONNX's numbers for element types (TensorProto.DataType). */
export const elementType = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 } as const

/** The value in another element type. */
export const castTo = (emit: Emit, x: string, to: keyof typeof elementType): string =>
  emit.op('Cast', [x], { to: int(elementType[to]) })

/** The value in another element type, or itself where it has it. */
export const cast = (emit: Emit, x: string, from: DType, to: DType): string =>
  from === to ? x : castTo(emit, x, to)

/** A lowering that computes in another type: inputs are cast to it, the result to the node's own type. */
export const within =
  <K extends KernelName>(
    dtype: DType,
    applies: (from: DType) => boolean,
    lowering: Lowering<K>,
  ): Lowering<K> =>
  (emit, inputs, node, types) => {
    if (!types.some((type) => applies(type.dtype))) return lowering(emit, inputs, node, types)
    const moved = inputs.map((x, i) => cast(emit, x, types[i]?.dtype ?? dtype, dtype))
    const computed = types.map((type) => ({ ...type, dtype }))
    return cast(emit, lowering(emit, moved, { ...node, dtype }, computed), dtype, node.dtype)
  }

/** A lowering for floats; other types go through float32. */
export const onFloats = <K extends KernelName>(lowering: Lowering<K>): Lowering<K> =>
  within('float32', (dtype) => dtype !== 'float32', lowering)

/** A lowering for numbers; bool goes through int32. */
export const onNumbers = <K extends KernelName>(lowering: Lowering<K>): Lowering<K> =>
  within('int32', (dtype) => dtype === 'bool', lowering)

/** The only input, or the first. */
export const first = (inputs: readonly string[]): string => inputs[0] as string

/** The second input. */
export const second = (inputs: readonly string[]): string => inputs[1] as string
