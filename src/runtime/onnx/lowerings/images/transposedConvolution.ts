/**
 * ConvTranspose of ONNX with the sizes that a gradient by the image needs.
 *
 *   it answers with F = s (n - 1) + d (k - 1) + 1 rows; wanted are the H rows after the first `top`
 *
 * `pads` cut the border off, and rows that no window reached (the stride leaves several sizes possible) are appended as
 * zeros; `output_padding` would have to be below the stride. `pads` that cut everything are refused: such rows are cut
 * after the zeros are appended.
 */
import type { Convolution, Pair } from '../../../graph/kernels.js'
import { type Emit, int, ints } from '../../lowering.js'
import { windowOf } from './convolution.js'
import { sizeOfImage } from './taps.js'

/** Sizes along one axis. */
export interface Along {
  readonly image: number
  readonly places: number
  readonly taps: number
  readonly stride: number
  readonly dilation: number
  /** Border before the first row. */
  readonly before: number
}

/** Both axes. */
export type Axes = readonly [Along, Along]

const axesOfPairs = (image: Pair, window: Pair, places: Pair, c: Convolution): Axes => {
  const along = (i: 0 | 1, before: number): Along => ({
    image: image[i],
    places: places[i],
    taps: window[i],
    stride: c.strides[i],
    dilation: c.dilations[i],
    before,
  })
  return [along(0, c.border.top), along(1, c.border.left)]
}

/** The sizes along both axes of a gradient by the image. */
export const axesOf = (
  image: readonly number[],
  filter: readonly number[],
  dy: readonly number[],
  c: Convolution,
): Axes => axesOfPairs(sizeOfImage(image), windowOf(filter), sizeOfImage(dy), c)

/** Rows that remain when those before are cut off. */
const remaining = (l: Along): number => l.stride * (l.places - 1) + l.dilation * (l.taps - 1) + 1 - l.before

const excess = (l: Along): number => Math.max(0, remaining(l) - l.image)
const missing = (l: Along): number => Math.max(0, l.image - remaining(l))

/** The axis with its border uncut, where cutting it would leave nothing. */
const uncut = (l: Along): Along => (remaining(l) < 1 ? { ...l, image: l.image + l.before, before: 0 } : l)

const zerosAfter = (emit: Emit, x: string, rows: number, columns: number): string =>
  rows + columns === 0 ? x : emit.op('Pad', [x, emit.ints([0, 0, 0, 0, 0, 0, rows, columns])])

const cutAfter = (emit: Emit, x: string, axes: Axes, written: Axes): string => {
  const starts = axes.map((l, i) => l.before - (written[i] as Along).before)
  if (starts.every((n) => n === 0)) return x
  const ends = axes.map((l, i) => (starts[i] as number) + l.image)
  return emit.op('Slice', [x, emit.ints(starts), emit.ints(ends), emit.ints([2, 3])])
}

/** ConvTranspose of NCHW images with a filter in ONNX's layout. */
export const convTranspose = (emit: Emit, dy: string, filter: string, axes: Axes, group = 1): string => {
  const [down, across] = axes.map(uncut) as [Along, Along]
  const full = emit.op('ConvTranspose', [dy, filter], {
    strides: ints([down.stride, across.stride]),
    dilations: ints([down.dilation, across.dilation]),
    pads: ints([down.before, across.before, excess(down), excess(across)]),
    group: int(group),
  })
  const whole = zerosAfter(emit, full, missing(down), missing(across))
  return cutAfter(emit, whole, axes, [down, across])
}
