/** Every variant of the elbo trains on the compiled runtime, rises, agrees with tfjs step by step, and leaks no tensor. */
import * as tf from '@tensorflow/tfjs'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import { keyFromSeed, normals } from '../../src/runtime/keys.js'

const [X, Z] = [g.real(2), g.real(2)]
const decode = g.mlp(Z, [8], X)
const encode = g.gaussian(X, [8], Z)
const kernel = g.similarities.rationalQuadratic({ alpha: 1, bandwidth: 1 })

const p = g.pipe(
  g.Do,
  g.nets({ decode }),
  g.bind('z', () => g.standardNormal(2)),
  g.bind('x', ({ z, decode }) => g.normal({ loc: decode(z), scale: 0.5 })),
)
const q = g.pipe(
  g.given({ x: X }),
  g.nets({ encode }),
  g.bind('z', ({ x, encode }) => g.normal(encode(x))),
)
const deep = g.pipe(
  g.given({ x: X }),
  g.nets({ encode }),
  g.bind('a', ({ x, encode }) => g.normal(encode(x))),
  g.bind('z', ({ a }) => g.normal({ loc: a, scale: 0.5 })),
)
const back = g.pipe(
  g.given({ z: Z }),
  g.nets({ reverse: g.gaussian(Z, [8], Z) }),
  g.bind('a', ({ z, reverse }) => g.normal(reverse(z))),
)
const code = g.pipe(
  g.given({ x: X }),
  g.nets({ code: g.mlp(X, [8], Z) }),
  g.bind('z', ({ x, code }) => g.push(code(x))),
)
const classes = g.pipe(
  g.Do,
  g.nets({ means: g.mlp(g.real(2), [8], X) }),
  g.bind('y', () => g.oneHotCategorical({ probs: g.value(g.simplex(2), [0.5, 0.5]) })),
  g.bind('x', ({ y, means }) => g.normal({ loc: means(y), scale: 0.5 })),
)
const classify = g.pipe(
  g.given({ x: X }),
  g.nets({ logits: g.mlp(X, [8], g.real(2)) }),
  g.bind('y', ({ x, logits }) => g.oneHotCategorical({ logits: logits(x) })),
)
const location = g.pipe(
  g.Do,
  g.shared('w', () => g.standardNormal(2)),
  g.bind('x', ({ w }) => g.normal({ loc: w, scale: 1 })),
)

const numbers = normals(keyFromSeed(1), 80)
const x = Array.from({ length: 40 }, (_, i) => [
  (i % 2 === 0 ? 1 : -1) + 0.3 * (numbers[2 * i] as number),
  0.3 * (numbers[2 * i + 1] as number),
])
const { filled, known } = g.missing(
  g.oneHot(2),
  x.map((_, i) => (i > 3 ? null : i % 2 === 0 ? [1, 0] : [0, 1])),
)

const variants: Readonly<Record<string, readonly [unknown, object]>> = {
  'annealed elbo with free bits': [
    g.elbo(p, q, { beta: g.linearSchedule(0, 1, 30), freeBits: { z: { perEntry: 0.02 } } }),
    { x },
  ],
  semiSupervised: [g.semiSupervised(classes, classify, { label: 'y' }), { x, y: filled, labelled: known }],
  betaTcvae: [g.betaTcvae(p, q, { beta: 4 }), { x }],
  infoVae: [g.infoVae(p, q, { alpha: 1, lambda: 10, kernel }), { x }],
  wae: [g.wae(p, code, { lambda: 10, kernel }), { x }],
  hvi: [g.hvi(p, deep, back), { x }],
  iwhvi: [g.iwhvi(p, deep, back, { particles: 3 }), { x }],
  svgd: [g.svgd(location, { data: ['x'], particles: 8 }), { x }],
}

const train = (objective: unknown, data: object, runtime: 'onnx' | 'cpu', steps: number) =>
  g.orThrow(
    g.fit(objective as never, {
      data: data as never,
      optimizer: g.adam(1e-2),
      steps,
      batch: 20,
      seed: 1,
      runtime,
    }),
  )

describe.each(Object.entries(variants))('%s', (_, [objective, data]) => {
  it('trains compiled, and rises', async () => {
    const { history, diagnostics } = await train(objective, data, 'onnx', 200)
    expect(diagnostics.runtime).toMatch(/onnx/)
    const mean = (from: number, to: number) =>
      history.slice(from, to).reduce((a, h) => a + (h.values.objective as number), 0) / (to - from)
    // The annealed one is compared from the end of its schedule on.
    expect(mean(180, 200)).toBeGreaterThan(mean(30, 50))
  })

  it('agrees with tfjs, and leaks no tensor', async () => {
    const compiled = await train(objective, data, 'onnx', 8)
    await train(objective, data, 'cpu', 1)
    const before = tf.memory().numTensors
    const eager = await train(objective, data, 'cpu', 8)
    expect(tf.memory().numTensors).toBe(before)
    compiled.history.forEach((h, i) => {
      const value = h.values.objective as number
      const other = eager.history[i]?.values.objective as number
      expect(Math.abs(value - other)).toBeLessThan(1e-4 * Math.max(1, Math.abs(value)))
    })
  })
})
