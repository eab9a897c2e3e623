/** iwae: one particle is elbo, L_K grows towards the evidence, gradients, enumeration, plates, extremes, sentences. */
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { poisson } from '../../src/dsl/distributions/poisson.js'
import { GiryException } from '../../src/dsl/error.js'
import { dense, gaussian } from '../../src/dsl/nets/dense.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { bind, Do, given, nets, shared } from '../../src/dsl/notation.js'
import type { AnyObjective } from '../../src/dsl/objective.js'
import { add, mul } from '../../src/dsl/operations/arithmetic.js'
import { exp } from '../../src/dsl/operations/functions.js'
import { binary, positive, real } from '../../src/dsl/space.js'
import { elbo } from '../../src/inference/elbo.js'
import { iwae } from '../../src/inference/iwae.js'
import { finiteCase } from '../../src/testing/arbitraries/finite.js'
import { factorAnalysisCase } from '../../src/testing/arbitraries/linearGaussian.js'
import { randomParams } from '../../src/testing/randomParams.js'
import { evaluateMany, evaluateOnce } from '../laws/evaluation.js'
import { finiteExact, linearGaussianExact, logNormal, mean } from '../laws/oracle.js'
import { expectUnbiased, gradientAt, gradientsOver, scalarsOf, slopes } from './gradients.js'

const iwaeOf = iwae as unknown as (p: unknown, q: unknown, options: object) => AnyObjective

const sentences = (f: () => unknown): readonly string[] => {
  try {
    f()
  } catch (e) {
    expect(e).toBeInstanceOf(GiryException)
    return (e as GiryException).errors.map((error) => error.message)
  }
  return []
}

const X = binary(5)
const Z = real(2)
const p = pipe(
  Do,
  nets({ decode: dense(Z, real(5)) }),
  bind('z', () => standardNormal(2)),
  bind('x', ({ z, decode }) => bernoulli({ logits: decode(z) })),
)
const q = pipe(
  given({ x: X }),
  nets({ encode: gaussian(X, [3], Z) }),
  bind('z', ({ x, encode }) => normal(encode(x))),
)
const rows = {
  x: [
    [1, 0, 0, 1, 1],
    [0, 0, 1, 0, 1],
  ],
}
const params = randomParams({ nets: { ...p.nets, ...q.nets } }, 1)

describe('one particle', () => {
  it('is elbo with every divergence sampled: same noise, same value and gradient', () => {
    const one = iwaeOf(p, q, { particles: 1 })
    const sampled = elbo(p, q, { kl: 'sampled' }) as unknown as AnyObjective
    for (let seed = 0; seed < 5; seed++) {
      const [a, b] = [gradientAt(one, params, rows, { seed }), gradientAt(sampled, params, rows, { seed })]
      expect(Math.abs(a.value - b.value)).toBeLessThan(1e-5 * Math.abs(b.value))
      for (const [path, g] of Object.entries(a.gradients))
        g.forEach((x, i) => {
          expect(Math.abs(x - (b.gradients[path]?.[i] as number))).toBeLessThan(1e-5)
        })
    }
  })

  it('is named after its particles, and has the nets and the data of elbo', () => {
    const bound = iwae(p, q, { particles: 16 })
    expect(bound.description).toBe('L_16')
    expect(Object.keys(bound.nets).sort()).toEqual(['decode', 'encode'])
    expect(Object.keys(bound.data)).toEqual(['x'])
  })
})

describe('the evidence of a linear-Gaussian model', () => {
  // z ~ N(0, 1), x | z ~ N(z, 1): x ~ N(0, 2), P(z | x) = N(x/2, 1/2). With q = N(0, 1) at x = 1:
  //   KL(q ‖ posterior) = ½ log ½ + (1 + ¼) − ½     ∫ posterior² / q = e^(1/6) / (√½ √(3/2)) = 1 + V
  const one = pipe(
    Do,
    bind('z', () => standardNormal(1)),
    bind('x', ({ z }) => normal({ loc: z, scale: 1 })),
  )
  const prior = pipe(
    given({ x: real(1) }),
    bind('z', () => standardNormal(1)),
  )
  const ones = { x: Array.from({ length: 500 }, () => [1]) }
  const evidence = -0.25 - 0.5 * Math.log(4 * Math.PI)
  const gap = 0.5 * Math.log(0.5) + 1.25 - 0.5
  const V = Math.exp(1 / 6) / Math.sqrt(0.75) - 1
  const found = [1, 2, 8, 64].map((particles) =>
    evaluateMany(iwaeOf(one, prior, { particles }), {}, ones, 60),
  )

  it('L_1 = log P(x) − KL(q ‖ posterior)', () => {
    const [first] = found
    expect(Math.abs((first?.value as number) - (evidence - gap))).toBeLessThan(
      5 * (first?.standardError as number),
    )
  })

  it('L_K grows with K, and stays below log P(x)', () => {
    found.forEach(({ value, standardError }, i) => {
      const before = found[i - 1]
      if (before !== undefined)
        expect(value).toBeGreaterThan(before.value - 5 * Math.hypot(standardError, before.standardError))
      expect(value).toBeLessThan(evidence + 5 * standardError)
    })
  })

  it('L_K = log P(x) − V / 2K + O(1/K²)', () => {
    const { value, standardError } = found.at(-1) as { value: number; standardError: number }
    expect(standardError).toBeLessThan(1e-3)
    expect(Math.abs(value - (evidence - V / 128))).toBeLessThan(5 * standardError + (V / 64) ** 2 * 4)
  })

  it('at the posterior every L_K is log P(x), without error', () => {
    for (let seed = 0; seed < 5; seed++) {
      const c = factorAnalysisCase(seed)
      const exact = mean(c.data.x?.map((x) => linearGaussianExact(c.facts, x as number[]).evidence) ?? [])
      for (const particles of [1, 7]) {
        const bound = iwaeOf(c.p, c.posterior, { particles })
        expect(Math.abs(evaluateOnce(bound, c.posteriorParams, c.data, seed) - exact)).toBeLessThan(
          2e-5 * Math.max(1, Math.abs(exact)),
        )
      }
    }
  })
})

describe('the gradient', () => {
  const y = pipe(
    Do,
    nets({ slope: parameter(real()) }),
    bind('z', () => standardNormal()),
    bind('x', ({ z, slope }) => normal({ loc: mul(slope(), z), scale: 0.5 })),
  )
  const family = pipe(
    given({ x: real() }),
    nets({ gain: parameter(real()), spread: parameter(real()) }),
    bind('z', ({ x, gain, spread }) => normal({ loc: mul(gain(), x), scale: exp(spread()) })),
  )
  const data = { x: [0.7, -1.2] }
  const at = { slope: 0.8, gain: 0.5, spread: -0.3 }

  it.each([1, 3])('agrees with finite differences at fixed noise, K = %i', (particles) => {
    const bound = iwaeOf(y, family, { particles })
    const { gradients } = gradientAt(bound, scalarsOf(at), data)
    // float32 values of size 2 and steps of 0.02: an error of 2e-7 / 0.02 in the quotient.
    const expected = slopes((x) => gradientAt(bound, scalarsOf(x), data).value, at, 0.02)
    for (const [name, slope] of Object.entries(expected)) {
      const path = name.slice(0, name.indexOf('['))
      expect(Math.abs((gradients[path]?.[0] as number) - slope), name).toBeLessThan(2e-4)
    }
  })
})

describe('finite latents', () => {
  it('are summed out, so the bound is the evidence at any q', () => {
    for (let seed = 0; seed < 10; seed++) {
      const c = finiteCase(seed)
      if (c.shared) continue
      const count = Object.values(c.data)[0]?.length ?? 0
      const exact = mean(
        Array.from({ length: count }, (_, i) => {
          const row = Object.fromEntries(Object.entries(c.data).map(([k, v]) => [k, v[i] as number]))
          return finiteExact(c.facts, row).evidence
        }),
      )
      const found = evaluateOnce(iwaeOf(c.p, c.q, { particles: 3 }), c.params, c.data)
      expect(Math.abs(found - exact), c.description).toBeLessThan(2e-5)
    }
  })

  it('stand beside drawn ones: a mixture whose means are drawn', () => {
    const k = pipe(
      Do,
      bind('c', () => bernoulli({ probs: 0.7 })),
      bind('z', () => standardNormal()),
      bind('x', ({ c, z }) => normal({ loc: add(z, mul(2, c)), scale: 1 })),
    )
    const family = pipe(
      given({ x: real() }),
      bind('c', () => bernoulli({ probs: 0.5 })),
      bind('z', () => standardNormal()),
    )
    // x ~ 0.3 N(0, 2) + 0.7 N(2, 2)
    const density = (x: number, loc: number) => Math.exp(-((x - loc) ** 2) / 4) / Math.sqrt(4 * Math.PI)
    const exact = Math.log(0.3 * density(1.5, 0) + 0.7 * density(1.5, 2))
    const data = { x: Array.from({ length: 40 }, () => 1.5) }
    const found = evaluateMany(iwaeOf(k, family, { particles: 100 }), {}, data, 15)
    // The weights have a relative variance below 1, so the bound is at most 1 / 200 too small.
    expect(Math.abs(found.value - exact)).toBeLessThan(5 * found.standardError + 5e-3)
    expect(found.value).toBeLessThan(exact + 5 * found.standardError)
  })
})

describe('plates and extremes', () => {
  const model = pipe(
    Do,
    bind('z', () => standardNormal()),
    bind('x', ({ z }) => normal({ loc: z, scale: 0.01 }), { plates: { r: 3 } }),
  )
  const family = pipe(
    given({ x: real() }),
    nets({ m: parameter(real()) }),
    bind('z', ({ m }) => normal({ loc: m(), scale: 1 })),
  )
  const at = scalarsOf({ m: 0.2 })

  it('a weight is the product over a plate, and weights of e^-100000 have a logarithm', () => {
    const data = { x: [[5, 4, 3]] }
    const o = (particles: number) => iwaeOf(model, family, { particles })
    const one = evaluateOnce(o(1), at, data, 3)
    const sampled = evaluateOnce(elbo(model, family as never, { kl: 'sampled' }) as never, at, data, 3)
    expect(one).toBeLessThan(-1e4)
    expect(Math.abs(one / sampled - 1)).toBeLessThan(1e-5)
    const many = gradientAt(o(50), at, data)
    expect(many.value).toBeGreaterThan(one)
    expect(Number.isFinite(many.gradients['m/value']?.[0])).toBe(true)
  })
})

// Two coins for each datum, each seen through noise: x_r | c_r ~ N(c_r, 1).
const coins = pipe(
  Do,
  bind('c', () => bernoulli({ probs: 0.5 }), { plates: { r: 2 } }),
  bind('x', ({ c }) => normal({ loc: c, scale: 1 }), { plates: { r: 2 } }),
)
const ofCoins = pipe(
  given({ x: real() }),
  nets({ lean: parameter(real()) }),
  bind('c', ({ x, lean }) => bernoulli({ logits: mul(lean(), x) }), { plates: { r: 2 } }),
)

describe('latents that are neither pathwise nor summed out', () => {
  it('are drawn, with the gradient of vimco: coins in a plate, against the sum over all pairs of draws', () => {
    const xs = [0.3, 1.6]
    const pairs = [0, 1].flatMap((a) => [0, 1].map((b) => [a, b] as const))
    const exact = ({ lean }: Readonly<Record<string, number>>) => {
      const draws = pairs.map((c) => {
        const one = c.map((bit, r) => {
          const logit = (lean as number) * (xs[r] as number)
          const logQ = -Math.log1p(Math.exp(bit === 1 ? -logit : logit))
          return { logQ, logW: Math.log(0.5) - 0.5 * ((xs[r] as number) - bit) ** 2 - logQ }
        })
        return {
          q: Math.exp(one.reduce((s, o) => s + o.logQ, 0)),
          w: Math.exp(one.reduce((s, o) => s + o.logW, 0) - Math.log(2 * Math.PI)),
        }
      })
      return draws.reduce(
        (s, a) => s + a.q * draws.reduce((t, b) => t + b.q * Math.log((a.w + b.w) / 2), 0),
        0,
      )
    }
    const at = { lean: 0.4 }
    const found = gradientsOver(
      iwaeOf(coins, ofCoins, { particles: 2, sites: { c: 'vimco' } }),
      scalarsOf(at),
      { x: new Array(256).fill(xs) },
      16,
    )
    expect(Math.abs(found.value.value - exact(at))).toBeLessThan(5 * found.value.standardError)
    expectUnbiased(found, slopes(exact, at))
  })

  it('are summed out for each element of a plate, where they are small', () => {
    const xs = [0.3, 1.6]
    const one = (x: number) =>
      Math.log(0.5 * Math.exp(logNormal(x, 0, 1)) + 0.5 * Math.exp(logNormal(x, 1, 1)))
    const found = evaluateOnce(iwaeOf(coins, ofCoins, { particles: 1 }), scalarsOf({ lean: 0.4 }), {
      x: [xs],
    })
    expect(Math.abs(found - xs.reduce((sum, x) => sum + one(x), 0))).toBeLessThan(1e-5)
  })

  it('of infinite support, and with one particle by the plain score function', () => {
    const model = pipe(
      Do,
      bind('n', () => poisson({ rate: 2 })),
      bind('x', ({ n }) => normal({ loc: n as never, scale: 1 })),
    )
    const family = pipe(
      given({ x: real() }),
      nets({ rate: parameter(positive()) }),
      bind('n', ({ rate }) => poisson({ rate: rate() })),
    )
    // q is the prior, so w = N(x; n, 1), and L_K = log P(x) − V / 2K + O(1/K²) with 1 + V = E[w²] / P(x)².
    const factorials = [1, 1, 2, 6, 24, 120, 720, 5040, 40320, 362880, 3628800]
    const moment = (k: number) =>
      factorials.reduce(
        (s, f, n) => s + ((Math.exp(-2) * 2 ** n) / f) * Math.exp(k * logNormal(1.5, n, 1)),
        0,
      )
    const V = moment(2) / moment(1) ** 2 - 1
    const found = evaluateMany(
      iwaeOf(model, family, { particles: 20 }),
      scalarsOf({ rate: 2 }),
      { x: new Array(16).fill(1.5) },
      8,
    )
    expect(Math.abs(found.value - (Math.log(moment(1)) - V / 40))).toBeLessThan(
      5 * found.standardError + (V / 20) ** 2 * 4,
    )
    const one = gradientAt(iwaeOf(model, family, { particles: 1 }), scalarsOf({ rate: 2 }), { x: [1.5] })
    expect(Number.isFinite(one.gradients['rate/value']?.[0])).toBe(true)
  })
})

describe('sentences', () => {
  it('of elbo, where q does not fit', () => {
    const wrong = pipe(
      given({ x: X }),
      bind('z', () => standardNormal(3)),
    )
    // @ts-expect-error latent 'z': p has Real[2] but q proposes Real[3]
    const build = () => iwae(p, wrong, { particles: 2 })
    expect(sentences(build)).toEqual(["latent 'z': p has Real[2] but q proposes Real[3]"])
    expect(sentences(() => iwae(p, q, { particles: 0 }))).toEqual([
      'particles must be a whole number >= 1, but 0 was given',
    ])
    // @ts-expect-error particles is missing
    void (() => iwae(p, q, {}))
  })

  it('for a shared latent', () => {
    const model = pipe(
      Do,
      shared('w', () => standardNormal()),
      bind('x', ({ w }) => normal({ loc: w, scale: 1 })),
    )
    const family = pipe(
      given({ x: real() }),
      nets({ m: parameter(real()) }),
      shared('w', ({ m }) => normal({ loc: m(), scale: 1 })),
    )
    expect(sentences(() => iwaeOf(model, family, { particles: 2 }))).toEqual([
      "latent 'w' is shared by all data, so the bound is no mean over the data",
    ])
  })

  it('for methods that the site, the bound or one particle does not allow', () => {
    const of = (c: string, particles = 2) =>
      sentences(() => iwaeOf(coins, ofCoins, { particles, sites: { c } }))
    expect(of('doublyReparameterized')).toEqual([
      "site 'c': the gradient method 'doublyReparameterized' needs the capability 'pathwise', which bernoulli lacks",
    ])
    expect(of('rebar')).toEqual(["site 'c': iwae has no gradient method 'rebar'"])
    expect(of('vimco', 1)).toEqual(["site 'c': 'vimco' leaves one particle out, and there is one only"])
    expect(sentences(() => iwaeOf(p, q, { particles: 2, sites: { y: 'score' } }))).toEqual([
      "site 'y': q has no such site",
    ])
    expect(sentences(() => elbo(p, q, { sites: { z: 'vimco' as never } }))).toEqual([
      "site 'z': elbo has no gradient method 'vimco'",
    ])
  })

  it('for doubly reparameterized sites beside others', () => {
    const chain = pipe(
      Do,
      bind('c', () => bernoulli({ probs: 0.4 })),
      bind('u', () => standardNormal()),
      bind('v', ({ u, c }) => normal({ loc: add(u, c), scale: 1 })),
      bind('x', ({ v }) => normal({ loc: v, scale: 1 })),
    )
    const ofChain = pipe(
      given({ x: real() }),
      bind('u', ({ x }) => normal({ loc: x, scale: 1 })),
      bind('c', () => bernoulli({ probs: 0.5 })),
      bind('v', ({ u, c }) => normal({ loc: add(u, c), scale: 1 })),
    )
    const of = (sites: object) => sentences(() => iwaeOf(chain, ofChain, { particles: 2, sites }))
    expect(of({ u: 'doublyReparameterized' })).toEqual([
      "site 'v' depends on another site that is summed out than 'u', which it depends on: their doubly reparameterized weights differ",
    ])
    expect(of({ u: 'doublyReparameterized', v: 'pathwise', c: 'vimco' })).toEqual([
      "site 'c' has the method 'vimco' beside 'u', which is doubly reparameterized: all drawn sites are, or none",
      "site 'v' has the method 'pathwise' beside 'u', which is doubly reparameterized: all drawn sites are, or none",
    ])
  })
})
