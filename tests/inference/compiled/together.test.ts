/** A compiled fit disturbs nobody: not the active tfjs backend, not the scopes of tfjs, not other fits at the same time. */
import * as tf from '@tensorflow/tfjs'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import * as cases from './trainables.js'
import { distance, fitted, type Options } from './trainables.js'

describe('the active tfjs backend', () => {
  it.each(['cpu', 'wasm'])('%s is active after a compiled fit', async (name) => {
    await g.orThrow(
      g.evaluate(
        cases.vae.target as never,
        {
          params: g.init(cases.vae.target as never, 1),
          data: cases.vae.data,
          runtime: name,
        } as never,
      ),
    )
    expect(tf.getBackend()).toBe(name)
    await fitted(cases.vae, { steps: 3, runtime: 'onnx-node' })
    expect(tf.getBackend()).toBe(name)
  })

  it('a fit inside tf.tidy is a fit', async () => {
    const runs: Promise<g.Fit>[] = []
    tf.tidy(() => {
      runs.push(fitted(cases.vae, { steps: 5, runtime: 'onnx-node' }))
      runs.push(fitted(cases.vae, { steps: 5, runtime: 'cpu' }))
    })
    const [inside, eager] = (await Promise.all(runs)) as [g.Fit, g.Fit]
    const outside = await fitted(cases.vae, { steps: 5, runtime: 'onnx-node' })
    expect(distance(inside, outside)).toBe(0)
    expect(distance(eager, outside)).toBeLessThan(1e-3)
  })
})

describe('fits at the same time', () => {
  it('two compiled ones do not disturb each other', async () => {
    const alone = [
      await fitted(cases.vae, { steps: 9, seed: 1, runtime: 'onnx-node' }),
      await fitted(cases.minimax, { steps: 9, seed: 2, runtime: 'onnx-node' }),
    ] as const
    const [a, b] = await Promise.all([
      fitted(cases.vae, { steps: 9, seed: 1, runtime: 'onnx-node' }),
      fitted(cases.minimax, { steps: 9, seed: 2, runtime: 'onnx-node' }),
    ])
    expect([distance(a, alone[0]), distance(b, alone[1])]).toEqual([0, 0])
  })

  it('nor a compiled one and an eager one, nor onnx-node and onnx-web', async () => {
    const runtimes = ['onnx-node', 'cpu', 'onnx-web'] as const
    const run = (runtime: g.RuntimeName) => fitted(cases.vae, { steps: 9, runtime })
    const alone = [await run('onnx-node'), await run('cpu'), await run('onnx-web')]
    const together = await Promise.all(runtimes.map(run))
    expect(together.map((f, i) => distance(f, alone[i] as g.Fit))).toEqual([0, 0, 0])
    expect(together.map((f) => f.diagnostics.runtime)).toEqual(runtimes)
  })

  it('nor do two on onnxruntime-web, whose runs must not overlap, wherever the second starts', async () => {
    const run = (seed: number, extra: Options = {}) =>
      fitted(cases.vae, { steps: 9, seed, runtime: 'onnx-web', ...extra })
    const alone = [await run(1), await run(2), await run(3)]
    const later: Promise<g.Fit>[] = []
    const onEvent = (e: g.FitEvent) => {
      if (e.type === 'step' && (e.step === 2 || e.step === 5)) later.push(run(e.step === 2 ? 2 : 3))
    }
    const together = [await run(1, { onEvent }), ...(await Promise.all(later))]
    expect(together.map((f, i) => distance(f, alone[i] as g.Fit))).toEqual([0, 0, 0])
    const [a, b] = await Promise.all([run(1), run(2)])
    expect([distance(a, alone[0] as g.Fit), distance(b, alone[1] as g.Fit)]).toEqual([0, 0])
  })

  it('two of one objective share nothing', async () => {
    const run = (seed: number) => fitted(cases.vae, { steps: 9, seed, runtime: 'onnx-node' })
    const [one, two] = [await run(1), await run(2)]
    const [a, b] = await Promise.all([run(1), run(2)])
    expect([distance(a, one), distance(b, two)]).toEqual([0, 0])
    expect(distance(a, b)).toBeGreaterThan(0)
  })
})
