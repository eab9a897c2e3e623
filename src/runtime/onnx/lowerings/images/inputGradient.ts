/**
 * Conv2DBackpropInput, the transposed convolution:
 *
 *   dx[n, h, w, c] = sum over taps (a, b) with s i + d a - top = h, s j + d b - left = w of dy[n, i, j, o] w[a, b, c, o]
 *
 * Two forms. By phases: pixels whose h and w leave the same remainders by the strides are read by the same taps, so each
 * phase is a convolution of dy with step 1 and only the products that count; the phases are interleaved by Concat. By
 * ConvTranspose: where there are few channels, or the gathered windows are many or mostly empty.
 * Milliseconds on two threads (AMD EPYC, 32 MiB L3, least of 40 runs):
 *
 *   dy, dx, 3 x 3, stride 2                          phases  product, gathers, sum  ConvTranspose with transposes
 *   [128, 14, 14, 32] -> [128, 28, 28, 1]               4.3                    3.3                            1.0
 *   [128, 7, 7, 32]   -> [128, 14, 14, 4]               1.5                    1.3                            0.6
 *   [128, 7, 7, 32]   -> [128, 14, 14, 16]              1.5                    2.1                            2.4
 *   [128, 7, 7, 64]   -> [128, 14, 14, 32]              4.1                    6.1                            6.8
 *   [64, 14, 14, 64]  -> [64, 28, 28, 32]              13.4                                                  12.6
 */
import type { Pair } from '../../../graph/kernels.js'
import { type Emit, int, type Lowering } from '../../lowering.js'
import { FEWEST, LARGEST } from './convolution.js'
import { type Flat, flattened, gathered, reshaped } from './gather.js'
import { channelsFirst, channelsLast, filterFirst, transposed } from './layout.js'
import { OUTSIDE, positionsOf, range } from './taps.js'
import { type Along, axesOf, convTranspose } from './transposedConvolution.js'

/** Along one axis, in one phase: the taps that count, and for each the index in dy at each place of the phase. */
interface Axis {
  readonly taps: readonly number[]
  readonly at: readonly (readonly number[])[]
}

const phaseOf = (l: Along, phase: number): Axis => {
  const reaching = range(l.taps).filter((a) => (phase + l.before - a * l.dilation) % l.stride === 0)
  // A stride longer than the window leaves phases that nothing reaches: they read zeros.
  const taps = reaching.length === 0 ? [0] : reaching
  const at = taps.map((a) =>
    range(Math.ceil(l.image / l.stride)).map((k) => {
      const i = (k * l.stride + phase + l.before - a * l.dilation) / l.stride
      return reaching.length > 0 && i >= 0 && i < l.places ? i : OUTSIDE
    }),
  )
  return { taps, at }
}

const phasesOf = (l: Along): readonly Axis[] => range(l.stride).map((phase) => phaseOf(l, phase))

/** Numbers that the phases gather, and how many of them lie in the border. */
const gatheredSize = (axes: readonly [Along, Along]) => {
  const [rows, columns] = axes.map((l) => phasesOf(l).flatMap((p) => p.at.flat()))
  const inside = (list: readonly number[] = []) => list.filter((i) => i !== OUTSIDE).length
  return { all: (rows?.length ?? 0) * (columns?.length ?? 0), inside: inside(rows) * inside(columns) }
}

/** One phase: [N, rows, columns, C] as [N, rows x columns, C]; `w` is [taps, O, C]. */
const phaseProduct = (emit: Emit, dy: Flat, w: string, rows: Axis, columns: Axis, sizes: Sizes): string => {
  // Taps last: at each place, the reaching taps one beside the other, as the rows of the filter's matrix.
  const lists = rows.at.flatMap((r) => columns.at.map((q) => positionsOf(r, q, sizes.dyWidth)))
  const byPlace = range(lists[0]?.length ?? 0).flatMap((p) => lists.map((list) => list[p] as number))
  const taps = rows.taps.flatMap((a) => columns.taps.map((b) => a * sizes.windowWidth + b))
  const matrix = taps.length === sizes.taps ? w : emit.op('Gather', [w, emit.ints(taps)], { axis: int(0) })
  return emit.op('MatMul', [
    reshaped(emit, gathered(emit, dy, byPlace), [-1, taps.length * dy.channels]),
    reshaped(emit, matrix, [taps.length * dy.channels, sizes.channels]),
  ])
}

/** Sizes that a phase needs. */
interface Sizes {
  readonly dyWidth: number
  readonly windowWidth: number
  readonly taps: number
  readonly channels: number
}

const joined = (emit: Emit, parts: readonly string[], shape: readonly number[], axis: number): string => {
  const views = parts.map((part) => reshaped(emit, part, shape))
  return views.length === 1 ? (views[0] as string) : emit.op('Concat', views, { axis: int(axis) })
}

const cut = (emit: Emit, x: string, [height, width]: Pair, [h, w]: Pair): string =>
  h === height && w === width
    ? x
    : emit.op('Slice', [x, emit.ints([0, 0]), emit.ints([height, width]), emit.ints([1, 2])])

const byPhases = (
  emit: Emit,
  dy: Flat,
  w: string,
  [down, across]: readonly [Along, Along],
  channels: number,
): string => {
  const taps = down.taps * across.taps
  const sizes: Sizes = { dyWidth: across.places, windowWidth: across.taps, taps, channels }
  const matrix = reshaped(emit, transposed(emit, w, [0, 1, 3, 2]), [taps, dy.channels, channels])
  const [rows, columns] = [Math.ceil(down.image / down.stride), Math.ceil(across.image / across.stride)]
  const strips = phasesOf(down).map((r) => {
    const parts = phasesOf(across).map((q) => phaseProduct(emit, dy, matrix, r, q, sizes))
    return joined(emit, parts, [-1, rows, columns, channels], 3)
  })
  const full: Pair = [rows * down.stride, columns * across.stride]
  const image = joined(emit, strips, [-1, rows, full[1] * channels], 2)
  return cut(emit, reshaped(emit, image, [-1, ...full, channels]), [down.image, across.image], full)
}

const prefersPhases = (image: readonly number[], dy: readonly number[], axes: readonly [Along, Along]) => {
  const { all, inside } = gatheredSize(axes)
  const numbers = (image[0] as number) * all * (dy[3] as number)
  const wide = (image[3] as number) >= 2 * FEWEST && (dy[3] as number) >= FEWEST
  return wide && numbers <= LARGEST && 2 * inside >= all
}

/** Writes Conv2DBackpropInput. */
export const inputGradient: Lowering<'Conv2DBackpropInput'> = (emit, [dy = '', w = ''], node, types) => {
  const [given = [], filter = []] = types.map((t) => t.shape)
  const image = node.attributes.shape
  const axes = axesOf(image, filter, given, node.attributes)
  return prefersPhases(image, given, axes)
    ? byPhases(emit, flattened(emit, dy, given), w, axes, image[3] as number)
    : channelsLast(emit, convTranspose(emit, channelsFirst(emit, dy), filterFirst(emit, w), axes))
}
