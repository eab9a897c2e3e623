/**
 * Where the windows of an image look, as tables of positions known before there are numbers.
 *
 *   position of tap (a, b) at place (i, j) = (i s + a d - top) W + (j s' + b d' - left), or OUTSIDE
 *
 * An image [N, H, W, C] is read as N rows of H W positions with C channels each. A tap is a place in the window, a place
 * one in the output; both are counted row by row.
 * Tested by the kernels made of them: tests/runtime/onnx/lowerings/images.test.ts.
 */
import type { Convolution, Pair } from '../../../graph/kernels.js'

/** Stands for a position in the border. */
export const OUTSIDE = -1

/** Lists of positions: one list for each tap with one entry for each place, or the other way around. */
export type Positions = readonly (readonly number[])[]

/** Whole numbers from 0 on. */
export const range = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i)

/** Height and width of an NHWC shape. */
export const sizeOfImage = (shape: readonly number[]): Pair => [shape[1] as number, shape[2] as number]

/** Positions of an image whose rows and columns are these; either may be OUTSIDE. */
export const positionsOf = (
  rows: readonly number[],
  columns: readonly number[],
  width: number,
): readonly number[] =>
  rows.flatMap((r) => columns.map((c) => (r === OUTSIDE || c === OUTSIDE ? OUTSIDE : r * width + c)))

/** For each tap along one axis, the index in the image at each place. */
const alongAxis = (
  length: number,
  places: number,
  taps: number,
  stride: number,
  dilation: number,
  before: number,
): Positions =>
  range(taps).map((a) =>
    range(places).map((i) => {
      const at = i * stride + a * dilation - before
      return at >= 0 && at < length ? at : OUTSIDE
    }),
  )

/** For each tap of the window, the position in the image at each place. */
export const tapsOf = (image: Pair, window: Pair, places: Pair, c: Convolution): Positions => {
  const { strides, dilations, border } = c
  const rows = alongAxis(image[0], places[0], window[0], strides[0], dilations[0], border.top)
  const columns = alongAxis(image[1], places[1], window[1], strides[1], dilations[1], border.left)
  return rows.flatMap((r) => columns.map((q) => positionsOf(r, q, image[1])))
}

/** Lists by place from lists by tap, and back. */
export const turned = (lists: Positions): Positions =>
  range(lists[0]?.length ?? 0).map((i) => lists.map((list) => list[i] as number))

/**
 * For each position of the image, the numbers (tap x places + place) of the products that read it: the adjoint of
 * `tapsOf`. Lists are filled up with OUTSIDE to one length.
 */
export const readersOf = (taps: Positions, positions: number): Positions => {
  const readers: number[][] = range(positions).map(() => [])
  const places = taps[0]?.length ?? 0
  taps.forEach((list, tap) => {
    list.forEach((at, place) => {
      if (at !== OUTSIDE) readers[at]?.push(tap * places + place)
    })
  })
  const longest = Math.max(1, ...readers.map((list) => list.length))
  return readers.map((list) => [...list, ...range(longest - list.length).map(() => OUTSIDE)])
}
