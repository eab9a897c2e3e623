/** Recording: what becomes a node, what becomes a constant, and what is refused with which sentence. */
import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GiryException } from '../../../src/dsl/error.js'
import '../../../src/dsl/numerics/gradients.js'
import { inputsOf } from '../../../src/runtime/graph/graph.js'
import { record } from '../../../src/runtime/trace/backend.js'
import { runGraph } from '../onnx/runGraph.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

afterAll(() => {
  expect(tf.getBackend()).toBe('cpu')
})

const refusal = (f: () => unknown): string => {
  try {
    f()
    return 'nothing was thrown'
  } catch (e) {
    return e instanceof GiryException ? e.message : `not an error of giry: ${String(e)}`
  }
}

const kernels = (g: { nodes: readonly { kernel: string }[] }) => g.nodes.map((n) => n.kernel)

describe('record', () => {
  it('notes kernels instead of running them', async () => {
    const graph = record(({ input }) => {
      const x = input('x', [2, 3])
      return { y: tf.sum(tf.mul(x, x), 1) }
    })
    expect(kernels(graph)).toEqual(['Input', 'Multiply', 'Sum'])
    expect(graph.nodes.at(-1)?.shape).toEqual([2])
    expect(Object.keys(inputsOf(graph))).toEqual(['x'])
    const { y } = await runGraph(graph, { x: Float32Array.of(1, 2, 3, 4, 5, 6) })
    expect([...(y ?? [])]).toEqual([14, 77])
  })

  it('restores the backend, also after an error, and leaves no tensors', () => {
    const before = tf.memory().numTensors
    record(({ input }) => ({ y: tf.exp(input('x', [4])) }))
    expect(() =>
      record(() => {
        throw new Error('mine')
      }),
    ).toThrow('mine')
    expect(tf.getBackend()).toBe('cpu')
    expect(tf.memory().numTensors).toBe(before)
  })

  it('takes tensors of another backend as constants, and leaves them where they are', async () => {
    const held = tf.tensor1d([1, 2, 3])
    const graph = record(({ input }) => ({ y: tf.add(input('x', [3]), held) }))
    expect([...held.dataSync()]).toEqual([1, 2, 3])
    const { y } = await runGraph(graph, { x: Float32Array.of(10, 20, 30) })
    expect([...(y ?? [])]).toEqual([11, 22, 33])
    held.dispose()
  })

  it('keeps a constant whose numbers are all the same as one number', () => {
    const graph = record(({ input }) => ({ y: tf.add(input('x', [50, 20]), tf.zeros([50, 20])) }))
    const constant = graph.nodes.find((n) => n.kernel === 'Constant')
    expect(constant?.kernel === 'Constant' && constant.attributes.value.length).toBe(1)
    expect(constant?.shape).toEqual([50, 20])
  })

  it('records gradients, and gradients of gradients', async () => {
    // d2/dx2 sum(tanh(x)) = -2 tanh(x) (1 - tanh(x)^2)
    const second = (x: tf.Tensor) => tf.grad((t) => tf.sum(tf.grad((u) => tf.sum(tf.tanh(u)))(t)))(x)
    const xs = [-1.5, -0.2, 0, 0.7, 2]
    const graph = record(({ input }) => ({ y: second(input('x', [5])) }))
    const { y } = await runGraph(graph, { x: Float32Array.from(xs) })
    const exact = xs.map((x) => -2 * Math.tanh(x) * (1 - Math.tanh(x) ** 2))
    exact.forEach((e, i) => {
      expect(Math.abs((y?.[i] as number) - e)).toBeLessThan(2e-6)
    })
  })

  it('reads numbers of constants, which are known', () => {
    const graph = record(({ input }) => {
      const n = tf.scalar(3).dataSync()[0] as number
      return { y: tf.mul(input('x', [2]), n) }
    })
    expect(kernels(graph)).toContain('Multiply')
  })

  it('refuses to read a number that is not known yet, with the remedy', () => {
    const sentence = refusal(() =>
      record(({ input }) => ({ y: tf.scalar(input('x', []).dataSync()[0] as number) })),
    )
    expect(sentence).toBe(
      "a number is read while the step is recorded (dataSync, arraySync, data or array), where only its shape is known\n  → compute with tensors instead of numbers, or use { runtime: 'wasm' }, which records nothing",
    )
  })

  it('refuses shapes that depend on data in the same words', () => {
    const sentence = refusal(() =>
      record(({ input }) => {
        const x = input('x', [4])
        const kept = tf.tensor1d(x.arraySync() as number[]).where
        return { y: tf.zeros([kept.length]) }
      }),
    )
    expect(sentence).toContain('a number is read while the step is recorded')
  })

  it('refuses a kernel that cannot be recorded by its name', () => {
    const sentence = refusal(() => record(({ input }) => ({ y: tf.topk(input('x', [4]), 2).values })))
    expect(sentence).toBe(
      "the tfjs kernel 'TopK' cannot be compiled\n  → write the function with other operations, or use { runtime: 'cpu' }, which has every kernel of tfjs",
    )
  })

  it('names images with channels first', () => {
    const sentence = refusal(() =>
      record(({ input }) => ({
        y: tf.conv2d(
          input('x', [1, 2, 5, 5]) as tf.Tensor4D,
          input('f', [3, 3, 2, 4]) as tf.Tensor4D,
          1,
          'same',
          'NCHW',
        ),
      })),
    )
    expect(sentence).toContain("the kernel 'Conv2D' is called with images in NCHW")
  })
})

describe('readers', () => {
  const x = Float32Array.from({ length: 24 }, (_, i) => Math.sin(i * 1.7))
  const programs: readonly (readonly [string, (x: tf.Tensor) => tf.Tensor])[] = [
    ['unstack and stack', (t) => tf.stack(tf.unstack(t, 1).reverse(), -1)],
    ['split by sizes', (t) => tf.concat(tf.split(t, [1, -1, 1], 1).reverse(), 1)],
    ['split evenly', (t) => tf.add(...(tf.split(t, 2, -1) as [tf.Tensor, tf.Tensor]))],
    ['slices with negative sizes', (t) => tf.slice(t, [0, 1], [-1, 2])],
    ['strided slices', (t) => tf.stridedSlice(t, [0, 3, 0], [2, 0, 4], [1, -2, 3])],
    ['expanded and squeezed axes', (t) => tf.squeeze(tf.expandDims(t, -2), [2])],
    ['reshape with a free size', (t) => tf.reshape(t, [-1, 6])],
    ['a mean over negative axes', (t) => tf.mean(t, [-1, 0])],
    ['a maximum that keeps axes', (t) => tf.max(t, [1], true)],
    ['logSumExp', (t) => tf.logSumExp(t, -1)],
    ['softmax over another axis', (t) => tf.softmax(tf.transpose(t, [2, 0, 1]), -1)],
    ['log softmax', (t) => tf.logSoftmax(t)],
    ['addN', (t) => tf.addN([t, tf.neg(t), tf.square(t)])],
    ['gather along an axis', (t) => tf.gather(t, tf.tensor1d([2, 0, 2], 'int32'), 1)],
    ['one-hot codes', (t) => tf.oneHot(tf.argMax(t, 2), 5, 2, -1)],
    ['cumulative sums', (t) => tf.cumsum(t, 2, true, true)],
    ['tile', (t) => tf.tile(t, [2, 1, 3])],
    [
      'pad',
      (t) =>
        tf.pad(
          t,
          [
            [0, 1],
            [2, 0],
            [1, 1],
          ],
          7,
        ),
    ],
    [
      'mirror',
      (t) =>
        tf.mirrorPad(
          t,
          [
            [0, 0],
            [1, 1],
            [0, 2],
          ],
          'reflect',
        ),
    ],
    ['reverse', (t) => tf.reverse(t, [-1, 0])],
    ['where', (t) => tf.where(tf.greater(t, 0), t, tf.mul(t, 2))],
    ['clip', (t) => tf.clipByValue(t, -0.3, 0.4)],
    ['leaky relu', (t) => tf.leakyRelu(t, 0.3)],
    ['a range and a linear space', (t) => tf.add(tf.mul(t, tf.range(0, 4, 1)), tf.linspace(0, 1, 4))],
    ['fill and ones', (t) => tf.add(tf.mul(tf.fill([3, 4], 2.5), t), tf.onesLike(t))],
    ['an outer product', (t) => tf.matMul(t, t, false, true)],
    [
      'a fused dense layer',
      (t) =>
        tf.fused.matMul({
          a: tf.reshape(t, [6, 4]) as tf.Tensor2D,
          b: tf.reshape(t, [4, 6]) as tf.Tensor2D,
          bias: tf.tensor1d([1, 2, 3, 4, 5, 6]),
          activation: 'relu',
        }),
    ],
    [
      'batch normalization',
      (t) =>
        tf.batchNorm(t, tf.tensor1d([0, 1, 2, 3]), tf.tensor1d([1, 2, 3, 4]), undefined, undefined, 0.01),
    ],
    ['max pooling', (t) => tf.maxPool(tf.reshape(t, [1, 6, 4, 1]) as tf.Tensor4D, 2, 2, 'same')],
    ['average pooling', (t) => tf.avgPool(tf.reshape(t, [1, 6, 4, 1]) as tf.Tensor4D, 3, 2, 'same')],
    ['bilinear resizing', (t) => tf.image.resizeBilinear(tf.reshape(t, [1, 6, 4, 1]) as tf.Tensor4D, [3, 8])],
    [
      'the gradient of resizing to the nearest',
      tf.grad((t) =>
        tf.square(tf.image.resizeNearestNeighbor(tf.reshape(t, [1, 6, 4, 1]) as tf.Tensor4D, [9, 8])),
      ),
    ],
    [
      'the gradient of bilinear resizing, corners aligned',
      // tfjs's cpu backend takes no others than squares.
      tf.grad((t) => {
        const square = tf.reshape(tf.slice(tf.reshape(t, [24]), 0, 16), [1, 4, 4, 1]) as tf.Tensor4D
        return tf.square(tf.image.resizeBilinear(square, [3, 7], true))
      }),
    ],
  ]

  it.each(programs)('%s', async (_, f) => {
    const graph = record(({ input }) => ({ y: f(input('x', [2, 3, 4])) }))
    const { y } = await runGraph(graph, { x })
    const exact = tf.tidy(() => f(tf.tensor(x, [2, 3, 4])))
    const found = graph.nodes[graph.outputs.y as number]
    expect(found?.shape).toEqual(exact.shape)
    expect(found?.dtype).toBe(exact.dtype)
    const numbers = exact.dataSync()
    exact.dispose()
    expect(y?.length).toBe(numbers.length)
    numbers.forEach((e, i) => {
      expect(Math.abs(Number(y?.[i]) - e)).toBeLessThan(1e-5 * Math.max(1, Math.abs(e)))
    })
  })
})
