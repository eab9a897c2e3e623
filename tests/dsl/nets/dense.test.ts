import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import type { EventSpace } from '../../../src/dsl/distribution.js'
import { real as realDomain } from '../../../src/dsl/domain.js'
import { activate, activations } from '../../../src/dsl/nets/activation.js'
import { dense, gaussian, mlp } from '../../../src/dsl/nets/dense.js'
import * as S from '../../../src/dsl/space.js'
import { makeValue, withOrigins } from '../../../src/dsl/value.js'
import { expectClose, expectDifferentiableTwice, noise, onEachBackend } from '../numerics/agreement.js'
import { randomTensors, refusal } from './nets.js'

const axes = [
  { name: 'particle', size: 2 },
  { name: 'datum', size: 3 },
]

/** x W + b in plain JS, for each row of x. */
const affine = (x: ArrayLike<number>, w: ArrayLike<number>, b: ArrayLike<number>): number[] => {
  const [n, m] = [w.length / b.length, b.length]
  return Array.from({ length: (x.length / n) * m }, (_, ij) => {
    const [i, j] = [Math.floor(ij / m), ij % m]
    let y = b[j] as number
    for (let k = 0; k < n; k++) y += (x[i * n + k] as number) * (w[k * m + j] as number)
    return y
  })
}

const numbers = (t: tf.Tensor | undefined): number[] => [...(t?.dataSync() ?? [])]
const input = (...shape: number[]) => {
  const dims = [2, 3, ...shape]
  const tensor = tf.tensor(
    noise(
      dims.reduce((a, b) => a * b, 1),
      3,
    ),
    dims,
  )
  return withOrigins(makeValue(tensor, shape, realDomain, axes), ['x'])
}

onEachBackend('dense, mlp and gaussian', () => {
  it('dense is x W + b on flattened events, over any named axes', () => {
    const net = dense(S.real(2, 2), S.real(3, 1))
    const [t, x] = [randomTensors(net), input(2, 2)]
    const y = net.apply(t)(x as never)
    expect([y.shape, y.axes, [...y.origins]]).toEqual([[3, 1], axes, ['x']])
    expectClose(
      y.tensor.dataSync(),
      affine(numbers(x.tensor), numbers(t.kernel), numbers(t.bias)),
      1e-5,
      1e-6,
    )
  })

  it('mlp is dense layers with an activation between', () => {
    const net = mlp(S.real(2), [4, 3], S.real(2), { activation: 'tanh' })
    const [t, x] = [randomTensors(net), input(2)]
    const layer = (h: number[], i: number) => affine(h, numbers(t[`${i}/kernel`]), numbers(t[`${i}/bias`]))
    const exact = layer(layer(layer(numbers(x.tensor), 0).map(Math.tanh), 1).map(Math.tanh), 2)
    expectClose(
      net
        .apply(t)(x as never)
        .tensor.dataSync(),
      exact,
      1e-5,
      1e-6,
    )
    const bare = mlp(S.real(2), [], S.real(2))
    const b = randomTensors(bare)
    expectClose(
      bare
        .apply(b)(x as never)
        .tensor.dataSync(),
      affine(numbers(x.tensor), numbers(b['0/kernel']), numbers(b['0/bias'])),
      1e-5,
      1e-6,
    )
  })

  it('mlp has relu between unless told otherwise', () => {
    const [a, b] = [mlp(S.real(2), [4], S.real(2)), mlp(S.real(2), [4], S.real(2), { activation: 'relu' })]
    const [t, x] = [randomTensors(a), input(2)]
    expect(
      a
        .apply(t)(x as never)
        .tensor.dataSync(),
    ).toEqual(
      b
        .apply(t)(x as never)
        .tensor.dataSync(),
    )
  })

  it('gaussian gives loc and scale = exp(σ / 2), from one last layer', () => {
    const net = gaussian(S.real(2), [], S.real(2, 1))
    const [t, x] = [randomTensors(net), input(2)]
    const y = net.apply(t)(x as never)
    const heads = affine(numbers(x.tensor), numbers(t['0/kernel']), numbers(t['0/bias']))
    const part = (from: number) => heads.filter((_, i) => Math.floor((i % 4) / 2) === from)
    expect([y.loc.shape, y.scale.shape, y.loc.domain.name, y.scale.domain.name]).toEqual([
      [2, 1],
      [2, 1],
      'Real',
      'Positive',
    ])
    expect([y.loc.axes, [...y.scale.origins]]).toEqual([axes, ['x']])
    expectClose(y.loc.tensor.dataSync(), part(0), 1e-5, 1e-6)
    expectClose(
      y.scale.tensor.dataSync(),
      part(1).map((s) => Math.exp(s / 2)),
      1e-5,
      1e-6,
    )
  })

  it('are differentiable twice in every parameter', () => {
    const net = mlp(S.real(2), [3], S.positive(2), { activation: 'tanh' })
    const [t, x] = [randomTensors(net), input(2)]
    for (const [path, start] of Object.entries(t))
      tf.tidy(() =>
        expectDifferentiableTwice((p) => net.apply({ ...t, [path]: p })(x as never).tensor, start, 0.02),
      )
    const heads = gaussian(S.real(2), [3], S.real(2), { activation: 'softplus' })
    const h = randomTensors(heads)
    for (const [path, start] of Object.entries(h))
      tf.tidy(() =>
        expectDifferentiableTwice(
          (p) => {
            const { loc, scale } = heads.apply({ ...h, [path]: p })(x as never)
            return tf.add(loc.tensor, scale.tensor)
          },
          start,
          0.02,
        ),
      )
  })
})

describe('nets', () => {
  it('map into the domain of their output', () => {
    const x = input(2)
    const spaces: readonly EventSpace[] = [
      S.real(3),
      S.positive(3),
      S.nonNegative(3),
      S.unit(3),
      S.simplex(3),
      S.simplex(2, 3),
    ]
    for (const space of spaces) {
      for (const net of [dense(S.real(2), space), mlp(S.real(2), [4], space)]) {
        const y = net.apply(randomTensors(net))(x as never)
        expect(y.domain.name).toBe(space.domain.name)
        expect(space.domain.outside(y.tensor.dataSync(), space.shape)).toBeUndefined()
      }
    }
  })

  it('declare their parameters, Glorot uniform', () => {
    expect(mlp(S.real(2, 3), [400], S.unit(4)).parameters).toEqual({
      '0/kernel': { shape: [6, 400], start: { kind: 'glorotUniform', fanIn: 6, fanOut: 400 } },
      '0/bias': { shape: [400], start: { kind: 'constant', value: 0 } },
      '1/kernel': { shape: [400, 4], start: { kind: 'glorotUniform', fanIn: 400, fanOut: 4 } },
      '1/bias': { shape: [4], start: { kind: 'constant', value: 0 } },
    })
    expect(Object.keys(dense(S.real(2), S.real(2)).parameters)).toEqual(['kernel', 'bias'])
    expect(gaussian(S.real(2), [3], S.real(5)).parameters['1/kernel']?.shape).toEqual([3, 10])
  })

  it('are described in one line', () => {
    expect(mlp(S.real(2), [400], S.real(784)).description).toBe('Real[2] → 400 → Real[784]')
    expect(dense(S.real(2), S.unit()).description).toBe('Real[2] → Unit')
    expect(gaussian(S.binary(784), [400], S.real(2)).description).toBe(
      'Binary[784] → 400 → { loc: Real[2], scale: Positive[2] }',
    )
  })

  it('are refused when they cannot be', () => {
    expect(refusal(() => mlp(S.real(2), [3], S.binary(2)))).toBe(
      'no net maps into Binary[2]\n  → use one of Real, NonNegative, Positive, Unit, Simplex as the output, and a distribution on the rest',
    )
    expect(refusal(() => dense(S.real(2), S.cholesky(2)))).toContain('no net maps into Cholesky[2, 2]')
    for (const n of [0, -1, 2.5])
      expect(refusal(() => gaussian(S.real(2), [3, n], S.real(2)))).toContain(
        `a hidden layer cannot have ${n} units`,
      )
    expect(refusal(() => gaussian(S.real(2), [], S.positive(2) as never))).toContain(
      'gaussian was asked to map into Positive[2], but a normal lives on Real',
    )
    const sentence =
      "'sine' is not an activation\n  → use one of linear, relu, tanh, sigmoid, softplus, elu, leakyRelu, gelu, silu"
    expect(refusal(() => dense(S.real(2), S.real(2), { activation: 'sine' as never }))).toBe(sentence)
    expect(refusal(() => mlp(S.real(2), [], S.real(2), { activation: 'sine' as never }))).toBe(sentence)
    expect(refusal(() => gaussian(S.real(2), [], S.real(2), { activation: 'sine' as never }))).toBe(sentence)
  })

  it('have every activation by name', () => {
    const x = makeValue(tf.tensor1d([-1, 2]), [2], realDomain)
    const exact: Record<keyof typeof activations, (x: number) => number> = {
      linear: (t) => t,
      relu: (t) => Math.max(t, 0),
      tanh: Math.tanh,
      sigmoid: (t) => 1 / (1 + Math.exp(-t)),
      softplus: (t) => Math.log1p(Math.exp(t)),
      elu: (t) => (t > 0 ? t : Math.expm1(t)),
      leakyRelu: (t) => (t > 0 ? t : 0.2 * t),
      // x Φ(x), from scipy.stats.norm.cdf(-1) = 0.15865525393145707 and cdf(2) = 0.9772498680518208
      gelu: (t) => t * (t < 0 ? 0.15865525393145707 : 0.9772498680518208),
      silu: (t) => t / (1 + Math.exp(-t)),
    }
    for (const name of Object.keys(activations) as (keyof typeof activations)[])
      expectClose(activate(name, x).tensor.dataSync(), [-1, 2].map(exact[name]), 1e-6, 1e-7)
  })
})
