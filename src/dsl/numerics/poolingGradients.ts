/**
 * Gradients of pooling, at every order.
 *
 *   avgPool       y[i] = mean of x over the elements of window i inside the image; the adjoint, as two matrix products
 *   maxPool       the stock gradient MaxPoolGrad sends dy to the first greatest element of each window
 *   MaxPoolGrad   is linear in dy; its adjoint reads each window at that element:  sum over taps of (first here) · ddx[tap]
 *
 * The masks are constants to the next derivative. The stock gradient of avgPool divides by the whole window where a border
 * cuts it, and neither gradient of tfjs can be differentiated again.
 * Laws: tests/dsl/numerics/imageGradients.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { separable, transposed, type Weights, weights } from './separable.js'
import { stopGradient } from './stopGradient.js'

type Four = [number, number, number, number]
type Padding = Parameters<typeof tf.backend_util.computePool2DInfo>[4]

/** One direction of a pool: sizes of image and result, the window, its step, and the border before the image. */
interface Side {
  readonly from: number
  readonly to: number
  readonly window: number
  readonly step: number
  readonly before: number
}

const sidesOf = (image: tf.Tensor, attrs: tf.NamedAttrMap): readonly [Side, Side] => {
  const info = tf.backend_util.computePool2DInfo(
    image.shape as Four,
    attrs.filterSize as [number, number],
    attrs.strides as [number, number],
    1,
    attrs.pad as Padding,
    attrs.dimRoundingMode as 'floor',
  )
  const { top, left } = info.padInfo
  return [
    {
      from: info.inHeight,
      to: info.outHeight,
      window: info.filterHeight,
      step: info.strideHeight,
      before: top,
    },
    { from: info.inWidth, to: info.outWidth, window: info.filterWidth, step: info.strideWidth, before: left },
  ]
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

/** The element of each window at tap a. */
const tap = ({ from, to, step, before }: Side, a: number): Weights =>
  weights(to, from, (i) => [[i * step + a - before, 1]])

const mean = ({ from, to, window, step, before }: Side): Weights =>
  weights(to, from, (i) => {
    const inside = range(window)
      .map((a) => i * step + a - before)
      .filter((h) => h >= 0 && h < from)
    return inside.map((h) => [h, 1 / inside.length])
  })

const avgPool: tf.GradConfig = {
  kernelName: tf.AvgPool,
  inputsToSave: ['x'],
  gradFunc: (dy, [x], attrs) => {
    const [rows, columns] = sidesOf(x as tf.Tensor, attrs)
    return { x: () => separable(dy as tf.Tensor, transposed(mean(rows)), transposed(mean(columns))) }
  },
}

/** 1 where tap (a, b) lies inside the image, [1, H', W', 1]. */
const insideAt = ([rows, columns]: readonly [Side, Side], a: number, b: number): tf.Tensor => {
  const along = (s: Side, at: number) =>
    range(s.to).map((i) => {
      const h = i * s.step + at - s.before
      return h >= 0 && h < s.from ? 1 : 0
    })
  const [down, across] = [along(rows, a), along(columns, b)]
  return tf.tensor(Float32Array.from(down.flatMap((p) => across.map((q) => p * q))), [
    1,
    rows.to,
    columns.to,
    1,
  ])
}

/** At each window, `ddx` at the first element, row by row, that equals its maximum. */
const atMaximum = (ddx: tf.Tensor, x: tf.Tensor, y: tf.Tensor, sides: readonly [Side, Side]): tf.Tensor => {
  const [rows, columns] = sides
  const read = (t: tf.Tensor, a: number, b: number) => separable(t, tap(rows, a), tap(columns, b))
  let free: tf.Tensor = tf.onesLike(y)
  let sum: tf.Tensor = tf.zerosLike(y)
  for (const a of range(rows.window))
    for (const b of range(columns.window)) {
      const equal = tf.cast(tf.equal(read(x, a, b), y), 'float32')
      const here = stopGradient(tf.mul(free, tf.mul(equal, insideAt(sides, a, b))))
      sum = tf.add(sum, tf.mul(here, read(ddx, a, b)))
      free = tf.sub(free, here)
    }
  return sum
}

const maxPoolGradient: tf.GradConfig = {
  kernelName: tf.MaxPoolGrad,
  inputsToSave: ['dy', 'input', 'output'],
  gradFunc: (ddx, saved, attrs) => {
    const [dy, x, y] = saved as [tf.Tensor, tf.Tensor, tf.Tensor]
    const [fixed, top] = [stopGradient(x), stopGradient(y)]
    return {
      dy: () => tf.reshape(atMaximum(ddx as tf.Tensor, fixed, top, sidesOf(x, attrs)), dy.shape),
      input: () => tf.zerosLike(x),
      output: () => tf.zerosLike(y),
    }
  },
}

/** Gradients of the kernels AvgPool and MaxPoolGrad. */
export const poolingGradients: readonly tf.GradConfig[] = [avgPool, maxPoolGradient]
