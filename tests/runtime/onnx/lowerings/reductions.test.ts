import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DType } from '../../../../src/runtime/graph/kernels.js'
import { record } from '../../../../src/runtime/trace/backend.js'
import { expectClose, fed, onCpu, shapes, tensors } from '../close.js'
import { runGraph } from '../runGraph.js'
import { type Fed, runSingle } from '../single.js'

const reduced = { Max: tf.max, Mean: tf.mean, Min: tf.min, Prod: tf.prod, Sum: tf.sum } as const
const quantified = { All: tf.all, Any: tf.any } as const

const withAxes = (
  dtype: DType,
  mostRank = 4,
  element?: fc.Arbitrary<number>,
): fc.Arbitrary<readonly [Fed, number[]]> =>
  shapes(0, mostRank).chain((shape) =>
    fc.tuple(tensors(shape, dtype, element), fc.subarray(shape.map((_, i) => i))),
  )

// Products of up to 16 numbers that no type overflows; whole numbers and halves, so that they are exact.
const factors: fc.Arbitrary<number> = fc.constantFrom(0, 1, -1, 2, -2, 3)
const inputsOf = (name: string, dtype: DType): ReturnType<typeof withAxes> =>
  name === 'Prod'
    ? withAxes(dtype, 2, dtype === 'int32' ? factors : fc.oneof(factors, fc.constantFrom(0.5, -0.25, 1.5)))
    : withAxes(dtype)

describe('reductions', () => {
  for (const [name, f] of Object.entries({ ...reduced, ...quantified }))
    for (const dtype of name in quantified ? (['bool'] as const) : (['float32', 'int32'] as const))
      it(`${name} of ${dtype}: every choice of axes, kept or not`, async () => {
        await fc.assert(
          fc.asyncProperty(inputsOf(name, dtype), fc.boolean(), async ([x, axes], keepDims) => {
            const kernel = name as keyof typeof reduced | keyof typeof quantified
            const actual = await runSingle(kernel, [x], { axes, keepDims })
            // Without axes tfjs would reduce all.
            const expected = await onCpu([x], (t) =>
              axes.length === 0 ? t : f(t as tf.Tensor, axes, keepDims),
            )
            // A sum of terms of both signs has the absolute error of its terms.
            expectClose(actual, expected, { absolute: 1e-5 })
          }),
          { numRuns: 40 },
        )
      })

  it.each([
    ['Max', tf.max],
    ['Min', tf.min],
  ] as const)('%s is NaN where any number is, wherever it stands', async (kernel, f) => {
    const three = [1, Number.NaN, Number.NEGATIVE_INFINITY]
    const orders = [0, 1, 2].flatMap((a) => [1, 2].map((step) => [a, (a + step) % 3, (a + 2 * step) % 3]))
    const rows = orders.map((order) => order.map((i) => three[i] as number))
    // Rows without NaN among them, so that some results are numbers.
    const values = [...rows, [1, 2, 3], [Number.POSITIVE_INFINITY, 0, Number.NEGATIVE_INFINITY]].flat()
    for (const shape of [[8, 3], [3, 8], [2, 4, 3], [4, 3, 2], [24]])
      for (const axes of [[0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2]])
        for (const keepDims of [false, true]) {
          if (axes.some((axis) => axis >= shape.length)) continue
          const x = fed(shape, values)
          const expected = await onCpu([x], (t) => f(t, axes, keepDims))
          expectClose(await runSingle(kernel, [x], { axes, keepDims }), expected)
          expectClose(await runSingle(kernel, [x], { axes, keepDims }, { optimize: false }), expected)
        }
  })

  it('Max and Min of one number are that number, NaN too', async () => {
    for (const kernel of ['Max', 'Min'] as const)
      expectClose(await runSingle(kernel, [fed([], [Number.NaN])], { axes: [], keepDims: false }), [
        Number.NaN,
      ])
  })

  it('logSumExp is NaN where any number is, and finite where -infinity is among numbers', async () => {
    for (const row of [
      [1, Number.NaN, Number.NEGATIVE_INFINITY],
      [Number.NEGATIVE_INFINITY, 1, Number.NaN],
      [1, Number.NEGATIVE_INFINITY, 2],
    ]) {
      const x = fed([3], row)
      const graph = record(({ input }) => ({ y: tf.logSumExp(input('x', [3])) }))
      const { y } = await runGraph(graph, { x: x.value })
      expectClose(y as Float32Array, await onCpu([x], (t) => tf.logSumExp(t)))
    }
  })

  it('Sum over leading axes, large enough to be a product', async () => {
    const cases: readonly (readonly [readonly number[], readonly number[]])[] = [
      [[128, 5], [0]],
      [[64, 1, 7], [0]],
      [
        [8, 3, 3, 4],
        [0, 1, 2],
      ],
      [
        [16, 6, 5],
        [0, 2],
      ],
      [
        [16, 6, 5],
        [0, 1],
      ],
      [[16, 6, 5], [1]],
      [[2, 16, 5], [1]],
      [[40], [0]],
      [[40, 1], [0]],
      [
        [1, 40, 3],
        [0, 1],
      ],
    ]
    for (const [shape, axes] of cases)
      for (const keepDims of [true, false]) {
        const [x] = fc.sample(tensors(shape), { numRuns: 1, seed: 7 }) as [Fed]
        for (const [kernel, f] of [['Sum', tf.sum] as const, ['Mean', tf.mean] as const])
          expectClose(
            await runSingle(kernel, [x], { axes, keepDims }),
            await onCpu([x], (t) => f(t as tf.Tensor, [...axes], keepDims)),
            { absolute: 1e-4 },
          )
      }
  })

  it('a sum over nothing is 0', async () => {
    for (const shape of [
      [0, 3],
      [3, 0],
    ])
      expectClose(
        await runSingle('Sum', [fed(shape, [])], { axes: [0], keepDims: false }),
        new Float32Array(shape[1] as number),
      )
  })

  it('sums of integers are exact', async () => {
    const x = fed([3], [16777217, 2, -1], 'int32')
    expect([...(await runSingle('Sum', [x], { axes: [0], keepDims: false }))]).toEqual([16777218])
  })
})

describe('places of extremes', () => {
  for (const [name, f] of Object.entries({ ArgMax: tf.argMax, ArgMin: tf.argMin }))
    for (const dtype of ['float32', 'int32'] as const)
      it(`${name} of ${dtype}: every axis, the first of equals`, async () => {
        const input = shapes(1, 4).chain((s) =>
          fc.tuple(
            tensors(s, dtype, fc.integer({ min: -2, max: 2 })),
            fc.integer({ min: 0, max: s.length - 1 }),
          ),
        )
        await fc.assert(
          fc.asyncProperty(input, async ([x, axis]) => {
            const actual = await runSingle(name as 'ArgMax' | 'ArgMin', [x], { axis })
            expect(actual).toBeInstanceOf(Int32Array)
            expectClose(actual, await onCpu([x], (t) => f(t as tf.Tensor, axis)))
          }),
          { numRuns: 25 },
        )
      })
})

describe('softmax', () => {
  for (const [name, f] of Object.entries({ Softmax: tf.softmax, LogSoftmax: tf.logSoftmax }))
    it(`${name}: every axis, large numbers too`, async () => {
      const input = shapes(1, 4).chain((s) =>
        fc.tuple(tensors(s), fc.integer({ min: 0, max: s.length - 1 }), fc.constantFrom(1, 10, 100)),
      )
      await fc.assert(
        fc.asyncProperty(input, async ([{ shape, value }, axis, scale]) => {
          const x = fed(
            shape,
            [...value].map((v) => v * scale),
          )
          // tfjs has softmax along the last axis only.
          const last = (t: tf.Tensor): tf.Tensor => {
            const perm = shape.map((_, i) => i).filter((i) => i !== axis)
            const moved = f(tf.transpose(t, [...perm, axis]))
            return tf.transpose(
              moved,
              shape.map((_, i) => (i === axis ? shape.length - 1 : perm.indexOf(i))),
            )
          }
          const expected = await onCpu([x], (t) => last(t as tf.Tensor))
          expectClose(await runSingle(name as 'Softmax', [x], { axis }), expected, { absolute: 2e-7 })
        }),
        { numRuns: 30 },
      )
    })
})
