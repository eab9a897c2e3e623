import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import type { EventSpace } from '../../../src/dsl/distribution.js'
import { real as realDomain } from '../../../src/dsl/domain.js'
import type { AnyNet, NetTensors } from '../../../src/dsl/net.js'
import { fromLayers } from '../../../src/dsl/nets/fromLayers.js'
import { sizeOf } from '../../../src/dsl/shape.js'
import { positive, real, simplex } from '../../../src/dsl/space.js'
import { makeValue } from '../../../src/dsl/value.js'
import { expectClose, expectDifferentiableTwice, noise, onEachBackend } from '../numerics/agreement.js'
import { refusal } from './nets.js'

const glorot = (seed: number) => tf.initializers.glorotUniform({ seed })

const perceptron = () =>
  tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [3], units: 5, activation: 'tanh', kernelInitializer: glorot(1) }),
      tf.layers.dropout({ rate: 0.5 }),
      tf.layers.dense({ units: 2, kernelInitializer: glorot(2) }),
    ],
  })

const convolutional = () =>
  tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [6, 6, 1],
        filters: 2,
        kernelSize: 3,
        activation: 'relu',
        kernelInitializer: glorot(3),
      }),
      tf.layers.batchNormalization(),
      tf.layers.flatten(),
      tf.layers.dense({ units: 3, activation: 'softmax', kernelInitializer: glorot(4) }),
    ],
  })

const startOf = (net: AnyNet): NetTensors =>
  Object.fromEntries(
    Object.entries(net.parameters).map(([path, { shape, start }]) => {
      if (start.kind !== 'given') throw new Error('the weights of a model are given')
      return [path, tf.tensor(start.data, [...shape])]
    }),
  )

const axes = [
  { name: 'draw', size: 2 },
  { name: 'datum', size: 3 },
]

onEachBackend('fromLayers', () => {
  it('agrees with predict, for any named axes', () => {
    const spaces: readonly [tf.LayersModel, EventSpace, EventSpace][] = [
      [perceptron(), real(3), real(2)],
      [convolutional(), real(6, 6, 1), simplex(3)],
    ]
    for (const [model, space, output] of spaces) {
      const net = fromLayers(model, space, output)
      const size = sizeOf(space.shape)
      const numbers = tf.tensor(noise(6 * size, 8), [6, ...space.shape])
      const x = makeValue(tf.reshape(numbers, [2, 3, ...space.shape]), space.shape, realDomain, axes)
      const y = net.apply(startOf(net))(x as never)
      const expected = model.predict(numbers) as tf.Tensor
      expect(y.tensor.shape).toEqual([2, 3, ...output.shape])
      expect(y.domain.name).toBe(output.domain.name)
      expectClose(y.tensor.dataSync(), expected.dataSync(), 1e-6, 1e-7)
    }
  })

  it('is differentiable twice in its parameters and its argument', () => {
    const net = fromLayers(perceptron(), real(3), real(2))
    const start = startOf(net)
    const x = tf.tensor(noise(6, 9), [2, 3])
    const run = (tensors: NetTensors, t: tf.Tensor) =>
      net.apply(tensors)(makeValue(t, [3], realDomain, [{ name: 'datum', size: 2 }]) as never).tensor
    for (const [path, tensor] of Object.entries(start))
      tf.tidy(() => expectDifferentiableTwice((t) => run({ ...start, [path]: t }, x), tensor, 0.03))
    tf.tidy(() => expectDifferentiableTwice((t) => run(start, t), x, 0.03))
  })

  it('has gradients through convolution and batch normalization that agree with finite differences', () => {
    const net = fromLayers(convolutional(), real(6, 6, 1), simplex(3))
    const start = startOf(net)
    const x = makeValue(tf.tensor(noise(72, 10), [2, 6, 6, 1]), [6, 6, 1], realDomain, [
      { name: 'datum', size: 2 },
    ])
    const c = tf.tensor(noise(6, 11), [2, 3])
    for (const [path, tensor] of Object.entries(start)) {
      const loss = (t: tf.Tensor): tf.Scalar =>
        tf.sum(tf.mul(c, net.apply({ ...start, [path]: t })(x as never).tensor))
      const direction = tf.tensor(noise(tensor.size, 12), tensor.shape)
      const h = 3e-3
      const at = (t: number) => loss(tf.add(tensor, tf.mul(direction, t))).dataSync()[0] as number
      const slope = tf.sum(tf.mul(tf.grad(loss)(tensor), direction)).dataSync()[0] as number
      // float32 rounding 1e-7 over 2h = 6e-3, and the truncation h^2
      expect(Math.abs(slope - (at(h) - at(-h)) / (2 * h)), path).toBeLessThan(2e-4 + 2e-3 * Math.abs(slope))
    }
  })
})

describe('fromLayers', () => {
  it('names the trainable weights as paths, and keeps the others constant', () => {
    const net = fromLayers(convolutional(), real(6, 6, 1), simplex(3))
    const paths = Object.keys(net.parameters)
    expect(paths).toHaveLength(6)
    for (const path of paths) expect(path).toMatch(/^[\p{L}\p{N}_/-]+$/u)
    expect(paths.map((p) => p.split('/').at(-1))).toEqual([
      'kernel',
      'bias',
      'gamma',
      'beta',
      'kernel',
      'bias',
    ])
  })

  it('numbers weights of one name apart', () => {
    const names = { name: 'twin', units: 2 }
    const a = tf.layers.dense({ ...names, inputShape: [2] })
    const b = tf.layers.dense({ ...names, name: 'other' })
    const model = tf.sequential({ layers: [a, b] })
    const [, , kernel, bias] = model.trainableWeights
    Object.assign(kernel as object, { originalName: 'twin/kernel' })
    Object.assign(bias as object, { originalName: 'a b:0' })
    expect(Object.keys(fromLayers(model, real(2), real(2)).parameters)).toEqual([
      'twin/kernel',
      'twin/bias',
      'twin/kernel_1',
      'a_b_0',
    ])
  })

  it('does not change the model when it is trained, nor change when the model is', () => {
    const model = perceptron()
    const net = fromLayers(model, real(3), real(2))
    const start = startOf(net)
    const x = makeValue(tf.tensor(noise(6, 13), [2, 3]), [3], realDomain, [{ name: 'datum', size: 2 }])
    const before = Array.from((model.predict(x.tensor) as tf.Tensor).dataSync())
    const [first] = Object.keys(start) as [string]
    const moved = { ...start, [first]: tf.add(start[first] as tf.Tensor, 0.1) }
    const loss = (t: tf.Tensor) => tf.sum(tf.square(net.apply({ ...moved, [first]: t })(x as never).tensor))
    const step = tf.sub(moved[first] as tf.Tensor, tf.mul(0.1, tf.grad(loss)(moved[first] as tf.Tensor)))
    expect(
      Array.from(
        net
          .apply({ ...moved, [first]: step })(x as never)
          .tensor.dataSync(),
      ),
    ).not.toEqual(before)
    expect(Array.from((model.predict(x.tensor) as tf.Tensor).dataSync())).toEqual(before)

    model.setWeights(model.getWeights().map((w) => tf.add(w, 1)))
    expectClose(
      net
        .apply(start)(x as never)
        .tensor.dataSync(),
      before,
      1e-6,
      1e-7,
    )
  })

  it('gives the model its variables back when the evaluation fails', () => {
    const model = perceptron()
    const net = fromLayers(model, real(3), real(2))
    const x = makeValue(tf.tensor(noise(3, 13), [3]), [3], realDomain)
    const before = Array.from((model.predict(tf.expandDims(x.tensor)) as tf.Tensor).dataSync())
    const broken = Object.fromEntries(Object.keys(net.parameters).map((path) => [path, tf.zeros([7, 7])]))
    expect(() => net.apply(broken)(x as never)).toThrow()
    expect(refusal(() => net.apply({})(x as never))).toContain('is missing')
    expect(Array.from((model.predict(tf.expandDims(x.tensor)) as tf.Tensor).dataSync())).toEqual(before)
  })

  it('leaks no tensor inside a tidy', () => {
    const net = fromLayers(convolutional(), real(6, 6, 1), simplex(3))
    const start = startOf(net)
    const x = makeValue(tf.zeros([6, 6, 1]), [6, 6, 1], realDomain)
    const before = tf.memory().numTensors
    tf.tidy(() => void net.apply(start)(x as never))
    expect(tf.memory().numTensors).toBe(before)
  })

  it('refuses spaces that are not those of the model, and a domain that it does not map into', () => {
    const model = perceptron()
    const name = model.name
    expect(refusal(() => fromLayers(model, real(4), real(2)))).toContain(
      `the model '${name}' takes events of shape [3], not Real[4]`,
    )
    expect(refusal(() => fromLayers(model, real(3), real(2, 1)))).toContain(
      `the model '${name}' gives events of shape [2], not Real[2, 1]`,
    )
    const negative = tf.sequential({
      layers: [
        tf.layers.dense({
          inputShape: [1],
          units: 1,
          biasInitializer: tf.initializers.constant({ value: -9 }),
        }),
      ],
    })
    const refused = refusal(() => fromLayers(negative, real(1), positive(1)))
    expect(refused).toContain(`the model '${negative.name}' does not map into Positive[1]: on an example, -`)
    expect(refused).toContain('map it with exp or softplus')
  })

  it('refuses a model of two inputs', () => {
    const [a, b] = [tf.input({ shape: [2] }), tf.input({ shape: [2] })]
    const model = tf.model({ inputs: [a, b], outputs: tf.layers.add().apply([a, b]) as tf.SymbolicTensor })
    expect(refusal(() => fromLayers(model, real(2), real(2)))).toContain('has 2 and 1')
  })
})
