import { either as E } from 'fp-ts'
import { describe, expect, it } from 'vitest'
import type { GiryError } from '../../../src/dsl/error.js'
import { type LoadOptions, loadOnnxRuntime, type OnnxRuntime } from '../../../src/runtime/onnx/load.js'
import { waysTo } from '../../../src/runtime/onnx/providers.js'
import { importPackage } from '../../../src/runtime/onnx/session/import.js'
import { moduleIn } from '../../../src/runtime/onnx/session/ort.js'
import {
  eagerNames,
  isEagerName,
  isOnnxName,
  isRuntimeName,
  type OnnxName,
  onnxNames,
  runtimeFaults,
  runtimeNames,
} from '../../../src/runtime/runtimes.js'

type Importer = NonNullable<LoadOptions['importer']>

const notFound = (specifier: string): Error =>
  Object.assign(new Error(`Cannot find package '${specifier}' imported from /app/giry/load.js`), {
    code: 'ERR_MODULE_NOT_FOUND',
  })

/** Imports the real packages, but for those that are told to do something else. */
const instead =
  (other: Partial<Record<'onnxruntime-node' | 'onnxruntime-web', () => Promise<unknown>>>): Importer =>
  (name, provider, host) =>
    other[name]?.() ?? importPackage(name, provider, host)

const loaded = async (wanted?: OnnxName, options?: LoadOptions): Promise<OnnxRuntime> => {
  const runtime = await loadOnnxRuntime(wanted, options)()
  if (E.isLeft(runtime)) throw new Error(runtime.left.map((e) => e.message).join())
  return runtime.right
}

const refused = async (wanted?: OnnxName, options?: LoadOptions): Promise<readonly GiryError[]> => {
  const runtime = await loadOnnxRuntime(wanted, options)()
  if (E.isRight(runtime)) throw new Error(`${runtime.right.name} was loaded`)
  return runtime.left
}

const absentNode = () => Promise.reject(notFound('onnxruntime-node'))
const absentWeb = () => Promise.reject(notFound('onnxruntime-web'))

/** A module that loads like ONNX Runtime and whose sessions do what is told. */
const moduleWith = (create: () => Promise<unknown>) => ({
  default: {
    InferenceSession: { create },
    Tensor: class {},
    env: { versions: { node: '9.9.9' }, wasm: {} },
  },
})

describe('names of runtimes', () => {
  it('tell apart what compiles and what does not', () => {
    expect(runtimeNames).toEqual(['auto', ...onnxNames, ...eagerNames])
    expect(runtimeNames.filter(isOnnxName)).toEqual([...onnxNames])
    expect(runtimeNames.filter(isEagerName)).toEqual([...eagerNames])
    expect(isRuntimeName('tensorflow')).toBe(false)
  })

  it('an unknown one is answered with the list', () => {
    expect(runtimeFaults(undefined)).toEqual([])
    expect(runtimeNames.flatMap(runtimeFaults)).toEqual([])
    expect(runtimeFaults('gpu')).toEqual([
      {
        tag: 'option',
        where: 'runtime',
        message: "'gpu' is no runtime",
        remedy: 'use one of auto, onnx, onnx-node, onnx-web, onnx-cuda, onnx-webgpu, wasm, cpu, current',
      },
    ])
  })
})

describe('loadOnnxRuntime', () => {
  it('prefers onnxruntime-node in Node, and says what runs', async () => {
    const runtime = await loaded()
    expect(runtime).toMatchObject({
      name: 'onnx-node',
      package: 'onnxruntime-node',
      provider: 'cpu',
      skipped: [],
    })
    expect(runtime.version).toMatch(/^1\.\d+\.\d+/)
    expect(runtime.threads).toBeGreaterThanOrEqual(1)
    expect(runtime.threads).toBeLessThanOrEqual(8)
  })

  it('takes the number of threads', async () => {
    expect((await loaded('onnx-node', { threads: 3 })).threads).toBe(3)
    expect((await loaded('onnx-node', { threads: 3, deterministic: true })).threads).toBe(1)
    expect(await refused('onnx', { threads: 0 })).toMatchObject([
      {
        tag: 'option',
        message: 'threads = 0 is no number of threads',
        remedy: 'give a whole number from 1 to 128, or leave it out for the number of cores',
      },
    ])
  })

  it("falls back to onnxruntime-web's WASM in Node, and remembers why", async () => {
    const runtime = await loaded('onnx', {
      importer: instead({ 'onnxruntime-node': absentNode }),
      threads: 1,
    })
    expect(runtime).toMatchObject({
      name: 'onnx-web',
      provider: 'wasm',
      threads: 1,
      skipped: [
        {
          name: 'onnx-node',
          reason: 'onnxruntime-node is not installed',
          remedy: 'ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node',
        },
      ],
    })
    expect(runtime.version).toMatch(/^1\.\d+\.\d+/)
    const again = await loaded('onnx-web', { threads: 4 })
    expect(again.threads).toBe(1) // The package has one pool, made with the first session.
  })

  const broken: readonly (readonly [string, () => Promise<unknown>, string])[] = [
    [
      'import throws',
      () => Promise.reject(new Error('libonnxruntime.so.1: cannot open shared object file\nat x')),
      'onnxruntime-node is installed, but does not load: libonnxruntime.so.1: cannot open shared object file',
    ],
    [
      'a dependency of it is missing',
      () => Promise.reject(notFound('onnxruntime-common')),
      "onnxruntime-node is installed, but does not load: Cannot find package 'onnxruntime-common' imported from /app/giry/load.js",
    ],
    [
      'something else is imported',
      () => Promise.resolve({ default: { answer: 42 } }),
      'onnxruntime-node loads, but offers no InferenceSession',
    ],
    [
      'nothing is imported',
      () => Promise.resolve(undefined),
      'onnxruntime-node loads, but offers no InferenceSession',
    ],
    [
      'no session can be created',
      () => Promise.resolve(moduleWith(() => Promise.reject(new Error('illegal instruction')))),
      "onnxruntime-node loads, but its provider 'cpu' does not start: illegal instruction",
    ],
    [
      'it computes nonsense',
      () =>
        Promise.resolve(
          moduleWith(() =>
            Promise.resolve({ run: () => Promise.resolve({ y: { data: [7] } }), release: () => undefined }),
          ),
        ),
      "onnxruntime-node loads, but its provider 'cpu' does not start: it computed a wrong number",
    ],
  ]

  it.each(broken)('a broken package is passed over: %s', async (_, node, reason) => {
    const importer = instead({ 'onnxruntime-node': node })
    expect((await loaded('onnx', { importer, threads: 1 })).skipped.map((s) => s.reason)).toEqual([reason])
    const [error] = await refused('onnx-node', { importer })
    expect(error).toMatchObject({
      tag: 'runtime',
      where: 'onnx-node',
      message: `the runtime 'onnx-node' cannot be used: ${reason}`,
    })
    expect(error?.remedy).toMatch(/onnx-web/)
  })

  it('where nothing can be loaded, one sentence names all, and the remedy is one command', async () => {
    const importer = instead({ 'onnxruntime-node': absentNode, 'onnxruntime-web': absentWeb })
    expect(await refused('onnx', { importer })).toMatchObject([
      {
        tag: 'runtime',
        where: 'onnx',
        message:
          'no ONNX Runtime can be used: onnxruntime-node is not installed; onnxruntime-web is not installed',
        remedy: 'ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node',
      },
    ])
  })

  it('an explicit runtime never falls back', async () => {
    const importer = instead({ 'onnxruntime-node': absentNode })
    expect(await refused('onnx-node', { importer })).toMatchObject([
      {
        message: "the runtime 'onnx-node' cannot be used: onnxruntime-node is not installed",
        remedy: 'ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node',
      },
    ])
    const [cuda] = await refused('onnx-cuda', { importer })
    expect(cuda?.remedy).toMatch(
      /^ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node, then fetch its GPU libraries with: /,
    )
  })

  it('CUDA libraries that are absent: how to get them', async () => {
    const importer = instead({
      'onnxruntime-node': () =>
        Promise.resolve(moduleWith(() => Promise.reject(new Error('Failed to load shared library')))),
    })
    const [error] = await refused('onnx-cuda', { importer })
    expect(error?.message).toBe(
      "the runtime 'onnx-cuda' cannot be used: onnxruntime-node loads, but its provider 'cuda' does not start: Failed to load shared library",
    )
    expect(error?.remedy).toContain(
      'ONNXRUNTIME_NODE_INSTALL=true node node_modules/onnxruntime-node/script/install.js',
    )
    expect(error?.remedy).toContain('CUDA 12')
    expect(error?.remedy).toContain("{ runtime: 'onnx' }")
  })

  it('a browser has neither onnxruntime-node nor CUDA', async () => {
    expect(waysTo('onnx', 'browser').map((w) => w.name)).toEqual(['onnx-web'])
    expect(waysTo('onnx-webgpu', 'browser').map((w) => w.package)).toEqual(['onnxruntime-web'])
    expect(await refused('onnx-cuda', { host: 'browser' })).toMatchObject([
      {
        message: "the runtime 'onnx-cuda' cannot be used: it runs in Node only",
        remedy: "use { runtime: 'onnx-web' }",
      },
    ])
  })

  it('a name that does not compile is refused', async () => {
    expect(await refused('wasm' as OnnxName)).toMatchObject([
      { tag: 'option', message: "'wasm' is no runtime that compiles" },
    ])
  })
})

describe('the packages', () => {
  it('have the interface that giry uses', async () => {
    expect(moduleIn(await import('onnxruntime-node'))?.env.versions.node).toMatch(/^1\./)
    expect(moduleIn(await import('onnxruntime-web'))?.env.versions.web).toMatch(/^1\./)
    expect(moduleIn({ InferenceSession: {} })).toBeUndefined()
  })
})
