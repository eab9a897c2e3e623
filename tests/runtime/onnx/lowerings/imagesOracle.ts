/**
 * Windows on images written out in float64, the oracle where tfjs's kernels refuse (dilations in gradients, strides and
 * dilations at once); tests compare it with tfjs where they do not.
 *
 * Bounds: float32 sums of n products differ by their order; every number carries the sum of its products' magnitudes.
 */
import fc from 'fast-check'
import { expect } from 'vitest'
import type { Convolution, Pair } from '../../../../src/runtime/graph/kernels.js'
import type { Fed } from '../single.js'

/** Shapes and geometry of one convolution. */
export interface Scene {
  readonly image: readonly [number, number, number, number]
  readonly window: Pair
  readonly places: Pair
  readonly outputs: number
  readonly geometry: Convolution
}

/** Numbers with the sums of the magnitudes of what was summed. */
export interface Summed {
  readonly value: Float64Array
  readonly size: Float64Array
}

const sizes = fc.record({
  window: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 3 }),
  before: fc.integer({ min: 0, max: 3 }),
  after: fc.integer({ min: 0, max: 3 }),
  more: fc.integer({ min: 0, max: 6 }),
})

type Axis = typeof sizes extends fc.Arbitrary<infer A> ? A : never

const reach = (a: Axis): number => (a.window - 1) * a.dilation + 1
const lengthOf = (a: Axis): number => Math.max(1, reach(a) - a.before - a.after) + a.more
const placesOf = (a: Axis): number => Math.floor((lengthOf(a) + a.before + a.after - reach(a)) / a.stride) + 1

/** Any geometry that has at least one place. */
export const scenes = (channels: readonly number[], outputs: readonly number[]): fc.Arbitrary<Scene> =>
  fc
    .record({
      down: sizes,
      across: sizes,
      batch: fc.integer({ min: 1, max: 3 }),
      c: fc.constantFrom(...channels),
      outputs: fc.constantFrom(...outputs),
    })
    .map(({ down, across, batch, c, outputs: o }) => ({
      image: [batch, lengthOf(down), lengthOf(across), c],
      window: [down.window, across.window],
      places: [placesOf(down), placesOf(across)],
      outputs: o,
      geometry: {
        strides: [down.stride, across.stride],
        dilations: [down.dilation, across.dilation],
        border: { top: down.before, bottom: down.after, left: across.before, right: across.after },
      },
    }))

const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** Numbers between -1 and 1 that depend on the seed. */
export const noiseFed = (shape: readonly number[], seed: number): Fed => {
  let state = (seed * 2654435761 + 12345) >>> 0
  const next = () => {
    state = (state * 1664525 + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  }
  return { shape, dtype: 'float32', value: Float32Array.from({ length: count(shape) }, next) }
}

/** The shape of y. */
export const outputShape = (s: Scene): readonly number[] => [s.image[0], ...s.places, s.outputs]

/** The shape of the filter: HWIO, or HWCM where `outputs` counts the filters of each channel. */
export const filterShape = (s: Scene): readonly number[] => [...s.window, s.image[3], s.outputs]

/** The shape of y of a depthwise convolution. */
export const depthwiseOutput = (s: Scene): readonly number[] => [
  s.image[0],
  ...s.places,
  s.image[3] * s.outputs,
]

/** Calls back for each pair of a place and a tap inside the image, with pixel numbers of y, x and the tap. */
export const eachPair = (s: Scene, visit: (place: number, pixel: number, tap: number) => void): void => {
  const { strides, dilations, border } = s.geometry
  const [batch, height, width] = s.image
  for (let n = 0; n < batch; n++)
    for (let i = 0; i < s.places[0]; i++)
      for (let j = 0; j < s.places[1]; j++)
        for (let a = 0; a < s.window[0]; a++)
          for (let b = 0; b < s.window[1]; b++) {
            const h = i * strides[0] + a * dilations[0] - border.top
            const w = j * strides[1] + b * dilations[1] - border.left
            if (h < 0 || h >= height || w < 0 || w >= width) continue
            visit((n * s.places[0] + i) * s.places[1] + j, (n * height + h) * width + w, a * s.window[1] + b)
          }
}

/** Sums products into numbers known by their places. */
export const summing = (shape: readonly number[]) => {
  const sum: Summed = { value: new Float64Array(count(shape)), size: new Float64Array(count(shape)) }
  return {
    sum,
    add: (at: number, product: number): void => {
      sum.value[at] = (sum.value[at] as number) + product
      sum.size[at] = (sum.size[at] as number) + Math.abs(product)
    },
  }
}

/** Calls back with the places in x, w and y of every product of a convolution. */
export const eachProduct = (
  s: Scene,
  depthwise: boolean,
  visit: (x: number, w: number, y: number) => void,
): void => {
  const [c, o] = [s.image[3], s.outputs]
  eachPair(s, (place, pixel, tap) => {
    for (let i = 0; i < c; i++)
      for (let k = 0; k < o; k++)
        visit(pixel * c + i, (tap * c + i) * o + k, depthwise ? place * c * o + i * o + k : place * o + k)
  })
}

/** |actual - expected| <= 1e-5 x the magnitudes summed, or a bound of the caller's. */
export const expectSummed = (actual: ArrayLike<number>, { value, size }: Summed, relative = 1e-5): void => {
  expect(actual.length).toBe(value.length)
  const faults = Array.from(value, (v, i) => ({ i, actual: actual[i] as number, expected: v })).filter(
    (f) => !(Math.abs(f.actual - f.expected) <= relative * (size[f.i] as number)),
  )
  expect(faults.slice(0, 5)).toEqual([])
}
