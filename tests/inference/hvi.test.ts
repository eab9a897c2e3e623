/** hvi and iwhvi: the bound of the marginal q in closed form, the gap in closed form, monotone in K, gradients, sentences. */
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { dataset } from '../../src/dsl/dataset.js'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { push } from '../../src/dsl/distributions/push.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { bind, Do, given, letTo, nets } from '../../src/dsl/notation.js'
import type { AnyObjective } from '../../src/dsl/objective.js'
import { add, mul } from '../../src/dsl/operations/arithmetic.js'
import { flattenParams } from '../../src/dsl/params.js'
import { positive, real } from '../../src/dsl/space.js'
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
