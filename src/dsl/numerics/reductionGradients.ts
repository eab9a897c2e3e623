/**
 * Gradients of reductions, repetitions and selections along axes.
 *
 *   max, min   dy shared equally among the elements that attain the extremum
 *   prod       dy prod_{j != i} x_j, taken over a matrix with ones on its diagonal: no division, right at zeros
 *   softmax    y (dy - <dy, y>), y = softmax(x) computed again from x
 *   cumsum     the cumulative sum from the other end
 *   tile       the sum over the copies, for tensors of any rank
 *   gather     OneHot(indices)^T dy, a matrix product: it needs no UnsortedSegmentSum, which tfjs-backend-wasm lacks
 *
 * The stock gradients differ: max and min give each tied element the whole of dy; prod cannot be differentiated twice;
 * softmax is wrong at second order; cumsum transposes its result unless the axis is the last; tile stops at rank 4.
 * Laws: tests/dsl/numerics/gradients.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { stopGradient } from './stopGradient.js'

const axesOf = (attribute: tf.Attribute | undefined, shape: readonly number[]): number[] =>
  tf.util.parseAxisParam((attribute ?? null) as number | number[], [...shape])

const keptShape = (shape: readonly number[], axes: readonly number[]): number[] =>
  shape.map((n, i) => (axes.includes(i) ? 1 : n))

type Extremum = (x: tf.Tensor, axes: number[], keepDims: boolean) => tf.Tensor

const extremumGradient = (kernelName: string, attribute: string, extremum: Extremum): tf.GradConfig => ({
  kernelName,
  inputsToSave: ['x'],
  gradFunc: (dy, [saved], attrs) => {
    const x = saved as tf.Tensor
    const axes = axesOf(attrs[attribute], x.shape)
    return {
      x: () => tf.mul(tf.reshape(dy as tf.Tensor, keptShape(x.shape, axes)), shares(x, axes, extremum)),
    }
  },
})

const shares = (x: tf.Tensor, axes: number[], extremum: Extremum): tf.Tensor => {
  const fixed = stopGradient(x)
  const attained = tf.cast(tf.equal(fixed, extremum(fixed, axes, true)), 'float32')
  return stopGradient(tf.div(attained, tf.sum(attained, axes, true)))
}

/** Moves `axes` to the end and flattens them to one: [kept..., product of the reduced]. */
const flattenLast = (x: tf.Tensor, axes: readonly number[]): { flat: tf.Tensor; order: number[] } => {
  const kept = x.shape.flatMap((_, i) => (axes.includes(i) ? [] : [i]))
  const order = [...kept, ...axes]
  const shape = [...kept.map((i) => x.shape[i] as number), -1]
  return { flat: tf.reshape(tf.transpose(x, order), shape), order }
}

const productOfOthers = (x: tf.Tensor, axes: readonly number[]): tf.Tensor => {
  const { flat, order } = flattenLast(x, axes)
  const n = flat.shape[flat.rank - 1] as number
  const others = tf.where(tf.cast(tf.eye(n), 'bool'), tf.ones([n, n]), tf.expandDims(flat, -2))
  const shape = order.map((i) => x.shape[i] as number)
  return tf.transpose(tf.reshape(tf.prod(others, -1), shape), inverse(order))
}

const inverse = (order: readonly number[]): number[] => order.map((_, i) => order.indexOf(i))

const prod: tf.GradConfig = {
  kernelName: tf.Prod,
  inputsToSave: ['x'],
  gradFunc: (dy, [saved], { axis }) => {
    const x = saved as tf.Tensor
    const axes = axesOf(axis, x.shape)
    return {
      x: () => tf.mul(tf.reshape(dy as tf.Tensor, keptShape(x.shape, axes)), productOfOthers(x, axes)),
    }
  },
}

const softmax: tf.GradConfig = {
  kernelName: tf.Softmax,
  inputsToSave: ['logits'],
  gradFunc: (dy, [logits]) => ({
    logits: () => {
      const y = tf.softmax(logits as tf.Tensor)
      const weighted = tf.mul(dy as tf.Tensor, y)
      return tf.sub(weighted, tf.mul(tf.sum(weighted, -1, true), y))
    },
  }),
}

const cumsum: tf.GradConfig = {
  kernelName: tf.Cumsum,
  gradFunc: (dy, _, { axis, exclusive, reverse }) => ({
    x: () => tf.cumsum(dy as tf.Tensor, axis as number, exclusive as boolean, !(reverse as boolean)),
  }),
}

const sumOfCopies = (dy: tf.Tensor, shape: readonly number[], reps: readonly number[]): tf.Tensor =>
  reps.reduce((d, r, i) => (r === 1 ? d : sumOfCopiesAlong(d, i, r, shape[i] as number)), dy)

const sumOfCopiesAlong = (dy: tf.Tensor, axis: number, copies: number, size: number): tf.Tensor => {
  const before = dy.shape.slice(0, axis)
  const after = dy.shape.slice(axis + 1)
  const volume = (dims: number[]) => dims.reduce((a, b) => a * b, 1)
  const split = tf.reshape(dy, [volume(before), copies, size * volume(after)])
  return tf.reshape(tf.sum(split, 1), [...before, size, ...after])
}

const tile: tf.GradConfig = {
  kernelName: tf.Tile,
  inputsToSave: ['x'],
  gradFunc: (dy, [x], { reps }) => ({
    x: () => sumOfCopies(dy as tf.Tensor, (x as tf.Tensor).shape, reps as number[]),
  }),
}

/** Scatter by matrix product. x: [batch..., outer..., n, inner...], indices: [batch..., picks...]. */
const scatter = (
  dy: tf.Tensor,
  indices: tf.Tensor,
  shape: readonly number[],
  axis: number,
  batchDims: number,
): tf.Tensor => {
  const volume = (dims: readonly number[]) => dims.reduce((a, b) => a * b, 1)
  const batch = volume(shape.slice(0, batchDims))
  const n = shape[axis] as number
  const picks = indices.size / batch
  const outer = volume(shape.slice(batchDims, axis))
  const inner = volume(shape.slice(axis + 1))
  const rows = tf.reshape(tf.range(0, n, 1, 'int32'), [1, 1, n, 1])
  const hot = tf.cast(tf.equal(rows, tf.reshape(indices, [batch, 1, 1, picks])), 'float32')
  const repeated = batch > 1 && outer > 1 ? tf.tile(hot, [1, outer, 1, 1]) : hot
  const left = tf.reshape(repeated, [-1, n, picks])
  const right = tf.reshape(dy, [batch * outer, picks, inner])
  return tf.reshape(batch === 1 ? sharedProduct(left, right) : tf.matMul(left, right), [...shape])
}

/** One matrix [1, n, m] times many [k, m, i], as one plain product. */
const sharedProduct = (left: tf.Tensor, right: tf.Tensor): tf.Tensor => {
  const [, n, m] = left.shape as [number, number, number]
  const [k, , i] = right.shape as [number, number, number]
  const wide = tf.reshape(tf.transpose(right, [1, 0, 2]), [m, k * i])
  const product = tf.matMul(tf.reshape(left, [n, m]), wide)
  return tf.transpose(tf.reshape(product, [n, k, i]), [1, 0, 2])
}

const gather: tf.GradConfig = {
  kernelName: tf.GatherV2,
  inputsToSave: ['x', 'indices'],
  gradFunc: (dy, saved, attrs) => {
    const [x, indices] = saved as [tf.Tensor, tf.Tensor]
    const axis = axesOf(attrs.axis, x.shape)[0] as number
    return {
      x: () => scatter(dy as tf.Tensor, indices, x.shape, axis, (attrs.batchDims as number) ?? 0),
      indices: () => tf.zeros(indices.shape),
    }
  },
}

/** Gradients of max, min, prod, softmax, cumsum, tile and gather from their inputs. */
export const reductionGradients: readonly tf.GradConfig[] = [
  extremumGradient(tf.Max, 'reductionIndices', (x, axes, keepDims) => tf.max(x, axes, keepDims)),
  extremumGradient(tf.Min, 'axis', (x, axes, keepDims) => tf.min(x, axes, keepDims)),
  prod,
  softmax,
  cumsum,
  tile,
  gather,
]
