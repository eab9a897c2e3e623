/**
 * Conv2DBackpropFilter: dw[a, b, c, o] = sum over n, i, j of x[n, s i + d a - top, s j + d b - left, c] dy[n, i, j, o].
 *
 * Three forms: the windows of the forward convolution, transposed, times dy (the forward pass has gathered the same
 * windows, and values are shared); one such product for each tap, where all windows together leave the cache; and for
 * few channels, the windows by a Conv with a filter of zeros and ones, which reads single numbers faster than Gather.
 * Milliseconds on two threads (AMD EPYC, 32 MiB L3, least of 20 to 40 runs):
 *
 *   x, dy, 3 x 3                                    windows  taps  ones  Conv with batch and channels exchanged
 *   [128, 28, 28, 1]  [128, 14, 14, 32] stride 2        1.8   2.0   0.6                                     1.1
 *   [128, 14, 14, 4]  [128, 7, 7, 32]   stride 2        0.8          0.6                                     0.8
 *   [128, 14, 14, 8]  [128, 7, 7, 32]   stride 2        1.0          1.1                                     1.5
 *   [128, 14, 14, 32] [128, 7, 7, 64]   stride 2        3.0   4.4   5.5                                     8.7
 *   [128, 14, 14, 32] [128, 14, 14, 8]  stride 1        8.7   6.1                                           12.0
 *   [32, 28, 28, 32]  [32, 28, 28, 32]  stride 1       17.3  11.9                                           24.3
 *   [64, 28, 28, 32]  [64, 28, 28, 1]   stride 1       13.5   7.1                                           25.8
 */
import { sizeOf } from '../../../../dsl/shape.js'
import type { Convolution } from '../../../graph/kernels.js'
import { type Emit, int, type Lowering } from '../../lowering.js'
import { FEWEST, LARGEST, windowOf, windows, windowsSize } from './convolution.js'
import { flattened, gathered, reshaped } from './gather.js'
import { channelsFirst, convolutionAttributes, transposed } from './layout.js'
import { range, sizeOfImage, tapsOf } from './taps.js'

const MOST_TAPS = 64

/** Shapes of x, dy and dw, and the geometry. */
interface Shapes {
  readonly image: readonly number[]
  readonly dy: readonly number[]
  readonly filter: readonly number[]
  readonly geometry: Convolution
}

/** transpose(a) b of two matrices. */
const transposedProduct = (emit: Emit, a: string, b: string): string =>
  emit.op('Gemm', [a, b], { transA: int(1) })

const rowsOf = (emit: Emit, dy: string, s: Shapes): string => reshaped(emit, dy, [-1, s.dy[3] as number])

const byWindows = (emit: Emit, x: string, dy: string, s: Shapes): string => {
  const matrix = windows(emit, x, s.image, s.filter, s.dy, s.geometry)
  return reshaped(emit, transposedProduct(emit, matrix, rowsOf(emit, dy, s)), s.filter)
}

const byTaps = (emit: Emit, x: string, dy: string, s: Shapes): string => {
  const flat = flattened(emit, x, s.image)
  const rows = rowsOf(emit, dy, s)
  const taps = tapsOf(sizeOfImage(s.image), windowOf(s.filter), sizeOfImage(s.dy), s.geometry)
  const products = taps.map((at) =>
    transposedProduct(emit, reshaped(emit, gathered(emit, flat, at), [-1, flat.channels]), rows),
  )
  return reshaped(emit, emit.op('Concat', products, { axis: int(0) }), s.filter)
}

/** The filter of a group convolution that answers with the taps of each channel: [C taps, 1, height, width]. */
const ones = (channels: number, taps: number): Float32Array => {
  const filter = new Float32Array(channels * taps * taps)
  for (const i of range(channels * taps)) filter[i * taps + (i % taps)] = 1
  return filter
}

const byOnes = (emit: Emit, x: string, dy: string, s: Shapes): string => {
  const [height = 0, width = 0, channels = 0, outputs = 0] = s.filter
  const taps = height * width
  const places = sizeOf(s.dy.slice(1, 3))
  const filter = emit.constant(ones(channels, taps), [channels * taps, 1, height, width], 'float32')
  const attributes = { ...convolutionAttributes(s.geometry), group: int(channels) }
  const all = reshaped(emit, emit.op('Conv', [channelsFirst(emit, x), filter], attributes), [
    -1,
    channels * taps,
    places,
  ])
  const each = emit.op('MatMul', [all, reshaped(emit, dy, [-1, places, outputs])])
  const sum = emit.op('ReduceSum', [each, emit.ints([0])], { keepdims: int(0) })
  return transposed(emit, reshaped(emit, sum, [channels, height, width, outputs]), [1, 2, 0, 3])
}

/** Writes Conv2DBackpropFilter. */
export const filterGradient: Lowering<'Conv2DBackpropFilter'> = (emit, [x = '', dy = ''], node, types) => {
  const [image = [], given = []] = types.map((t) => t.shape)
  const s: Shapes = { image, dy: given, filter: node.shape, geometry: node.attributes }
  const few = sizeOf(node.shape.slice(0, 2)) <= MOST_TAPS
  if (few && (image[3] as number) < FEWEST) return byOnes(emit, x, dy, s)
  return few && windowsSize(image, node.shape, given) > LARGEST
    ? byTaps(emit, x, dy, s)
    : byWindows(emit, x, dy, s)
}
