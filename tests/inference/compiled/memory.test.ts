/** What a compiled fit holds: no tensor, one session per objective and size, all of them freed however it ends; copies leave it. */
import * as tf from '@tensorflow/tfjs'
import { either as E } from 'fp-ts'
import * as g from 'giry'
import onnxruntime from 'onnxruntime-node'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fitted, minimax, numbersOf, type Options, tryFit, vae } from './trainables.js'

const onnx: Options = { runtime: 'onnx-node' }
const { InferenceSession } = onnxruntime

/** Counts the sessions that are created and not released; the first of each start is the probe. */
const sessions = { open: 0, created: 0 }

beforeEach(() => {
  const create = InferenceSession.create.bind(InferenceSession) as (...a: unknown[]) => Promise<object>
  Object.assign(sessions, { open: 0, created: 0 })
  vi.spyOn(InferenceSession, 'create').mockImplementation((async (...a: unknown[]) => {
    const session = (await create(...a)) as { release: () => Promise<void> }
    const release = session.release.bind(session)
    sessions.open++
    sessions.created++
    session.release = () => {
      sessions.open--
      return release()
    }
    return session
  }) as never)
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe('a compiled fit', () => {
  it('holds no tensor more after 300 steps, and leaves none', async () => {
    await fitted(vae, { ...onnx, steps: 1 })
    const before = tf.memory().numTensors
    const counts = new Set<number>()
    const bytes = new Set<number>()
    const onEvent = (e: g.FitEvent) => {
      if (e.type !== 'step') return
      counts.add(tf.memory().numTensors)
      bytes.add(tf.memory().numBytes)
    }
    await fitted(vae, { ...onnx, steps: 300, heldOut: vae.data, onEvent })
    expect([counts.size, bytes.size]).toEqual([1, 1])
    expect(tf.memory().numTensors).toBe(before)
  })

  it('has a session for each player and size, and one for the held-out value; all are released', async () => {
    let during = 0
    const onEvent = (e: g.FitEvent) => {
      if (e.type === 'step') during = Math.max(during, sessions.open)
    }
    await fitted(vae, { ...onnx, epochs: 20, heldOut: vae.data, onEvent })
    // 4 data, the last 3, held out; the probe is released already
    expect(sessions).toEqual({ open: 0, created: 4 })
    expect(during).toBe(3)
    await fitted(minimax, { ...onnx, epochs: 3 })
    expect(sessions).toEqual({ open: 0, created: 4 + 5 })
  })

  it('releases its sessions when a listener throws, and when the step cannot be built', async () => {
    const onEvent = () => {
      throw new Error('no')
    }
    await tryFit(vae, { ...onnx, steps: 3, onEvent })
    expect(sessions.open).toBe(0)
    // The second player's step cannot be recorded; the first's is built by then.
    const Z = g.real(2)
    const X = g.empirical({ x: Z })
    const reads = g.lift(g.real(), (x) => x.sum(-1).mul(x.dataSync()[0] as number))
    const A = g.mlp(Z, [3], g.real())
    const B = g.mlp(Z, [3], Z)
    const target = g.game({
      a: { maximize: g.expect(X, { A }, ({ x, A }) => A(x)), owns: ['A'] },
      b: { maximize: g.expect(X, { B }, ({ x, B }) => reads(B(x))), owns: ['B'] },
    })
    const result = await tryFit({ target, data: minimax.data }, { ...onnx, steps: 3 })
    expect(E.isLeft(result)).toBe(true)
    expect(sessions.open).toBe(0)
  })
})

describe('what is handed out is a copy', () => {
  it('of parameters and averages, in checkpoints and at the end', async () => {
    const seen: { readonly fit: g.Fit; readonly at: readonly (readonly number[])[] }[] = []
    const all = (fit: g.Fit) => [numbersOf(fit.params), numbersOf(fit.averaged)]
    const write = (fit: g.Fit) => void seen.push({ fit, at: all(fit) })
    const last = await fitted(vae, {
      ...onnx,
      steps: 6,
      optimizer: g.ema(0.9, g.adam(1e-2)),
      checkpoint: { every: 1, write },
    })
    const again = await fitted(vae, { ...onnx, steps: 2, params: last.params as never })
    expect(seen).toHaveLength(6)
    for (const { fit, at } of seen) expect(all(fit)).toEqual(at)
    expect(new Set(seen.map((s) => s.at.join())).size).toBe(6)
    expect(numbersOf(last.params)).toEqual(seen[5]?.at[0])
    expect(numbersOf(again.params)).not.toEqual(numbersOf(last.params))
  })

  it('and what the user does to it does not change the run', async () => {
    const write = (fit: g.Fit) => {
      for (const net of Object.values(fit.params as Record<string, g.NetParams>))
        for (const array of Object.values(net)) array.data.fill(7)
    }
    const [disturbed, alone] = [
      await fitted(vae, { ...onnx, steps: 5, checkpoint: { every: 1, write } }),
      await fitted(vae, { ...onnx, steps: 5 }),
    ]
    expect(numbersOf(disturbed.params)).toEqual(numbersOf(alone.params))
  })
})
