/**
 * Conv2D: y[n, i, j, o] = sum over a, b, c of x[n, s i + d a - top, s j + d b - left, c] w[a, b, c, o].
 *
 * Two forms: a Gather of all windows and one matrix product, where the windows fit into the processor's cache and their
 * rows are not tiny; ONNX's Conv elsewhere. Milliseconds on two threads (AMD EPYC, 32 MiB L3, least of 40 runs):
 *
 *   x, filter, stride                            gather + MatMul   Conv with transposes
 *   [128, 28, 28, 1]  [3, 3, 1, 32]   2                      2.6                    1.0
 *   [128, 28, 28, 3]  [4, 4, 3, 32]   2                      5.3                    3.1
 *   [128, 14, 14, 4]  [3, 3, 4, 32]   2                      1.0                    1.1
 *   [128, 14, 14, 16] [3, 3, 16, 32]  2                      0.9                    1.9
 *   [128, 14, 14, 32] [3, 3, 32, 64]  2                      2.7                    6.7      (the product alone: 1.8)
 *   [128, 14, 14, 64] [1, 1, 64, 64]  1                      3.7                    9.1
 *   [128, 14, 14, 32] [3, 3, 32, 8]   1                      8.1                    6.6
 *   [32, 28, 28, 32]  [3, 3, 32, 32]  1                     11.7                    9.7
 */
import { sizeOf } from '../../../../dsl/shape.js'
import type { Convolution, Pair } from '../../../graph/kernels.js'
import type { Emit, Lowering } from '../../lowering.js'
import { flattened, gathered, reshaped } from './gather.js'
import { channelsFirst, channelsLast, convolutionAttributes, filterFirst } from './layout.js'
import { sizeOfImage, tapsOf, turned } from './taps.js'

/** Numbers beyond which the gathered windows leave the cache (16 MiB of float32). */
export const LARGEST = 2 ** 22

/** Channels below which gathering copies blocks too short to pay. */
export const FEWEST = 4

/** Height and width of an HWIO filter. */
export const windowOf = (filter: readonly number[]): Pair => [filter[0] as number, filter[1] as number]

/** How many numbers the gathered windows hold. */
export const windowsSize = (
  image: readonly number[],
  filter: readonly number[],
  output: readonly number[],
): number => sizeOf(output.slice(0, 3)) * sizeOf(filter.slice(0, 2)) * (image[3] as number)

/** All windows as a matrix [places of all images, taps x channels]. */
export const windows = (
  emit: Emit,
  x: string,
  image: readonly number[],
  filter: readonly number[],
  output: readonly number[],
  c: Convolution,
): string => {
  const taps = tapsOf(sizeOfImage(image), windowOf(filter), sizeOfImage(output), c)
  const rows = gathered(emit, flattened(emit, x, image), turned(taps).flat())
  return reshaped(emit, rows, [-1, taps.length * (image[3] as number)])
}

const byConv = (emit: Emit, x: string, w: string, c: Convolution): string =>
  channelsLast(
    emit,
    emit.op('Conv', [channelsFirst(emit, x), filterFirst(emit, w)], convolutionAttributes(c)),
  )

/** Writes Conv2D. */
export const convolution: Lowering<'Conv2D'> = (emit, [x = '', w = ''], node, types) => {
  const [image = [], filter = []] = types.map((t) => t.shape)
  const { attributes, shape } = node
  if ((image[3] as number) < FEWEST || windowsSize(image, filter, shape) > LARGEST)
    return byConv(emit, x, w, attributes)
  const matrix = reshaped(emit, w, [sizeOf(filter.slice(0, 3)), filter[3] as number])
  const product = emit.op('MatMul', [windows(emit, x, image, filter, shape, attributes), matrix])
  return reshaped(emit, product, [-1, ...shape.slice(1)])
}
