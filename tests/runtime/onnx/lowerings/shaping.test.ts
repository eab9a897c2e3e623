import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ComputingKernel } from '../../../../src/runtime/graph/builder.js'
import type { DType, KernelAttributes } from '../../../../src/runtime/graph/kernels.js'
import { expectClose, fed, narrower, onCpu, shapes, tensors } from '../close.js'
import { type Fed, runSingle } from '../single.js'

const dtypes: fc.Arbitrary<DType> = fc.constantFrom('float32', 'int32', 'bool')
const anyTensor = (leastRank = 0, mostRank = 4, least = 1): fc.Arbitrary<Fed> =>
  fc.tuple(shapes(leastRank, mostRank, least), dtypes).chain(([shape, dtype]) => tensors(shape, dtype))

const agrees = async <K extends ComputingKernel>(
  kernel: K,
  inputs: readonly Fed[],
  attributes: KernelAttributes[K],
  f: (...xs: tf.Tensor[]) => tf.Tensor,
): Promise<void> => {
  const actual = await runSingle(kernel, inputs, attributes)
  expect(actual).toBeInstanceOf((inputs[0] as Fed).value.constructor)
  expectClose(actual, await onCpu(inputs, f), { relative: 0, absolute: 0 })
}

const run = <A>(arbitrary: fc.Arbitrary<A>, check: (a: A) => Promise<void>, numRuns = 25): Promise<void> =>
  fc.assert(fc.asyncProperty(arbitrary, check), { numRuns })

/** For each axis of a shape, something that depends on its size. */
const eachAxis = <A>(shape: readonly number[], f: (size: number) => fc.Arbitrary<A>): fc.Arbitrary<A[]> =>
  fc.tuple(...shape.map(f)) as fc.Arbitrary<A[]>

const strided = (n: number): fc.Arbitrary<{ begin: number; size: number; stride: number }> =>
  fc
    .tuple(fc.integer({ min: 0, max: n - 1 }), fc.constantFrom(1, 2, 3, -1, -2, -3), fc.nat(3))
    .map(([begin, stride, cut]) => {
      const places = stride > 0 ? Math.ceil((n - begin) / stride) : Math.ceil((begin + 1) / -stride)
      return { begin, stride, size: Math.max(1, places - cut) }
    })

/** What StridedSlice means, element by element: tfjs's op takes ends and masks instead. */
const picked = (
  t: tf.Tensor,
  ranges: readonly { begin: number; size: number; stride: number }[],
): tf.Tensor =>
  ranges.reduce(
    (x, { begin, size, stride }, axis) =>
      tf.gather(
        x,
        tf.tensor1d(
          Array.from({ length: size }, (_, i) => begin + i * stride),
          'int32',
        ),
        axis,
      ),
    t,
  )

describe('kernels that move numbers', () => {
  it('Reshape, to and from scalars and with sizes of 0', async () => {
    await run(anyTensor(0, 4, 0), async (x) => {
      const flat = x.value.length
      for (const shape of [[flat], [1, flat, 1], [...x.shape].reverse()])
        await agrees('Reshape', [x], { shape }, (t) => tf.reshape(t, shape))
    })
    await agrees('Reshape', [fed([1, 1], [3])], { shape: [] }, (t) => tf.reshape(t, []))
  })

  it('Transpose: every permutation', () =>
    run(
      anyTensor().chain((x) =>
        fc.tuple(
          fc.constant(x),
          fc.shuffledSubarray(
            x.shape.map((_, i) => i),
            { minLength: x.shape.length },
          ),
        ),
      ),
      ([x, perm]) => agrees('Transpose', [x], { perm }, (t) => tf.transpose(t, perm)),
    ))

  it('BroadcastTo', () =>
    run(
      fc.tuple(shapes(0, 4), dtypes).chain(([shape, dtype]) =>
        fc.tuple(
          fc.constant(shape),
          narrower(shape).chain((s) => tensors(s, dtype)),
        ),
      ),
      ([shape, x]) => agrees('BroadcastTo', [x], { shape }, (t) => tf.broadcastTo(t, [...shape])),
    ))

  it('Tile', () =>
    run(
      anyTensor(1, 3).chain((x) =>
        fc.tuple(
          fc.constant(x),
          eachAxis(x.shape, () => fc.integer({ min: 1, max: 3 })),
        ),
      ),
      ([x, reps]) => agrees('Tile', [x], { reps }, (t) => tf.tile(t, reps)),
    ))

  it('Slice: every begin and size, 0 among them', () =>
    run(
      anyTensor(1).chain((x) =>
        fc.tuple(
          fc.constant(x),
          eachAxis(x.shape, (n) =>
            fc
              .integer({ min: 0, max: n })
              .chain((begin) => fc.tuple(fc.constant(begin), fc.integer({ min: 0, max: n - begin }))),
          ),
        ),
      ),
      ([x, ranges]) => {
        const begin = ranges.map((r) => r[0])
        const size = ranges.map((r) => r[1])
        return agrees('Slice', [x], { begin, size }, (t) => tf.slice(t, begin, size))
      },
      40,
    ))

  it('StridedSlice: strides of both signs', () =>
    run(
      anyTensor(1).chain((x) => fc.tuple(fc.constant(x), eachAxis(x.shape, strided))),
      ([x, ranges]) =>
        agrees(
          'StridedSlice',
          [x],
          {
            begin: ranges.map((r) => r.begin),
            strides: ranges.map((r) => r.stride),
            size: ranges.map((r) => r.size),
          },
          (t) => picked(t, ranges),
        ),
      40,
    ))

  it('StridedSlice is what tfjs cuts', async () => {
    const x = fed(
      [5, 4],
      Array.from({ length: 20 }, (_, i) => i),
    )
    const attributes = { begin: [4, 1], strides: [-2, 2], size: [2, 2] }
    await agrees('StridedSlice', [x], attributes, (t) => tf.stridedSlice(t, [4, 1], [0, 4], [-2, 2]))
  })

  it('Concat: one, two and three tensors, sizes of 0', () =>
    run(
      fc
        .tuple(shapes(1, 4), dtypes, fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 3 }))
        .chain(([shape, dtype, sizes]) =>
          fc.integer({ min: 0, max: shape.length - 1 }).chain((axis) =>
            fc.tuple(
              fc.constant(axis),
              fc.tuple(
                ...sizes.map((size) =>
                  tensors(
                    shape.map((n, i) => (i === axis ? size : n)),
                    dtype,
                  ),
                ),
              ),
            ),
          ),
        ),
      ([axis, xs]) => agrees('Concat', xs, { axis }, (...ts) => tf.concat(ts, axis)),
      40,
    ))

  it('PadV2: every padding and value', () =>
    run(
      anyTensor(1).chain((x) =>
        fc.tuple(
          fc.constant(x),
          eachAxis(x.shape, () => fc.tuple(fc.nat(2), fc.nat(2))),
          x.dtype === 'bool' ? fc.nat(1) : fc.integer({ min: -3, max: 3 }),
        ),
      ),
      ([x, paddings, value]) => agrees('PadV2', [x], { paddings, value }, (t) => tf.pad(t, paddings, value)),
      30,
    ))

  for (const mode of ['reflect', 'symmetric'] as const)
    it(`MirrorPad, ${mode}`, () =>
      run(
        shapes(1, 4, 2).chain((shape) =>
          fc.tuple(
            fc.constantFrom('float32' as const, 'int32' as const).chain((dtype) => tensors(shape, dtype)),
            eachAxis(shape, (n) => {
              const most = mode === 'reflect' ? n - 1 : n
              return fc.tuple(fc.nat(most), fc.nat(most))
            }),
          ),
        ),
        ([x, paddings]) =>
          agrees('MirrorPad', [x], { paddings, mode }, (t) => tf.mirrorPad(t, paddings, mode)),
        30,
      ))

  it('Reverse: every choice of axes, sizes of 0', () =>
    run(
      anyTensor(0, 4, 0).chain((x) => fc.tuple(fc.constant(x), fc.subarray(x.shape.map((_, i) => i)))),
      ([x, axes]) =>
        agrees('Reverse', [x], { axes }, (t) =>
          axes.length === 0 || x.value.length === 0 ? tf.clone(t) : tf.reverse(t, axes),
        ),
    ))
})
