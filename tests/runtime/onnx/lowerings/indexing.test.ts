import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DType, KernelAttributes } from '../../../../src/runtime/graph/kernels.js'
import { expectClose, fed, onCpu, shapes, tensors } from '../close.js'
import { type Fed, runSingle } from '../single.js'

const dtypes: fc.Arbitrary<DType> = fc.constantFrom('float32', 'int32', 'bool')
const indices = (shape: readonly number[], length: number): fc.Arbitrary<Fed> =>
  tensors(shape, 'int32', fc.integer({ min: 0, max: length - 1 }))

interface Gathering {
  readonly x: Fed
  readonly at: Fed
  readonly axis: number
  readonly batchDims: number
}

const gatherings: fc.Arbitrary<Gathering> = fc
  .tuple(shapes(1, 4), dtypes, fc.nat(9), fc.nat(9), shapes(0, 2))
  .chain(([shape, dtype, a, b, rest]) => {
    const axis = a % shape.length
    const batchDims = b % (axis + 1)
    return fc.record({
      x: tensors(shape, dtype),
      at: indices([...shape.slice(0, batchDims), ...rest], shape[axis] as number),
      axis: fc.constant(axis),
      batchDims: fc.constant(batchDims),
    })
  })

describe('gathering', () => {
  it('GatherV2: every axis, every number of batch axes, indices of every rank', async () => {
    await fc.assert(
      fc.asyncProperty(gatherings, async ({ x, at, axis, batchDims }) => {
        const expected = await onCpu([x, at], (t, i) =>
          tf.gather(t as tf.Tensor, i as tf.Tensor, axis, batchDims),
        )
        expectClose(await runSingle('GatherV2', [x, at], { axis, batchDims }), expected)
      }),
      { numRuns: 80 },
    )
  })

  it('GatherNd: tuples of every length', async () => {
    const cases = fc
      .tuple(shapes(1, 4), dtypes, fc.nat(9), shapes(0, 2))
      .chain(([shape, dtype, d, outer]) => {
        const depth = 1 + (d % shape.length)
        const tuple = fc.tuple(...shape.slice(0, depth).map((n) => fc.integer({ min: 0, max: n - 1 })))
        const count = outer.reduce((a, b) => a * b, 1)
        return fc.tuple(
          tensors(shape, dtype),
          fc
            .array(tuple, { minLength: count, maxLength: count })
            .map((tuples) => fed([...outer, depth], tuples.flat(), 'int32')),
        )
      })
    await fc.assert(
      fc.asyncProperty(cases, async ([x, at]) => {
        const expected = await onCpu([x, at], (t, i) => tf.gatherND(t as tf.Tensor, i as tf.Tensor))
        expectClose(await runSingle('GatherNd', [x, at], {}), expected)
      }),
      { numRuns: 40 },
    )
  })
})

describe('scattering', () => {
  it('ScatterNd: updates of one place add up', async () => {
    const cases = fc
      .tuple(
        shapes(1, 3),
        fc.constantFrom('float32' as const, 'int32' as const),
        fc.nat(9),
        fc.integer({ min: 1, max: 6 }),
      )
      .chain(([shape, dtype, d, count]) => {
        const depth = 1 + (d % shape.length)
        const tuple = fc.tuple(...shape.slice(0, depth).map((n) => fc.integer({ min: 0, max: n - 1 })))
        return fc.tuple(
          fc.constant(shape),
          fc
            .array(tuple, { minLength: count, maxLength: count })
            .map((tuples) => fed([count, depth], tuples.flat(), 'int32')),
          tensors([count, ...shape.slice(depth)], dtype),
        )
      })
    await fc.assert(
      fc.asyncProperty(cases, async ([shape, at, updates]) => {
        const expected = await onCpu([at, updates], (i, u) =>
          tf.scatterND(i as tf.Tensor, u as tf.Tensor, [...shape]),
        )
        expectClose(await runSingle('ScatterNd', [at, updates], { shape }), expected, { absolute: 1e-6 })
      }),
      { numRuns: 40 },
    )
  })

  const segmentsOf = (most: number) =>
    fc
      .tuple(
        shapes(1, 3),
        fc.constantFrom('float32' as const, 'int32' as const),
        fc.integer({ min: 1, max: most }),
      )
      .chain(([shape, dtype, segments]) =>
        fc.tuple(
          tensors(shape, dtype),
          tensors([shape[0] as number], 'int32', fc.integer({ min: -2, max: segments + 1 })),
          fc.constant(segments),
        ),
      )

  for (const [title, most] of [
    ['few', 5],
    ['many', 200],
  ] as const)
    it(`UnsortedSegmentSum: ${title} segments, ids out of range are dropped`, async () => {
      await fc.assert(
        fc.asyncProperty(segmentsOf(most), async ([x, ids, segments]) => {
          const expected = await onCpu([x, ids], (t, i) =>
            tf.unsortedSegmentSum(t as tf.Tensor, i as tf.Tensor1D, segments),
          )
          const actual = await runSingle('UnsortedSegmentSum', [x, ids], { segments })
          expectClose(actual, expected, { absolute: 1e-6 })
        }),
        { numRuns: 25 },
      )
    })

  it('many updates of few places, on two threads: none is lost', async () => {
    const count = 200_000
    const row = (i: number): number => (i * 7919) % 100
    const ids = fed(
      [count],
      Array.from({ length: count }, (_, i) => row(i)),
      'int32',
    )
    // Sixteenths, whose sums are exact in any order.
    const x = fed(
      [count],
      Array.from({ length: count }, (_, i) => ((i * 31) % 17) / 16 - 0.5),
    )
    const expected = new Float32Array(100)
    for (let i = 0; i < count; i++) expected[row(i)] = (expected[row(i)] as number) + (x.value[i] as number)
    const sums = await runSingle('UnsortedSegmentSum', [x, ids], { segments: 100 }, { threads: 2 })
    expect(sums).toEqual(expected)
    const tuples = { ...ids, shape: [count, 1] }
    expect(await runSingle('ScatterNd', [tuples, x], { shape: [100] }, { threads: 2 })).toEqual(expected)
  })
})

// The op refuses depth 1, the kernel does not.
const oneHot = (indices: tf.Tensor, attributes: KernelAttributes['OneHot']): tf.Tensor =>
  tf.engine().runKernel('OneHot', { indices }, { ...attributes }) as tf.Tensor

describe('OneHot', () => {
  it('every depth, values and type; indices out of range are off everywhere', async () => {
    const cases = fc
      .tuple(shapes(0, 3), fc.integer({ min: 1, max: 5 }), dtypes, fc.nat(3), fc.nat(3))
      .chain(([shape, depth, dtype, on, off]) =>
        fc.record({
          x: tensors(shape, 'int32', fc.integer({ min: -2, max: depth + 1 })),
          depth: fc.constant(depth),
          dtype: fc.constant(dtype),
          onValue: fc.constant(dtype === 'bool' ? 1 : on),
          offValue: fc.constant(dtype === 'bool' ? 0 : off),
        }),
      )
    await fc.assert(
      fc.asyncProperty(cases, async ({ x, ...attributes }) => {
        const { depth, onValue, offValue, dtype } = attributes
        const expected = await onCpu([x], (t) => oneHot(t as tf.Tensor, { depth, onValue, offValue, dtype }))
        const actual = await runSingle('OneHot', [x], attributes)
        expect(actual).toBeInstanceOf({ float32: Float32Array, int32: Int32Array, bool: Uint8Array }[dtype])
        expectClose(actual, expected)
      }),
      { numRuns: 40 },
    )
  })
})
