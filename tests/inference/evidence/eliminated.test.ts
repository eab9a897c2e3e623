/**
 * evidence by variable elimination: hidden Markov models of 3^50 configurations against the forward algorithm in float64; many
 * data, plates against the product over their elements, and the sentences.
 */
import { either as E } from 'fp-ts'
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { bernoulli } from '../../../src/dsl/distributions/bernoulli.js'
import { normal } from '../../../src/dsl/distributions/normal.js'
import type { AnyModel } from '../../../src/dsl/model.js'
import { bind, Do } from '../../../src/dsl/notation.js'
import { add } from '../../../src/dsl/operations/arithmetic.js'
import { meanOverPlate } from '../../../src/dsl/operations/plates.js'
import { type Evidence, evidence, posterior } from '../../../src/inference/evidence.js'
import { bindAny, emptyModel } from '../../../src/testing/arbitraries/boundCase.js'
import { dataOfHmm, forward, hmmModel, paramsOfHmm, randomHmm } from '../hmm.js'

type Solve = (model: unknown, data: unknown, options?: unknown) => ReturnType<typeof evidence>
const solve = evidence as unknown as Solve
const right = async (e: ReturnType<typeof evidence>): Promise<Evidence> => {
  const found = await e()
  if (E.isLeft(found)) throw new Error(found.left.map((x) => x.message).join())
  return found.right
}
const sentence = async (task: () => Promise<E.Either<readonly { message: string }[], unknown>>) => {
  const found = await task()
  return E.isLeft(found) ? found.left[0]?.message : 'no error'
}

describe('evidence of a chain', () => {
  it('of 3^50 configurations is the forward algorithm, to 1e-6 of its size', async () => {
    for (const seed of [1, 2, 3]) {
      const h = randomHmm(seed, 50)
      const found = await right(solve(hmmModel(h), dataOfHmm(h, 2), { params: paramsOfHmm(h) }))
      expect(found.method).toBe('enumeration')
      expect(found.kind).toBe('exact')
      for (const value of found.value)
        expect(Math.abs(value - forward(h))).toBeLessThan(1e-6 * Math.abs(forward(h)))
    }
  })

  it('of different data, each its own', async () => {
    const h = randomHmm(4, 20)
    const others = [1, 2, 3].map((seed) => ({ ...h, x: randomHmm(seed, 20).x }))
    const data = Object.fromEntries(h.x.map((_, t) => [`x${t}`, others.map((o) => o.x[t])]))
    const found = await right(solve(hmmModel(h), data, { params: paramsOfHmm(h) }))
    found.value.forEach((value, i) => {
      const exact = forward(others[i] as typeof h)
      expect(Math.abs(value - exact)).toBeLessThan(1e-6 * Math.abs(exact))
    })
  })

  it('has no posterior table', async () => {
    const h = randomHmm(1, 50)
    const task = (posterior as unknown as Solve)(hmmModel(h), dataOfHmm(h), {
      params: paramsOfHmm(h),
      method: 'enumeration',
    })
    expect(await sentence(task as never)).toBe(
      "the method 'enumeration' does not apply to this model: the latents have 7.2e+23 configurations, more than 1,048,576: the posterior is too large for a table, though evidence has log P(x)",
    )
  })
})

describe('plates', () => {
  const plates = { k: 25 }
  const x = Array.from({ length: 25 }, (_, i) => Math.fround(Math.sin(3 * i)))
  const logNormal = (v: number, loc: number) => -0.5 * (v - loc) ** 2 - 0.5 * Math.log(2 * Math.PI)

  it('a coin for each of 25 elements under one coin for all: a product over the plate inside a sum', async () => {
    const model = pipe(
      Do,
      bind('u', () => bernoulli({ probs: 0.25 })),
      bind('c', ({ u }) => bernoulli({ logits: u }), { plates }),
      bind('x', ({ c, u }) => normal({ loc: add(c, u), scale: 1 }), { plates }),
    )
    const found = await right(solve(model, { x: [x] }))
    const exact = Math.log(
      [0, 1].reduce((sum, u) => {
        const one = 1 / (1 + Math.exp(-u))
        const product = x.reduce(
          (l, v) => l + Math.log((1 - one) * Math.exp(logNormal(v, u)) + one * Math.exp(logNormal(v, u + 1))),
          0,
        )
        return sum + (u === 1 ? 0.25 : 0.75) * Math.exp(product)
      }, 0),
    )
    expect(Math.abs((found.value[0] as number) - exact)).toBeLessThan(1e-6 * Math.abs(exact))
  })

  it('are refused where a site combines their elements', async () => {
    const model = pipe(
      Do,
      bind('c', () => bernoulli({ probs: 0.5 }), { plates }),
      bind('x', ({ c }) => normal({ loc: meanOverPlate(c, 'k'), scale: 1 })),
    )
    expect(await sentence(solve(model, { x: [0.3] }, { method: 'enumeration' }) as never)).toBe(
      "the method 'enumeration' does not apply to this model: the latents have 33,554,432 configurations, more than 1,048,576, and latent 'c' lies in the plate k, of which 'x' depends on several elements at once",
    )
  })
})

describe('a dense graph', () => {
  it('is refused with the size of its largest table', async () => {
    const names = Array.from({ length: 24 }, (_, i) => `c${i}`)
    const coins = names.reduce<AnyModel>(
      (m, name) => bindAny(name, () => bernoulli({ probs: 0.5 }))(m),
      emptyModel,
    )
    const model = bindAny('x', (c) =>
      normal({
        loc: names.map((n) => c[n] as never).reduce((a, b) => add(a, b) as never),
        scale: 1,
      } as never),
    )(coins)
    expect(await sentence(solve(model, { x: [3] }, { method: 'enumeration' }) as never)).toBe(
      "the method 'enumeration' does not apply to this model: the latents have 16,777,216 configurations, more than 1,048,576, and summing the latents out takes a table of 16,777,216 entries, more than 1,048,576",
    )
  })
})
