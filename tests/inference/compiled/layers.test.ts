/** Layer models trained compiled = trained eagerly: convolutions and what enlarges images in decoders. */
import * as tf from '@tensorflow/tfjs'
import * as g from 'giry'
import { afterEach, describe, expect, it } from 'vitest'
import { type Case, distance, fitted, numbersOf, type Options } from './trainables.js'

afterEach(async () => {
  await tf.setBackend('cpu')
})

const glorot = (seed: number) => tf.initializers.glorotUniform({ seed })

type Kind = 'conv2d' | 'dense'
type Interpolation = 'nearest' | 'bilinear'

const layerOf = (kind: Kind, inputShape: number[], units: number, seed: number) => {
  const inner = { inputShape, kernelInitializer: glorot(seed) }
  return kind === 'dense'
    ? tf.layers.dense({ ...inner, units, activation: 'tanh' })
    : tf.layers.conv2d({ ...inner, filters: units, kernelSize: 3, padding: 'same', activation: 'tanh' })
}

/** From 3 x 3 to 6 x 6 images. */
const decoder = (kind: Kind, interpolation: Interpolation) =>
  tf.sequential({
    layers: [
      layerOf(kind, [3, 3, 1], 2, 1),
      tf.layers.upSampling2d({ size: [2, 2], interpolation }),
      layerOf(kind, [6, 6, 2], 1, 2),
    ],
  })

const images = Array.from({ length: 11 }, (_, n) =>
  Array.from({ length: 6 }, (_, i) => Array.from({ length: 6 }, (_, j) => [Number((n + i * j) % 3 === 0)])),
)

const caseOf = (kind: Kind, interpolation: Interpolation): Case => {
  const p = g.pipe(
    g.Do,
    g.nets({ decode: g.fromLayers(decoder(kind, interpolation), g.real(3, 3, 1), g.real(6, 6, 1)) }),
    g.bind('z', () => g.standardNormal(3, 3, 1)),
    g.bind('x', ({ z, decode }) => g.bernoulli({ logits: decode(z) })),
  )
  const q = g.pipe(
    g.given({ x: g.binary(6, 6, 1) }),
    g.nets({ loc: g.parameter(g.real(3, 3, 1)), scale: g.parameter(g.positive(3, 3, 1)) }),
    g.bind('z', ({ loc, scale }) => g.normal({ loc: loc(), scale: scale() })),
  )
  return { target: g.elbo(p, q), data: { x: images } }
}

const agreements = [
  ['conv2d', 'nearest', 'cpu', 4],
  ['conv2d', 'bilinear', 'cpu', 4],
  ['dense', 'nearest', 'wasm', 4],
  ['dense', 'bilinear', 'wasm', 4],
] as const

describe('a decoder of layers that enlarges images', () => {
  it.each(agreements)('%s, %s: compiled = eager on %s, %i images a batch', async (...agreement) => {
    const [kind, interpolation, runtime, batch] = agreement
    const c = caseOf(kind, interpolation)
    const options: Options = { steps: 2, batch, optimizer: g.sgd(0.05) }
    const compiled = await fitted(c, { ...options, runtime: 'onnx-node' })
    const eager = await fitted(c, { ...options, runtime })
    expect(compiled.diagnostics).toMatchObject({ runtime: 'onnx-node', steps: 2, notices: [] })
    expect(eager.diagnostics.runtime).toBe(runtime)
    expect(numbersOf(compiled.params).length).toBe(kind === 'dense' ? 25 : 57)
    expect(distance(compiled, eager)).toBeLessThan(1e-5)
  })
})
