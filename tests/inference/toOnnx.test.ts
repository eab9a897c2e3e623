import * as tf from '@tensorflow/tfjs'
import { either as E } from 'fp-ts'
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { condition } from '../../src/dsl/condition.js'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { binomial } from '../../src/dsl/distributions/binomial.js'
import { categorical } from '../../src/dsl/distributions/categorical.js'
import { mixture } from '../../src/dsl/distributions/mixture.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { poisson } from '../../src/dsl/distributions/poisson.js'
import { datumAxis } from '../../src/dsl/model.js'
import type { AnyNet } from '../../src/dsl/net.js'
import { chain } from '../../src/dsl/nets/chain.js'
import { conv2d, conv2dTranspose } from '../../src/dsl/nets/conv2d.js'
import { dense, gaussian, mlp } from '../../src/dsl/nets/dense.js'
import { fromLayers } from '../../src/dsl/nets/fromLayers.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { bind, Do, given, nets, shared } from '../../src/dsl/notation.js'
import { mul } from '../../src/dsl/operations/arithmetic.js'
import { exp } from '../../src/dsl/operations/functions.js'
import { lift } from '../../src/dsl/operations/lift.js'
import { type NetParams, tensorsOf } from '../../src/dsl/params.js'
import { binary, real, simplex, unit, value } from '../../src/dsl/space.js'
import { type AnyValue, isValue, makeValue } from '../../src/dsl/value.js'
import { init } from '../../src/inference/init.js'
import { sample } from '../../src/inference/sample.js'
import { toOnnx } from '../../src/inference/toOnnx.js'
import { gaussianMixture } from '../../src/models/gaussianMixture.js'
import { linearGaussian } from '../../src/models/linearGaussian.js'
import { vae } from '../../src/models/vae.js'
import { samplerAgrees } from './toOnnx/agreement.js'
import {
  count,
  distance,
  endsOf,
  floats,
  load,
  noiseRows,
  normalRows,
  refusalOf,
  run,
} from './toOnnx/runFile.js'

const rows = [1, 3, 17] as const
// Rounding of float32 through a few layers; labels and bits must agree exactly.
const TOLERANCE = 1e-5

/** Random parameters of a net alone; a normal start of scale 0.1 for all, so that biases count. */
const paramsOf = (net: AnyNet): NetParams => {
  const own = init({ nets: { net } } as never, 3) as unknown as { readonly net: NetParams }
  return Object.fromEntries(
    Object.entries(own.net).map(([path, { shape, data }]) => [
      path,
      { shape, data: data.map((x, i) => x + 0.1 * Math.sin(i + 1)) },
    ]),
  )
}

/** What the net gives on tfjs. */
const eager = (net: AnyNet, params: NetParams, x: Float32Array, n: number) =>
  tf.tidy(() => {
    const input = net.input as {
      shape: readonly number[]
      domain: typeof real extends never ? never : AnyValue['domain']
    }
    const all = tensorsOf({ net }, { net: params })
    const own = Object.fromEntries(Object.keys(params).map((path) => [path, all[`net/${path}`] as tf.Tensor]))
    const tensor = tf.tensor(x, [n, ...input.shape])
    const value = makeValue(tensor, input.shape, input.domain, [{ name: datumAxis, size: n }])
    const y = (net.apply(own) as (x: AnyValue) => unknown)(value)
    const named = isValue(y) ? { output: y } : (y as Record<string, AnyValue>)
    return Object.fromEntries(
      Object.entries(named).map(([name, v]) => [name, { data: v.tensor.dataSync(), dims: v.tensor.shape }]),
    )
  })

/** The file agrees with tfjs at every number of rows. */
const netAgrees = async (net: AnyNet): Promise<void> => {
  const params = paramsOf(net)
  const session = await load(toOnnx(net, { params }))
  expect(endsOf(session.inputMetadata)).toEqual({ input: ['n', ...(net.input?.shape ?? [])] })
  for (const n of rows) {
    const input = normalRows(session, 'input', n)
    const outputs = await run(session, { input })
    const expected = eager(net, params, input.data as Float32Array, n)
    expect(Object.keys(outputs).sort()).toEqual(Object.keys(expected).sort())
    for (const [name, { data, dims }] of Object.entries(expected)) {
      expect(outputs[name]?.dims).toEqual(dims)
      expect(distance(outputs[name]?.data ?? [], data)).toBeLessThan(TOLERANCE)
    }
  }
  await session.release()
}

const image = real(8, 8, 1)

const layersOf = (...layers: readonly tf.layers.Layer[]): tf.LayersModel =>
  tf.sequential({ layers: [...layers] })

describe('toOnnx(net)', () => {
  it('an mlp into each domain', async () => {
    await netAgrees(mlp(real(3), [5, 4], real(2), { activation: 'tanh' }))
    await netAgrees(mlp(real(2, 3), [5], unit(2, 2)))
    await netAgrees(dense(real(3), real(), { activation: 'elu' }))
  })

  it('a gaussian net, its outputs by name', () => netAgrees(gaussian(real(3), [6], real(2, 2))))

  it('convolutions, strided, transposed, in a chain', async () => {
    await netAgrees(
      chain(
        conv2d(image, real(4, 4, 3), { kernel: 3, stride: 2, padding: 'same', activation: 'relu' }),
        mlp(real(4, 4, 3), [7], real(4)),
      ),
    )
    await netAgrees(
      chain(
        dense(real(2), real(4, 4, 3), { activation: 'relu' }),
        conv2dTranspose(real(4, 4, 3), real(8, 8, 1), { kernel: 3, stride: 2, padding: 'same' }),
      ),
    )
  })

  it('Layers models: dense, and convolution with pooling and batch normalization', async () => {
    const flat = layersOf(
      tf.layers.dense({ inputShape: [3], units: 4, activation: 'selu' }),
      tf.layers.dropout({ rate: 0.5 }),
      tf.layers.dense({ units: 2, activation: 'softmax' }),
    )
    await netAgrees(fromLayers(flat, real(3), real(2)))
    const deep = layersOf(
      tf.layers.conv2d({
        inputShape: [8, 8, 1],
        filters: 3,
        kernelSize: 3,
        activation: 'relu',
        padding: 'same',
      }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.batchNormalization(),
      tf.layers.flatten(),
      tf.layers.dense({ units: 4 }),
    )
    await netAgrees(fromLayers(deep, image, real(4)))
  })

  it('a recurrent Layers model, whose state starts at zeros of the number of rows', () =>
    netAgrees(fromLayers(layersOf(tf.layers.lstm({ inputShape: [4, 3], units: 5 })), real(4, 3), real(5))))

  it('keeps a parameter apart from an output of its name', async () => {
    const inner = gaussian(real(2), [3], real(1))
    const net: AnyNet = {
      ...inner,
      parameters: { ...inner.parameters, scale: { shape: [], start: { kind: 'constant', value: 2 } } },
      apply: (tensors) => {
        const f = inner.apply(tensors) as (x: AnyValue) => { loc: AnyValue; scale: AnyValue }
        return (x: AnyValue) => {
          const { loc, scale } = f(x)
          return {
            loc,
            scale: lift(real(1), (t: tf.Tensor) => tf.mul(t, tensors.scale as tf.Tensor))(scale),
          }
        }
      },
    }
    await netAgrees(net)
  })

  it('refuses missing parameters, and a net that is no function', () => {
    const net = mlp(real(3), [5], real(2))
    const { '0/bias': _, ...rest } = paramsOf(net)
    expect(refusalOf(toOnnx(net, { params: rest }))).toBe(
      "the parameter 'net/0/bias' is missing\n  → pass the params of this very net",
    )
    const free = parameter(real(3))
    expect(refusalOf(toOnnx(free, { params: paramsOf(free) }))).toBe(
      "the net '() → Real[3]' has no input space, so there is no function to write\n  → export the model that uses it, or a net such as mlp or dense",
    )
  })

  it('refuses a kernel that cannot be recorded, naming it, and what depends on the number of rows', () => {
    const inner = dense(real(4), real(4))
    const through = (f: (y: tf.Tensor) => tf.Tensor): AnyNet => ({
      ...inner,
      apply: (tensors) => (x: AnyValue) => {
        const y = (inner.apply(tensors) as (x: AnyValue) => AnyValue)(x)
        return makeValue(f(y.tensor), [4], y.domain, y.axes)
      },
    })
    const params = paramsOf(inner)
    expect(
      refusalOf(
        toOnnx(
          through((y) => tf.topk(y, 4).values),
          { params },
        ),
      ),
    ).toBe(
      "the tfjs kernel 'TopK' cannot be compiled\n  → write the function with tensors and other operations",
    )
    expect(
      refusalOf(
        toOnnx(
          through((y) => tf.tensor(y.arraySync() as number[][])),
          { params },
        ),
      ),
    ).toContain('a number is read while')
    const counted = through((y) => tf.mul(y, y.shape[0] as number))
    expect(refusalOf(toOnnx(counted, { params }))).toBe(
      'the number of rows cannot be left free: the operator Gemm holds it as an attribute\n  → write the function so that it computes each datum alike, whatever their number',
    )
  })
})

describe('toOnnx(model)', () => {
  it('a VAE', () =>
    samplerAgrees(vae({ size: 6, latent: 2, hidden: [5] }).p, {
      'noise/z/0': 'normal',
      'noise/x/0': 'uniform',
    }))

  it('the linear-Gaussian model', () =>
    samplerAgrees(linearGaussian({ size: 4, latent: 2 }).p, { 'noise/z/0': 'normal', 'noise/x/0': 'normal' }))

  it('labels that choose rows', () =>
    samplerAgrees(gaussianMixture({ size: 3, latent: 4, hidden: [] }).p, {
      'noise/c/0': 'uniform',
      'noise/x/0': 'normal',
    }))

  const mixed = pipe(
    Do,
    nets({ weigh: mlp(real(2), [4], real(3)), share: mlp(real(2), [4], simplex(2)) }),
    bind('z', () => standardNormal(2)),
    bind('c', ({ z, weigh }) => categorical({ logits: weigh(z) })),
    bind('m', ({ z, share }) =>
      mixture({ probs: share(z) }, [normal({ loc: z, scale: 1 }), standardNormal(2)]),
    ),
  )

  it('mixtures and labels whose probabilities differ from draw to draw', () =>
    samplerAgrees(mixed, {
      'noise/z/0': 'normal',
      'noise/c/0': 'uniform',
      'noise/m/component/0': 'uniform',
      'noise/m/0/0': 'normal',
      'noise/m/1/0': 'normal',
    }))

  const plated = pipe(
    Do,
    shared('w', () => standardNormal(2)),
    bind('b', () => standardNormal(2)),
    bind('k', ({ w, b }) => normal({ loc: mul(w, b), scale: 0.5 }), { plates: { rep: 4 } }),
  )

  it('plates, shared sites and fixed sites', () =>
    samplerAgrees(condition(plated, { b: [1, 2] }), { 'noise/w/0': 'normal', 'noise/k/0': 'normal' }))

  const { p, q } = vae({ size: 6, latent: 2, hidden: [5] })
  const params = init(q, 1)

  it('a model that is given data: columns by name, rows are data', async () => {
    const session = await load(toOnnx(q, { params }))
    expect(endsOf(session.inputMetadata)).toEqual({ x: ['n', 6], 'noise/z/0': ['n', 2] })
    for (const n of rows) {
      const bits = Float32Array.from({ length: n * 6 }, (_, i) => (i * i) % 2)
      const x = tf.tensor(bits, [n, 6])
      const z = tf.tidy(() =>
        sample(q, { params, given: { x: x.arraySync() as number[][] }, seed: 2 }).z.tensor.dataSync(),
      )
      const feeds = { ...noiseRows(session, { 'noise/z/0': 'normal' }, 2, n), x: floats(bits, [n, 6]) }
      expect(distance((await run(session, feeds)).z?.data ?? [], z)).toBeLessThan(TOLERANCE)
      x.dispose()
    }
  })

  it('only the sites that are asked for, with the noise that they need', async () => {
    const session = await load(toOnnx(p, { params: init(p, 1), sites: ['z'] }))
    expect([session.inputNames, session.outputNames]).toEqual([['noise/z/0'], ['z']])
  })

  it('draws its own noise: so many draws, different each time, of the right distribution', async () => {
    const coins = pipe(
      Do,
      bind('z', () => standardNormal()),
      bind('x', () => bernoulli({ probs: value(unit(1), [0.25]) })),
    )
    const session = await load(toOnnx(coins, { noise: 'random' }))
    expect(endsOf(session.inputMetadata)).toEqual({ n: [] })
    const n = 40_000
    const { z, x } = await run(session, { n: count(n) })
    const again = await run(session, { n: count(n) })
    expect([z?.dims, x?.dims]).toEqual([[n], [n, 1]])
    expect(distance(z?.data ?? [], again.z?.data ?? [])).toBeGreaterThan(0.1)
    const mean = (a: Float32Array, f: (v: number) => number) => a.reduce((s, v) => s + f(v), 0) / n
    // Six standard errors: 1/sqrt(n), sqrt(2/n), sqrt(p (1 - p)/n). ONNX Runtime seeds its generator by the clock.
    expect(Math.abs(mean(z?.data as Float32Array, (v) => v))).toBeLessThan(6 / Math.sqrt(n))
    expect(Math.abs(mean(z?.data as Float32Array, (v) => v * v) - 1)).toBeLessThan(6 * Math.sqrt(2 / n))
    expect(Math.abs(mean(x?.data as Float32Array, (v) => v) - 0.25)).toBeLessThan(6 * Math.sqrt(0.1875 / n))
  })

  it('draws its own noise for given data, one draw for each', async () => {
    const session = await load(toOnnx(q, { params, noise: 'random' }))
    expect(session.inputNames).toEqual(['x'])
    for (const n of rows)
      expect((await run(session, { x: normalRows(session, 'x', n) })).z?.dims).toEqual([n, 2])
  })

  it('refuses every wrong option at once', () => {
    // @ts-expect-error p has no site 'y', and there is no such noise
    const written = toOnnx(p, { params: {}, sites: ['y'], noise: 'loud' })
    expect(refusalOf(written)).toBe(
      [
        "the params have no net 'decode'\n  → pass the params of a fit of this model, or init(model, seed)",
        "the model has no random site 'y'\n  → use some of z, x",
        "'loud' is no source of noise\n  → use one of input, random",
      ].join('\n'),
    )
    // @ts-expect-error params are required where there are nets
    expect(refusalOf(toOnnx(p, {}))).toContain("the params have no net 'decode'")
  })

  const counts = pipe(
    Do,
    bind('z', () => standardNormal(2)),
    bind('n', ({ z }) => poisson({ rate: exp(z) })),
    bind('x', ({ n }) => binomial({ trials: n, probs: 0.5 })),
  )

  it('refuses a site that draws by reading numbers, unless it is left out', async () => {
    expect(refusalOf(toOnnx(counts, {}))).toBe(
      "the site 'x' cannot be written: binomial draws by reading its parameters as numbers, which a file does not hold\n  → write other sites with { sites }, or the net that gives the parameters of this one",
    )
    expect((await load(toOnnx(counts, { sites: ['n'] }))).inputNames).toEqual(['noise/z/0', 'noise/n/0'])
  })

  it('refuses a site called n beside the input n, and data of a fixed number', () => {
    const named = pipe(
      Do,
      bind('n', () => standardNormal()),
    )
    expect(refusalOf(toOnnx(named, { noise: 'random' }))).toContain("the site 'n' has the name of the input")
    const regression = pipe(
      given({ t: real() }),
      bind('w', ({ t }) => normal({ loc: t, scale: 1 })),
      bind('y', ({ w }) => normal({ loc: w, scale: 1 })),
    )
    const fixed = condition(regression, {
      w: makeValue(tf.ones([3]), [], real().domain, [{ name: datumAxis, size: 3 }]),
    })
    expect(refusalOf(toOnnx(fixed, {}))).toBe(
      'the model is conditioned on a batch of data, so the number of its data is fixed\n  → condition it on one event, or export the model before it is conditioned',
    )
  })

  it('leaves no tensors and the active backend as it was, also where it refuses', () => {
    const fixed = condition(plated, { b: [1, 2] })
    const [backend, { numTensors }] = [tf.getBackend(), tf.memory()]
    const done = [toOnnx(q, { params }), toOnnx(q.nets.encode, { params: params.encode }), toOnnx(fixed, {})]
    expect(done.map((written) => written._tag)).toEqual(['Right', 'Right', 'Right'])
    expect(toOnnx(counts, {})._tag).toBe('Left')
    expect([tf.getBackend(), tf.memory().numTensors]).toEqual([backend, numTensors])
  })

  it('says what the file is', () => {
    const written = toOnnx(p, { params: init(p, 1) })
    const text = new TextDecoder('latin1').decode('right' in written ? written.right : new Uint8Array())
    for (const words of ['giry', 'decode/0/kernel', 'standard normal noise', 'uniform noise', 'Binary[6]'])
      expect(text).toContain(words)
    expect(binary(6).shape).toEqual([6])
  })
})

describe('toOnnx of something else', () => {
  it('says that it is neither a net nor a model', () => {
    for (const source of [undefined, 3, { tag: 'objective' }]) {
      const written = (toOnnx as (source: unknown) => ReturnType<typeof toOnnx>)(source)
      expect(E.isLeft(written) ? written.left[0]?.message : '').toContain('is neither a net nor a model')
    }
  })
})
