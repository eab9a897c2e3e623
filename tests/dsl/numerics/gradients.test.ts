import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { gradients } from '../../../src/dsl/numerics/gradients.js'
import { stopGradient } from '../../../src/dsl/numerics/stopGradient.js'
import {
  derivative,
  expectClose,
  expectDifferentiableTwice,
  type Fn,
  noise,
  onEachBackend,
} from './agreement.js'

type Real = (x: number) => number
type Row = { name: string; f: Fn; oracle: [Real, Real, Real]; points?: number[] }

const logistic: Real = (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)))
const slope: Real = (x) => logistic(x) * logistic(-x)
const bend: Real = (x) => slope(x) * (logistic(-x) - logistic(x))
const sech2: Real = (x) => 4 * slope(2 * x)
const zero: Real = () => 0
const split =
  (below: Real, above: Real): Real =>
  (x) =>
    x > 0 ? above(x) : below(x)

const everywhere = [-100, -50, -20, -5, -1.5, -0.3, -1e-3, 1e-3, 0.2, 0.9, 2.5, 7, 20, 50, 100]
const moderate = everywhere.filter((x) => Math.abs(x) <= 50)
const positive = [1e-3, 0.1, 0.5, 1, 2, 7, 100]
const SELU = [1.0507009873554805, 1.6732632423543772] as const

const rows: Row[] = [
  { name: 'tanh', f: tf.tanh, oracle: [Math.tanh, sech2, (x) => -2 * Math.tanh(x) * sech2(x)] },
  { name: 'sigmoid', f: tf.sigmoid, oracle: [logistic, slope, bend] },
  {
    name: 'softplus',
    f: tf.softplus,
    oracle: [(x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), logistic, slope],
  },
  {
    name: 'silu',
    f: (x) => tf.mul(x, tf.sigmoid(x)),
    oracle: [(x) => x * logistic(x), (x) => logistic(x) + x * slope(x), (x) => 2 * slope(x) + x * bend(x)],
  },
  { name: 'exp', f: tf.exp, oracle: [Math.exp, Math.exp, Math.exp], points: moderate },
  { name: 'expm1', f: tf.expm1, oracle: [Math.expm1, Math.exp, Math.exp], points: moderate },
  { name: 'log', f: tf.log, oracle: [Math.log, (x) => 1 / x, (x) => -1 / x ** 2], points: positive },
  {
    name: 'sqrt',
    f: tf.sqrt,
    oracle: [Math.sqrt, (x) => 0.5 * x ** -0.5, (x) => -0.25 * x ** -1.5],
    points: positive,
  },
  {
    name: 'rsqrt',
    f: tf.rsqrt,
    oracle: [(x) => x ** -0.5, (x) => -0.5 * x ** -1.5, (x) => 0.75 * x ** -2.5],
    points: positive,
  },
  { name: 'reciprocal', f: tf.reciprocal, oracle: [(x) => 1 / x, (x) => -1 / x ** 2, (x) => 2 / x ** 3] },
  { name: 'divide', f: (x) => tf.div(3, x), oracle: [(x) => 3 / x, (x) => -3 / x ** 2, (x) => 6 / x ** 3] },
  { name: 'square', f: tf.square, oracle: [(x) => x * x, (x) => 2 * x, () => 2] },
  { name: 'x^3', f: (x) => tf.pow(x, 3), oracle: [(x) => x ** 3, (x) => 3 * x * x, (x) => 6 * x] },
  {
    name: '2^x',
    f: (x) => tf.pow(2, x),
    oracle: [(x) => 2 ** x, (x) => Math.LN2 * 2 ** x, (x) => Math.LN2 ** 2 * 2 ** x],
    points: moderate,
  },
  {
    name: 'x^x',
    f: (x) => tf.pow(x, x),
    oracle: [
      (x) => x ** x,
      (x) => x ** x * (Math.log(x) + 1),
      (x) => x ** x * ((Math.log(x) + 1) ** 2 + 1 / x),
    ],
    points: [0.1, 0.5, 1, 2, 7],
  },
  { name: 'abs', f: tf.abs, oracle: [Math.abs, Math.sign, zero] },
  { name: 'relu', f: tf.relu, oracle: [split(zero, (x) => x), split(zero, () => 1), zero] },
  {
    name: 'relu6',
    f: tf.relu6,
    oracle: [(x) => Math.min(Math.max(x, 0), 6), (x) => (x > 0 && x < 6 ? 1 : 0), zero],
  },
  {
    name: 'relu squared',
    f: (x) => tf.square(tf.relu(x)),
    oracle: [split(zero, (x) => x * x), split(zero, (x) => 2 * x), split(zero, () => 2)],
  },
  {
    name: 'leakyRelu',
    f: (x) => tf.leakyRelu(x, 0.1),
    oracle: [
      split(
        (x) => 0.1 * x,
        (x) => x,
      ),
      split(
        () => 0.1,
        () => 1,
      ),
      zero,
    ],
  },
  {
    name: 'prelu',
    f: (x) => tf.prelu(x, tf.scalar(0.3)),
    oracle: [
      split(
        (x) => 0.3 * x,
        (x) => x,
      ),
      split(
        () => 0.3,
        () => 1,
      ),
      zero,
    ],
  },
  {
    name: 'elu',
    f: tf.elu,
    oracle: [split(Math.expm1, (x) => x), split(Math.exp, () => 1), split(Math.exp, zero)],
  },
  {
    name: 'selu',
    f: tf.selu,
    oracle: [
      split(
        (x) => SELU[0] * SELU[1] * Math.expm1(x),
        (x) => SELU[0] * x,
      ),
      split(
        (x) => SELU[0] * SELU[1] * Math.exp(x),
        () => SELU[0],
      ),
      split((x) => SELU[0] * SELU[1] * Math.exp(x), zero),
    ],
    // The wasm kernel computes exp(x) - 1 naively: near 0 its value keeps no relative accuracy.
    points: everywhere.filter((x) => Math.abs(x) > 0.1),
  },
  {
    name: 'clip',
    f: (x) => tf.square(tf.clipByValue(x, -2, 3)),
    oracle: [
      (x) => Math.min(Math.max(x, -2), 3) ** 2,
      (x) => (x > -2 && x < 3 ? 2 * x : 0),
      (x) => (x > -2 && x < 3 ? 2 : 0),
    ],
  },
  {
    name: 'maximum, broadcast',
    f: (x) => tf.square(tf.maximum(x, 1)),
    oracle: [(x) => Math.max(x, 1) ** 2, (x) => (x > 1 ? 2 * x : 0), (x) => (x > 1 ? 2 : 0)],
  },
  {
    name: 'minimum, broadcast',
    f: (x) => tf.square(tf.minimum(1, x)),
    oracle: [(x) => Math.min(x, 1) ** 2, (x) => (x < 1 ? 2 * x : 0), (x) => (x < 1 ? 2 : 0)],
  },
  {
    name: 'squaredDifference',
    f: (x) => tf.squaredDifference(x, tf.scalar(2)),
    oracle: [(x) => (x - 2) ** 2, (x) => 2 * (x - 2), () => 2],
  },
  {
    name: 'where(x > 0) with a condition that depends on x',
    f: (x) => tf.where(tf.logicalAnd(tf.greater(x, 0), tf.notEqual(x, 3)), tf.square(x), tf.sin(x)),
    oracle: [
      split(Math.sin, (x) => x * x),
      split(Math.cos, (x) => 2 * x),
      split(
        (x) => -Math.sin(x),
        () => 2,
      ),
    ],
    points: [-5, -1.5, -0.3, 0.2, 0.9, 2.5, 7],
  },
  {
    name: 'floor, sign, step, cast to int32 are constant',
    f: (x) =>
      tf.mul(x, tf.addN([tf.floor(x), tf.sign(x), tf.step(x), tf.cast(tf.cast(x, 'int32'), 'float32')])),
    oracle: [
      (x) => x * (Math.floor(x) + Math.sign(x) + (x > 0 ? 1 : 0) + Math.trunc(x)),
      (x) => Math.floor(x) + Math.sign(x) + (x > 0 ? 1 : 0) + Math.trunc(x),
      zero,
    ],
  },
]

const matrix = (shape: number[], seed = 5): tf.Tensor => {
  const size = shape.reduce((a, b) => a * b, 1)
  return tf.tensor(noise(size, seed), shape)
}

/** A function of two tensors as a function of one flat vector, so that mixed derivatives are tested as well. */
const joined = (a: number[], b: number[], f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): [Fn, tf.Tensor] => {
  const [m, n] = [a, b].map((s) => s.reduce((x, y) => x * y, 1)) as [number, number]
  return [
    (t) => f(tf.reshape(tf.slice(t, [0], [m]), a), tf.reshape(tf.slice(t, [m], [n]), b)),
    matrix([m + n]),
  ]
}

const conv = (
  x: number[],
  w: number[],
  strides: number,
  pad: 'same' | 'valid' | number,
  dilations = 1,
): [string, Fn, tf.Tensor] => [
  `conv2d stride ${strides} pad ${pad} dilation ${dilations}`,
  ...joined(x, w, (a, b) =>
    tf.conv2d(
      a as tf.Tensor4D,
      b as tf.Tensor4D,
      strides,
      pad,
      'NHWC',
      dilations,
      pad === 1 ? 'floor' : undefined,
    ),
  ),
]

const convTranspose = (
  x: number[],
  w: number[],
  out: [number, number, number, number],
  strides: number,
  pad: 'same' | 'valid',
): [string, Fn, tf.Tensor] => [
  `conv2dTranspose stride ${strides} pad ${pad}`,
  ...joined(x, w, (a, b) => tf.conv2dTranspose(a as tf.Tensor4D, b as tf.Tensor4D, out, strides, pad)),
]

const product = (a: number[], b: number[], ta: boolean, tb: boolean): [string, Fn, tf.Tensor] => [
  `matMul [${a}] [${b}] ${ta} ${tb}`,
  ...joined(a, b, (s, t) => tf.matMul(s, t, ta, tb)),
]

const structural = (): [string, Fn, tf.Tensor, number?][] => [
  product([2, 3], [3, 4], false, false),
  product([2, 3], [4, 3], false, true),
  product([3, 2], [3, 4], true, false),
  product([3, 2], [4, 3], true, true),
  product([2, 2, 3], [2, 3, 2], false, false),
  product([2, 3, 2], [1, 4, 3], true, true),
  product([1, 2, 3], [3, 3, 2], false, false),
  conv([2, 5, 4, 2], [3, 2, 2, 3], 1, 'same'),
  conv([2, 5, 4, 2], [3, 2, 2, 3], 1, 'valid'),
  conv([2, 6, 5, 2], [3, 3, 2, 2], 2, 'same'),
  conv([2, 6, 7, 2], [3, 2, 2, 2], 2, 'valid'),
  conv([2, 6, 6, 1], [3, 3, 1, 2], 2, 1),
  conv([1, 7, 6, 2], [2, 3, 2, 2], 1, 'same', 2),
  conv([1, 6, 6, 2], [1, 1, 2, 2], 3, 'valid'),
  convTranspose([2, 3, 3, 2], [3, 3, 2, 2], [2, 6, 6, 2], 2, 'same'),
  convTranspose([2, 3, 2, 2], [3, 2, 2, 2], [2, 5, 3, 2], 1, 'valid'),
  ['gather axis 0', (x) => tf.gather(x, tf.tensor1d([2, 0, 2, 1], 'int32')), matrix([3, 4])],
  [
    'gather axis 1',
    (x) =>
      tf.gather(
        x,
        tf.tensor2d(
          [
            [2, 0],
            [3, 2],
          ],
          [2, 2],
          'int32',
        ),
        1,
      ),
    matrix([2, 4, 3]),
  ],
  ['gather of one row', (x) => tf.gather(x, tf.tensor1d([0, 0], 'int32')), matrix([1, 3])],
  [
    'gather with batch dimension',
    (x) =>
      tf.gather(
        x,
        tf.tensor2d(
          [
            [2, 0],
            [1, 1],
          ],
          [2, 2],
          'int32',
        ),
        2,
        1,
      ),
    matrix([2, 3, 4, 2]),
  ],
  ['tile', (x) => tf.tile(x, [2, 1, 3]), matrix([2, 3, 2])],
  ['tile of rank 5', (x) => tf.tile(x, [1, 2, 1, 2, 2]), matrix([2, 1, 2, 1, 2])],
  ['cumsum axis 0', (x) => tf.cumsum(x, 0), matrix([3, 4])],
  ['cumsum exclusive, reverse', (x) => tf.cumsum(x, 1, true, true), matrix([3, 4, 2])],
  [
    'pad',
    (x) =>
      tf.pad(x, [
        [1, 0],
        [0, 2],
      ]),
    matrix([2, 3]),
  ],
  ['slice', (x) => tf.slice(x, [1, 0], [2, 2]), matrix([3, 3])],
  ['transpose', (x) => tf.transpose(x, [2, 0, 1]), matrix([2, 3, 2])],
  [
    'concat and stack',
    (x) => tf.stack([tf.concat([x, x], 1), tf.concat([x, tf.neg(x)], 1)], 1),
    matrix([2, 3]),
  ],
  ['split and unstack', (x) => tf.mul(...(tf.split(x, 2, 1) as [tf.Tensor, tf.Tensor])), matrix([2, 4])],
  ['sum and mean', (x) => tf.mul(tf.sum(x, 0), tf.mean(x, [0])), matrix([3, 4])],
  ['max', (x) => tf.max(x, 1), matrix([3, 4]), 0.01],
  ['min', (x) => tf.min(x, [0, 2], true), matrix([3, 4, 2]), 0.01],
  ['prod', (x) => tf.prod(x, [0, 2]), matrix([2, 3, 2])],
  ['softmax', (x) => tf.softmax(x), matrix([3, 4])],
  ['broadcast arithmetic', ...joined([3, 1], [1, 4], (a, b) => tf.mul(tf.add(a, b), tf.sub(a, b)))],
  ['maximum of two', ...joined([3, 1], [4], (a, b) => tf.maximum(a, b)), 0.001],
  ['broadcast division', ...joined([3, 1], [4], (a, b) => tf.div(a, tf.add(b, 3)))],
  ['broadcast squaredDifference', ...joined([3, 1], [4], (a, b) => tf.squaredDifference(a, b)), 0.05],
  ['broadcast power', ...joined([3, 1], [4], (a, b) => tf.pow(tf.add(a, 3), b)), 0.05],
]

onEachBackend('gradients', () => {
  it.each(rows)('$name: value, first and second derivative', ({ f, oracle, points = everywhere }) => {
    const x = tf.tensor1d(points)
    const exact = (order: 0 | 1 | 2) => points.map((p) => oracle[order](Math.fround(p)))
    expectClose(f(x).dataSync(), exact(0), 3e-6, 1e-38)
    expectClose(derivative(f)(x).dataSync(), exact(1), 3e-6, 1e-38)
    // Terms of either sign meet in a second derivative; they are compared on the scale of the first.
    expectClose(derivative(derivative(f))(x).dataSync(), exact(2), 1e-5, 2e-7)
  })

  it.each(structural().map(([name], i) => [name, i] as const))('%s', (_, i) => {
    const [, f, x, h] = structural()[i] as [string, Fn, tf.Tensor, number?]
    tf.tidy(() => expectDifferentiableTwice(f, x, h))
  })

  it('shares the gradient of max among ties', () => {
    const g = tf.grad((x) => tf.max(x))(tf.tensor1d([1, 3, 3, 0]))
    expect([...g.dataSync()]).toEqual([0, 0.5, 0.5, 0])
  })

  it('differentiates prod at zeros', () => {
    const g = tf.grad((x) => tf.prod(x))(tf.tensor1d([2, 0, 3]))
    expect([...g.dataSync()]).toEqual([0, 6, 0])
  })

  it('gives 0 and no NaN for x^0 and x^2 at 0', () => {
    const x = tf.tensor1d([0])
    expect(derivative((t) => tf.pow(t, 0))(x).dataSync()[0]).toBe(0)
    expect(derivative(derivative((t) => tf.pow(t, 2)))(x).dataSync()[0]).toBe(2)
  })

  it('keeps an infinite value of the other branch out of the gradient of where', () => {
    const f: Fn = (x) => tf.where(tf.greater(x, 0), tf.log(tf.maximum(x, 1e-30)), tf.zerosLike(x))
    expect([...derivative(f)(tf.tensor1d([-1, 2])).dataSync()]).toEqual([0, 0.5])
  })

  it('differentiates where with a broadcast condition that depends on the variable', () => {
    const x = tf.tensor2d([-1, 2], [2, 1])
    const f: Fn = (t) =>
      tf.where(tf.greater(t, 0), tf.mul(tf.square(t), tf.tensor1d([1, 2, 3])), tf.scalar(5))
    expect([...derivative(f)(x).dataSync()]).toEqual([0, 24])
    expect([...derivative(derivative(f))(x).dataSync()]).toEqual([0, 12])
  })

  it('has the same convolution gradients on every backend as the definition', () => {
    const [x, w] = [matrix([1, 3, 3, 1]), matrix([2, 2, 1, 1], 6)]
    const dw = tf.grad((t) => tf.sum(tf.conv2d(x as tf.Tensor4D, t as tf.Tensor4D, 1, 'valid')))(w)
    const a = x.dataSync()
    const window = (i: number, j: number) =>
      [0, 1].flatMap((p) => [0, 1].map((q) => a[(i + p) * 3 + j + q] as number)).reduce((s, v) => s + v, 0)
    expectClose(dw.dataSync(), [window(0, 0), window(0, 1), window(1, 0), window(1, 1)], 1e-6, 1e-6)
  })

  it('refuses the layout NCHW', async () => {
    const config = gradients.find((g) => g.kernelName === 'Conv2D') as tf.GradConfig
    expect(() => config.gradFunc(tf.zeros([1, 1, 1, 1]), [], { dataFormat: 'NCHW' })).toThrow(
      'conv2d: the layout NCHW has no gradient here. Transpose to NHWC ([batch, height, width, channel]) first.',
    )
  })

  it('leaks no tensor in first and second derivatives', () => {
    const x = matrix([3, 3])
    const run = () => {
      const f: Fn = (t) => tf.softmax(tf.tanh(tf.matMul(t, stopGradient(tf.exp(t)))))
      derivative(derivative(f))(x).dispose()
    }
    tf.tidy(run)
    const before = tf.memory().numTensors
    tf.tidy(run)
    expect(tf.memory().numTensors).toBe(before)
    x.dispose()
  })
})

/**
 * The penalty of WGAN-GP for D(x) = a . h(x w):  P(w) = sum_n (|grad_x D(x_n)| - 1)^2.
 * Oracle: grad_x D in closed form and P differentiated by central differences, all in float64.
 */
const penaltyCases: [string, Fn, Real][] = [
  ['tanh', tf.tanh, sech2],
  ['sigmoid', tf.sigmoid, slope],
  ['softplus', tf.softplus, logistic],
  ['elu', tf.elu, split(Math.exp, () => 1)],
  [
    'leakyRelu',
    (x) => tf.leakyRelu(x, 0.2),
    split(
      () => 0.2,
      () => 1,
    ),
  ],
  ['silu', (x) => tf.mul(x, tf.sigmoid(x)), (x) => logistic(x) + x * slope(x)],
  ['exp', tf.exp, Math.exp],
]

onEachBackend('the gradient penalty', () => {
  it.each(penaltyCases)('through %s agrees with finite differences', (_, h, hPrime) => {
    const [N, I, J] = [4, 3, 5]
    const [x, w, a] = [noise(N * I, 1), noise(I * J, 2), noise(J, 3)]
    const exactPenalty = (weights: ArrayLike<number>): number => {
      let total = 0
      for (let n = 0; n < N; n++) {
        const g = new Float64Array(I)
        for (let j = 0; j < J; j++) {
          let s = 0
          for (let i = 0; i < I; i++) s += (x[n * I + i] as number) * (weights[i * J + j] as number)
          for (let i = 0; i < I; i++)
            g[i] = (g[i] as number) + (a[j] as number) * hPrime(s) * (weights[i * J + j] as number)
        }
        total += (Math.hypot(...g) - 1) ** 2
      }
      return total
    }
    const penalty = (weights: tf.Tensor): tf.Scalar => {
      const D = (t: tf.Tensor): tf.Scalar => tf.sum(tf.mul(h(tf.matMul(t, weights)), tf.tensor1d(a)))
      const g = tf.grad(D)(tf.tensor2d(x, [N, I]))
      return tf.sum(tf.square(tf.sub(tf.sqrt(tf.sum(tf.square(g), 1)), 1)))
    }
    const actual = tf.tidy(() =>
      tf
        .grad(penalty)(tf.tensor2d(w, [I, J]))
        .dataSync(),
    )
    const step = 1e-5
    const moved = (k: number, d: number) => Float64Array.from(w, (v, i) => (i === k ? v + d : v))
    const exact = [...w].map(
      (_, k) => (exactPenalty(moved(k, step)) - exactPenalty(moved(k, -step))) / (2 * step),
    )
    expectClose(actual, exact, 1e-5, 1e-5)
  })
})
