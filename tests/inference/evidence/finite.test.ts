import fc from 'fast-check'
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { bernoulli } from '../../../src/dsl/distributions/bernoulli.js'
import { categorical } from '../../../src/dsl/distributions/categorical.js'
import { iid } from '../../../src/dsl/distributions/iid.js'
import { normal } from '../../../src/dsl/distributions/normal.js'
import { oneHotCategorical } from '../../../src/dsl/distributions/oneHotCategorical.js'
import { bind, Do, letTo } from '../../../src/dsl/notation.js'
import { add, mul } from '../../../src/dsl/operations/arithmetic.js'
import { gather } from '../../../src/dsl/operations/picking.js'
import { matMul } from '../../../src/dsl/operations/products.js'
import { sum } from '../../../src/dsl/operations/reductions.js'
import { positive, real, simplex, value } from '../../../src/dsl/space.js'
import { evidence, posterior } from '../../../src/inference/evidence.js'
import { orThrow } from '../../../src/inference/fit.js'
import { refusal } from './refusal.js'

const log2Pi = Math.log(2 * Math.PI)
const f32 = Math.fround
const probabilities = (k: number) =>
  fc.array(fc.double({ min: 0.05, max: 1, noNaN: true }), { minLength: k, maxLength: k }).map((w) => {
    const s = w.reduce((a, b) => a + b, 0)
    return w.map((x) => f32(x / s))
  })

describe('enumeration', () => {
  it('is the sum over the joint support, on random finite models with conditional latents', async () => {
    await fc.assert(
      fc.asyncProperty(
        probabilities(3),
        fc.array(probabilities(2), { minLength: 3, maxLength: 3 }),
        fc.array(probabilities(4), { minLength: 6, maxLength: 6 }),
        async (a, b, c) => {
          const table = [c.slice(0, 2), c.slice(2, 4), c.slice(4, 6)]
          const model = pipe(
            Do,
            bind('u', () => categorical({ probs: value(simplex(3), a) })),
            bind('v', ({ u }) => categorical({ probs: gather(value(simplex(3, 2), b), u) })),
            bind('x', ({ u, v }) =>
              categorical({ probs: gather(gather(value(simplex(3, 2, 4), table), u), v) }),
            ),
          )
          const joint = (u: number, v: number, x: number) =>
            (a[u] as number) * (b[u]?.[v] as number) * (table[u]?.[v]?.[x] as number)
          const marginal = [0, 1, 2, 3].map((x) =>
            [0, 1, 2].reduce((s, u) => s + joint(u, 0, x) + joint(u, 1, x), 0),
          )
          const e = await orThrow(evidence(model, { x: [0, 1, 2, 3] }))
          expect(e.kind).toBe('exact')
          expect(e.method).toBe('enumeration')
          expect(e.standardError).toEqual([0, 0, 0, 0])
          marginal.forEach((p, x) => {
            expect(e.value[x]).toBeCloseTo(Math.log(p), 5)
          })
          const post = await orThrow(posterior(model, { x: [0, 1, 2, 3] }))
          if (post.kind !== 'finite') throw new Error(post.kind)
          expect(post.coordinates).toEqual(['u', 'v'])
          post.configurations.forEach(([u, v], i) => {
            marginal.forEach((p, x) => {
              const exact = joint(u as number, v as number, x) / p
              expect(post.probabilities[x]?.[i]).toBeCloseTo(exact, 6)
              expect(post.logDensity({ u: u as number, v: v as number })[x]).toBeCloseTo(Math.log(exact), 5)
            })
          })
        },
      ),
      { numRuns: 25 },
    )
  })

  it('is the density of a Gaussian mixture', async () => {
    const w = [0.2, 0.5, 0.3].map(f32)
    const means = [
      [0, 1],
      [-3, 2],
      [4, -1],
    ]
    const scales = [
      [1, 0.5],
      [0.1, 2],
      [3, 1],
    ].map((r) => r.map(f32))
    const model = pipe(
      Do,
      bind('c', () => categorical({ probs: value(simplex(3), w) })),
      bind('x', ({ c }) =>
        normal({ loc: gather(value(real(3, 2), means), c), scale: gather(value(positive(3, 2), scales), c) }),
      ),
    )
    const data = [
      [0, 1],
      [-3, 2.2],
      [10, 10],
      [1.5, 0],
    ].map((r) => r.map(f32))
    const e = await orThrow(evidence(model, { x: data }))
    data.forEach((x, i) => {
      {
        const terms = w.map((p, k) =>
          x.reduce(
            (s, xi, j) =>
              s -
              0.5 * ((xi - (means[k]?.[j] as number)) / (scales[k]?.[j] as number)) ** 2 -
              Math.log(scales[k]?.[j] as number) -
              0.5 * log2Pi,
            Math.log(p),
          ),
        )
        const top = Math.max(...terms)
        expect(
          Math.abs((e.value[i] as number) - top - Math.log(terms.reduce((s, t) => s + Math.exp(t - top), 0))),
        ).toBeLessThan(1e-5)
      }
    })
  })

  it('sums out latents in plates, one-hot latents, iid latents and what only other latents depend on', async () => {
    const model = pipe(
      Do,
      bind('a', () => bernoulli({ probs: 0.3 })),
      bind('b', ({ a }) => bernoulli({ logits: add(mul(2, a), -1) }), { plates: { word: 3 } }),
      bind('h', () => oneHotCategorical({ probs: value(simplex(2), [0.25, 0.75]) })),
      bind('d', () => iid(2, bernoulli({ probs: 0.5 }))),
      letTo('m', ({ b, h, d }) => add(add(mul(2, b), matMul(value(real(2), [1, -1]), h)), sum(d))),
      bind('x', ({ m }) => normal({ loc: m, scale: 1 })),
    )
    const x = [0.5, 2, -1]
    const sigmoid = (t: number) => 1 / (1 + Math.exp(-t))
    let total = 0
    for (const a of [0, 1])
      for (const h of [0, 1])
        for (const d of [0, 1, 1, 2]) {
          const one = (xi: number) =>
            [0, 1].reduce(
              (s, b) =>
                s +
                (b ? sigmoid(2 * a - 1) : 1 - sigmoid(2 * a - 1)) *
                  Math.exp(-0.5 * (xi - 2 * b - (h ? -1 : 1) - d) ** 2 - 0.5 * log2Pi),
              0,
            )
          total += (a ? 0.3 : 0.7) * (h ? 0.75 : 0.25) * 0.25 * x.reduce((p, xi) => p * one(xi), 1)
        }
    const e = await orThrow(evidence(model, { x: [x] }))
    expect(e.value[0]).toBeCloseTo(Math.log(total), 5)
    const post = await orThrow(posterior(model, { x: [x] }))
    if (post.kind !== 'finite') throw new Error(post.kind)
    expect(post.configurations.length).toBe(2 * 8 * 2 * 4)
    expect(post.probabilities[0]?.reduce((s, p) => s + p, 0)).toBeCloseTo(1, 12)
    expect(post.coordinates).toEqual(['a', 'b', 'b', 'b', 'h', 'h', 'd', 'd'])
    expect(post.logDensity({ a: 1, b: [0, 1, 0], h: [0, 1], d: [1, 0] })[0]).toBeLessThan(0)
    expect(
      post.logDensity({
        a: [1, 0, 1],
        b: [
          [0, 1, 0],
          [1, 1, 1],
          [0, 0, 0],
        ],
        h: [0, 1],
        d: [1, 0],
      }),
    ).toHaveLength(3)
  })

  it('without latents is the log density, and with every latent observed too', async () => {
    const model = pipe(
      Do,
      bind('c', () => bernoulli({ probs: 0.25 })),
      bind('x', ({ c }) => normal({ loc: c, scale: 1 })),
    )
    const both = await orThrow(evidence(model, { c: [0, 1], x: [0, 0] }))
    expect(both.value[0]).toBeCloseTo(Math.log(0.75) - 0.5 * log2Pi, 6)
    expect(both.value[1]).toBeCloseTo(Math.log(0.25) - 0.5 - 0.5 * log2Pi, 6)
  })

  it('is −Infinity where no configuration explains the datum', async () => {
    const model = pipe(
      Do,
      bind('c', () => bernoulli({ probs: 0 })),
      bind('x', ({ c }) => bernoulli({ probs: c })),
    )
    const e = await orThrow(evidence(model, { x: [0, 1] }))
    expect(e.value).toEqual([0, Number.NEGATIVE_INFINITY])
  })

  it('takes many data and a large support in chunks', async () => {
    const model = pipe(
      Do,
      bind('c', () => iid(12, bernoulli({ probs: 0.5 }))),
      bind('x', ({ c }) => normal({ loc: sum(c), scale: 1 })),
    )
    const x = Array.from({ length: 3000 }, (_, i) => f32((i % 40) / 3))
    const e = await orThrow(evidence(model, { x }))
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k)
    for (const i of [0, 17, 2999]) {
      const exact = Array.from(
        { length: 13 },
        (_, k) => (choose(12, k) / 4096) * Math.exp(-0.5 * ((x[i] as number) - k) ** 2),
      ).reduce((a, b) => a + b, 0)
      expect(e.value[i]).toBeCloseTo(Math.log(exact) - 0.5 * log2Pi, 5)
    }
  })

  it('refuses a support beyond 2^20', async () => {
    const model = pipe(
      Do,
      bind('c', () => iid(11, bernoulli({ probs: 0.5 }))),
      bind('d', () => iid(10, bernoulli({ probs: 0.5 }))),
      bind('x', ({ c, d }) => normal({ loc: add(sum(c), sum(d)), scale: 1 })),
    )
    const [error] = await refusal(evidence(model, { x: [0] }, { method: 'enumeration' }))
    expect(error?.tag).toBe('exact')
    expect(error?.message).toBe(
      "the method 'enumeration' does not apply to this model: the latents have 2,097,152 configurations, more than 1,048,576, and summing the latents out takes a table of 2,097,152 entries, more than 1,048,576",
    )
  })
})
