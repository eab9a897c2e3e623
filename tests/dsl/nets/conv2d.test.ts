import * as tf from '@tensorflow/tfjs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { real as realDomain } from '../../../src/dsl/domain.js'
import { conv2d, conv2dTranspose } from '../../../src/dsl/nets/conv2d.js'
import { real, simplex, unit } from '../../../src/dsl/space.js'
import { makeValue, withOrigins } from '../../../src/dsl/value.js'
import { expectClose, expectDifferentiableTwice, noise, onEachBackend } from '../numerics/agreement.js'
import { randomTensors, refusal } from './nets.js'

type Sizes = readonly [number, number, number]
type Spec = { kernel: [number, number]; stride: [number, number]; padding: 'same' | 'valid' }

/** Zeros put before the first row: TensorFlow's convention, the smaller half in front. */
const before = (n: number, m: number, k: number, s: number, padding: 'same' | 'valid'): number =>
  padding === 'valid' ? 0 : Math.floor(Math.max((m - 1) * s + k - n, 0) / 2)

/** Calls f(output index, input index, kernel index) for every product that a convolution sums, in plain JS. */
const eachProduct = (
  [h, w, c]: Sizes,
  [h2, w2, f]: Sizes,
  { kernel: [kh, kw], stride: [sh, sw], padding }: Spec,
  visit: (y: number, x: number, k: number, ci: number, co: number) => void,
): void => {
  const [top, left] = [before(h, h2, kh, sh, padding), before(w, w2, kw, sw, padding)]
  for (let i = 0; i < h2; i++)
    for (let j = 0; j < w2; j++)
      for (let a = 0; a < kh; a++)
        for (let b = 0; b < kw; b++) {
          const [r, q] = [i * sh + a - top, j * sw + b - left]
          if (r < 0 || r >= h || q < 0 || q >= w) continue
          for (let ci = 0; ci < c; ci++)
            for (let co = 0; co < f; co++)
              visit((i * w2 + j) * f + co, (r * w + q) * c + ci, a * kw + b, ci, co)
        }
}

const plain = (
  x: ArrayLike<number>,
  k: ArrayLike<number>,
  bias: ArrayLike<number>,
  from: Sizes,
  to: Sizes,
  spec: Spec,
) => {
  const y = Array.from({ length: to[0] * to[1] * to[2] }, (_, i) => bias[i % to[2]] as number)
  eachProduct(from, to, spec, (yi, xi, ki, ci, co) => {
    y[yi] = (y[yi] as number) + (x[xi] as number) * (k[(ki * from[2] + ci) * to[2] + co] as number)
  })
  return y
}

/** The adjoint of the convolution from `to` to `from`. */
const plainTranspose = (
  x: ArrayLike<number>,
  k: ArrayLike<number>,
  bias: ArrayLike<number>,
  from: Sizes,
  to: Sizes,
  spec: Spec,
) => {
  const y = Array.from({ length: to[0] * to[1] * to[2] }, (_, i) => bias[i % to[2]] as number)
  eachProduct(to, from, spec, (xi, yi, ki, ci, co) => {
    y[yi] = (y[yi] as number) + (x[xi] as number) * (k[(ki * to[2] + ci) * from[2] + co] as number)
  })
  return y
}

const outOf = (n: number, k: number, s: number, padding: 'same' | 'valid') =>
  padding === 'same' ? Math.ceil(n / s) : Math.floor((n - k) / s) + 1

const specs = fc
  .record({
    size: fc.tuple(fc.integer({ min: 3, max: 6 }), fc.integer({ min: 3, max: 6 })),
    channels: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 3 })),
    kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    stride: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    padding: fc.constantFrom<'same' | 'valid'>('same', 'valid'),
    seed: fc.integer({ min: 1, max: 1000 }),
  })
  .map(({ size, channels, seed, ...spec }) => ({
    spec,
    seed,
    from: [...size, channels[0]] as Sizes,
    to: [
      outOf(size[0], spec.kernel[0], spec.stride[0], spec.padding),
      outOf(size[1], spec.kernel[1], spec.stride[1], spec.padding),
      channels[1],
    ] as Sizes,
  }))

const axes = [
  { name: 'particle', size: 2 },
  { name: 'datum', size: 3 },
]

/** One net against the sums in plain JS, on a value with two named axes. */
const agrees = (
  kind: 'conv2d' | 'conv2dTranspose',
  from: Sizes,
  to: Sizes,
  spec: Spec,
  seed: number,
): void => {
  const net = (kind === 'conv2d' ? conv2d : conv2dTranspose)(real(...from), real(...to), spec)
  const tensors = randomTensors(net, seed)
  const size = from[0] * from[1] * from[2]
  const numbers = noise(6 * size, seed + 5)
  const x = makeValue(tf.tensor(numbers, [2, 3, ...from]), from, realDomain, axes)
  const y = net.apply(tensors)(x as never)
  expect(y.axes).toEqual(axes)
  expect(y.shape).toEqual(to)
  const [kernel, bias] = [tensors.kernel?.dataSync() ?? [], tensors.bias?.dataSync() ?? []]
  const one = kind === 'conv2d' ? plain : plainTranspose
  const exact = Array.from({ length: 6 }, (_, i) =>
    one(numbers.subarray(i * size, (i + 1) * size), kernel, bias, from, to, spec),
  )
  expectClose(y.tensor.dataSync(), exact.flat(), 1e-5, 1e-5)
}

onEachBackend('convolutions agree with sums in plain JS', () => {
  it('conv2d', () => {
    fc.assert(
      fc.property(specs, ({ spec, from, to, seed }) => tf.tidy(() => agrees('conv2d', from, to, spec, seed))),
      { numRuns: 40 },
    )
  })
  it('conv2dTranspose, every size that the stride leaves possible', () => {
    fc.assert(
      fc.property(specs, ({ spec, from, to, seed }) =>
        tf.tidy(() => agrees('conv2dTranspose', to, from, spec, seed)),
      ),
      { numRuns: 40 },
    )
  })
})

onEachBackend('convolutions are differentiable twice', () => {
  const x = () => tf.tensor(noise(2 * 4 * 5 * 2, 3), [2, 4, 5, 2])
  const small = () => tf.tensor(noise(2 * 2 * 3 * 3, 4), [2, 2, 3, 3])
  const down = conv2d(real(4, 5, 2), real(2, 3, 3), { kernel: [3, 2], stride: 2, padding: 'same' })
  const up = conv2dTranspose(real(2, 3, 3), real(4, 5, 2), { kernel: [3, 2], stride: 2, padding: 'same' })
  const datum = [{ name: 'datum', size: 2 }]
  const run =
    (net: typeof down | typeof up, path: 'kernel' | 'bias' | 'x', input: () => tf.Tensor) =>
    (t: tf.Tensor) => {
      const tensors = { ...randomTensors(net, 2), ...(path === 'x' ? {} : { [path]: t }) }
      const value = makeValue(
        path === 'x' ? t : input(),
        (path === 'x' ? t : input()).shape.slice(1),
        realDomain,
        datum,
      )
      return net.apply(tensors)(value as never).tensor
    }
  for (const path of ['kernel', 'bias', 'x'] as const) {
    it(`conv2d by ${path}`, () => {
      const start = path === 'x' ? x() : (randomTensors(down, 6)[path] as tf.Tensor)
      tf.tidy(() => expectDifferentiableTwice(run(down, path, x), start))
    })
    it(`conv2dTranspose by ${path}`, () => {
      const start = path === 'x' ? small() : (randomTensors(up, 6)[path] as tf.Tensor)
      tf.tidy(() => expectDifferentiableTwice(run(up, path, small), start))
    })
  }
})

onEachBackend('a step longer than the kernel', () => {
  const datum = [{ name: 'datum', size: 2 }]
  it('has the right gradients', () => {
    const options = { kernel: [1, 2], stride: [1, 3], padding: 'same' } as const
    const down = conv2d(real(3, 3, 1), real(3, 1, 2), options)
    const up = conv2dTranspose(real(3, 1, 2), real(3, 3, 1), options)
    for (const [net, shape] of [
      [down, [3, 3, 1]],
      [up, [3, 1, 2]],
    ] as const) {
      const tensors = randomTensors(net, 3)
      const f = (t: tf.Tensor) => net.apply(tensors)(makeValue(t, shape, realDomain, datum) as never).tensor
      tf.tidy(() =>
        expectDifferentiableTwice(f, tf.tensor(noise(2 * shape[0] * shape[1] * shape[2], 4), [2, ...shape])),
      )
    }
  })
})

describe('conv2d', () => {
  it('starts Glorot uniform, with fans of kernel height times width times channels', () => {
    const net = conv2d(real(28, 28, 1), real(14, 14, 32), { kernel: 4, stride: 2, padding: 'same' })
    expect(net.parameters).toEqual({
      kernel: { shape: [4, 4, 1, 32], start: { kind: 'glorotUniform', fanIn: 16, fanOut: 512 } },
      bias: { shape: [32], start: { kind: 'constant', value: 0 } },
    })
    const back = conv2dTranspose(real(14, 14, 32), real(28, 28, 1), { kernel: 4, stride: 2, padding: 'same' })
    expect(back.parameters).toEqual({
      kernel: { shape: [4, 4, 1, 32], start: { kind: 'glorotUniform', fanIn: 512, fanOut: 16 } },
      bias: { shape: [1], start: { kind: 'constant', value: 0 } },
    })
    expect(net.description).toBe('Real[28, 28, 1] → conv2d(4, stride 2, same) → Real[14, 14, 32]')
  })

  it('maps into the domain of its output, after the activation, and keeps the origins', () => {
    const net = conv2d(real(2, 2, 1), unit(2, 2, 1), { kernel: 1, activation: 'relu' })
    const x = withOrigins(makeValue(tf.tensor([-1, 0, 1, 2], [2, 2, 1]), [2, 2, 1], realDomain), ['z'])
    const y = net.apply({ kernel: tf.ones([1, 1, 1, 1]), bias: tf.zeros([1]) })(x as never)
    expect(y.domain.name).toBe('Unit')
    expectClose(y.tensor.dataSync(), [0.5, 0.5, 1 / (1 + Math.exp(-1)), 1 / (1 + Math.exp(-2))], 1e-6, 0)
    expect([...y.origins]).toEqual(['z'])
    const pixels = conv2d(real(2, 2, 1), simplex(2, 2, 3), { kernel: 1 })
    const p = pixels.apply(randomTensors(pixels))(x as never)
    expect(p.domain.outside(p.tensor.dataSync(), p.shape)).toBeUndefined()
  })

  it('says which output shape it would have', () => {
    const input = real(28, 28, 1)
    expect(
      refusal(() => conv2d(input, real(15, 15, 32), { kernel: 4, stride: 2, padding: 'same' })),
    ).toContain(
      "conv2d from Real[28, 28, 1] with kernel 4, stride 2, padding 'same' and 32 filters gives [14, 14, 32], not [15, 15, 32]",
    )
    expect(refusal(() => conv2d(input, real(28, 28, 8), { kernel: [3, 5] }))).toContain(
      "conv2d from Real[28, 28, 1] with kernel [3, 5], stride 1, padding 'valid' and 8 filters gives [26, 24, 8], not [28, 28, 8]",
    )
    expect(refusal(() => conv2d(real(3, 3, 1), real(1, 1, 8), { kernel: 5 }))).toContain(
      "conv2d from Real[3, 3, 1] with kernel 5, stride 1, padding 'valid' and 8 filters gives nothing: the kernel is larger than the image",
    )
    expect(
      refusal(() =>
        conv2dTranspose(real(7, 7, 32), real(15, 15, 1), { kernel: 4, stride: 2, padding: 'same' }),
      ),
    ).toContain(
      "conv2dTranspose from Real[7, 7, 32] with kernel 4, stride 2, padding 'same' and 1 filters gives [14, 14, 1], not [15, 15, 1]",
    )
    expect(() =>
      conv2dTranspose(real(7, 7, 32), real(13, 14, 1), { kernel: 4, stride: 2, padding: 'same' }),
    ).not.toThrow()
    expect(
      refusal(() => conv2dTranspose(real(7, 7, 2), real(14, 14, 1), { kernel: 4, stride: 2 })),
    ).toContain('gives [16, 16, 1], not [14, 14, 1]')
  })

  it('refuses what is no image, no kernel, no stride, no padding and no activation', () => {
    expect(refusal(() => conv2d(real(784), real(28, 28, 1), { kernel: 3 }))).toContain(
      'conv2d takes images [height, width, channels], not Real[784]',
    )
    expect(refusal(() => conv2dTranspose(real(2, 2, 1), real(4), { kernel: 3 }))).toContain(
      'conv2dTranspose gives images [height, width, channels], not Real[4]',
    )
    expect(refusal(() => conv2d(real(4, 4, 1), real(4, 4, 1), { kernel: 0 }))).toContain(
      'conv2d cannot have kernel [0,0]',
    )
    expect(refusal(() => conv2d(real(4, 4, 1), real(4, 4, 1), { kernel: 1, stride: [1, 1.5] }))).toContain(
      'conv2d cannot have stride [1,1.5]',
    )
    expect(
      refusal(() => conv2d(real(4, 4, 1), real(4, 4, 1), { kernel: 1, padding: 'full' as never })),
    ).toContain("'full' is not a padding")
    expect(
      refusal(() => conv2d(real(4, 4, 1), real(4, 4, 1), { kernel: 1, activation: 'sine' as never })),
    ).toContain("'sine' is not an activation")
  })

  it('refuses a value of another space', () => {
    const net = conv2d(real(2, 2, 1), real(2, 2, 1), { kernel: 1 })
    const wrong = makeValue(tf.zeros([2, 2, 3]), [2, 2, 3], realDomain)
    expect(refusal(() => net.apply(randomTensors(net))(wrong as never))).toContain(
      'a net from Real[2, 2, 1] was fed Real[2, 2, 3]',
    )
  })
})
