/**
 * The gradient of a gradient penalty, through every activation, layer and layer model: against finite differences of the
 * penalty, and compiled = eager.
 *
 *   d/dt P(θ + t v) at 0 = (8 (P(h) − P(−h)) − (P(2h) − P(−2h))) / 12 h + O(h⁴)
 *
 * A float32 value of P is off by about 1e-7, which the stencil multiplies by 1.5 / h; the term of h⁴ is P⁽⁵⁾ h⁴ / 30. At h = 0.03
 * both stay below 1e-5 for the smooth nets here. Nets with kinks (relu, max pooling) get a smaller h, so that no kink lies within
 * 2 h; there P is quadratic between kinks, and rounding alone counts.
 */
import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { dataset } from '../../src/dsl/dataset.js'
import type { AnyNet } from '../../src/dsl/net.js'
import { type Activation, activations } from '../../src/dsl/nets/activation.js'
import { chain } from '../../src/dsl/nets/chain.js'
import { conv2d, conv2dTranspose } from '../../src/dsl/nets/conv2d.js'
import { dense, gaussian, mlp } from '../../src/dsl/nets/dense.js'
import { fromLayers } from '../../src/dsl/nets/fromLayers.js'
import { empirical } from '../../src/dsl/notation.js'
import type { AnyObjective } from '../../src/dsl/objective.js'
import type { NamedArray } from '../../src/dsl/params.js'
import { type Shape, sizeOf } from '../../src/dsl/shape.js'
import { positive, real, simplex, unit } from '../../src/dsl/space.js'
import { type AnyValue, isValue, makeValue, type Value } from '../../src/dsl/value.js'
import { batchAt } from '../../src/inference/batches.js'
import { gradientPenalty } from '../../src/inference/penalties.js'
import { keyFromSeed } from '../../src/runtime/keys.js'
import { noise } from '../dsl/numerics/agreement.js'
import { compiled, disagreement, eagerly } from './compiled/agree.js'

type Arrays = Readonly<Record<string, NamedArray>>

/** A scalar that bends: Σ_i c_i (y_i + 0.4 y_i²), over all values of a result. */
const bent = (result: unknown): Value<[], unknown> => {
  const parts = isValue(result) ? [result] : (Object.values(result as object) as AnyValue[])
  const axes = parts[0]?.axes ?? []
  const one = (v: AnyValue, i: number) => {
    const y = tf.reshape(v.tensor, [-1, sizeOf(v.shape)])
    const c = tf.tensor(noise(sizeOf(v.shape), 5 + i), [1, sizeOf(v.shape)])
    return tf.sum(tf.mul(c, tf.add(y, tf.mul(0.4, tf.square(y)))), 1)
  }
  return makeValue(tf.addN(parts.map(one)), [], real().domain, axes)
}

interface Case {
  readonly name: string
  readonly net: AnyNet
  readonly shape: Shape
  readonly h?: number
}

const caseOf = (name: string, net: unknown, shape: Shape, h?: number): Case => ({
  name,
  net: net as AnyNet,
  shape,
  ...(h === undefined ? {} : { h }),
})

const rowsOf = (shape: Shape, count: number, seed: number): tf.TensorContainer => {
  const numbers = noise(count * sizeOf(shape), seed)
  return tf.tidy(() => tf.tensor(numbers, [count, ...shape]).arraySync() as number[])
}

const problemOf = ({ net, shape }: Case) => {
  const data = empirical({ x: real(...shape) })
  const objective = gradientPenalty({
    real: data,
    fake: data,
    nets: { D: net },
    score: ({ x, D }) => bent((D as (x: unknown) => unknown)(x)) as never,
  }) as unknown as AnyObjective
  const columns = dataset(objective.data, { x: rowsOf(shape, 3, 4) } as never)
  const arrays: Arrays = Object.fromEntries(
    Object.entries(net.parameters).map(([path, p], i) => [
      `D/${path}`,
      { shape: p.shape, data: noise(sizeOf(p.shape), 11 + 7 * i).map((t) => 0.8 * t) },
    ]),
  )
  return { objective, arrays, batch: batchAt(columns, [0, 1, 2], keyFromSeed(3)) }
}

const moved = (arrays: Arrays, path: string, v: Float32Array, t: number): Arrays => {
  const { shape, data } = arrays[path] as NamedArray
  return { ...arrays, [path]: { shape, data: data.map((x, i) => x + t * (v[i] as number)) } }
}

/** Every entry along one random direction for each parameter. */
const expectAgreement = async (c: Case) => {
  const { objective, arrays, batch } = problemOf(c)
  const h = c.h ?? 0.03
  const found = await eagerly(objective, arrays, batch)
  const scale = 1 + Math.abs(found.value)
  for (const [path, { data }] of Object.entries(arrays))
    for (const seed of [1, 2]) {
      const raw = noise(data.length, 100 * seed + data.length)
      const v = raw.map((x) => x / Math.hypot(...raw))
      const at = async (t: number) => (await eagerly(objective, moved(arrays, path, v, t), batch)).value
      const outer = (await at(2 * h)) - (await at(-2 * h))
      const inner = (await at(h)) - (await at(-h))
      const differences = (8 * inner - outer) / (12 * h)
      const slope = (found.gradients[path] as Float32Array).reduce((s, g, i) => s + g * (v[i] as number), 0)
      expect(
        Math.abs(slope - differences) / (scale + Math.abs(differences)),
        `${path}: ${slope}, differences ${differences}`,
      ).toBeLessThan(5e-7 / h + 1e-5)
    }
  const difference = disagreement(found, await compiled(objective, arrays, batch))
  expect(difference, 'compiled').toBeLessThan(1e-5)
}

const kinked: readonly string[] = ['relu', 'leakyRelu']
const names = Object.keys(activations) as Activation[]

describe('the gradient of a gradient penalty', () => {
  it.each(
    names.map((activation) =>
      caseOf(
        activation,
        mlp(real(3), [5, 4], real(2), { activation }),
        [3],
        kinked.includes(activation) ? 0.004 : undefined,
      ),
    ),
  )('mlp of $name', expectAgreement)

  const seven = real(7, 6, 2)
  const image = [7, 6, 2]
  const options = { kernel: 3, activation: 'tanh' } as const
  it.each([
    caseOf('dense', dense(real(3), real(2)), [3]),
    caseOf('dense with an activation', dense(real(3), real(2), { activation: 'softplus' }), [3]),
    caseOf('dense to Positive', dense(real(3), positive(2)), [3]),
    caseOf('dense to Unit', dense(real(3), unit(2)), [3]),
    caseOf('dense to Simplex', dense(real(3), simplex(3)), [3]),
    caseOf('gaussian', gaussian(real(3), [4], real(2), { activation: 'tanh' }), [3]),
    caseOf('conv2d, valid', conv2d(seven, real(5, 4, 3), options), image),
    caseOf('conv2d, same', conv2d(seven, real(7, 6, 3), { ...options, padding: 'same' }), image),
    caseOf('conv2d, valid, stride 2', conv2d(seven, real(3, 2, 3), { ...options, stride: 2 }), image),
    caseOf(
      'conv2d, same, stride 2',
      conv2d(seven, real(4, 3, 3), { ...options, stride: 2, padding: 'same' }),
      image,
    ),
    caseOf(
      'conv2d, same, stride [3, 2]',
      conv2d(seven, real(3, 3, 3), { ...options, kernel: [2, 4], stride: [3, 2], padding: 'same' }),
      image,
    ),
    caseOf('conv2d, kernel 1', conv2d(seven, real(7, 6, 3), { ...options, kernel: 1 }), image),
    caseOf(
      'conv2dTranspose, valid, stride 2',
      conv2dTranspose(real(3, 2, 2), real(7, 5, 3), { ...options, stride: 2 }),
      [3, 2, 2],
    ),
    caseOf(
      'conv2dTranspose, same, stride 2',
      conv2dTranspose(real(3, 2, 2), real(6, 4, 3), { ...options, stride: 2, padding: 'same' }),
      [3, 2, 2],
    ),
    caseOf(
      'conv2dTranspose, same, odd size',
      conv2dTranspose(real(3, 2, 2), real(5, 3, 3), { ...options, stride: 2, padding: 'same' }),
      [3, 2, 2],
    ),
    caseOf('conv2dTranspose, stride 1', conv2dTranspose(real(3, 2, 2), real(5, 4, 3), options), [3, 2, 2]),
    caseOf(
      'chain of convolutions and an mlp',
      chain(
        conv2d(real(6, 6, 1), real(3, 3, 2), { ...options, stride: 2, padding: 'same' }),
        conv2d(real(3, 3, 2), real(2, 2, 2), { ...options, kernel: 2 }),
        mlp(real(2, 2, 2), [4], real(), { activation: 'silu' }),
      ),
      [6, 6, 1],
    ),
  ])('$name', expectAgreement)
})

/** Layer models that end in a vector of 3. */
const headed = (...layers: tf.layers.Layer[]) => {
  const model = tf.sequential({ layers })
  if ((model.outputs[0]?.shape.length ?? 0) > 2) model.add(tf.layers.flatten())
  model.add(tf.layers.dense({ units: 3 }))
  return fromLayers(model, real(6, 6, 2), real(3))
}
const inputShape = [6, 6, 2]
const first = (activation?: 'tanh') =>
  tf.layers.conv2d({
    inputShape,
    filters: 3,
    kernelSize: 3,
    padding: 'same',
    ...(activation ? { activation } : {}),
  })

describe('through layer models', () => {
  it.each([
    caseOf('conv2d, tanh', headed(first('tanh')), inputShape),
    caseOf(
      'conv2d with a fused relu',
      headed(tf.layers.conv2d({ inputShape, filters: 3, kernelSize: 3, activation: 'relu' })),
      inputShape,
      0.002,
    ),
    caseOf(
      'conv2d, dilated',
      headed(
        tf.layers.conv2d({ inputShape, filters: 3, kernelSize: 2, dilationRate: 2, activation: 'tanh' }),
      ),
      inputShape,
    ),
    caseOf(
      'conv2dTranspose',
      headed(
        tf.layers.conv2dTranspose({ inputShape, filters: 2, kernelSize: 3, strides: 2, activation: 'tanh' }),
      ),
      inputShape,
    ),
    caseOf(
      'depthwiseConv2d',
      headed(tf.layers.depthwiseConv2d({ inputShape, kernelSize: 3, activation: 'tanh' })),
      inputShape,
    ),
    caseOf(
      'separableConv2d',
      headed(tf.layers.separableConv2d({ inputShape, filters: 3, kernelSize: 3, activation: 'tanh' })),
      inputShape,
    ),
    caseOf('leakyReLU', headed(first(), tf.layers.leakyReLU({ alpha: 0.2 })), inputShape, 0.002),
    caseOf('prelu', headed(first(), tf.layers.prelu()), inputShape, 0.002),
    caseOf('elu', headed(first(), tf.layers.elu()), inputShape, 0.004),
    caseOf(
      'batchNormalization',
      headed(first(), tf.layers.batchNormalization(), tf.layers.activation({ activation: 'tanh' })),
      inputShape,
    ),
    caseOf(
      'layerNormalization',
      headed(first(), tf.layers.layerNormalization(), tf.layers.activation({ activation: 'tanh' })),
      inputShape,
    ),
    caseOf('maxPooling2d', headed(first('tanh'), tf.layers.maxPooling2d({ poolSize: 2 })), inputShape, 0.002),
    caseOf(
      'maxPooling2d, overlapping',
      headed(first('tanh'), tf.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' })),
      inputShape,
      0.002,
    ),
    caseOf(
      'averagePooling2d',
      headed(first('tanh'), tf.layers.averagePooling2d({ poolSize: 2 })),
      inputShape,
    ),
    caseOf(
      'averagePooling2d, overlapping',
      headed(first('tanh'), tf.layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' })),
      inputShape,
    ),
    caseOf('globalAveragePooling2d', headed(first('tanh'), tf.layers.globalAveragePooling2d({})), inputShape),
    caseOf('globalMaxPooling2d', headed(first('tanh'), tf.layers.globalMaxPooling2d({})), inputShape, 0.002),
    caseOf('upSampling2d', headed(first('tanh'), tf.layers.upSampling2d({ size: [2, 2] })), inputShape),
    caseOf(
      'upSampling2d, bilinear',
      headed(first('tanh'), tf.layers.upSampling2d({ size: [2, 2], interpolation: 'bilinear' })),
      inputShape,
    ),
    caseOf('zeroPadding2d', headed(first('tanh'), tf.layers.zeroPadding2d({ padding: 1 })), inputShape),
    caseOf(
      'cropping2D',
      headed(
        first('tanh'),
        tf.layers.cropping2D({
          cropping: [
            [1, 1],
            [1, 0],
          ],
        }),
      ),
      inputShape,
    ),
    caseOf(
      'dropout, which does nothing',
      headed(first('tanh'), tf.layers.dropout({ rate: 0.5 })),
      inputShape,
    ),
    caseOf(
      'permute and reshape',
      headed(
        first('tanh'),
        tf.layers.permute({ dims: [3, 1, 2] }),
        tf.layers.reshape({ targetShape: [6, 18] }),
      ),
      inputShape,
    ),
  ])('$name', expectAgreement)
})
