/** Which engine runs: compiled where it can, eager with one sentence where it cannot, refused where it must not fall back. */
import * as tf from '@tensorflow/tfjs'
import { either as E } from 'fp-ts'
import * as g from 'giry'
import onnxruntime from 'onnxruntime-node'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { fixedParameters } from '../../src/inference/engine.js'
import { type EngineOptions, startEngine } from '../../src/inference/startEngine.js'
import { type LoadOptions, loadOnnxRuntime } from '../../src/runtime/onnx/load.js'
import { importPackage } from '../../src/runtime/onnx/session/import.js'
import { type Case, fitted, type Options, tryFit, vae } from './compiled/trainables.js'

const X = g.real(3)
const onEvent = () => {}

/** E f(A(x)) with a tensor function f that somebody wrote. */
const lifted = (f: (x: tf.Tensor) => tf.Tensor): Case => {
  const A = g.dense(X, X)
  const target = g.expect(g.empirical({ x: X }), { A }, ({ x, A }) => g.lift(g.real(), f)(A(x)))
  return {
    target,
    data: {
      x: [
        [1, 2, 3],
        [0, 1, 0],
        [2, 2, 1],
        [1, 0, 5],
      ],
    },
  }
}

const clicks: Case = (() => {
  const p = g.pipe(
    g.given({ n: g.count() }),
    g.bind('k', ({ n }) => g.binomial({ trials: n, probs: 0.5 })),
    g.bind('x', ({ k }) => g.normal({ loc: k, scale: 1 })),
  )
  const q = g.pipe(
    g.given({ x: g.real(), n: g.count() }),
    g.nets({ logits: g.parameter(g.real()) }),
    g.bind('k', ({ n, logits }) => g.binomial({ trials: n, logits: logits() })),
  )
  return { target: g.elbo(p, q, { sites: { k: 'score' } }), data: { x: [1, 2, 3, 0.5], n: [3, 3, 4, 2] } }
})()

const reading =
  'a number is read while the step is recorded (dataSync, arraySync, data or array), where only its shape is known'
const readingRemedy =
  "compute with tensors instead of numbers, or use { runtime: 'wasm' }, which records nothing"
const kernelRemedy =
  "write the function with other operations, or use { runtime: 'cpu' }, which has every kernel of tfjs"

/** Models that cannot be compiled, with the cause and the remedy. */
const uncompilable: readonly (readonly [string, Case, string, string])[] = [
  ['a sampler that reads numbers', clicks, reading, readingRemedy],
  ['dataSync', lifted((x) => x.sum(-1).mul(x.dataSync()[0] as number)), reading, readingRemedy],
  [
    'arraySync',
    lifted((x) => x.sum(-1).mul((x.arraySync() as number[][])[0]?.[0] ?? 1)),
    reading,
    readingRemedy,
  ],
  [
    'a shape that depends on data',
    lifted((x) => x.slice([0, 0], [-1, (x.max().dataSync()[0] as number) > 0 ? 2 : 1]).sum(-1)),
    reading,
    readingRemedy,
  ],
  [
    'a kernel without reader',
    lifted((x) => x.sum(-1).mul(tf.topk(x, 2).values.shape[1] ?? 1)),
    "the tfjs kernel 'TopK' cannot be compiled",
    kernelRemedy,
  ],
  [
    'distinct elements',
    lifted((x) => x.sum(-1).mul(tf.unique(x, 0).values.shape[0] ?? 1)),
    "the tfjs kernel 'Unique' cannot be compiled",
    kernelRemedy,
  ],
]

afterEach(() => {
  vi.restoreAllMocks()
})

describe("'auto'", () => {
  it('compiles, and is the default', async () => {
    for (const options of [{}, { runtime: 'auto' as const }]) {
      const fit = await fitted(vae, { ...options, steps: 2 })
      expect(fit.diagnostics).toMatchObject({ runtime: 'onnx-node', notices: [] })
      expect(fit.diagnostics.threads).toBeGreaterThanOrEqual(1)
    }
  })

  it.each(uncompilable)('falls back with one sentence: %s', async (_, c, cause, remedy) => {
    const events: g.FitEvent[] = []
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    const options: Options = { batch: 4, steps: 2 }
    const fit = await fitted(c, { ...options, onEvent: (e) => void events.push(e) })
    const sentence = `the step is not compiled, and runs on tfjs (wasm): ${cause} (${remedy})`
    expect(fit.diagnostics).toMatchObject({ runtime: 'wasm', threads: 1, steps: 2, notices: [sentence] })
    expect(events.slice(0, 2)).toMatchObject([
      { type: 'notice', message: sentence },
      { type: 'start', runtime: 'wasm', threads: 1 },
    ])
    expect(events.filter((e) => e.type === 'notice')).toHaveLength(1)
    expect(warn).not.toHaveBeenCalled()
    await fitted(c, options)
    expect(warn.mock.calls).toEqual([[`giry: ${sentence}`]])
  })

  it('takes what the eager runtimes give', async () => {
    const [, c] = uncompilable[4] as (typeof uncompilable)[number]
    const [auto, wasm] = [
      await fitted(c, { steps: 3, onEvent }),
      await fitted(c, { steps: 3, runtime: 'wasm', onEvent }),
    ]
    expect(auto.params).toEqual(wasm.params)
    expect(wasm.diagnostics.notices).toEqual([])
  })

  it('a model that is wrong on every runtime is an error, not a fallback', async () => {
    const wrong = lifted(() => {
      throw new Error('no such function')
    })
    const result = await tryFit(wrong, { steps: 2, onEvent })
    expect(E.isLeft(result) ? result.left.map((e) => e.message) : []).toEqual([
      'the fit stopped: no such function',
    ])
  })
})

describe('an explicit runtime', () => {
  it.each(uncompilable)('refuses with the same sentence, and the remedy: %s', async (_, c, cause, remedy) => {
    for (const runtime of ['onnx', 'onnx-node'] as const) {
      const result = await tryFit(c, { batch: 4, steps: 2, runtime })
      expect(E.isLeft(result) ? result.left : []).toMatchObject([{ tag: 'runtime', message: cause, remedy }])
    }
  })

  it.each(['wasm', 'cpu', 'current'] as const)('%s runs eagerly, without a word', async (runtime) => {
    const fit = await fitted(vae, { steps: 2, runtime })
    expect(fit.diagnostics).toMatchObject({ threads: 1, notices: [] })
    expect(['wasm', 'cpu']).toContain(fit.diagnostics.runtime)
  })

  it('with an unknown name, or no number of threads, is an error before anything runs', async () => {
    const messages = async (options: object) => {
      const result = await tryFit(vae, { steps: 2, ...options })
      return E.isLeft(result) ? result.left.map((e) => [e.tag, e.message, e.remedy]) : []
    }
    expect(await messages({ runtime: 'tensorflow' })).toEqual([
      [
        'option',
        "'tensorflow' is no runtime",
        'use one of auto, onnx, onnx-node, onnx-web, onnx-cuda, onnx-webgpu, wasm, cpu, current',
      ],
    ])
    for (const threads of [0, 1.5, Number.NaN, -1, 1000])
      expect(await messages({ threads })).toEqual([
        [
          'option',
          `threads = ${threads} is no number of threads`,
          'give a whole number from 1 to 128, or leave it out for the number of cores',
        ],
      ])
    const { target, data } = vae
    const evaluated = await g.evaluate(
      target as never,
      { params: {}, data, threads: 0, runtime: 'gpu' } as never,
    )()
    expect(E.isLeft(evaluated) ? evaluated.left.slice(0, 2).map((e) => e.where) : []).toEqual([
      'threads',
      'runtime',
    ])
  })
})

type Importer = NonNullable<LoadOptions['importer']>

const absent =
  (...names: readonly string[]): Importer =>
  (name, provider, host) =>
    names.includes(name)
      ? Promise.reject(
          Object.assign(new Error(`Cannot find package '${name}'`), { code: 'ERR_MODULE_NOT_FOUND' }),
        )
      : importPackage(name, provider, host)

const loadWith =
  (importer: Importer): NonNullable<EngineOptions['load']> =>
  (wanted, options) =>
    loadOnnxRuntime(wanted, { ...options, importer })

const start = async (options: Partial<EngineOptions>) => {
  const source = fixedParameters({})
  const started = await startEngine(source, { prepare: async () => {}, threads: 1, ...options })()
  if (E.isLeft(started)) return { errors: started.left.map((e) => `${e.message}; ${e.remedy}`) }
  await started.right.engine.dispose()
  return { runtime: started.right.engine.runtime, notices: started.right.notices }
}

describe('ONNX Runtime that is absent or broken', () => {
  const noNode = loadWith(absent('onnxruntime-node'))
  const none = loadWith(absent('onnxruntime-node', 'onnxruntime-web'))

  it('without onnxruntime-node, onnxruntime-web runs, and how to add the other is said', async () => {
    for (const runtime of ['auto', 'onnx'] as const)
      expect(await start({ runtime, load: noNode })).toEqual({
        runtime: 'onnx-web',
        notices: [
          'onnxruntime-node is not installed, so onnx-web runs: ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node',
        ],
      })
  })

  it('without both, auto is eager', async () => {
    expect(await start({ load: none })).toEqual({
      runtime: 'wasm',
      notices: [
        'the step is not compiled, and runs on tfjs (wasm): no ONNX Runtime can be used: onnxruntime-node is not ' +
          'installed; onnxruntime-web is not installed (ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node)',
      ],
    })
  })

  it('an explicit name refuses', async () => {
    expect(await start({ runtime: 'onnx', load: none })).toEqual({
      errors: [
        'no ONNX Runtime can be used: onnxruntime-node is not installed; onnxruntime-web is not installed; ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node',
      ],
    })
    expect(await start({ runtime: 'onnx-node', load: noNode })).toEqual({
      errors: [
        "the runtime 'onnx-node' cannot be used: onnxruntime-node is not installed; ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node",
      ],
    })
  })

  it('what does not load, or does not start, is passed over with its reason', async () => {
    const importer: Importer = (name, provider, host) =>
      name === 'onnxruntime-node'
        ? Promise.reject(new Error('libonnxruntime.so.1: cannot open shared object file'))
        : importPackage(name, provider, host)
    const { runtime, notices } = await start({ load: loadWith(importer) })
    expect(runtime).toBe('onnx-web')
    expect(notices).toHaveLength(1)
    expect(notices?.[0]).toMatch(
      /^onnxruntime-node is installed, but does not load: libonnxruntime\.so\.1: cannot open shared object file, so onnx-web runs: npm install onnxruntime-node once more/,
    )
  })

  it('fit passes it over, and says so', async () => {
    vi.spyOn(onnxruntime.InferenceSession, 'create').mockRejectedValue(new Error('illegal instruction'))
    const fit = await fitted(vae, { steps: 2, threads: 1, onEvent })
    expect(fit.diagnostics).toMatchObject({
      runtime: 'onnx-web',
      notices: [
        "onnxruntime-node loads, but its provider 'cpu' does not start: illegal instruction, so onnx-web runs: " +
          "use { runtime: 'onnx-web' }, which needs no library",
      ],
    })
  })
})
