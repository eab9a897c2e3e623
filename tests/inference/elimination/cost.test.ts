/**
 * The cost said at construction against tables of known graphs: chains, stars, a continuous site that passes axes on; and the
 * choice that follows from it. Compiled = eager for a chain, and for finite sites in plates, whose iwae is a product by hand.
 */
import { pipe } from 'fp-ts/lib/function.js'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import { dataset } from '../../../src/dsl/dataset.js'
import type { AnyModel } from '../../../src/dsl/model.js'
import type { AnyObjective } from '../../../src/dsl/objective.js'
import { flattenParams } from '../../../src/dsl/params.js'
import { batchAt } from '../../../src/inference/batches.js'
import { expectationCost, jointCost, productCost } from '../../../src/inference/elimination/cost.js'
import { planBound } from '../../../src/inference/plan.js'
import { keyFromSeed } from '../../../src/runtime/keys.js'
import {
  type AnyParams,
  bindAny,
  boundOf,
  emptyModel,
  givenAny,
} from '../../../src/testing/arbitraries/boundCase.js'
import { evaluateOnce } from '../../laws/evaluation.js'
import { compiled, disagreement, eagerly } from '../compiled/agree.js'
import {
  chainModel,
  dataOfHmm,
  hmmModel,
  paramsOfChain,
  paramsOfHmm,
  randomChain,
  randomHmm,
} from '../hmm.js'

const iwaeOf = g.iwae as unknown as (p: unknown, q: unknown, options: object) => AnyObjective
const names = (n: number) => Array.from({ length: n }, (_, i) => `z${i}`)
const coin = (logits: unknown = 0) => g.bernoulli({ logits } as never)
const coins = (n: number, start: AnyModel): AnyModel =>
  names(n).reduce((m, name) => bindAny(name, () => coin())(m), start)
const x = givenAny({ x: g.real() })
const sumOf = (c: object, n: number) =>
  names(n)
    .map((name) => (c as never)[name] as g.Value<[], g.Real>)
    .reduce((a, b) => g.add(a, b))

describe('the cost', () => {
  it('of a chain is a table of two sites; joint, it is 3^20', () => {
    const h = randomHmm(1, 20)
    const [p, q] = [hmmModel(h), chainModel(h)]
    const all = new Set(names(20))
    expect(expectationCost(p, q)(all)).toBe(9)
    expect(productCost(p, q)(all)).toBe(9)
    expect(jointCost(q)(all)).toBe(3 ** 20)
    expect(planBound(p, q).latents.every((l) => l.gradient === 'enumerate')).toBe(true)
  })

  it('of sites that meet in a datum is their joint table, also through a continuous site', () => {
    const direct = bindAny('x', (c) => g.normal({ loc: sumOf(c, 6), scale: 1 }))(coins(6, emptyModel))
    expect(expectationCost(direct, coins(6, x))(new Set(names(6)))).toBe(64)
    expect(productCost(direct, coins(6, x))(new Set(names(6)))).toBe(64)
    const through = (start: AnyModel) =>
      bindAny('y', (c) => g.normal({ loc: sumOf(c, 6), scale: 1 }))(coins(6, start))
    const p = bindAny('x', (c) => g.normal({ loc: c.y as never, scale: 1 }))(through(emptyModel))
    expect(expectationCost(p, through(x))(new Set(names(6)))).toBe(64)
  })

  it('beyond 2^20 is refused where it is asked for', () => {
    const p = bindAny('x', (c) => g.normal({ loc: sumOf(c, 21), scale: 1 }))(coins(21, emptyModel))
    const q = coins(21, x)
    const sites = Object.fromEntries(names(21).map((name) => [name, 'enumerate'] as const))
    const sentence = `takes a table of 2,097,152 entries for each datum, more than 1,048,576`
    expect(() => boundOf(p, q, { sites })).toThrow(sentence)
    expect(() => iwaeOf(p, q, { sites, particles: 1 })).toThrow(sentence)
    expect(planBound(p, q).latents.filter((l) => l.gradient === 'enumerate')).toHaveLength(10)
  })
})

const agree = async (o: AnyObjective, params: AnyParams, columns: object) => {
  const data = dataset(o.data, columns as never)
  const rows = Int32Array.from({ length: data.size }, (_, i) => i)
  const batch = batchAt(data, rows, keyFromSeed(9))
  const arrays = flattenParams(params)
  return disagreement(await eagerly(o, arrays, batch), await compiled(o, arrays, batch))
}

describe('compiled = eager', () => {
  const h = randomHmm(1, 5)
  const params = { ...paramsOfHmm(h), ...paramsOfChain(h, randomChain(h, 2)) }
  it.each([
    ['elbo', boundOf(hmmModel(h), chainModel(h))],
    ['iwae', iwaeOf(hmmModel(h), chainModel(h), { particles: 1 })],
    [
      'renyi',
      (g.renyi as unknown as typeof iwaeOf)(hmmModel(h), chainModel(h), { particles: 1, alpha: 0.5 }),
    ],
  ])('%s of a chain', async (_, o) => {
    expect(await agree(o, params, dataOfHmm(h, 2))).toBeLessThan(1e-5)
  })
})

describe('finite sites in plates', () => {
  // u ~ B(¼), c_k | u ~ B(u), x_k ~ N(c_k + u, 1)
  const plates = { k: 4 }
  const p = pipe(
    g.Do,
    g.bind('u', () => g.bernoulli({ probs: 0.25 })),
    g.bind('c', ({ u }) => g.bernoulli({ logits: u }), { plates }),
    g.bind('x', ({ c, u }) => g.normal({ loc: g.add(c, u), scale: 1 }), { plates }),
  )
  const q = pipe(
    g.given({ x: g.real() }),
    g.bind('u', () => g.bernoulli({ probs: 0.5 })),
    g.bind('c', () => g.bernoulli({ probs: 0.5 }), { plates }),
  )
  const xs = [0.3, -1.2, 1.9, 0.8]
  const normal = (v: number, loc: number) => Math.exp(-0.5 * (v - loc) ** 2) / Math.sqrt(2 * Math.PI)
  const exact = Math.log(
    [0, 1].reduce((sum, u) => {
      const one = 1 / (1 + Math.exp(-u))
      return (
        sum +
        xs.reduce((w, v) => w * ((1 - one) * normal(v, u) + one * normal(v, u + 1)), u === 1 ? 0.25 : 0.75)
      )
    }, 0),
  )

  it('iwae is log P(x): the plate inside, the coin for all outside', async () => {
    const o = iwaeOf(p, q, { particles: 1 })
    expect(Math.abs(evaluateOnce(o, {}, { x: [xs] }) - exact)).toBeLessThan(2e-6)
    expect(Math.abs(evaluateOnce(iwaeOf(p, q, { particles: 3 }), {}, { x: [xs] }) - exact)).toBeLessThan(2e-6)
  })
})

describe('more than six axes', () => {
  it('have their values: the arithmetic of the WASM backend stops at six', () => {
    // 8 coins and a datum: nine axes. E x-term in closed form: E (x − Σ z)² = (x − 4)² + 2
    const p = bindAny('x', (c) => g.normal({ loc: sumOf(c, 8), scale: 1 }))(coins(8, emptyModel))
    const exact = -0.5 * Math.log(2 * Math.PI) - 0.5 * ((2.5 - 4) ** 2 + 2)
    expect(Math.abs(evaluateOnce(boundOf(p, coins(8, x)), {}, { x: [2.5, 2.5] }) - exact)).toBeLessThan(1e-5)
  })
})
