/** hvi and iwhvi: the bound of the marginal q in closed form, the gap in closed form, monotone in K, gradients, sentences. */
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { condition } from '../../src/dsl/condition.js'
import { dataset } from '../../src/dsl/dataset.js'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { push } from '../../src/dsl/distributions/push.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { bind, Do, given, letTo, nets } from '../../src/dsl/notation.js'
import type { AnyObjective } from '../../src/dsl/objective.js'
import { add, mul } from '../../src/dsl/operations/arithmetic.js'
import { meanOverPlate } from '../../src/dsl/operations/plates.js'
import { flattenParams } from '../../src/dsl/params.js'
import { binary, positive, real } from '../../src/dsl/space.js'
import { batchAt } from '../../src/inference/batches.js'
import type { Estimate } from '../../src/inference/estimate.js'
import { hvi } from '../../src/inference/hvi.js'
import { iwhvi } from '../../src/inference/iwhvi.js'
import { keyFromSeed } from '../../src/runtime/keys.js'
import { evaluateMany, evaluateOnce } from '../laws/evaluation.js'
import { compiled, disagreement, eagerly } from './compiled/agree.js'
import { expectUnbiased, gradientAt, gradientsOver, scalarsOf, slopes } from './gradients.js'
import { sentences } from './sentences.js'

const any = (o: unknown): AnyObjective => o as AnyObjective
const X = { x: real() }

// z ~ N(0, 1), x | z ~ N(z, 1);  a ~ N(g x, s²), z | a ~ N(a, t²), so that q(z | x) = N(g x, s² + t²)
const p = pipe(
  Do,
  bind('z', () => standardNormal()),
  bind('x', ({ z }) => normal({ loc: z, scale: 1 })),
)
const [s, t] = [0.6, 0.5] as const
const q = pipe(
  given(X),
  nets({ g: parameter(real()) }),
  bind('a', ({ x, g }) => normal({ loc: mul(g(), x), scale: s })),
  bind('z', ({ a }) => normal({ loc: a, scale: t })),
)
const variance = s * s + t * t
/** The true reverse: a | z, x ~ N((t² g x + s² z) / (s² + t²), s² t² / (s² + t²)). */
const exact = pipe(
  given({ ...X, z: real() }),
  nets({ g: q.nets.g }),
  bind('a', ({ x, z, g }) =>
    normal({
      loc: add(mul((t * t) / variance, mul(g(), x)), mul((s * s) / variance, z)),
      scale: ((s * t) / Math.sqrt(variance)) as 0.4,
    }),
  ),
)
/** Another one, N(w z, v²). */
const rough = pipe(
  given({ z: real() }),
  nets({ w: parameter(real()), v: parameter(positive()) }),
  bind('a', ({ z, w, v }) => normal({ loc: mul(w(), z), scale: v() })),
)

const xs = [0.7, -1.2, 1.6]
const data = { x: xs }
const log2Pi = Math.log(2 * Math.PI)
const mean = (f: (x: number) => number): number => xs.reduce((a, x) => a + f(x), 0) / xs.length

/** L_b of the marginal q in closed form. */
const marginalBound = (g: number): number =>
  mean((x) => {
    const m = g * x
    const fitted = -log2Pi - 0.5 * ((x - m) ** 2 + variance) - 0.5 * (m * m + variance)
    return fitted + 0.5 * (1 + log2Pi + Math.log(variance))
  })

type At = Readonly<Record<string, number>>
const softplus = (a: number) => Math.log1p(Math.exp(a))

/** E KL(q(a | z, x) ‖ N(w z, v²)) in closed form: the gap of hvi with the rough reverse. */
const gap = ({ g, w, v }: At): number =>
  mean((x) => {
    const [m, width] = [(g as number) * x, softplus(v as number)]
    const [c, slope] = [((t * t) / variance) * m, (s * s) / variance - (w as number)]
    const reverse = (s * s * t * t) / variance
    const square = (c + slope * m) ** 2 + slope * slope * variance
    return Math.log(width) - 0.5 * Math.log(reverse) + (reverse + square) / (2 * width * width) - 0.5
  })
/** V = E ∫ q(a | z, x)² / r(a | z) da − 1 in closed form. */
const spread = ({ g, w, v }: At): number =>
  mean((x) => {
    const [m, width] = [(g as number) * x, softplus(v as number) ** 2]
    const reverse = (s * s * t * t) / variance
    const slope = (s * s) / variance - (w as number)
    const [center, square] = [((t * t) / variance) * m + slope * m, slope * slope * variance]
    const left = 2 * width - reverse
    const shrink = 1 - (2 * square) / left
    const factor = Math.exp(center ** 2 / left / shrink) / Math.sqrt(shrink)
    return (width / Math.sqrt(reverse * left)) * factor - 1
  })
const at = { g: 0.4, w: 0.3, v: 0.2 }
const params = scalarsOf(at)
const roughly = any(hvi(p, q, rough, { kl: 'sampled' }))
const tight = (particles: number) => any(iwhvi(p, q, rough, { particles }))

describe('hvi', () => {
  it('with the true reverse is the bound of the marginal q, for a draw as in the mean', () => {
    const o = any(hvi(p, q, exact, { kl: 'sampled' }))
    const found = evaluateMany(
      o,
      scalarsOf({ g: 0.4 }),
      { x: Array.from({ length: 200 }, () => xs).flat() },
      60,
    )
    expect(found.standardError).toBeLessThan(0.01)
    expect(Math.abs(found.value - marginalBound(0.4))).toBeLessThan(5 * found.standardError)
    // At g = ½ and s² + t² = ½ the marginal would be the posterior; the integrand is then log P(x), whatever is drawn.
    const half = Math.SQRT1_2 as 0.7
    const posterior = pipe(
      given(X),
      bind('a', ({ x }) => normal({ loc: mul(0.5, x), scale: 0.5 })),
      bind('z', ({ a }) => normal({ loc: a, scale: 0.5 })),
    )
    const back = pipe(
      given({ ...X, z: real() }),
      bind('a', ({ x, z }) => normal({ loc: mul(0.5, add(mul(0.5, x), z)), scale: (0.5 * half) as 0.3 })),
    )
    const evidence = mean((x) => -0.25 * x * x - 0.5 * Math.log(4 * Math.PI))
    const true_ = any(hvi(p, posterior, back, { kl: 'sampled' }))
    for (let seed = 0; seed < 5; seed++)
      expect(Math.abs(evaluateOnce(true_, {}, data, seed) - evidence)).toBeLessThan(1e-5)
  })

  it('with another loses KL(q(a | z, x) ‖ r), and its gradient is that of the closed form', () => {
    const f = (a: At) => marginalBound(a.g as number) - gap(a)
    for (const o of [
      roughly,
      any(hvi(p, q, rough)),
      any(hvi(p, q, rough, { sites: { a: 'score' }, particles: 8 })),
    ]) {
      const found = gradientsOver(o, params, data, 60)
      expect(Math.abs(found.value.value - f(at))).toBeLessThan(5 * found.value.standardError)
      expectUnbiased(found, slopes(f, at))
    }
  })

  it('has the nets of all three and the data of the bound', () => {
    expect(Object.keys(roughly.nets).sort()).toEqual(['g', 'v', 'w'])
    expect(Object.keys(roughly.data)).toEqual(['x'])
    expect(roughly.description).toBe('L_HVI')
  })
})

describe('iwhvi', () => {
  const many = { x: Array.from({ length: 40 }, () => xs).flat() }

  it('is hvi at K = 0: same noise, same value and gradient', () => {
    const [a, b] = [gradientAt(tight(0), params, data), gradientAt(roughly, params, data)]
    expect(a.value).toBeCloseTo(b.value, 5)
    for (const [path, g] of Object.entries(a.gradients))
      g.forEach((x, i) => void expect(x).toBeCloseTo(b.gradients[path]?.[i] as number, 4))
  })

  it('grows with K to the bound of the marginal q', () => {
    const found = [0, 1, 4, 64].map((k) => evaluateMany(tight(k), params, many, 20))
    found.forEach(({ value, standardError }, i) => {
      const before = found[i - 1]
      if (before !== undefined)
        expect(value).toBeGreaterThan(before.value - 5 * Math.hypot(standardError, before.standardError))
      expect(value).toBeLessThan(marginalBound(at.g) + 5 * standardError)
    })
    const [first, last] = [found[0], found.at(-1)] as [Estimate, Estimate]
    expect(Math.abs(first.value - (marginalBound(at.g) - gap(at)))).toBeLessThan(5 * first.standardError)
    // a_0 is drawn from q, where the weight is 1 + V in the mean, the others from r, where it is 1 and has variance V.
    const expansion = marginalBound(at.g) - spread(at) / (2 * 65)
    expect(last.standardError).toBeLessThan(0.03)
    expect(Math.abs(last.value - expansion)).toBeLessThan(5 * last.standardError + 4 * (spread(at) / 65) ** 2)
  })

  it('with the true reverse further guesses change nothing', () => {
    for (let seed = 0; seed < 5; seed++) {
      const [none, ten] = [0, 10].map((k) =>
        evaluateOnce(any(iwhvi(p, q, exact, { particles: k })), scalarsOf({ g: 0.4 }), data, seed),
      )
      expect(Math.abs((none as number) - (ten as number))).toBeLessThan(1e-5)
    }
  })

  it('r may take in what p names, and the encoder of q', () => {
    const named = pipe(
      Do,
      bind('z', () => standardNormal()),
      letTo('twice', ({ z }) => mul(2, z)),
      bind('x', ({ z }) => normal({ loc: z, scale: 1 })),
    )
    const half = pipe(
      given({ twice: real() }),
      nets({ w: parameter(real()), v: parameter(positive()) }),
      bind('a', ({ twice, w, v }) => normal({ loc: mul(mul(0.5, w()), twice), scale: v() })),
    )
    for (const of of [
      (r: unknown, model: unknown) => any(hvi(model as typeof p, q, r as typeof rough, { kl: 'sampled' })),
      // A divergence in closed form would leave out that r depends, through what p names, on a draw of q.
      (r: unknown, model: unknown) => any(hvi(model as typeof p, q, r as typeof rough)),
      (r: unknown, model: unknown) => any(iwhvi(model as typeof p, q, r as typeof rough, { particles: 3 })),
    ]) {
      const [a, b] = [gradientAt(of(half, named), params, data), gradientAt(of(rough, p), params, data)]
      expect(a.value).toBeCloseTo(b.value, 5)
      expect(Object.keys(of(half, named).data)).toEqual(['x'])
    }
  })

  it('has the gradient of its value, by finite differences at fixed noise', () => {
    const { gradients } = gradientAt(tight(3), params, data)
    const slope = slopes((a) => gradientAt(tight(3), scalarsOf(a), data).value, at, 1e-2)
    for (const [path, g] of Object.entries(gradients))
      expect(Math.abs((g[0] as number) - (slope[`${path}[0]`] as number))).toBeLessThan(1e-3)
  })

  it.each([0, 5])('compiled = eager, K = %i', async (k) => {
    const o = tight(k)
    const arrays = flattenParams(params)
    const batch = batchAt(dataset(o.data, data as never), [0, 1, 2], keyFromSeed(4))
    expect(disagreement(await eagerly(o, arrays, batch), await compiled(o, arrays, batch))).toBeLessThan(1e-5)
  })
})

describe('in a plate', () => {
  // two coins z_k ~ B(0.3), x_k ~ N(z_k, 1);  q: a_k ~ B(m), z_k | a_k ~ B(1.5 a_k − 1);  r: a_k ~ B(w mean of z)
  const plates = { k: 2 }
  const coins = pipe(
    Do,
    bind('z', () => bernoulli({ logits: 0.3 }), { plates }),
    letTo('h', ({ z }) => meanOverPlate(z, 'k')),
    bind('x', ({ z }) => normal({ loc: z, scale: 1 }), { plates }),
  )
  const proposal = pipe(
    given(X),
    nets({ m: parameter(real()) }),
    bind('a', ({ m }) => bernoulli({ logits: m() }), { plates }),
    bind('z', ({ a }) => bernoulli({ logits: add(mul(1.5, a), -1) }), { plates }),
  )
  const W = { w: parameter(real()) }
  const bySite = pipe(
    given({ z: binary() }),
    nets(W),
    bind('a', ({ z, w }) => bernoulli({ logits: mul(w(), meanOverPlate(z, 'k')) }), { plates }),
  )
  const byName = pipe(
    given({ h: real() }),
    nets(W),
    bind('a', ({ h, w }) => bernoulli({ logits: mul(w(), h) }), { plates }),
  )
  const logSigmoid = (u: number) => -Math.log1p(Math.exp(-u))
  const logBernoulli = (b: number, logit: number) => logSigmoid(b === 1 ? logit : -logit)
  const row = [1.5, -1]
  const pairs = [0, 1].flatMap((i) => [0, 1].map((j) => [i, j]))
  const sumOf = (f: (k: number) => number) => f(0) + f(1)
  const exactly = ({ m, w }: At): number =>
    pairs
      .flatMap((a) => pairs.map((z) => [a, z] as const))
      .reduce((sum, [a, z]) => {
        const h = ((z[0] as number) + (z[1] as number)) / 2
        const logQ = sumOf(
          (k) =>
            logBernoulli(a[k] as number, m as number) +
            logBernoulli(z[k] as number, 1.5 * (a[k] as number) - 1),
        )
        const logP = sumOf(
          (k) =>
            logBernoulli(z[k] as number, 0.3) -
            0.5 * ((row[k] as number) - (z[k] as number)) ** 2 -
            0.5 * log2Pi +
            logBernoulli(a[k] as number, (w as number) * h),
        )
        return sum + Math.exp(logQ) * (logP - logQ)
      }, 0)

  it.each([
    ['a site', bySite],
    ['what p names', byName],
  ] as const)(
    'r combines the elements of %s: they are drawn, and the value is that of all configurations',
    (_, r) => {
      const numbers = { m: 0.4, w: 1.2 }
      const found = gradientsOver(
        any(hvi(coins, proposal, r as never)),
        scalarsOf(numbers),
        { x: new Array(200).fill(row) },
        30,
      )
      expect(found.value.standardError).toBeGreaterThan(0)
      expect(Math.abs(found.value.value - exactly(numbers))).toBeLessThan(5 * found.value.standardError)
      expectUnbiased(found, slopes(exactly, numbers))
      expect(
        sentences(() => hvi(coins, proposal, r as never, { sites: { z: 'enumerate' } } as never)),
      ).toEqual([
        "site 'z' is summed out for each element of the plate k, but 'a' depends on several elements at once",
      ])
    },
  )

  it('r need not say again which plates it has from p', () => {
    const pair = pipe(
      Do,
      bind('z', () => standardNormal(), { plates }),
      bind('x', ({ z }) => normal({ loc: z, scale: 1 }), { plates }),
    )
    const drawn = pipe(
      given(X),
      bind('a', () => normal({ loc: 0.3, scale: 1 }), { plates }),
      bind('z', ({ a }) => normal({ loc: a, scale: 0.7 })),
    )
    const r = (declared: { plates?: typeof plates }) =>
      pipe(
        given({ z: real() }),
        bind('a', ({ z }) => normal({ loc: mul(0.5, z), scale: 1 }), declared),
      )
    for (const of of [
      (declared: object) => any(hvi(pair, drawn, r(declared) as never)),
      (declared: object) => any(iwhvi(pair, drawn, r(declared) as never, { particles: 4 })),
    ])
      expect(evaluateOnce(of({}), {}, { x: [row] })).toBe(evaluateOnce(of({ plates }), {}, { x: [row] }))
  })
})

describe('sentences', () => {
  it('what p does not have, r gives back, and nothing else', () => {
    const nothing = given({ z: real() })
    expect(sentences(() => hvi(p, q, nothing as never))).toEqual([
      "auxiliary 'a' of q: p has no such site, and r does not give it back",
    ])
    const more = pipe(
      rough,
      bind('b', () => standardNormal()),
    )
    expect(sentences(() => hvi(p, q, more as never))).toEqual(["site 'b' of r: q draws no such auxiliary"])
    const latent = pipe(
      given({ x: real() }),
      bind('z', () => standardNormal()),
    )
    expect(sentences(() => hvi(p, q, latent as never))).toEqual([
      "auxiliary 'a' of q: p has no such site, and r does not give it back",
      "site 'z' of r: p has it, so it is no auxiliary",
    ])
    const wide = pipe(
      given({ z: real(2) }),
      bind('a', () => standardNormal()),
    )
    expect(sentences(() => hvi(p, q, wide as never))).toEqual([
      "input 'z' of r: p has Real but r takes Real[2]",
    ])
  })

  it('q fits p with r beside it: shapes, densities', () => {
    const wide = pipe(
      given({ z: real() }),
      bind('a', () => standardNormal(2)),
    )
    expect(sentences(() => hvi(p, q as never, wide as never))).toEqual([
      "latent 'a': p has Real[2] but q proposes Real",
    ])
    const implicit = pipe(
      given(X),
      bind('a', ({ x }) => normal({ loc: x, scale: 1 })),
      bind('z', ({ a }) => push(a)),
    )
    expect(sentences(() => hvi(p, implicit as never, rough as never))).toEqual([
      "latent 'z': q draws it from push, which has no density, but the bound needs log q(z)",
    ])
  })

  it('iwhvi needs pathwise sites and a whole K', () => {
    const coin = pipe(
      given(X),
      bind('a', ({ x }) => bernoulli({ logits: x })),
      bind('z', ({ a }) => normal({ loc: a, scale: 1 })),
    )
    const back = pipe(
      given({ z: real() }),
      bind('a', ({ z }) => bernoulli({ logits: z })),
    )
    expect(hvi(p, coin, back).tag).toBe('objective')
    expect(sentences(() => iwhvi(p, coin as never, back as never, { particles: 1 }))).toEqual([
      "site 'a' of q: the gradient flows through samples, but bernoulli is not pathwise",
      "site 'a' of r: the gradient flows through samples, but bernoulli is not pathwise",
    ])
    expect(sentences(() => iwhvi(p, q, rough, { particles: -1 }))).toEqual([
      'particles of iwhvi must be a whole number >= 0, but -1 was given',
    ])
  })
})

describe('names', () => {
  const agree = (...args: readonly unknown[]) => {
    const at = { x: [0.5, 1], u: [0.3, 0.7] }
    const none = (iwhvi as (...all: unknown[]) => unknown)(...args, { particles: 0 })
    const sampled = (hvi as (...all: unknown[]) => unknown)(...args, { kl: 'sampled' })
    expect(evaluateOnce(any(none), {}, at)).toBeCloseTo(evaluateOnce(any(sampled), {}, at), 4)
  }
  const ofInput = pipe(
    given({ x: real(), u: real() }),
    bind('a', ({ u }) => normal({ loc: u, scale: 1 })),
    bind('z', ({ a }) => normal({ loc: a, scale: 1 })),
  )

  it('what p names is what r takes in, though q has the name for something else', () => {
    const named = pipe(
      Do,
      bind('z', () => standardNormal()),
      letTo('h', ({ z }) => mul(2, z)),
      bind('x', ({ h }) => normal({ loc: h, scale: 1 })),
    )
    const other = pipe(
      given({ x: real(), u: real() }),
      letTo('h', ({ x }) => mul(3, x)),
      bind('a', ({ h, u }) => normal({ loc: add(h, u), scale: 1 })),
      bind('z', ({ a }) => normal({ loc: a, scale: 1 })),
    )
    const back = pipe(
      given({ h: real() }),
      bind('a', ({ h }) => normal({ loc: mul(0.5, h), scale: 1 })),
    )
    agree(named, other, back)
  })

  it('an input of q is the data, though p or r has the name for something else', () => {
    const named = pipe(
      Do,
      bind('z', () => standardNormal()),
      letTo('u', ({ z }) => mul(2, z)),
      bind('x', ({ u }) => normal({ loc: u, scale: 1 })),
    )
    agree(
      named,
      ofInput,
      pipe(
        given({ z: real() }),
        bind('a', ({ z }) => normal({ loc: z, scale: 1 })),
      ),
    )
    const bounds = ['u', 'v'].map((name) => {
      const back = pipe(
        given({ z: real() }),
        letTo(name as 'v', ({ z }) => mul(5, z)),
        bind('a', (c) => normal({ loc: mul(0.1, c[name as 'v']), scale: 1 })),
      )
      return evaluateOnce(any(iwhvi(p, ofInput, back, { particles: 5 })), {}, { x: [0.5, 1], u: [0.3, 0.7] })
    })
    expect(bounds[0]).toBe(bounds[1])
  })

  it('a site of q that condition fixed is not drawn, so it has no part in log q', () => {
    const shifted = pipe(
      given({ x: real(), u: real() }),
      bind('c', () => standardNormal()),
      bind('a', ({ u, c }) => normal({ loc: add(u, c), scale: 1 })),
      bind('z', ({ a }) => normal({ loc: a, scale: 1 })),
    )
    const back = pipe(
      given({ z: real() }),
      bind('a', ({ z }) => normal({ loc: mul(0.5, z), scale: 1 })),
    )
    agree(p, condition(shifted, { c: 0.3 }), back)
  })
})
