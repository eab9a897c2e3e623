/**
 * Rao-Blackwellization from the graph. Unbiased: against central differences of bounds computed by enumeration in float64, in
 * chains, ladders, plates whose elements are apart, and plates whose elements meet. Variance of the gradient, measured below with
 * equal draws: chain of 6 coins, 4 plates.
 */
import * as tf from '@tensorflow/tfjs'
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { normal } from '../../src/dsl/distributions/normal.js'
import type { AnyModel } from '../../src/dsl/model.js'
import { sitesOf } from '../../src/dsl/model.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { bind, Do, given, nets } from '../../src/dsl/notation.js'
import type { AnyObjective } from '../../src/dsl/objective.js'
import { add, mul } from '../../src/dsl/operations/arithmetic.js'
import { lift } from '../../src/dsl/operations/lift.js'
import { meanOverPlate, sumOverPlate } from '../../src/dsl/operations/plates.js'
import { real } from '../../src/dsl/space.js'
import { mixedSites, reachesIn } from '../../src/inference/dependence.js'
import { elbo } from '../../src/inference/elbo.js'
import { evidence } from '../../src/inference/evidence.js'
import { expect as expectation } from '../../src/inference/expect.js'
import { iwae } from '../../src/inference/iwae.js'
import {
  type AnyContext,
  bindAny,
  boundOf,
  emptyModel,
  givenAny,
  netsAny,
} from '../../src/testing/arbitraries/boundCase.js'
import { evaluateMany, evaluateOnce } from '../laws/evaluation.js'
import { expectUnbiased, gradientsOver, scalarsOf, slopes } from './gradients.js'

const logSigmoid = (t: number) => (t < 0 ? t - Math.log1p(Math.exp(t)) : -Math.log1p(Math.exp(-t)))
const logBernoulli = (x: number, logit: number) => logSigmoid(x === 1 ? logit : -logit)
const logNormal = (x: number, loc: number, scale: number) =>
  -0.5 * ((x - loc) / scale) ** 2 - Math.log(scale) - 0.5 * Math.log(2 * Math.PI)

/** Σ over all bits z of q(z) (log p(x, z) − log q(z)). */
const boundBy = (
  n: number,
  logs: (z: readonly number[]) => { readonly p: number; readonly q: number },
): number => {
  let sum = 0
  for (let i = 0; i < 2 ** n; i++) {
    const { p, q } = logs(Array.from({ length: n }, (_, k) => (i >> k) & 1))
    sum += Math.exp(q) * (p - q)
  }
  return sum
}

const near = (found: { readonly value: number; readonly standardError: number }, exact: number) =>
  expect(
    Math.abs(found.value - exact),
    `${found.value} ± ${found.standardError} should be ${exact}`,
  ).toBeLessThan(5 * found.standardError + 1e-5)

const mean = (xs: readonly number[]) => xs.reduce((s, v) => s + v, 0) / xs.length

const on = { method: 'score' } as const
const off = { method: 'score', raoBlackwell: false } as unknown as typeof on
const everywhere = (q: AnyModel, method: typeof on) =>
  Object.fromEntries(sitesOf(q).map(([name]) => [name, method]))

const call = (c: AnyContext, net: string) => (c[net] as never as () => never)()

/** Unbiased with and without, and the variances of both. */
const compare = (
  [p, q]: readonly [unknown, unknown],
  exact: (at: Readonly<Record<string, number>>) => number,
  at: Readonly<Record<string, number>>,
  data: object,
  particles = 2,
) => {
  const variances = [on, off].map((method) => {
    const o = boundOf(p as AnyModel, q as AnyModel, {
      sites: everywhere(q as AnyModel, method),
      particles,
      kl: 'sampled',
    }) as AnyObjective
    const found = gradientsOver(o, scalarsOf(at), data, 40)
    expectUnbiased(found, slopes(exact, at), String((method as { raoBlackwell?: boolean }).raoBlackwell))
    // The gradient by w is that of p, which has no score.
    return found.entries.filter((e) => !e.path.startsWith('w/')).reduce((v, e) => v + e.standardError ** 2, 0)
  })
  return variances as [number, number]
}

describe('a chain of coins, each with a datum', () => {
  // z_t ~ B(0.7 z_t−1 − 0.2), x_t ~ N(w z_t, 1);  q: z_t ~ B(a + b z_t−1)
  const n = 6
  const xs = [0.4, 1.2, -0.5, 0.9, 1.8, -1]
  const p = xs.reduce(
    (m, _, t) => {
      const z = (c: AnyContext) =>
        bernoulli({ logits: t === 0 ? -0.2 : (add(mul(c[`z${t - 1}`] as never, 0.7), -0.2) as never) })
      const x = (c: AnyContext) =>
        normal({ loc: mul(call(c, 'w'), c[`z${t}`] as never) as never, scale: 1 } as never)
      return bindAny(`x${t}`, x)(bindAny(`z${t}`, z)(m))
    },
    netsAny({ w: parameter(real()) })(emptyModel),
  )
  const q = xs.reduce(
    (m, _, t) =>
      bindAny(`z${t}`, (c) =>
        bernoulli({
          logits:
            t === 0 ? call(c, 'a') : (add(call(c, 'a'), mul(call(c, 'b'), c[`z${t - 1}`] as never)) as never),
        } as never),
      )(m),
    netsAny({ a: parameter(real()), b: parameter(real()) })(
      givenAny(Object.fromEntries(xs.map((_, t) => [`x${t}`, real()]))),
    ),
  )
  const exact = ({ w, a, b }: Readonly<Record<string, number>>) =>
    boundBy(n, (z) => ({
      p: xs.reduce(
        (l, x, t) =>
          l +
          logBernoulli(z[t] as number, t === 0 ? -0.2 : 0.7 * (z[t - 1] as number) - 0.2) +
          logNormal(x, (w as number) * (z[t] as number), 1),
        0,
      ),
      q: xs.reduce(
        (l, _, t) =>
          l +
          logBernoulli(z[t] as number, (a as number) + (t === 0 ? 0 : (b as number) * (z[t - 1] as number))),
        0,
      ),
    }))
  const at = { w: 0.8, a: 0.3, b: -0.4 }
  const data = Object.fromEntries(xs.map((x, t) => [`x${t}`, new Array(96).fill(x)]))

  it.each([1, 2])('is unbiased, with less variance, %i particles', (particles) => {
    const [less, more] = compare([p, q], exact, at, data, particles)
    expect(less).toBeLessThan(0.75 * more)
  })
})

describe('a plate', () => {
  const plates = { k: 4 }
  const xs = [0.5, -1, 1.7, 0.2]
  const at = { w: 2, a: 0.7 }
  const data = { x: new Array(96).fill(xs) }
  const q = pipe(
    given({ x: real() }),
    nets({ a: parameter(real()) }),
    bind('z', ({ a, x }) => bernoulli({ logits: mul(a(), x) }), { plates }),
  )
  const logQ = (z: readonly number[], a: number) =>
    xs.reduce((l, x, k) => l + logBernoulli(z[k] as number, a * x), 0)
  const bits = (z: readonly number[]) => z.reduce((l, v) => l + logBernoulli(v, 0.4), 0)
  const model = (loc: (z: never) => unknown) =>
    pipe(
      Do,
      nets({ w: parameter(real()) }),
      bind('z', () => bernoulli({ logits: 0.4 }), { plates }),
      bind('x', ({ z, w }) => normal({ loc: mul(w(), loc(z as never) as never) as never, scale: 1 }), {
        plates,
      }),
    )

  it('whose elements are apart: each has its own signal', () => {
    const p = model((z) => z)
    const exact = ({ w, a }: Readonly<Record<string, number>>) =>
      boundBy(4, (z) => ({
        p: bits(z) + xs.reduce((l, x, k) => l + logNormal(x, (w as number) * (z[k] as number), 1), 0),
        q: logQ(z, a as number),
      }))
    const [less, more] = compare([p, q], exact, at, data)
    expect(less).toBeLessThan(0.7 * more)
  })

  const mixing: readonly (readonly [string, (z: never) => unknown])[] = [
    ['by their mean', (z) => meanOverPlate(z, 'k')],
    [
      'within a lift, which giry cannot see into',
      (z) =>
        lift(real(), ((t: { mean: (axis: number, keep: boolean) => { tile: (r: number[]) => unknown } }) => {
          const axis = (t as unknown as { rank: number }).rank - 1
          return t.mean(axis, true).tile([...new Array(axis).fill(1), 4])
        }) as never)(z as never),
    ],
  ]
  it.each(mixing)('whose elements meet %s: they share a signal, and it stays unbiased', (_, loc) => {
    const exact = ({ w, a }: Readonly<Record<string, number>>) =>
      boundBy(4, (z) => ({
        p: bits(z) + xs.reduce((l, x) => l + logNormal(x, (w as number) * mean(z), 1), 0),
        q: logQ(z, a as number),
      }))
    const [less, more] = compare([model(loc), q], exact, at, data)
    // The priors are still apart.
    expect(less).toBeLessThan(1.02 * more)
  })

  it('whose elements meet in a site outside of it', () => {
    const p = pipe(
      Do,
      nets({ w: parameter(real()) }),
      bind('z', () => bernoulli({ logits: 0.4 }), { plates }),
      bind('x', () => normal({ loc: 0, scale: 1 }), { plates }),
      bind('y', ({ z, w }) => normal({ loc: mul(w(), sumOverPlate(z, 'k')), scale: 1 })),
    )
    const family = pipe(
      given({ x: real(), y: real() }),
      nets({ a: parameter(real()) }),
      bind('z', ({ a, x }) => bernoulli({ logits: mul(a(), x) }), { plates }),
    )
    const exact = ({ w, a }: Readonly<Record<string, number>>) =>
      boundBy(4, (z) => ({
        p:
          bits(z) +
          xs.reduce((l, x) => l + logNormal(x, 0, 1), 0) +
          logNormal(1.5, (w as number) * mean(z) * 4, 1),
        q: logQ(z, a as number),
      }))
    const [less, more] = compare([p, family], exact, at, { ...data, y: new Array(96).fill(1.5) })
    // Unbiased, as `compare` checks; little is left out, and what is counts for little.
    expect(less).toBeLessThan(1.05 * more)
    expect([...mixedSites(p as never, family as never)]).toEqual([
      ['z', { plate: 'k', by: 'y', lifted: false }],
    ])
    expect(() => boundOf(p as never, family as never, { sites: { z: 'enumerate' } })).toThrow(
      "site 'z' is summed out for each element of the plate k, but 'y' depends on several elements at once",
    )
  })
})

describe('a lift, which giry cannot see into', () => {
  const plates = { k: 2 }
  const row = [1.5, -0.5]
  const n = 1000
  const data = { y: new Array(n).fill(row) }
  const meanOfAll = (t: tf.Tensor): tf.Tensor => {
    const axis = t.rank - 1
    return tf.tile(tf.mean(t, axis, true), [...new Array(axis).fill(1), 2])
  }
  const coins = (f: (z: never) => unknown) =>
    pipe(
      Do,
      bind('z', () => bernoulli({ probs: 0.5 }), { plates }),
      bind('y', ({ z }) => normal({ loc: f(z as never) as never, scale: 1 }), { plates }),
    )
  const guess = pipe(
    given({ y: real() }),
    bind('z', () => bernoulli({ probs: 0.5 }), { plates }),
  )
  const opaque = coins((z) => lift(real(), meanOfAll as never)(z))
  const promised = coins((z) => lift(real(), (t: tf.Tensor) => tf.mul(t, 2), { elementwise: true })(z))
  const bits = [0, 1, 2, 3].map((i) => [i & 1, i >> 1] as const)
  const logJoint = (loc: (z: readonly number[], k: number) => number) =>
    bits.map((z) => row.reduce((l, y, k) => l + Math.log(0.5) + logNormal(y, loc(z, k), 1), 0))
  const together = logJoint((z) => ((z[0] as number) + (z[1] as number)) / 2)
  const apart = logJoint((z, k) => 2 * (z[k] as number))
  const bound = (logs: readonly number[]) => logs.reduce((s, l) => s + 0.25 * (l - Math.log(0.25)), 0)
  const evidenceOf = (logs: readonly number[]) => Math.log(logs.reduce((s, l) => s + Math.exp(l), 0))

  it('may combine elements, so they are drawn: the bound is that of enumeration by hand', () => {
    const found = evaluateMany(elbo(opaque, guess as never) as never, {}, data, 40)
    near(found, bound(together))
    // Summed out one by one, they would be one coin.
    expect(Math.abs(found.value - -2.8379)).toBeGreaterThan(20 * found.standardError)
  })

  it('is drawn in importance bounds as well: L_2 by the sum over pairs', () => {
    const found = evaluateMany(iwae(opaque, guess as never, { particles: 2 }) as never, {}, data, 40)
    const weights = together.map((l) => Math.exp(l) * 4)
    near(found, mean(weights.flatMap((a) => weights.map((b) => Math.log((a + b) / 2)))))
  })

  it('is drawn in an expectation: (z_1 + z_2)² / 4 at both elements', () => {
    const square = ({ z }: { z: never }) => {
      const m = lift(real(), meanOfAll as never)(z)
      return mul(m, m)
    }
    const model = pipe(
      Do,
      bind('z', () => bernoulli({ probs: 0.5 }), { plates }),
    )
    const found = evaluateMany(expectation(model as never, square as never) as never, {}, {}, 10_000)
    near(found, mean(bits.map((z) => 2 * ((z[0] + z[1]) / 2) ** 2)))
  })

  it('leaves the evidence to the table of all configurations', async () => {
    const found = await evidence(opaque as never, { y: [row] } as never)()
    expect((found as unknown as { right: { value: number[] } }).right.value[0]).toBeCloseTo(
      evidenceOf(together),
      5,
    )
  })

  it('is refused where it is to be enumerated nevertheless, with the promise that helps', () => {
    for (const bound of [elbo, iwae])
      expect(() =>
        bound(opaque, guess as never, { particles: 2, sites: { z: 'enumerate' } } as never),
      ).toThrow(
        /'y' may depend on several elements at once, through a lift.*lift\(space, f, \{ elementwise: true \}\) if f computes each element of 'k' from the same element alone/s,
      )
  })

  it('with the promise is summed out, exactly', () => {
    const found = evaluateOnce(elbo(promised, guess as never) as never, {}, { y: [row] })
    expect(found).toBeCloseTo(bound(apart), 5)
  })
})

describe('reachesIn', () => {
  it('follows the graph of q', () => {
    const q = pipe(
      Do,
      bind('a', () => bernoulli({ probs: 0.5 })),
      bind('b', ({ a }) => normal({ loc: a, scale: 1 })),
      bind('c', () => bernoulli({ probs: 0.5 })),
      bind('d', ({ b, c }) => normal({ loc: add(b, c), scale: 1 })),
    )
    const names = Object.fromEntries(
      [...reachesIn(sitesOf(q))].map(([name, reach]) => [name, [...reach.keys()].sort().join('')]),
    )
    expect(names).toEqual({ a: 'a', b: 'ab', c: 'c', d: 'abcd' })
  })
})
