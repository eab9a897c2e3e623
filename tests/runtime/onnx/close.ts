/** Comparing what ONNX Runtime computes with tfjs's cpu backend. */
import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { expect } from 'vitest'
import type { DType, Numbers } from '../../../src/runtime/graph/kernels.js'
import type { Fed } from './single.js'

/** How far numbers may be apart: |a - b| <= absolute + relative * |b|. */
export interface Bounds {
  readonly relative?: number
  readonly absolute?: number
}

const apart = (a: number, b: number, relative: number, absolute: number): boolean =>
  !(Object.is(a, b) || a === b || Math.abs(a - b) <= absolute + relative * Math.abs(b))

/** Expects equal lengths and every pair within the bounds; NaN equals NaN, infinities only themselves. */
export const expectClose = (
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { relative = 1e-5, absolute = 1e-37 }: Bounds = {},
): void => {
  expect(actual.length).toBe(expected.length)
  const faults = Array.from(expected, (b, i) => ({ i, actual: actual[i] as number, expected: b })).filter(
    (f) => apart(f.actual, f.expected, relative, absolute),
  )
  expect(faults).toEqual([])
}

/** A tensor of tfjs with these numbers. */
export const tensorOf = ({ shape, dtype, value }: Fed): tf.Tensor => tf.tensor(value, [...shape], dtype)

/** What tfjs's cpu backend computes. */
export const onCpu = async (
  inputs: readonly Fed[],
  f: (...xs: tf.Tensor[]) => tf.Tensor,
): Promise<Numbers> => {
  await tf.setBackend('cpu')
  return tf.tidy(() => f(...inputs.map(tensorOf)).dataSync() as Numbers)
}

/** The numbers in the array of their type. */
export const numbersOf = (dtype: DType, values: readonly number[]): Numbers =>
  dtype === 'float32'
    ? Float32Array.from(values)
    : dtype === 'int32'
      ? Int32Array.from(values)
      : Uint8Array.from(values)

/** A tensor from plain numbers. */
export const fed = (shape: readonly number[], values: readonly number[], dtype: DType = 'float32'): Fed => ({
  shape,
  dtype,
  value: numbersOf(dtype, values),
})

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** Shapes of these ranks; sizes from `least` to 4. */
export const shapes = (leastRank = 0, mostRank = 4, least = 1): fc.Arbitrary<readonly number[]> =>
  fc.array(fc.integer({ min: least, max: 4 }), { minLength: leastRank, maxLength: mostRank })

/** Numbers of ordinary size, with zeros, ones and halves among them. */
export const ordinary: fc.Arbitrary<number> = fc.oneof(
  { weight: 3, arbitrary: fc.float({ min: -5, max: 5, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 2, -2) },
)

const elements = (dtype: DType): fc.Arbitrary<number> =>
  dtype === 'float32'
    ? ordinary
    : dtype === 'int32'
      ? fc.integer({ min: -9, max: 9 })
      : fc.integer({ min: 0, max: 1 })

/** A tensor of this shape. */
export const tensors = (
  shape: readonly number[],
  dtype: DType = 'float32',
  element: fc.Arbitrary<number> = elements(dtype),
): fc.Arbitrary<Fed> =>
  fc
    .array(element, { minLength: sizeOf(shape), maxLength: sizeOf(shape) })
    .map((values) => fed(shape, values, dtype))

/** A shape that broadcasts to this one: leading sizes left out, others put to 1. */
export const narrower = (shape: readonly number[]): fc.Arbitrary<readonly number[]> =>
  fc
    .tuple(fc.integer({ min: 0, max: shape.length }), fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }))
    .map(([drop, ones]) => shape.map((n, i) => (ones[i] === true ? 1 : n)).slice(drop))

/** Tensors whose shapes broadcast together, one of them narrower or each in its own way. */
export const broadcasting = (count: number, dtype: DType = 'float32'): fc.Arbitrary<readonly Fed[]> =>
  shapes(0, 4).chain((shape) =>
    fc.tuple(...Array.from({ length: count }, () => narrower(shape).chain((s) => tensors(s, dtype)))),
  )
