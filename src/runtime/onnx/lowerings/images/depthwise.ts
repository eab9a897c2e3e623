/**
 * Depthwise convolution and its gradients: channel c is convolved by its own M filters, HWCM.
 *
 *   y[n, i, j, c M + m] = sum over a, b of x[n, s i + d a - top, s j + d b - left, c] w[a, b, c, m]
 *
 * Forward and by the image: Conv and ConvTranspose in C groups. By the filter: one gather, product and sum for each tap.
 */
import { type Emit, int, type Lowering } from '../../lowering.js'
import { windowOf } from './convolution.js'
import { flattened, gathered, reshaped } from './gather.js'
import { channelsFirst, channelsLast, convolutionAttributes, filterFirst } from './layout.js'
import { sizeOfImage, tapsOf } from './taps.js'
import { axesOf, convTranspose } from './transposedConvolution.js'

/** [C M, 1, height, width] from HWCM. */
const groupedFilter = (emit: Emit, w: string, [height = 0, width = 0, c = 0, m = 0]: readonly number[]) =>
  filterFirst(emit, reshaped(emit, w, [height, width, 1, c * m]))

/** Writes DepthwiseConv2dNative. */
export const depthwise: Lowering<'DepthwiseConv2dNative'> = (emit, [x = '', w = ''], node, types) => {
  const [image = [], filter = []] = types.map((t) => t.shape)
  const attributes = { ...convolutionAttributes(node.attributes), group: int(image[3] as number) }
  return channelsLast(
    emit,
    emit.op('Conv', [channelsFirst(emit, x), groupedFilter(emit, w, filter)], attributes),
  )
}

/** Writes DepthwiseConv2dNativeBackpropInput. */
export const depthwiseInputGradient: Lowering<'DepthwiseConv2dNativeBackpropInput'> = (
  emit,
  [dy = '', w = ''],
  node,
  types,
) => {
  const [given = [], filter = []] = types.map((t) => t.shape)
  const image = node.attributes.shape
  const axes = axesOf(image, filter, given, node.attributes)
  const y = convTranspose(
    emit,
    channelsFirst(emit, dy),
    groupedFilter(emit, w, filter),
    axes,
    image[3] as number,
  )
  return channelsLast(emit, y)
}

/** Writes DepthwiseConv2dNativeBackpropFilter. */
export const depthwiseFilterGradient: Lowering<'DepthwiseConv2dNativeBackpropFilter'> = (
  emit,
  [x = '', dy = ''],
  node,
  types,
) => {
  const [image = [], given = []] = types.map((t) => t.shape)
  const [, , channels = 0, multiplier = 0] = node.shape
  const flat = flattened(emit, x, image)
  const gradients = reshaped(emit, dy, [-1, channels, multiplier])
  const taps = tapsOf(sizeOfImage(image), windowOf(node.shape), sizeOfImage(given), node.attributes)
  const sums = taps.map((at) => {
    const pixels = reshaped(emit, gathered(emit, flat, at), [-1, channels, 1])
    return emit.op('ReduceSum', [emit.op('Mul', [pixels, gradients]), emit.ints([0])])
  })
  return reshaped(emit, emit.op('Concat', sums, { axis: int(0) }), node.shape)
}
