/** spectralNorm against singular values by ml-matrix, Lipschitz bounds on random pairs, and its gradient. */
import * as tf from '@tensorflow/tfjs'
import { Matrix, SingularValueDecomposition } from 'ml-matrix'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { real as realDomain } from '../../../src/dsl/domain.js'
import type { AnyNet, NetTensors } from '../../../src/dsl/net.js'
import { chain } from '../../../src/dsl/nets/chain.js'
import { conv2d, conv2dTranspose } from '../../../src/dsl/nets/conv2d.js'
import { dense, mlp } from '../../../src/dsl/nets/dense.js'
import { parameter } from '../../../src/dsl/nets/parameter.js'
import { spectralNorm } from '../../../src/dsl/nets/spectralNorm.js'
import { real } from '../../../src/dsl/space.js'
import { makeValue, type Value } from '../../../src/dsl/value.js'
import { keyFromSeed, uniforms } from '../../../src/runtime/keys.js'
import { expectClose, noise, onEachBackend } from '../numerics/agreement.js'
import { randomTensors, refusal } from './nets.js'

const singularValues = (kernel: tf.Tensor): number[] => {
  const last = kernel.shape[kernel.rank - 1] as number
  const rows = tf.reshape(kernel, [-1, last]).arraySync() as number[][]
  return new SingularValueDecomposition(new Matrix(rows), { autoTranspose: true }).diagonal
}

/** What a net is applied with. */
const seen = (tensors: NetTensors): NetTensors => {
  let used: NetTensors = {}
  const spy: AnyNet = {
    tag: 'net',
    description: '',
    parameters: Object.fromEntries(
      Object.entries(tensors).map(([path, t]) => [
        path,
        { shape: t.shape, start: { kind: 'constant', value: 0 } as const },
      ]),
    ),
    apply: (ts) => {
      used = ts
    },
    example: undefined,
  }
  spectralNorm(spy, { iterations: 60 }).apply(tensors)
  return used
}

const batch = (numbers: ArrayLike<number>, n: number, size: number) =>
  makeValue(tf.tensor(Float32Array.from(numbers), [n, size]), [size], realDomain, [
    { name: 'datum', size: n },
  ])

onEachBackend('spectralNorm', () => {
  const shapes = [
    [3, 5],
    [40, 20],
    [20, 40],
    [7, 1],
    [3, 3, 4, 8],
    [4, 4, 1, 6],
  ]
  it.each(shapes.map((shape) => [shape.join(' × '), shape] as const))(
    'a kernel %s gets the largest singular value 1, and keeps its directions',
    (_, shape) => {
      const kernel = tf.tensor(
        noise(
          shape.reduce((a, b) => a * b, 1),
          3,
        ),
        shape,
      )
      const { 'a/kernel': found } = seen({ 'a/kernel': kernel })
      const sigma = singularValues(kernel)[0] as number
      expectClose(
        (found as tf.Tensor).dataSync(),
        [...kernel.dataSync()].map((x) => x / sigma),
        2e-3,
        1e-6,
      )
    },
  )

  it('leaves biases and other parameters alone', () => {
    const bias = tf.tensor1d([5, 6])
    const found = seen({ kernel: tf.ones([2, 2]), bias, 'kernel/value': bias })
    expect(found.bias).toBe(bias)
    expect(found['kernel/value']).toBe(bias)
    expectClose((found.kernel as tf.Tensor).dataSync(), [0.5, 0.5, 0.5, 0.5], 1e-6, 0)
  })

  it('a kernel of zeros stays one, without NaN', () => {
    expect([...(seen({ kernel: tf.zeros([3, 2]) }).kernel as tf.Tensor).dataSync()]).toEqual(
      new Array(6).fill(0),
    )
  })

  it('has the gradient of W / σ(W): (c − <c, W / σ> v uᵀ) / σ for the weights c', () => {
    const size = [6, 4]
    const W = tf.tensor(noise(24, 4), size)
    const c = tf.tensor(noise(24, 5), size)
    const f = (w: tf.Tensor) => tf.sum(tf.mul(c, seen({ kernel: w }).kernel as tf.Tensor))
    const svd = new SingularValueDecomposition(new Matrix(W.arraySync() as number[][]))
    const s = svd.diagonal[0] as number
    const rowsC = c.arraySync() as number[][]
    const rowsW = W.arraySync() as number[][]
    const inner = rowsC.flatMap((r, i) => r.map((x, j) => (x * (rowsW[i]?.[j] as number)) / s))
    const along = inner.reduce((a, b) => a + b, 0)
    const exact = rowsC.flatMap((r, i) =>
      r.map(
        (x, j) => (x - along * svd.leftSingularVectors.get(i, 0) * svd.rightSingularVectors.get(j, 0)) / s,
      ),
    )
    expectClose(tf.grad(f)(W).dataSync(), exact, 1e-4, 1e-4)
  })

  it('a critic of slope <= 1 in each activation does not stretch: random pairs', () => {
    for (const activation of ['relu', 'leakyRelu', 'tanh', 'elu'] as const) {
      const net = spectralNorm(mlp(real(5), [12, 8], real(3), { activation }), { iterations: 60 })
      const f = net.apply(randomTensors(net, 2, 3))
      const [x, y] = [batch(noise(500, 6), 100, 5), batch(noise(500, 7), 100, 5)]
      const distances = (a: Value, b: Value) => tf.norm(tf.sub(a.tensor, b.tensor), 2, 1).dataSync()
      const [before, after] = [distances(x, y), distances(f(x), f(y))]
      after.forEach((d, i) => {
        expect(d).toBeLessThanOrEqual((before[i] as number) * (1 + 1e-5))
      })
    }
  })
})

describe('the default number of iterations', () => {
  it.each([
    [128, 128, 0.07],
    [144, 32, 0.07],
    [2, 128, 0.07],
    [128, 1, 1e-6],
  ])('on a Glorot kernel %i × %i is short by less than %d', (rows, columns, bound) => {
    const net = dense(real(rows), real(columns))
    const kernel = tf.tensor(
      uniforms(keyFromSeed(8), rows * columns).map((x) => (2 * x - 1) * Math.sqrt(6 / (rows + columns))),
      [rows, columns],
    )
    const probe = spectralNorm(net).apply({ kernel, bias: tf.zeros([columns]) })
    const { leftSingularVectors, diagonal } = new SingularValueDecomposition(
      new Matrix(kernel.arraySync() as number[][]),
      { autoTranspose: true },
    )
    const u = leftSingularVectors.getColumn(0)
    const stretched = Math.hypot(...probe(batch(u, 1, rows) as never).tensor.dataSync())
    // The net maps the first singular vector to σ(W) / (estimate of σ).
    expect(diagonal[0]).toBeGreaterThan(0)
    expect(stretched).toBeGreaterThan(1 - 1e-5)
    expect(1 - 1 / stretched).toBeLessThan(bound)
  })
})

describe('spectralNorm as a net', () => {
  it('keeps the type, the parameters and the checks of the net', () => {
    const net = chain(
      conv2d(real(6, 6, 1), real(3, 3, 2), { kernel: 3, stride: 2, padding: 'same', activation: 'relu' }),
      conv2dTranspose(real(3, 3, 2), real(6, 6, 1), { kernel: 3, stride: 2, padding: 'same' }),
    )
    const normal = spectralNorm(net)
    expectTypeOf(normal).toEqualTypeOf<typeof net>()
    expect(normal.parameters).toBe(net.parameters)
    expect(normal.description).toBe(`spectralNorm(${net.description})`)
    expect(normal.input).toBe(net.input)
  })

  it('refuses a net without kernels, and iterations that are no number of times', () => {
    expect(refusal(() => spectralNorm(parameter(real(2))))).toContain(
      'spectralNorm divides kernels by their largest singular value, but the net () → Real[2] has none',
    )
    expect(refusal(() => spectralNorm(dense(real(2), real(2)), { iterations: 0 }))).toContain(
      'spectralNorm cannot run 0 iterations',
    )
  })
})
