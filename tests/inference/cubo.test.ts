/** cubo and cuboExponential: against quadrature and enumeration, above log P(x), the bias of the logarithm, sentences. */
import { describe, expect, it } from 'vitest'
import { maximize, minimize } from '../../src/dsl/game.js'
import type { Nets } from '../../src/dsl/model.js'
import { constant, minus, type Objective, plus, scale } from '../../src/dsl/objective.js'
import { cubo, cuboExponential } from '../../src/inference/cubo.js'
import { tvo } from '../../src/inference/tvo.js'
import { finiteCase } from '../../src/testing/arbitraries/finite.js'
import { expectUnbiased, gradientAt, gradientsOver, scalarsOf, slopes } from './gradients.js'
import { copies, first, jointOf, tableSlopes } from './importance/finiteOracle.js'
import { at, datum, evidenceAt, expectedOf, p, pairPower, posteriorOf, q } from './importance/gaussian.js'
import { sentences, untyped } from './importance/untyped.js'

const [cuboOf, expOf] = [untyped(cubo), untyped(cuboExponential)]
const data = (n: number) => ({ x: new Array(n).fill(datum) })
// At a spread of 0 the square of the weights has a variance; CUBO_2 exists where 2/σ²_posterior > 1/spread².
const here = { ...at, spread: 0 }

describe('cubo', () => {
  it('is (1/n) log (1/K) Σ w^n: value and gradient of two particles against quadrature', () => {
    const found = gradientsOver(cuboOf(p, q, { particles: 2 }), scalarsOf(here), data(512), 20)
    expect(Math.abs(found.value.value - pairPower(here, 2))).toBeLessThan(5 * found.value.standardError)
    expectUnbiased(
      found,
      slopes((x) => pairPower(x, 2), here),
    )
  })

  it('rises with K to ½ log E[w²], which lies above log P(x)', () => {
    const limit = 0.5 * Math.log(expectedOf(here, (w) => Math.exp(2 * w)))
    expect(limit).toBeGreaterThan(evidenceAt(here))
    const found = [1, 16, 256].map(
      (particles) => gradientsOver(cuboOf(p, q, { particles }), scalarsOf(here), data(32), 12).value,
    )
    found.forEach((e, i) => {
      const before = found[i - 1]
      if (before !== undefined) expect(e.value).toBeGreaterThan(before.value)
      expect(e.value).toBeLessThan(limit + 5 * e.standardError)
    })
    const last = found[2] as (typeof found)[number]
    expect(last.value).toBeGreaterThan(evidenceAt(here) + 5 * last.standardError)
    expect(limit - last.value).toBeLessThan(5 * last.standardError + 0.01)
  })

  it('is log P(x) at the posterior', () => {
    const found = gradientAt(cuboOf(p, q, { particles: 3, order: 4 }), scalarsOf(posteriorOf(at)), data(4))
    expect(Math.abs(found.value - evidenceAt(at))).toBeLessThan(1e-5)
  })

  it('of finite models is exact', () => {
    for (let seed = 0; seed < 6; seed++) {
      const c = finiteCase(seed)
      const second = jointOf(c.facts, first(c.data)).reduce((s, o) => s + Math.exp(2 * o.logP - o.logQ), 0)
      const { value } = gradientAt(cuboOf(c.p, c.q, { particles: 1 }), c.params, copies(c.data, 1))
      expect(Math.abs(value - 0.5 * Math.log(second))).toBeLessThan(3e-5 * Math.max(1, Math.abs(value)))
    }
  })

  it('is not maximized, by itself or in a game; minus it may be', () => {
    const bound = cubo(p, q, { particles: 2 })
    const above: readonly Objective<Nets, unknown>[] = [
      bound,
      scale(2, bound),
      plus(constant(1), bound),
      plus(bound, bound),
      minus(bound, constant(1)),
      tvo(p, q, { particles: 2, partitions: 2, bound: 'upper' }),
    ]
    for (const upper of above)
      expect(sentences(() => maximize(upper as never))).toEqual([
        "player 'max' maximizes an upper bound, which lies above what it bounds",
      ])
    expect(maximize(scale(-1, bound)).players).toHaveLength(1)
    expect(maximize(minus(constant(1), bound)).players).toHaveLength(1)
    expect(maximize(tvo(p, q, { particles: 2, partitions: 2 })).players).toHaveLength(1)
  })

  it('is minimized', () => {
    expect(minimize(cubo(p, q, { particles: 2 })).players.map((x) => x.sense)).toEqual(['min'])
    expect(cubo(p, q, { particles: 2, order: 3 }).description).toBe('CUBO_3')
  })
})

describe('cuboExponential', () => {
  it('is E[(w e^−c)^n] / n without bias: one particle and many, pathwise and by the score function', () => {
    const offset = -1.2
    const exact = (x: typeof at) => expectedOf(x, (w) => Math.exp(2 * (w - offset))) / 2
    for (const [particles, z] of [
      [1, 'pathwise'],
      [4, 'pathwise'],
      [4, 'score'],
    ] as const) {
      const o = expOf(p, q, { particles, offset, sites: { z } })
      const found = gradientsOver(o, scalarsOf(here), data(512), 20)
      expect(Math.abs(found.value.value - exact(here))).toBeLessThan(5 * found.value.standardError)
      expectUnbiased(
        found,
        slopes((x) => exact(x as typeof at), here),
        `${particles}, ${z}`,
      )
    }
  })

  it('of finite models, drawn and summed out', () => {
    const c = finiteCase(4, 2)
    const exact = (f: typeof c.facts) =>
      jointOf(f, first(c.data)).reduce((s, o) => s + Math.exp(2 * o.logP - o.logQ + 4), 0) / 2
    for (const z2 of ['score', 'enumerate'] as const) {
      const o = expOf(c.p, c.q, { particles: 2, offset: -2, sites: { z1: 'score', z2 } })
      const found = gradientsOver(o, c.params, copies(c.data, 128), 16)
      expectUnbiased(found, tableSlopes(c.facts, exact), z2)
    }
  })
})

describe('sentences', () => {
  it('for an order below 1, an offset that is no number, and methods that the exponential form lacks', () => {
    expect(sentences(() => cuboOf(p, q, { particles: 1, order: 0.5 }))).toEqual([
      'order must be a number >= 1, but 0.5 was given',
    ])
    expect(sentences(() => expOf(p, q, { particles: 1, offset: Number.POSITIVE_INFINITY }))).toEqual([
      'offset must be a finite number, but Infinity was given',
    ])
    expect(sentences(() => expOf(p, q, { particles: 2, sites: { z: 'vimco' } }))).toEqual([
      "site 'z': cuboExponential has no gradient method 'vimco'",
    ])
  })
})
