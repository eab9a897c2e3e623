/**
 * The layouts of ONNX's own convolutions: images NCHW, filters OIHW, pads [top, left, bottom, right].
 *
 * The transposes are always written alike, so that pairs of them between two operators cancel.
 */
import type { Convolution } from '../../../graph/kernels.js'
import { type Emit, ints, type OnnxAttributes } from '../../lowering.js'

/** Axes in another order. */
export const transposed = (emit: Emit, x: string, perm: readonly number[]): string =>
  emit.op('Transpose', [x], { perm: ints(perm) })

/** NCHW from NHWC. */
export const channelsFirst = (emit: Emit, x: string): string => transposed(emit, x, [0, 3, 1, 2])

/** NHWC from NCHW. */
export const channelsLast = (emit: Emit, x: string): string => transposed(emit, x, [0, 2, 3, 1])

/** OIHW from HWIO. */
export const filterFirst = (emit: Emit, w: string): string => transposed(emit, w, [3, 2, 0, 1])

/** Attributes of Conv. */
export const convolutionAttributes = ({ strides, dilations, border }: Convolution): OnnxAttributes => ({
  strides: ints(strides),
  dilations: ints(dilations),
  pads: ints([border.top, border.left, border.bottom, border.right]),
})
