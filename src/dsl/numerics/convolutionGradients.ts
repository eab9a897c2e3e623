/**
 * Gradients of two-dimensional convolution and of its transpose, at every order.
 *
 *   t(x, w, y) = sum x[n, sh + d kh - p, .., ci] w[kh, kw, ci, co] y[n, h, w, co]        (layout NHWC)
 *
 * is linear in each argument. Its three partial derivatives are the operations: Conv2D (by y), Conv2DBackpropInput
 * (by x, which is also conv2dTranspose) and the filter gradient (by w); the gradient of each is made of the other two.
 * The filter gradient is itself a convolution, with the axes of batch and channel exchanged and stride and dilation
 * exchanged, so the kernel Conv2DBackpropFilter, which tfjs-backend-wasm lacks, is not needed:
 *
 *   dw = conv2d(x: [ci, H, W, n], dy: [H', W', n, co], strides d, dilations s): [ci, kh.., kw.., co]
 *
 * Errors: the layout NCHW is refused, with the remedy.
 * Laws: tests/dsl/numerics/gradients.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { linearized2 } from './customGradient.js'

type Four = [number, number, number, number]
type Pad = number | 'valid' | 'same' | tf.backend_util.ExplicitPadding
type Geometry = {
  readonly strides: [number, number]
  readonly dilations: [number, number]
  readonly pad: Pad
  readonly rounding: 'floor' | 'round' | 'ceil' | undefined
}

const pair = (value: tf.Attribute | undefined): [number, number] =>
  Array.isArray(value) ? (value as [number, number]) : ([value ?? 1, value ?? 1] as [number, number])

const geometryOf = (attrs: tf.NamedAttrMap): Geometry => {
  if (attrs.dataFormat === 'NCHW')
    throw new Error(
      'conv2d: the layout NCHW has no gradient here. Transpose to NHWC ([batch, height, width, channel]) first.',
    )
  return {
    strides: pair(attrs.strides),
    dilations: pair(attrs.dilations),
    pad: attrs.pad as Pad,
    rounding: attrs.dimRoundingMode as Geometry['rounding'],
  }
}

const convolve = (x: tf.Tensor, w: tf.Tensor, g: Geometry): tf.Tensor =>
  tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, g.strides, g.pad, 'NHWC', g.dilations, g.rounding)

const info = (xShape: Four, wShape: Four, g: Geometry) =>
  tf.backend_util.computeConv2DInfo(xShape, wShape, g.strides, g.dilations, g.pad, g.rounding).padInfo

/** The gradient with respect to the input: the transposed convolution of dy. A dilated filter is spelled out. */
const backpropInput = (xShape: Four, dy: tf.Tensor, w: tf.Tensor, g: Geometry): tf.Tensor => {
  const { top, bottom, left, right } = info(xShape, w.shape as Four, g)
  const padded: Four = [xShape[0], xShape[1] + top + bottom, xShape[2] + left + right, xShape[3]]
  const full = tf.conv2dTranspose(
    dy as tf.Tensor4D,
    spread(spread(w, 0, g.dilations[0]), 1, g.dilations[1]) as tf.Tensor4D,
    padded,
    g.strides,
    'valid',
  )
  return same(padded, xShape) ? full : tf.slice(full, [0, top, left, 0], xShape)
}

const same = (a: readonly number[], b: readonly number[]): boolean => a.every((n, i) => n === b[i])

/** Puts `step - 1` zeros between neighbors along `axis`. */
const spread = (w: tf.Tensor, axis: number, step: number): tf.Tensor => {
  if (step === 1) return w
  const n = w.shape[axis] as number
  const before = w.shape.slice(0, axis).reduce((a, b) => a * b, 1)
  const rows = tf.pad(tf.reshape(w, [before, n, 1, -1]), [
    [0, 0],
    [0, 0],
    [0, step - 1],
    [0, 0],
  ])
  const size = w.shape.map((m, i) => (i === axis ? n * step : m))
  const kept = w.shape.map((m, i) => (i === axis ? (n - 1) * step + 1 : m))
  return tf.slice(tf.reshape(rows, size), [0, 0, 0, 0], kept)
}

/** sum over the batch and the output positions of x and dy: the gradient with respect to the filter. */
const filterGradient = (wShape: Four, g: Geometry): ((x: tf.Tensor, dy: tf.Tensor) => tf.Tensor) =>
  linearized2(
    (x, dy) => {
      const { top, bottom, left, right } = info(x.shape as Four, wShape, g)
      const padded = tf.pad(x, [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ])
      const channels = tf.transpose(padded, [3, 1, 2, 0]) as tf.Tensor4D
      const filter = tf.transpose(dy, [1, 2, 0, 3]) as tf.Tensor4D
      const all = tf.conv2d(channels, filter, g.dilations, 'valid', 'NHWC', g.strides)
      const [kh, kw, ci, co] = wShape
      return tf.transpose(tf.slice(all, [0, 0, 0, 0], [ci, kh, kw, co]), [1, 2, 0, 3])
    },
    (dw, x, dy) => [backpropInput(x.shape as Four, dy, dw, g), convolve(x, dw, g)],
  )

const conv2d: tf.GradConfig = {
  kernelName: tf.Conv2D,
  inputsToSave: ['x', 'filter'],
  gradFunc: (dy, saved, attrs) => {
    const [x, w] = saved as [tf.Tensor, tf.Tensor]
    const g = geometryOf(attrs)
    return {
      x: () => backpropInput(x.shape as Four, dy as tf.Tensor, w, g),
      filter: () => filterGradient(w.shape as Four, g)(x, dy as tf.Tensor),
    }
  },
}

const conv2dTranspose: tf.GradConfig = {
  kernelName: tf.Conv2DBackpropInput,
  inputsToSave: ['dy', 'filter'],
  gradFunc: (ddx, saved, attrs) => {
    const [dy, w] = saved as [tf.Tensor, tf.Tensor]
    const g = geometryOf(attrs)
    return {
      dy: () => convolve(ddx as tf.Tensor, w, g),
      filter: () => filterGradient(w.shape as Four, g)(ddx as tf.Tensor, dy),
    }
  },
}

/** Gradients of the kernels Conv2D and Conv2DBackpropInput. */
export const convolutionGradients: readonly tf.GradConfig[] = [conv2d, conv2dTranspose]
