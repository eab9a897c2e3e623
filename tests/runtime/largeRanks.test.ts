/** Arithmetic and padding of seven and more dimensions on the WASM backend, with gradients. Oracle: tfjs in plain JavaScript. */
import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { useRuntime } from '../../src/runtime/backend.js'

type Operation = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor

/** Gradients of these are for operands of one shape. */
const alike =
  (f: Operation): Operation =>
  (a, b) =>
    f(a, tf.add(tf.zerosLike(a), b))

const some = (t: tf.Tensor) =>
  tf.slice(
    t,
    t.shape.map((n, i) => (n > 1 && i % 3 === 1 ? 1 : 0)),
  )
const padded = (t: tf.Tensor) =>
  tf.pad(
    t,
    t.shape.map((_, i) => [i % 2, i % 3] as [number, number]),
    0.5,
  )

const operations: readonly (readonly [string, Operation])[] = [
  ['add', tf.add],
  ['sub', tf.sub],
  ['mul', tf.mul],
  ['div', tf.div],
  ['maximum', alike(tf.maximum)],
  ['minimum', alike(tf.minimum)],
  ['squaredDifference', alike(tf.squaredDifference)],
  ['logSoftmax', (a, b) => tf.logSoftmax(tf.mul(a, b))],
  ['slice', (a, b) => some(tf.mul(a, b))],
  ['pad', (a, b) => padded(tf.mul(a, b))],
]

const numbers = (n: number, from: number) =>
  Float32Array.from({ length: n }, (_, i) => 2 * Math.sin(1.7 * i + from))
const tensor = (shape: readonly number[], from: number) =>
  tf.tensor(
    numbers(
      shape.reduce((a, b) => a * b, 1),
      from,
    ),
    [...shape],
  )

/** The value of an operation and the gradients of the sum of its squares, on a backend. */
const found = async (
  runtime: 'cpu' | 'wasm',
  f: Operation,
  shape: readonly number[],
  other: readonly number[],
) => {
  await useRuntime(runtime)()
  const before = tf.memory().numTensors
  const all = tf.tidy(() => {
    const [a, b] = [tensor(shape, 0.3), tensor(other, 0.9)] as const
    const gradients = tf.grads((x, y) => tf.sum(tf.square(f(x as tf.Tensor, y as tf.Tensor))))([a, b])
    return [f(a, b), ...gradients].map((t) => Array.from(t.dataSync())) as never
  }) as unknown as readonly (readonly number[])[]
  expect(tf.memory().numTensors).toBe(before)
  return all
}

describe.each(operations)('%s', (_, f) => {
  it.each([
    [
      [2, 2, 2, 2, 2, 2, 2],
      [2, 2, 2, 2, 2, 2, 2],
    ],
    [
      [2, 2, 2, 2, 2, 2, 3],
      [2, 1, 2, 1, 2, 1, 1],
    ],
    [
      [1, 2, 1, 2, 3, 2, 1, 2],
      [3, 1, 1, 2],
    ],
    [
      [2, 2, 2, 2, 3],
      [2, 1, 3],
    ],
  ])('of %j and %j', async (shape, other) => {
    const [plain, wasm] = [await found('cpu', f, shape, other), await found('wasm', f, shape, other)]
    for (const [k, expected] of plain.entries()) {
      const got = wasm[k] as readonly number[]
      expect(got.length).toBe(expected.length)
      const scale = Math.max(1, ...expected.map(Math.abs))
      expect(Math.max(...expected.map((x, i) => Math.abs(x - (got[i] as number)))) / scale).toBeLessThan(1e-5)
    }
  })
})
