import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Window } from '../../../../src/runtime/graph/kernels.js'
import { expectClose, onCpu } from '../close.js'
import { type Fed, runSingle } from '../single.js'
import { eachPair, expectSummed, noiseFed, type Scene, scenes, summing } from './imagesOracle.js'

const anyScene = scenes([1, 2, 5], [1])
const RUNS = { numRuns: 60 }

// Numbers of both signs and size 1 cancel in a window: the bound is 1e-5 of their size, not of their sum.
const SUMS = { absolute: 1e-5 }

const attributesOf = (s: Scene): Window => ({ window: s.window, ...s.geometry })

const pooledShape = (s: Scene): readonly number[] => [s.image[0], ...s.places, s.image[3]]

/** Few different numbers, so that windows have several greatest elements. */
const steps = (shape: readonly number[], seed: number): Fed => {
  const noise = noiseFed(shape, seed)
  return { ...noise, value: Float32Array.from(noise.value, (x) => Math.round(2 * x)) }
}

// tfjs pools without dilations, and not into windows that lie in the border altogether (NaN and -infinity).
const plain = (s: Scene): boolean =>
  s.geometry.dilations.every((d) => d === 1) &&
  s.geometry.border.top < s.window[0] &&
  s.geometry.border.bottom < s.window[0] &&
  s.geometry.border.left < s.window[1] &&
  s.geometry.border.right < s.window[1]

const pool = (s: Scene, how: 'max' | 'avg') => (x: tf.Tensor) => {
  const { border: b, strides } = s.geometry
  const padding: tf.backend_util.ExplicitPadding = [
    [0, 0],
    [b.top, b.bottom],
    [b.left, b.right],
    [0, 0],
  ]
  const args = [x as tf.Tensor4D, [...s.window], [...strides], padding] as [
    tf.Tensor4D,
    [number, number],
    [number, number],
    tf.backend_util.ExplicitPadding,
  ]
  return how === 'max' ? tf.maxPool(...args) : tf.avgPool(...args)
}

const gradient =
  (s: Scene, how: 'max' | 'avg') =>
  (x: tf.Tensor, dy: tf.Tensor): tf.Tensor =>
    tf.grad(pool(s, how))(x, dy)

describe('pooling agrees with tfjs', () => {
  it('MaxPool', () =>
    fc.assert(
      fc.asyncProperty(anyScene.filter(plain), async (s) => {
        const x = noiseFed(s.image, 1)
        expectClose(await runSingle('MaxPool', [x], attributesOf(s)), await onCpu([x], pool(s, 'max')))
      }),
      RUNS,
    ))

  it('AvgPool', () =>
    fc.assert(
      fc.asyncProperty(anyScene.filter(plain), async (s) => {
        const x = noiseFed(s.image, 1)
        const y = await runSingle('AvgPool', [x], attributesOf(s))
        expectClose(y, await onCpu([x], pool(s, 'avg')), SUMS)
      }),
      RUNS,
    ))

  it('MaxPoolGrad: the first greatest element of each window takes all, overlapping windows add up', () =>
    fc.assert(
      fc.asyncProperty(anyScene.filter(plain), async (s) => {
        const x = steps(s.image, 1)
        const dy = noiseFed(pooledShape(s), 2)
        const y = { ...dy, value: await onCpu([x], pool(s, 'max')) }
        const dx = await runSingle('MaxPoolGrad', [dy, x, y], attributesOf(s))
        expectClose(dx, await onCpu([x, dy], gradient(s, 'max')), SUMS)
      }),
      RUNS,
    ))

  it('AvgPoolGrad: divides by the whole window, as tfjs does', () =>
    fc.assert(
      fc.asyncProperty(anyScene.filter(plain), async (s) => {
        const x = noiseFed(s.image, 1)
        const dy = noiseFed(pooledShape(s), 2)
        const dx = await runSingle('AvgPoolGrad', [dy, x], attributesOf(s))
        expectClose(dx, await onCpu([x, dy], gradient(s, 'avg')), SUMS)
      }),
      RUNS,
    ))

  it('windows of many elements', async () => {
    const geometry: Scene['geometry'] = {
      strides: [1, 1],
      dilations: [1, 1],
      border: { top: 2, bottom: 2, left: 0, right: 1 },
    }
    const s: Scene = { image: [2, 7, 8, 3], window: [5, 6], places: [7, 4], outputs: 1, geometry }
    const x = steps(s.image, 1)
    const dy = noiseFed(pooledShape(s), 2)
    const y = { ...dy, value: await onCpu([x], pool(s, 'max')) }
    expectClose(await runSingle('MaxPool', [x], attributesOf(s)), y.value)
    const dx = await runSingle('MaxPoolGrad', [dy, x, y], attributesOf(s))
    expectClose(dx, await onCpu([x, dy], gradient(s, 'max')), SUMS)
    const mean = await runSingle('AvgPool', [x], attributesOf(s))
    expectClose(mean, await onCpu([x], pool(s, 'avg')), SUMS)
    const shares = await runSingle('AvgPoolGrad', [dy, x], attributesOf(s))
    expectClose(shares, await onCpu([x, dy], gradient(s, 'avg')), SUMS)
  })
})

/** MaxPool and AvgPool of a scene are those of loops in float64. */
const expectPooled = async (s: Scene): Promise<void> => {
  const x = noiseFed(s.image, 1)
  const c = s.image[3]
  const size = pooledShape(s).reduce((a, b) => a * b, 1)
  const greatest = new Float64Array(size).fill(Number.NEGATIVE_INFINITY)
  const sums = new Float64Array(size)
  const counts = new Float64Array(size)
  eachPair(s, (place, pixel) => {
    for (let i = 0; i < c; i++) {
      const [at, value] = [place * c + i, x.value[pixel * c + i] as number]
      greatest[at] = Math.max(greatest[at] as number, value)
      sums[at] = (sums[at] as number) + value
      counts[at] = (counts[at] as number) + 1
    }
  })
  expect([...(await runSingle('MaxPool', [x], attributesOf(s)))]).toEqual([...greatest])
  const means = sums.map((sum, i) => sum / (counts[i] as number))
  expectClose(await runSingle('AvgPool', [x], attributesOf(s)), means, SUMS)
}

describe('pooling with dilations and wide borders agrees with sums in float64', () => {
  it('AvgPoolGrad', () =>
    fc.assert(
      fc.asyncProperty(anyScene, async (s) => {
        const dy = noiseFed(pooledShape(s), 2)
        const { sum, add } = summing(s.image)
        const [c, whole] = [s.image[3], s.window[0] * s.window[1]]
        eachPair(s, (place, pixel) => {
          for (let i = 0; i < c; i++) add(pixel * c + i, (dy.value[place * c + i] as number) / whole)
        })
        expectSummed(await runSingle('AvgPoolGrad', [dy, noiseFed(s.image, 1)], attributesOf(s)), sum)
      }),
      RUNS,
    ))

  it('MaxPool and AvgPool: -infinity and NaN where a window sees nothing of the image', () =>
    fc.assert(fc.asyncProperty(anyScene, expectPooled), RUNS))

  it('MaxPool and AvgPool of many elements', () =>
    expectPooled({
      image: [2, 6, 7, 3],
      window: [4, 5],
      places: [3, 8],
      outputs: 1,
      geometry: {
        strides: [2, 1],
        dilations: [2, 1],
        border: { top: 3, bottom: 2, left: 1, right: 4 },
      },
    }))
})
