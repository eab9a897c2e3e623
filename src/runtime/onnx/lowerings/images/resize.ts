/**
 * Resizing of images [N, H, W, C], one axis after the other, by the rows that tfjs reads:
 *
 *   r = H / H', or (H - 1) / (H' - 1) if the corners are aligned and H' > 1
 *   nearest    source h = min(H - 1, floor(r h')), rounded instead if the corners are aligned; r (h' + 1/2) if the centers
 *              of pixels are at one half
 *   bilinear   source f = r h', or r (h' + 1/2) - 1/2; between rows floor(f) and ceil(f), kept inside the image
 *
 * Positions are constants, so the modes of ONNX's Resize, which round and clamp in other ways, are not needed.
 */
import type { KernelAttributes } from '../../../graph/kernels.js'
import { type Emit, int, type Lowering } from '../../lowering.js'
import { range, sizeOfImage } from './taps.js'

type Resizing = KernelAttributes['ResizeBilinear']

const ratio = (from: number, to: number, a: Resizing): number =>
  a.alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to

const rows = (emit: Emit, x: string, axis: number, at: readonly number[], size: number): string =>
  at.length === size && at.every((p, i) => p === i)
    ? x
    : emit.op('Gather', [x, emit.constant(Int32Array.from(at), [at.length], 'int32')], { axis: int(axis) })

const nearestRows = (from: number, to: number, a: Resizing): readonly number[] =>
  range(to).map((i) => {
    const at = ratio(from, to, a) * (a.halfPixelCenters ? i + 0.5 : i)
    return Math.min(from - 1, a.alignCorners ? Math.round(at) : Math.floor(at))
  })

/** Writes ResizeNearestNeighbor. */
export const resizeNearest: Lowering<'ResizeNearestNeighbor'> = (emit, [x = ''], { attributes }, types) => {
  const [height, width] = sizeOfImage(types[0]?.shape ?? [])
  const [tall, wide] = attributes.size
  const strips = rows(emit, x, 1, nearestRows(height, tall, attributes), height)
  return rows(emit, strips, 2, nearestRows(width, wide, attributes), width)
}

/** (1 - t) lower + t upper along one axis. */
const between = (emit: Emit, x: string, axis: 1 | 2, from: number, to: number, a: Resizing): string => {
  const at = range(to).map((i) =>
    a.halfPixelCenters ? ratio(from, to, a) * (i + 0.5) - 0.5 : ratio(from, to, a) * i,
  )
  const low = at.map((f) => Math.max(0, Math.floor(f)))
  const high = at.map((f) => Math.max(0, Math.min(from - 1, Math.ceil(f))))
  const lower = rows(emit, x, axis, low, from)
  if (low.every((p, i) => p === high[i])) return lower
  const share = Float32Array.from(at, (f, i) => f - (low[i] as number))
  const weights = emit.constant(share, axis === 1 ? [1, to, 1, 1] : [1, 1, to, 1], 'float32')
  const step = emit.op('Sub', [rows(emit, x, axis, high, from), lower])
  return emit.op('Add', [lower, emit.op('Mul', [step, weights])])
}

/** Writes ResizeBilinear. */
export const resizeBilinear: Lowering<'ResizeBilinear'> = (emit, [x = ''], { attributes }, types) => {
  const [image] = types
  const [height, width] = sizeOfImage(image?.shape ?? [])
  const [tall, wide] = attributes.size
  const floats = image?.dtype === 'float32' ? x : emit.op('Cast', [x], { to: int(1) })
  const columns = between(emit, floats, 2, width, wide, attributes)
  return between(emit, columns, 1, height, tall, attributes)
}
