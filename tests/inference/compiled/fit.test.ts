/** Training compiled = training eagerly: parameters after the steps of three epochs, whatever the model, optimizer, runtime. */
import * as tf from '@tensorflow/tfjs'
import * as g from 'giry'
import { afterEach, describe, expect, it } from 'vitest'
import { playersOf, type Trainable } from '../../../src/inference/players.js'
import { movesOf } from '../../../src/inference/prepare.js'
import * as cases from './trainables.js'
import { distance, fitted, type Options } from './trainables.js'

const { vae, score, iwae, enumerated, plates, shared, minimax, game } = cases
const kinds = { vae, score, iwae, enumerated, plates, shared, minimax, game }

afterEach(async () => {
  await tf.setBackend('cpu')
})

describe('compiled = eager', () => {
  // Three epochs of 4 + 4 + 3 data: 9 minibatches, of which a step takes as many as its most frequent mover. Adam divides by a root of squared gradients, so that rounding of gradients
  // near 0 is amplified: sgd shows the gradients as they are.
  it.each(Object.entries(kinds))('%s', async (_, c) => {
    const options: Options = { epochs: 3, optimizer: g.sgd(0.05), heldOut: c.data }
    const compiled = await fitted(c, { ...options, runtime: 'onnx-node' })
    const eager = await fitted(c, { ...options, runtime: 'cpu' })
    const steps = Math.ceil(9 / movesOf(playersOf(c.target as unknown as Trainable)))
    expect(compiled.diagnostics).toMatchObject({ runtime: 'onnx-node', steps, notices: [] })
    expect(compiled.diagnostics.epochs).toBeGreaterThanOrEqual(3)
    expect(eager.diagnostics.runtime).toBe('cpu')
    expect(distance(compiled, eager)).toBeLessThan(1e-5)
    compiled.history.forEach((h, i) => {
      const other = eager.history[i] as g.HistoryPoint
      expect(Object.keys(h.values)).toEqual(Object.keys(other.values))
      for (const [player, value] of Object.entries(h.values))
        expect(value).toBeCloseTo(other.values[player] as number, 4)
      if (h.heldOut !== undefined) expect(h.heldOut).toBeCloseTo(other.heldOut as number, 4)
    })
  })

  const optimizers: Readonly<Record<string, g.Optimizer>> = {
    adam: g.adam(1e-3),
    adamW: g.adamW(1e-3),
    'momentum, clipped': g.optimizer(g.clipByGlobalNorm(0.5), g.momentum(0.01)),
    rmsprop: g.rmsprop(1e-3),
    'a moving average': g.ema(0.9, g.adam(1e-3)),
  }
  it.each(Object.entries(optimizers))('with %s', async (_, optimizer) => {
    const compiled = await fitted(cases.vae, { steps: 20, optimizer, runtime: 'onnx-node' })
    const eager = await fitted(cases.vae, { steps: 20, optimizer, runtime: 'cpu' })
    expect(distance(compiled, eager)).toBeLessThan(1e-4)
    const [a, b] = [compiled.averaged, eager.averaged].map(cases.numbersOf)
    expect(a?.length === 0).toBe(compiled.averaged === undefined)
    a?.forEach((x, i) => {
      expect(Math.abs(x - (b?.[i] as number))).toBeLessThan(1e-4)
    })
  })

  it('onnx-node, onnx-web, wasm and cpu agree after 20 steps', async () => {
    const options: Options = { steps: 20, optimizer: g.sgd(0.05), threads: 1 }
    const reference = await fitted(cases.vae, { ...options, runtime: 'cpu' })
    for (const runtime of ['onnx-node', 'onnx-web', 'wasm'] as const) {
      const other = await fitted(cases.vae, { ...options, runtime })
      expect(other.diagnostics.runtime).toBe(runtime)
      expect(distance(other, reference), runtime).toBeLessThan(1e-5)
    }
  })

  it('evaluate gives the same mean on both', async () => {
    const { target, data } = cases.vae
    const params = g.init(target as { nets: Record<string, never> }, 1)
    const at = (runtime: g.RuntimeName) =>
      g.orThrow(g.evaluate(target as never, { params, data, runtime, batch: 4 } as never))
    expect(await at('onnx-node')).toBeCloseTo(await at('cpu'), 4)
  })
})
