/**
 * Gradients of resizing images, the adjoint of a linear map whose weights are constants. For a new row i, f = r i:
 *
 *   nearest    1 at min(H − 1, floor(f)), the rounded f where corners are aligned        half-pixel centers: f = r (i + ½)
 *   bilinear   1 − t at floor(f), t at min(H − 1, ceil(f)), t = f − floor(f)              half-pixel centers: f = r (i + ½) − ½
 *   r = H / H', or (H − 1) / (H' − 1) where corners are aligned
 *
 * The stock gradients cannot be differentiated again, take no account of half-pixel centers, and on tfjs's cpu backend are
 * wrong: nearest from the second image on, bilinear where height and width differ.
 * Laws: tests/dsl/numerics/imageGradients.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { separable, transposed, type Weights, weights } from './separable.js'

interface Resizing {
  readonly alignCorners: boolean
  readonly halfPixelCenters: boolean
}

type Reads = (i: number, ratio: number, from: number, how: Resizing) => readonly (readonly [number, number])[]

const nearest: Reads = (i, ratio, from, { alignCorners, halfPixelCenters }) => {
  const f = ratio * (halfPixelCenters ? i + 0.5 : i)
  return [[Math.min(from - 1, alignCorners ? Math.round(f) : Math.floor(f)), 1]]
}

const bilinear: Reads = (i, ratio, from, { halfPixelCenters }) => {
  const f = halfPixelCenters ? ratio * (i + 0.5) - 0.5 : ratio * i
  const low = Math.max(0, Math.floor(f))
  const t = f - low
  return [
    [low, 1 - t],
    [Math.min(from - 1, Math.ceil(f)), t],
  ]
}

const resized = (reads: Reads, to: number, from: number, how: Resizing): Weights => {
  const ratio = how.alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to
  return weights(to, from, (i) => reads(i, ratio, from, how))
}

const resizing = (kernelName: string, reads: Reads): tf.GradConfig => ({
  kernelName,
  inputsToSave: ['images'],
  gradFunc: (dy, [images], attrs) => {
    const [, height, width] = (images as tf.Tensor).shape as [number, number, number]
    const how = {
      alignCorners: attrs.alignCorners === true,
      halfPixelCenters: attrs.halfPixelCenters === true,
    }
    const [newHeight, newWidth] = attrs.size as [number, number]
    const along = (to: number, from: number) => transposed(resized(reads, to, from, how))
    return {
      images: () => separable(dy as tf.Tensor, along(newHeight, height), along(newWidth, width)),
    }
  },
})

/** Gradients of resizing to the nearest and bilinearly. */
export const resizingGradients: readonly tf.GradConfig[] = [
  resizing(tf.ResizeNearestNeighbor, nearest),
  resizing(tf.ResizeBilinear, bilinear),
]
