/**
 * Agreement of tensor functions with float64 oracles and with finite differences, on each backend.
 */
import * as tf from '@tensorflow/tfjs'
import '@tensorflow/tfjs-backend-wasm'
import { beforeAll, describe, expect } from 'vitest'

tf.env().set('PROD', true)
await tf.setBackend('cpu')

export type Fn = (x: tf.Tensor) => tf.Tensor

/** Runs the same tests on the cpu and on the wasm backend. */
export const onEachBackend = (title: string, tests: () => void): void => {
  for (const backend of ['cpu', 'wasm'])
    describe(`${title} (${backend})`, () => {
      beforeAll(async () => {
        await tf.setBackend(backend)
      })
      tests()
    })
}

/** d/dx sum f(x). */
export const derivative =
  (f: Fn): Fn =>
  (x) =>
    tf.grad((t) => tf.sum(f(t)))(x)

/** `count` equally spaced float32 numbers. */
export const linear = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.fround(from + ((to - from) * i) / (count - 1)))

/** `count` float32 numbers 10^from ... 10^to. */
export const decades = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.fround(10 ** (from + ((to - from) * i) / (count - 1))))

const SMALLEST_NORMAL = 1.2e-38
const LARGEST = 3.4e38

/** The largest relative error over the points whose exact value is a normal float32 number; NaN if any value is NaN. */
export const worstRelative = (f: Fn, exact: (x: number) => number, points: number[]): number => {
  const values = tf.tidy(() => f(tf.tensor1d(points)).dataSync())
  return points.reduce((worst, x, i) => {
    const [value, truth] = [values[i] as number, exact(Math.fround(x))]
    if (Number.isNaN(value)) return Number.NaN
    const size = Math.abs(truth)
    return size < SMALLEST_NORMAL || size > LARGEST ? worst : Math.max(worst, Math.abs(value / truth - 1))
  }, 0)
}

/** Every value within `relative` of the exact one, or within `absolute` of it. */
export const expectClose = (
  actual: ArrayLike<number>,
  exact: ArrayLike<number>,
  relative: number,
  absolute: number,
): void => {
  expect(actual.length).toBe(exact.length)
  for (let i = 0; i < exact.length; i++) {
    const [a, e] = [actual[i] as number, exact[i] as number]
    expect(Math.abs(a - e), `entry ${i}: ${a}, exactly ${e}`).toBeLessThanOrEqual(
      relative * Math.abs(e) + absolute,
    )
  }
}

/** Numbers in [-1, 1] from a fixed linear congruential generator. */
export const noise = (size: number, seed: number): Float32Array => {
  let state = seed * 7919 + 12345
  return Float32Array.from({ length: size }, () => {
    state = (state * 1103515245 + 12345) % 2147483648
    return (state / 2147483648) * 2 - 1
  })
}

/** f'(0) from the five-point stencil: exact for polynomials of degree 4. */
const stencil = (f: (t: number) => number, h: number): number =>
  (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)

const numbers = (t: tf.Tensor): Float32Array => t.dataSync() as Float32Array

const inner = (a: tf.Tensor, b: tf.Tensor): number => {
  const [p, q] = [numbers(a), numbers(b)]
  return p.reduce((s, v, i) => s + v * (q[i] as number), 0)
}

const shifted = (x: tf.Tensor, v: tf.Tensor, t: number): tf.Tensor => tf.add(x, tf.mul(v, t))

/**
 * First and second derivatives of x -> sum c f(x)^2 along random directions against finite differences.
 * For f of degree 2 in x there is no truncation error.
 */
export const expectDifferentiableTwice = (f: Fn, x: tf.Tensor, h = 0.1, tolerance = 1e-3): void => {
  const random = (like: tf.Tensor, seed: number) => tf.tensor(noise(like.size, seed), like.shape)
  const c = random(f(x), 1)
  const loss = (t: tf.Tensor): tf.Scalar => tf.sum(tf.mul(c, tf.square(f(t))))
  const gradient = (t: tf.Tensor): tf.Tensor => tf.grad(loss)(t)
  for (const seed of [2, 3]) {
    const [u, v] = [random(x, seed), random(x, seed + 10)]
    // Summed in float64: the rounding of a float32 sum would be divided by h.
    const lossAt = (t: number) => {
      const y = numbers(f(shifted(x, v, t)))
      const w = numbers(c)
      return y.reduce((s, e, i) => s + (w[i] as number) * e * e, 0)
    }
    const first = inner(gradient(x), v)
    const scale = 1 + Math.abs(first)
    expect(Math.abs(first - stencil(lossAt, h)), 'first derivative').toBeLessThan(tolerance * scale)
    const along = (t: tf.Tensor): tf.Scalar => tf.sum(tf.mul(gradient(t), u))
    const second = inner(tf.grad(along)(x), v)
    const differences = stencil((t) => inner(gradient(shifted(x, v, t)), u), h)
    expect(Math.abs(second - differences), 'second derivative').toBeLessThan(
      tolerance * (1 + Math.abs(second)),
    )
  }
}
