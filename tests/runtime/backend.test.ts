import * as tf from '@tensorflow/tfjs'
import { either as E } from 'fp-ts'
import { describe, expect, it } from 'vitest'
import { useRuntime } from '../../src/runtime/backend.js'
import { type RuntimeName, runtimeFaults, runtimeNames } from '../../src/runtime/runtimes.js'

describe('useRuntime', () => {
  // The first test: tfjs has started no backend yet.
  it('serves several that start at once', async () => {
    const names: readonly RuntimeName[] = ['auto', 'wasm', 'auto', 'cpu', 'wasm']
    const started = await Promise.all(names.map((name) => useRuntime(name)()))
    expect(started).toEqual(['wasm', 'wasm', 'wasm', 'cpu', 'wasm'].map(E.right))
  })

  it('leaves no listener on the process that would print the source of the WASM build in front of an error', () => {
    const sources = [
      ...process.listeners('uncaughtException'),
      ...process.listeners('unhandledRejection'),
    ].map((l) => `${l}`)
    expect(sources.filter((s) => s.includes('ExitStatus') || s === 'function(reason){throw reason}')).toEqual(
      [],
    )
  })

  it('starts wasm in Node, where auto means wasm', async () => {
    expect(await useRuntime('wasm')()).toEqual(E.right('wasm'))
    expect(tf.getBackend()).toBe('wasm')
    expect([...tf.matMul([[1, 2]], [[3], [4]]).dataSync()]).toEqual([11])
    expect(await useRuntime('auto')()).toEqual(E.right('wasm'))
  })

  it('switches to cpu and back, and takes whatever is active for current', async () => {
    expect(await useRuntime('cpu')()).toEqual(E.right('cpu'))
    expect(tf.getBackend()).toBe('cpu')
    expect(await useRuntime('current')()).toEqual(E.right('cpu'))
    expect(await useRuntime('wasm')()).toEqual(E.right('wasm'))
    expect(await useRuntime('current')()).toEqual(E.right('wasm'))
  })

  it('refuses an unknown name with the allowed ones', async () => {
    const result = await useRuntime('gpu' as RuntimeName)()
    expect(result).toEqual(
      E.left([
        {
          tag: 'option',
          where: 'runtime',
          message: "'gpu' is no runtime",
          remedy: 'use one of auto, onnx, onnx-node, onnx-web, onnx-cuda, onnx-webgpu, wasm, cpu, current',
        },
      ]),
    )
  })

  it('lists every name', () => {
    expect(runtimeNames.flatMap(runtimeFaults)).toEqual([])
    expect(runtimeFaults(undefined)).toEqual([])
    expect(runtimeFaults('toString')).toHaveLength(1)
  })
})
