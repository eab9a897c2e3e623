import { either as E } from 'fp-ts'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { showErrors } from '../../../src/dsl/error.js'
import { type Builder, builder } from '../../../src/runtime/graph/builder.js'
import type { Graph, Ref } from '../../../src/runtime/graph/graph.js'
import { affineThrough, recordedRows, showSize } from '../../../src/runtime/onnx/affineSizes.js'
import { freeBatch } from '../../../src/runtime/onnx/freeBatch.js'
import { lower } from '../../../src/runtime/onnx/lower.js'
import { writeModel } from '../../../src/runtime/onnx/write.js'
import { runGraph } from './runGraph.js'

type Build = (b: Builder, x: Ref, n: number) => Ref

/** y = f(x) for x [n, 4]. */
const graphOf = (f: Build, n: number): Graph => {
  const b = builder()
  const y = f(b, b.input('x', [n, 4], 'float32'), n)
  return { nodes: b.nodes, outputs: { y } }
}

const freed = (f: Build) =>
  freeBatch([lower(graphOf(f, recordedRows[0])), lower(graphOf(f, recordedRows[1]))])

/** The freed model computes at each number of rows what the graph recorded for it computes. */
const agrees = async (f: Build, shape: readonly (number | string)[]): Promise<void> => {
  const model = freed(f)
  if (E.isLeft(model)) throw new Error(showErrors(model.left))
  expect(model.right.inputs).toEqual([{ name: 'x', type: 'float32', shape: ['n', 4] }])
  expect(model.right.outputs[0]?.shape).toEqual(shape)
  const session = await ort.InferenceSession.create(writeModel(model.right), { logSeverityLevel: 3 })
  for (const n of [1, 3, 17]) {
    const x = Float32Array.from({ length: n * 4 }, (_, i) => Math.sin(i))
    const { y } = await session.run({ x: new ort.Tensor('float32', x, [n, 4]) })
    const graph = graphOf(f, n)
    expect(y?.dims).toEqual(graph.nodes[graph.outputs.y as number]?.shape)
    expect(y?.data).toEqual((await runGraph(graph, { x })).y)
  }
  await session.release()
}

const slice = (b: Builder, x: Ref, begin: readonly number[], size: readonly number[]): Ref =>
  b.add('Slice', [x], { begin, size })

describe('freeBatch', () => {
  it('targets of reshapes, alone and beside another free size', async () => {
    await agrees((b, x, n) => b.add('Reshape', [x], { shape: [2 * n, 2] }), ['2n', 2])
    await agrees((b, x, n) => b.add('Reshape', [x], { shape: [n, 1, 4, 1] }), ['n', 1, 4, 1])
  })

  it('broadcasts to the rows', async () => {
    const wide: Build = (b, x, n) => {
      const row = b.constant(Float32Array.of(1, 2, 3, 4), [4], 'float32')
      return b.add('Multiply', [x, b.add('BroadcastTo', [row], { shape: [n, 4] })], {})
    }
    await agrees(wide, ['n', 4])
    await agrees((b, x, n) => b.add('BroadcastTo', [x], { shape: [3, n, 4] }), [3, 'n', 4])
  })

  it('constants that hold one number, or one row, for each row', async () => {
    const beside =
      (value: (n: number) => Float32Array): Build =>
      (b, x, n) =>
        b.add('Concat', [x, b.constant(value(n), [n, 2], 'float32')], { axis: 1 })
    await agrees(
      beside(() => Float32Array.of(7)),
      ['n', 6],
    )
    await agrees(
      beside((n) => Float32Array.from({ length: 2 * n }, (_, i) => i % 2)),
      ['n', 6],
    )
  })

  it('slices that end with the rows, and repeated rows', async () => {
    await agrees((b, x, n) => b.add('Tile', [slice(b, x, [0, 1], [n, 2])], { reps: [2, 1] }), ['2n', 2])
    const joined: Build = (b, x, n) => {
      const padded = b.add('PadV2', [x], {
        paddings: [
          [1, 0],
          [0, 0],
        ],
        value: 5,
      })
      return slice(b, padded, [0, 0], [n, 4])
    }
    await agrees(joined, ['n', 4])
    await agrees(
      (b, x) =>
        b.add('PadV2', [x], {
          paddings: [
            [1, 1],
            [0, 0],
          ],
          value: 5,
        }),
      ['n+2', 4],
    )
  })

  it('numbers of the rows in order: gathering within each row', () =>
    agrees(
      (b, x, n) => {
        const place = b.add('BroadcastTo', [b.constant(Int32Array.of(2, 0), [1, 2], 'int32')], {
          shape: [n, 2],
        })
        return b.add('GatherV2', [x, place], { axis: 1, batchDims: 1 })
      },
      ['n', 2],
    ))

  it('refuses numbers that differ from row to row, sizes that are no affine function, operators that come and go', () => {
    const sentence = (f: Build): string => {
      const model = freed(f)
      return E.isLeft(model) ? (model.left[0]?.message ?? '') : 'freed'
    }
    const odd = (n: number) => Float32Array.from({ length: n * 4 }, (_, i) => i * i)
    expect(sentence((b, x, n) => b.add('Add', [x, b.constant(odd(n), [n, 4], 'float32')], {}))).toBe(
      'the number of rows cannot be left free: the operator Add reads numbers that depend on it',
    )
    expect(sentence((b, x, n) => b.add('Multiply', [x, b.number(1 / n)], {}))).toBe(
      'the number of rows cannot be left free: the operator Mul reads numbers that depend on it',
    )
    const square: Build = (b, x) =>
      b.add('Gemm', [x, x], { transposeA: false, transposeB: true, alpha: 1, beta: 1 })
    expect(sentence((b, x, n) => b.add('Reshape', [square(b, x, n)], { shape: [n * n] }))).toBe(
      "the number of rows cannot be left free: the shape of 'y' is no affine function of it",
    )
    expect(sentence((b, x, n) => (n % 4 === 3 ? b.add('Relu', [x], {}) : b.add('Neg', [x], {})))).toBe(
      'the number of rows cannot be left free: the operators change with it, the first at Relu',
    )
  })
})

describe('affineThrough', () => {
  const [p, q] = recordedRows
  it.each([
    [p, q, 'n'],
    [20 * p, 20 * q, '20n'],
    [25_088 * p - 1, 25_088 * q - 1, '25088n-1'],
    [784, 784, 784],
  ] as const)('%d and %d are %s', (u, v, shown) => {
    const size = affineThrough(u, v)
    expect(size === undefined ? undefined : showSize(size)).toBe(shown)
  })

  it('knows products of two free sizes, and sizes that change otherwise', () => {
    expect(affineThrough(p * p, q * q)).toBeUndefined()
    expect(affineThrough(Math.ceil(p / 2), Math.ceil(q / 2))).toBeUndefined()
  })

  it('rests on two primes', () => {
    for (const n of recordedRows)
      expect(Array.from({ length: 90 }, (_, i) => n % (i + 2)).includes(0)).toBe(false)
  })
})
