/** One seed, one result: bit for bit on one machine; between numbers of threads up to rounding, or with `deterministic` not at all. */
import { either as E } from 'fp-ts'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import { distance, fitted, minimax, numbersOf, type Options, tryFit, vae } from './trainables.js'

/** A VAE with shapes for which ONNX Runtime shares work between threads. */
const wide = (() => {
  const Z = g.real(20)
  const X = g.binary(784)
  const p = g.pipe(
    g.Do,
    g.nets({ decode: g.mlp(Z, [100], g.real(784)) }),
    g.bind('z', () => g.standardNormal(20)),
    g.bind('x', ({ z, decode }) => g.bernoulli({ logits: decode(z) })),
  )
  const q = g.pipe(
    g.given({ x: X }),
    g.nets({ encode: g.gaussian(X, [100], Z) }),
    g.bind('z', ({ x, encode }) => g.normal(encode(x))),
  )
  const x = Array.from({ length: 150 }, (_, i) =>
    Array.from({ length: 784 }, (_, j) => Number((i * j + 7 * j) % 5 < 2)),
  )
  return { target: g.elbo(p, q), data: { x } }
})()
const ofWide: Options = { batch: 64, epochs: 2, runtime: 'onnx-node', optimizer: g.adam(1e-3) }

describe('one seed', () => {
  it.each([
    ['a VAE', vae],
    ['a game', minimax],
  ])('gives the same bits twice, another seed others: %s', async (_, c) => {
    const run = (seed: number) => fitted(c, { epochs: 3, seed, runtime: 'onnx-node' })
    const [a, b, other] = [await run(1), await run(1), await run(2)]
    expect(numbersOf(a.params)).toEqual(numbersOf(b.params))
    expect(a.history.map((h) => h.values)).toEqual(b.history.map((h) => h.values))
    expect(distance(a, other)).toBeGreaterThan(0)
  })

  it.each([1, 2])('gives the same bits twice on %d threads', async (threads) => {
    const [a, b] = [await fitted(wide, { ...ofWide, threads }), await fitted(wide, { ...ofWide, threads })]
    expect(a.diagnostics.threads).toBe(threads)
    expect(distance(a, b)).toBe(0)
  })

  // Products and logarithms may be cut differently: src/runtime/onnx/session/threads.ts. Adam divides by the root of squared
  // gradients, and so turns a rounding of a gradient near 0 into up to a step of 1e-3 each.
  it('gives the same numbers up to rounding on 1, 2 and 3 threads', async () => {
    const run = (threads: number) => fitted(wide, { ...ofWide, threads, optimizer: g.sgd(0.01) })
    const one = await run(1)
    for (const threads of [2, 3]) expect(distance(one, await run(threads))).toBeLessThan(1e-6)
  })

  it('with deterministic: one thread, whatever number is asked for, and its bits', async () => {
    const one = await fitted(wide, { ...ofWide, threads: 1 })
    const asked = await fitted(wide, { ...ofWide, threads: 3, deterministic: true })
    expect(asked.diagnostics.threads).toBe(1)
    expect(distance(one, asked)).toBe(0)
  })
})

describe('onnxruntime-web has one pool of threads', () => {
  it('says so where another number is asked for, and refuses bits that do not depend on it', async () => {
    const first = await fitted(vae, { steps: 2, runtime: 'onnx-web', threads: 2 })
    expect(first.diagnostics).toMatchObject({ runtime: 'onnx-web', threads: 2, notices: [] })
    const other = await fitted(vae, { steps: 2, runtime: 'onnx-web', threads: 1, onEvent: () => {} })
    expect(other.diagnostics).toMatchObject({
      threads: 2,
      notices: [
        'threads = 1 was asked for, and 2 run: onnxruntime-web keeps the number that it started with',
      ],
    })
    const refused = await tryFit(vae, { steps: 2, runtime: 'onnx-web', deterministic: true })
    expect(E.isLeft(refused) ? refused.left : []).toMatchObject([
      {
        tag: 'runtime',
        message:
          "the runtime 'onnx-web' cannot be used: onnxruntime-web loads, but its provider 'wasm' does not start: its 2 threads have started already, and deterministic means one",
        remedy: "ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node, or use { runtime: 'wasm' }",
      },
    ])
  })
})
