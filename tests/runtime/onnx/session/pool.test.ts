import { afterEach, describe, expect, it, vi } from 'vitest'
import { waysTo } from '../../../../src/runtime/onnx/providers.js'
import type { OrtModule } from '../../../../src/runtime/onnx/session/ort.js'
import { poolOf } from '../../../../src/runtime/onnx/session/pool.js'
import { defaultThreads } from '../../../../src/runtime/onnx/session/threads.js'

const [node] = waysTo('onnx-node', 'node')
const [web] = waysTo('onnx-web', 'browser')
if (node === undefined || web === undefined) throw new Error('a way is gone')

/** A package that has not started yet. */
const fresh = (wasm: OrtModule['env']['wasm'] = {}): OrtModule =>
  ({ env: { versions: {}, wasm } }) as unknown as OrtModule

const isolate = (on: boolean) => vi.stubGlobal('crossOriginIsolated', on)

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('onnxruntime-node', () => {
  it('has as many threads as each session asks for', async () => {
    const ort = fresh()
    expect(await poolOf(node, ort, 'node', {})).toEqual({ threads: await defaultThreads(), notices: [] })
    expect(await poolOf(node, ort, 'node', { threads: 5 })).toEqual({ threads: 5, notices: [] })
    expect(await poolOf(node, ort, 'node', { threads: 5, deterministic: true })).toMatchObject({ threads: 1 })
    expect(ort.env.wasm).toEqual({})
  })
})

describe('onnxruntime-web', () => {
  it('keeps the number that it started with, and says so where another is asked for', async () => {
    const ort = fresh()
    expect(await poolOf(web, ort, 'node', { threads: 2 })).toEqual({ threads: 2, notices: [] })
    expect(ort.env.wasm).toEqual({ numThreads: 2 }) // no timer, which would keep the process alive
    expect(await poolOf(web, ort, 'node', {})).toEqual({ threads: 2, notices: [] })
    expect(await poolOf(web, ort, 'node', { threads: 4 })).toEqual({
      threads: 2,
      notices: [
        'threads = 4 was asked for, and 2 run: onnxruntime-web keeps the number that it started with',
      ],
    })
    await expect(poolOf(web, ort, 'node', { deterministic: true })).rejects.toThrow(
      'its 2 threads have started already, and deterministic means one',
    )
    const one = fresh()
    await poolOf(web, one, 'node', { threads: 3, deterministic: true })
    expect(await poolOf(web, one, 'node', { threads: 3, deterministic: true })).toEqual({
      threads: 1,
      notices: [],
    })
  })

  it('has one thread in a page that is not isolated, and names the headers where more are asked for', async () => {
    isolate(false)
    expect(await poolOf(web, fresh({ wasmPaths: '/ort/' }), 'browser', {})).toEqual({
      threads: 1,
      notices: [],
    })
    expect(await poolOf(web, fresh(), 'browser', { threads: 3 })).toEqual({
      threads: 1,
      notices: [
        'threads = 3 was asked for, and 1 runs: a page may share memory between threads only if it is served with ' +
          'the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp',
      ],
    })
    expect(await poolOf(web, fresh(), 'browser', { threads: 3, deterministic: true })).toEqual({
      threads: 1,
      notices: [],
    })
  })

  it('has several in one that is, where they are asked for or their file is known; their start ends', async () => {
    isolate(true)
    expect(await poolOf(web, fresh(), 'browser', {})).toEqual({ threads: 1, notices: [] })
    const asked = fresh()
    expect(await poolOf(web, asked, 'browser', { threads: 3 })).toEqual({ threads: 3, notices: [] })
    expect(asked.env.wasm.initTimeout).toBe(30_000)
    const known = fresh({ wasmPaths: '/ort/', initTimeout: 5 })
    expect(await poolOf(web, known, 'browser', {})).toEqual({ threads: await defaultThreads(), notices: [] })
    expect(known.env.wasm.initTimeout).toBe(5)
  })
})
