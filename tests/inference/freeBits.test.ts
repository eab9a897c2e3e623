/** Free bits: the mean divergence of the minibatch counts at least λ, with gradient 0 below; every method, plates, shared sites. */
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { dataset } from '../../src/dsl/dataset.js'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { bind, Do, given, nets, shared } from '../../src/dsl/notation.js'
import type { AnyObjective } from '../../src/dsl/objective.js'
import { mul } from '../../src/dsl/operations/arithmetic.js'
import { exp } from '../../src/dsl/operations/functions.js'
import { sum } from '../../src/dsl/operations/reductions.js'
import { flattenParams } from '../../src/dsl/params.js'
import { real, value } from '../../src/dsl/space.js'
import { batchAt } from '../../src/inference/batches.js'
import { derive } from '../../src/inference/derive.js'
import { elbo } from '../../src/inference/elbo.js'
import { keyFromSeed } from '../../src/runtime/keys.js'
import { compiled, disagreement, eagerly } from './compiled/agree.js'
import { expectUnbiased, gradientAt, gradientsOver, scalarsOf, slopes } from './gradients.js'
import { sentences } from './sentences.js'

const any = (o: unknown): AnyObjective => o as AnyObjective
const log2Pi = Math.log(2 * Math.PI)

// z ~ N(0, 1), x | z ~ N(z, 1), q = N(gain x, e^2spread): everything of L is known in closed form.
const p = pipe(
  Do,
  bind('z', () => standardNormal()),
  bind('x', ({ z }) => normal({ loc: z, scale: 1 })),
)
const q = pipe(
  given({ x: real() }),
  nets({ gain: parameter(real()), spread: parameter(real()) }),
  bind('z', ({ x, gain, spread }) => normal({ loc: mul(gain(), x), scale: exp(spread()) })),
)
const xs = [0.7, -1.2, 0.3]
const data = { x: xs }
type At = Readonly<Record<string, number>>

const mean = (f: (x: number) => number): number => xs.reduce((a, x) => a + f(x), 0) / xs.length
const fitted = (gain: number, s: number) => mean((x) => -0.5 * log2Pi - 0.5 * ((x - gain * x) ** 2 + s * s))
const divergence = (gain: number, s: number) => mean((x) => 0.5 * (s * s + (gain * x) ** 2 - 1) - Math.log(s))
const exact =
  (free: number, beta = 1) =>
  ({ gain, spread }: At): number => {
    const [a, s] = [gain as number, Math.exp(spread as number)]
    return fitted(a, s) - beta * Math.max(free, divergence(a, s))
  }
// KL is 0.169 here.
const at = { gain: 0.4, spread: -0.3 }

describe('the bound with free bits, against its closed form and finite differences of it', () => {
  it.each([
    ['below the divergence', 0.1, 1],
    ['above it', 0.5, 1],
    ['above it, weighted', 0.5, 3],
  ])('λ %s', (_, free, beta) => {
    for (const options of [{}, { kl: 'sampled' as const, particles: 64 }]) {
      const found = gradientsOver(
        any(elbo(p, q, { freeBits: free, beta, ...options })),
        scalarsOf(at),
        data,
        100,
      )
      const truth = exact(free, beta)(at)
      expect(Math.abs(found.value.value - truth)).toBeLessThan(5 * found.value.standardError + 1e-5)
      if (options.kl === undefined) expectUnbiased(found, slopes(exact(free, beta), at), `λ = ${free}`)
    }
  })

  it('below λ the term has no gradient: that of the data term alone is left', () => {
    const params = scalarsOf(at)
    const free = gradientAt(any(elbo(p, q, { freeBits: 10 })), params, data)
    const alone = gradientAt(any(elbo(p, q, { beta: 0 })), params, data)
    expect(free.gradients).toEqual(alone.gradients)
    expect(free.value).toBeCloseTo(alone.value - 10, 5)
  })

  it('0 nats are no free bits, to the bit', () => {
    const params = scalarsOf(at)
    expect(gradientAt(any(elbo(p, q, { freeBits: 0 })), params, data)).toEqual(
      gradientAt(any(elbo(p, q)), params, data),
    )
  })
})

const coinModel = pipe(
  Do,
  bind('c', () => bernoulli({ probs: 0.3 })),
  bind('x', ({ c }) => normal({ loc: c, scale: 1 })),
)
const coinFamily = pipe(
  given({ x: real() }),
  nets({ w: parameter(real()) }),
  bind('c', ({ x, w }) => bernoulli({ logits: mul(w(), x) })),
)

describe('finite latents', () => {
  const truth =
    (free: number) =>
    ({ w }: At): number => {
      const on = (x: number) => 1 / (1 + Math.exp(-(w as number) * x))
      const kl = mean((x) => on(x) * Math.log(on(x) / 0.3) + (1 - on(x)) * Math.log((1 - on(x)) / 0.7))
      const log = (x: number, c: number) => -0.5 * log2Pi - 0.5 * (x - c) ** 2
      return mean((x) => on(x) * log(x, 1) + (1 - on(x)) * log(x, 0)) - Math.max(free, kl)
    }

  it.each([0.01, 2])('λ = %d: enumeration is exact, and the score function unbiased', (free) => {
    const here = { w: 0.9 }
    for (const kl of ['closed form', 'sampled'] as const) {
      const o = any(elbo(coinModel, coinFamily, { freeBits: { c: free }, kl }))
      const found = gradientAt(o, scalarsOf(here), data)
      expect(Math.abs(found.value - truth(free)(here))).toBeLessThan(1e-5)
      const slope = slopes(truth(free), here)['w/value[0]'] as number
      expect(Math.abs((found.gradients['w/value']?.[0] as number) - slope)).toBeLessThan(1e-4)
    }
    const score = any(elbo(coinModel, coinFamily, { freeBits: free, sites: { c: 'score' }, particles: 16 }))
    expectUnbiased(gradientsOver(score, scalarsOf(here), data, 200), slopes(truth(free), here))
  })
})

describe('plates and shared sites', () => {
  const many = pipe(
    Do,
    bind('z', () => standardNormal(), { plates: { r: 3 } }),
  )
  const family = pipe(
    given({}),
    nets({ m: parameter(real()) }),
    bind('z', ({ m }) => normal({ loc: m(), scale: 1 }), { plates: { r: 3 } }),
  )
  const batch = { noise: keyFromSeed(1), size: 4, dataSize: 4 }
  const bounded = async (o: AnyObjective, m: number) =>
    (await eagerly(o, flattenParams(scalarsOf({ m })), batch)).value

  it('a plate counts as a whole: its divergences are added up first', async () => {
    // KL = 3 · ½ m²
    for (const kl of ['closed form', 'sampled'] as const) {
      const o = any(elbo(many, family, { freeBits: 2, kl }))
      expect(await bounded(o, 0.1)).toBeCloseTo(-2, 5)
      if (kl === 'closed form') expect(await bounded(o, 2)).toBeCloseTo(-6, 5)
    }
  })

  it('of a shared latent a datum has 1/N', async () => {
    const one = pipe(
      Do,
      shared('w', () => standardNormal()),
    )
    const posterior = pipe(
      given({}),
      nets({ m: parameter(real()) }),
      shared('w', ({ m }) => normal({ loc: m(), scale: 1 })),
    )
    const o = any(elbo(one, posterior, { freeBits: 2 }))
    expect(await bounded(o, 0.1)).toBeCloseTo(-2 / 4, 5)
    expect(await bounded(o, 3)).toBeCloseTo(-4.5 / 4, 5)
  })
})

describe('per entry', () => {
  // Entry 1 follows x, entry 2 is nearly the prior.
  const two = pipe(
    Do,
    bind('z', () => standardNormal(2)),
    bind('x', ({ z }) => normal({ loc: sum(z), scale: 1 })),
  )
  const family = pipe(
    given({ x: real() }),
    nets({ gain: parameter(real()) }),
    bind('z', ({ x, gain }) => normal({ loc: mul(mul(gain(), x), value(real(2), [1, 0.1])), scale: 0.9 })),
  )
  const exactly =
    (free: number) =>
    ({ gain }: At): number => {
      const a = gain as number
      const variance = 1 + 2 * 0.81
      const fit = mean((x) => -0.5 * log2Pi - 0.5 * ((x - 1.1 * a * x) ** 2 + variance - 1))
      return [1, 0.1].reduce((total, w) => total - Math.max(free, divergence(a * w, 0.9)), fit)
    }

  it.each([0.05, 0.0001])('λ = %d for each: value and gradient', (free) => {
    for (const kl of ['closed form', 'sampled'] as const) {
      const o = any(
        elbo(two, family, {
          freeBits: { z: { perEntry: free } },
          kl,
          particles: kl === 'sampled' ? 400 : 20,
        }),
      )
      const found = gradientsOver(o, scalarsOf({ gain: 0.6 }), data, 40)
      const truth = exactly(free)({ gain: 0.6 })
      expect(Math.abs(found.value.value - truth)).toBeLessThan(5 * found.value.standardError + 1e-5)
      if (kl === 'closed form') expectUnbiased(found, slopes(exactly(free), { gain: 0.6 }))
    }
  })

  it('0 nats per entry are no free bits', () => {
    const params = scalarsOf({ gain: 0.6 })
    expect(gradientAt(any(elbo(two, family, { freeBits: { z: { perEntry: 0 } } })), params, data)).toEqual(
      gradientAt(any(elbo(two, family)), params, data),
    )
  })

  it('needs entries that are independent on both sides; derive says so', () => {
    expect(sentences(() => elbo(coinModel, coinFamily, { freeBits: { c: { perEntry: 1 } } }))).toEqual([
      "free bits per entry: latent 'c' is bernoulli in q and bernoulli in p, whose entries are not both known to be independent",
    ])
    expect(derive(two, family, { freeBits: { z: { perEntry: 0.05 } } }).toText()).toContain(
      '− Σ_e max(0.05, KL(q(z | x) ‖ p(z))_e)',
    )
  })

  it('compiled = eager', async () => {
    const o = any(elbo(two, family, { freeBits: { z: { perEntry: 0.05 } } }))
    const arrays = flattenParams(scalarsOf({ gain: 0.6 }))
    const batch = batchAt(dataset(o.data, data as never), [0, 1, 2], keyFromSeed(4))
    expect(disagreement(await eagerly(o, arrays, batch), await compiled(o, arrays, batch))).toBeLessThan(1e-5)
  })
})

describe('compiled = eager', () => {
  it.each([0.05, 0.5])('λ = %d', async (free) => {
    const o = any(elbo(p, q, { freeBits: free, beta: (t) => 1 - 1 / t }))
    const arrays = flattenParams(scalarsOf(at))
    const batch = { ...batchAt(dataset(o.data, data as never), [0, 1, 2], keyFromSeed(4)), step: 3 }
    expect(disagreement(await eagerly(o, arrays, batch), await compiled(o, arrays, batch))).toBeLessThan(1e-5)
  })
})

describe('derive', () => {
  it('prints the schedule and the free bits, and what they mean', () => {
    const text = derive(p, q, { beta: (t) => Math.min(1, t / 10), freeBits: 0.5 }).toText()
    expect(text).toContain('L_β = E_q[log p(x | z)] − β_t max(0.5, KL(q(z | x) ‖ p(z)))')
    expect(text).toContain('−β_t max(0.5, KL(q(z | x) ‖ p(z)))')
    expect(text).toContain('β_t follows the steps of a fit: 0.1 at the first, 1 at the end')
    expect(text).toContain('Free bits: λ(z) = 0.5 nats.')
    const sampled = derive(p, q, { kl: 'sampled', freeBits: { z: 2 } }).toText()
    expect(sampled).toContain('− max(2, −E_q[log p(z) − log q(z | x)])')
  })
})

describe('sentences', () => {
  it('name what is wrong', () => {
    expect(sentences(() => elbo(p, q, { freeBits: -1 }))).toEqual([
      'free bits are a number of nats >= 0, but -1 was given',
    ])
    expect(sentences(() => elbo(p, q, { freeBits: { w: 1 } as never }))).toEqual([
      "freeBits names 'w', but q has no such site",
    ])
  })
})
