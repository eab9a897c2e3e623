/**
 * Gradients of resizing by the image, as tfjs computes them: the adjoint of a linear map whose weights are constants.
 *
 *   y[n, i, j, c] = sum over h, w of D[h, i] A[w, j] x[n, h, w, c]      dx[n] = D dy[n] A^T, channel by channel
 *
 * D [H, H'] and A [W, W'] hold the weight of each old row (column) in each new one, for source f = r i (resize.ts):
 *   nearest    1 at min(H - 1, floor(f)), or at the rounded f if the corners are aligned
 *   bilinear   1 - t at floor(f) and t at min(H - 1, ceil(f)), t = f - floor(f)
 *
 * tfjs takes no account of halfPixelCenters in gradients, on any backend: neither is it here, so that compiled = eager.
 * Two faults of tfjs's cpu kernels alone (4.22) are not followed: of several images, nearest reads the gradients of the
 * wrong ones, and never ends where one row is aligned with several; bilinear swaps height and width in its shape.
 * Two products each: gradients sum in an order that no number of threads changes, and batch sizes are written nowhere.
 * Tested in tests/runtime/onnx/lowerings/images.resizeGradient.test.ts against tfjs's cpu
 * backend, one image at a time.
 */
import type { ResizedFrom } from '../../../graph/kernels.js'
import type { Emit, Lowering } from '../../lowering.js'
import { reshaped } from './gather.js'
import { range, sizeOfImage } from './taps.js'

/** Old rows that one new row reads, with their weights. */
type Reads = (source: number, from: number, alignCorners: boolean) => readonly (readonly [number, number])[]

const nearest: Reads = (f, from, alignCorners) => [
  [Math.min(from - 1, alignCorners ? Math.round(f) : Math.floor(f)), 1],
]

const bilinear: Reads = (f, from) => {
  const low = Math.floor(f)
  return [
    [low, 1 - (f - low)],
    [Math.min(from - 1, Math.ceil(f)), f - low],
  ]
}

/** Weights [from, to] of the old rows in the new ones. */
const weights = (reads: Reads, from: number, to: number, alignCorners: boolean): Float32Array => {
  const ratio = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to
  const matrix = new Float32Array(from * to)
  for (const i of range(to))
    for (const [h, weight] of reads(i * ratio, from, alignCorners))
      matrix[h * to + i] = (matrix[h * to + i] as number) + weight
  return matrix
}

/** The product of constant weights with each matrix [to, columns] of x; the result is [-1, from, columns]. */
const collected = (emit: Emit, x: string, w: Float32Array, from: number, to: number, columns: number) =>
  from === to && w.every((v, i) => v === (i % (to + 1) === 0 ? 1 : 0))
    ? x
    : emit.op('MatMul', [emit.constant(w, [from, to], 'float32'), reshaped(emit, x, [-1, to, columns])])

const gradient =
  (reads: Reads) =>
  (emit: Emit, dy: string, size: readonly number[], { shape, alignCorners }: ResizedFrom): string => {
    const [height, width] = sizeOfImage(shape)
    const [tall, wide] = sizeOfImage(size)
    const channels = shape[3] as number
    const down = weights(reads, height, tall, alignCorners)
    const across = weights(reads, width, wide, alignCorners)
    const rows = collected(emit, dy, down, height, tall, wide * channels)
    const columns = collected(emit, rows, across, width, wide, channels)
    return reshaped(emit, columns, [-1, height, width, channels])
  }

const lowering = (reads: Reads): Lowering<'ResizeNearestNeighborGrad' | 'ResizeBilinearGrad'> => {
  const write = gradient(reads)
  return (emit, [dy = ''], { attributes }, types) => write(emit, dy, types[0]?.shape ?? [], attributes)
}

/** Writes ResizeNearestNeighborGrad. */
export const resizeNearestGradient: Lowering<'ResizeNearestNeighborGrad'> = lowering(nearest)

/** Writes ResizeBilinearGrad. */
export const resizeBilinearGradient: Lowering<'ResizeBilinearGrad'> = lowering(bilinear)
