/** sleep: E_p(x,z)[log q(z | x)] against enumeration, who moves, its data, sentences. */
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { condition } from '../../src/dsl/condition.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { bind, Do, given, letTo, nets, shared } from '../../src/dsl/notation.js'
import { add, mul } from '../../src/dsl/operations/arithmetic.js'
import { real } from '../../src/dsl/space.js'
import { sleep } from '../../src/inference/sleep.js'
import { assignments, type FiniteFacts, finiteCase } from '../../src/testing/arbitraries/finite.js'
import { evaluateMany, evaluateOnce } from '../laws/evaluation.js'
import { expectUnbiased, gradientsOver, scalarsOf, slopes } from './gradients.js'
import { jointOf, tableSlopes } from './importance/finiteOracle.js'
import { at, p, q } from './importance/gaussian.js'
import { sentences, untyped } from './importance/untyped.js'

const of = untyped(sleep)

/** Σ_x Σ_z p(x, z) log q(z | x), with p at the facts of the case. */
const exactly = (c: FiniteFacts) => (f: FiniteFacts) =>
  assignments(c.observed).reduce((sum, x) => {
    const ofP = jointOf(c, x)
    return (
      sum + jointOf(f, x).reduce((s, o, i) => s + Math.exp((ofP[i] as (typeof ofP)[number]).logP) * o.logQ, 0)
    )
  }, 0)

describe('the expectation', () => {
  it('of finite models, and its gradient in q; p does not move, though its draws depend on it', () => {
    for (const [seed, count] of [
      [0, 1],
      [4, 2],
    ] as const) {
      const c = finiteCase(seed, count)
      const o = of(c.p, c.q, { particles: 256 })
      const found = gradientsOver(o, c.params, {}, 16)
      const exact = exactly(c.facts)
      expect(Math.abs(found.value.value - exact(c.facts))).toBeLessThan(5 * found.value.standardError)
      expectUnbiased(found, tableSlopes(c.facts, exact, ['q']), c.description)
    }
  })

  it('of a Gaussian pair: q = N(gain x, s²), x ~ N(0, slope² + ¼)', () => {
    const exact = ({ slope, gain, spread }: Readonly<Record<string, number>>) => {
      const [w, g, s] = [at.slope, gain as number, Math.exp(spread as number)]
      void slope
      // E[(z − g x)²] = 1 − 2 g w + g² (w² + ¼)
      const second = 1 - 2 * g * w + g * g * (w * w + 0.25)
      return -0.5 * Math.log(2 * Math.PI) - Math.log(s) - second / (2 * s * s)
    }
    const found = gradientsOver(of(p, q, { particles: 512 }), scalarsOf(at), {}, 20)
    expectUnbiased(found, slopes(exact, at))
  })
})

describe('its data', () => {
  it('an input of q is the data, though p names something so', () => {
    const guess = pipe(
      given({ x: real(), u: real() }),
      bind('z', ({ u }) => normal({ loc: u, scale: 1 })),
    )
    const [same, other] = (['u', 'v'] as const).map((name) => {
      const model = pipe(
        Do,
        bind('z', () => standardNormal()),
        letTo(name, ({ z }) => mul(5, z)),
        bind('x', ({ z }) => normal({ loc: z, scale: 1 })),
      )
      return evaluateOnce(of(model, guess, {}), {}, { u: [0.3, 0.7] })
    })
    expect(same).toBe(other)
  })

  it('a site of q that condition fixed is not asked for', () => {
    const model = pipe(
      Do,
      bind('z', () => standardNormal()),
      bind('x', ({ z }) => normal({ loc: z, scale: 1 })),
    )
    const shifted = pipe(
      given({ x: real() }),
      bind('c', () => standardNormal()),
      bind('z', ({ x, c }) => normal({ loc: add(x, c), scale: 1 })),
    )
    const plain = pipe(
      given({ x: real() }),
      bind('z', ({ x }) => normal({ loc: add(x, 0.5), scale: 1 })),
    )
    const [fixed, same] = [condition(shifted, { c: 0.5 }), plain].map((q) =>
      evaluateOnce(of(model, q, {}), {}, {}),
    )
    expect(fixed).toBeCloseTo(same as number, 5)
  })

  it('are the inputs of p, and what q is given besides', () => {
    const model = pipe(
      given({ c: real() }),
      bind('z', ({ c }) => normal({ loc: c, scale: 1 })),
      bind('x', ({ z }) => normal({ loc: z, scale: 1 })),
    )
    const family = pipe(
      given({ x: real(), c: real(), side: real() }),
      bind('z', ({ x, c, side }) => normal({ loc: add(add(x, c), side), scale: 1 })),
    )
    const o = sleep(model, family)
    expect(Object.keys(o.data).sort()).toEqual(['c', 'side'])
    // z − x − c − side = −e − c − side, e ~ N(0, 1): −½ log 2π − ½ (1 + (c + side)²)
    const found = evaluateMany(
      o as never,
      {},
      { c: new Array(500).fill(1), side: new Array(500).fill(0.5) },
      20,
    )
    expect(Math.abs(found.value - (-0.5 * Math.log(2 * Math.PI) - 0.5 * (1 + 2.25)))).toBeLessThan(
      5 * found.standardError,
    )
    expect(Object.keys(sleep(p, q).data)).toEqual([])
  })

  it('plates are summed', () => {
    const model = pipe(
      Do,
      bind('z', () => standardNormal(), { plates: { r: 3 } }),
      bind('x', ({ z }) => normal({ loc: z, scale: 1 }), { plates: { r: 3 } }),
    )
    const family = pipe(
      given({ x: real() }),
      nets({ gain: parameter(real()) }),
      bind('z', ({ x, gain }) => normal({ loc: mul(gain(), x), scale: 1 }), { plates: { r: 3 } }),
    )
    // three times E[−½ log 2π − ½ (z − x/2)²], z − x/2 ~ N(0, ½)
    const found = evaluateMany(of(model, family, { particles: 500 }), scalarsOf({ gain: 0.5 }), {}, 20)
    expect(Math.abs(found.value - 3 * (-0.5 * Math.log(2 * Math.PI) - 0.25))).toBeLessThan(
      5 * found.standardError,
    )
  })
})

describe('sentences', () => {
  it('for a shared latent, a conditioned p, and no dreams', () => {
    const model = pipe(
      Do,
      shared('w', () => standardNormal()),
      bind('x', ({ w }) => normal({ loc: w, scale: 1 })),
    )
    const family = pipe(
      given({ x: real() }),
      shared('w', () => standardNormal()),
    )
    expect(sentences(() => of(model, family))).toEqual([
      "latent 'w' is shared by all data, so the bound is no mean over the data",
    ])
    expect(
      sentences(() =>
        of(
          condition(p, { x: 0.3 } as never),
          pipe(
            Do,
            bind('z', () => standardNormal()),
          ),
          { particles: 0 },
        ),
      ),
    ).toEqual([
      'particles must be a whole number >= 1, but 0 was given',
      "p is conditioned on 'x', so what it draws before is not what it dreams",
    ])
  })
})
