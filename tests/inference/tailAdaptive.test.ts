/** tailAdaptive: its gradient from the ranks, by hand; the value of iwae; the posterior at rest; covers mass; sentences. */
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { dataset } from '../../src/dsl/dataset.js'
import { bernoulli } from '../../src/dsl/distributions/bernoulli.js'
import { normal } from '../../src/dsl/distributions/normal.js'
import { bind, Do, given } from '../../src/dsl/notation.js'
import { real } from '../../src/dsl/space.js'
import { batchAt } from '../../src/inference/batches.js'
import { iwae } from '../../src/inference/iwae.js'
import { tailAdaptive } from '../../src/inference/tailAdaptive.js'
import { fold, keyFromSeed } from '../../src/runtime/keys.js'
import { noiseOf } from '../../src/runtime/noise.js'
import { expectUnbiased, gradientAt, gradientsOver, scalarsOf, slopes } from './gradients.js'
import { at, datum, expectedOf, p, posteriorOf, q } from './importance/gaussian.js'
import { sentences, untyped } from './importance/untyped.js'

const of = untyped(tailAdaptive)
const data = (n: number) => ({ x: new Array(n).fill(datum) })

/** The standard normal numbers of site z in one batch of one datum. */
const noises = (seed: number, particles: number): readonly number[] => {
  const key = fold(fold(keyFromSeed(seed), 'gradients'), 'test')
  const { noise } = batchAt(dataset({ x: real() }, data(1)), [0], key)
  return Array.from(noiseOf(noise).child('z').normal([particles, 1]).dataSync())
}

describe('the gradient', () => {
  it.each([-1, -0.5])('is Σ γ_k ∇ log w_k with γ from the ranks, β = %f', (beta) => {
    const particles = 7
    const { slope, gain, spread } = at
    const scale = Math.exp(spread)
    const draws = noises(3, particles).map((e) => {
      const z = gain * datum + scale * e
      const logW = -0.5 * z * z - 2 * (datum - slope * z) ** 2 + 0.5 * e * e
      // ∂ log w / ∂z with q constant, ∂ log p / ∂ slope
      const path = -z + 4 * slope * (datum - slope * z) + e / scale
      return { e, z, logW, path, ofSlope: 4 * z * (datum - slope * z) }
    })
    const gamma = draws.map((d) => (draws.filter((o) => o.logW >= d.logW).length / particles) ** beta)
    const sum = gamma.reduce((a, b) => a + b, 0)
    const mean = (f: (d: (typeof draws)[number]) => number) =>
      draws.reduce((s, d, k) => s + ((gamma[k] as number) / sum) * f(d), 0)
    const { gradients } = gradientAt(of(p, q, { particles, beta }), scalarsOf(at), data(1), { seed: 3 })
    const expected = {
      'gain/value': mean((d) => d.path * datum),
      'spread/value': mean((d) => d.path * scale * d.e),
      'slope/value': mean((d) => d.ofSlope),
    }
    for (const [path, g] of Object.entries(expected))
      expect(Math.abs((gradients[path]?.[0] as number) - g), path).toBeLessThan(1e-4)
  })

  it('with β = 0 is that of elbo', () => {
    const found = gradientsOver(of(p, q, { particles: 3, beta: 0 }), scalarsOf(at), data(256), 20)
    expectUnbiased(
      found,
      slopes((x) => expectedOf(x, (w) => w), at),
    )
  })

  it('rests at the posterior', () => {
    const { gradients } = gradientAt(of(p, q, { particles: 5 }), scalarsOf(posteriorOf(at)), data(4))
    for (const path of ['gain/value', 'spread/value'])
      expect(Math.abs(gradients[path]?.[0] as number)).toBeLessThan(1e-5)
  })

  it('widens a q that is too narrow more than elbo does', () => {
    const narrow = scalarsOf({ ...at, gain: 1.3, spread: -2 })
    const slope = (beta: number) =>
      gradientsOver(of(p, q, { particles: 16, beta }), narrow, data(64), 10).entries.find(
        (e) => e.path === 'spread/value[0]',
      ) as { value: number; standardError: number }
    const [ranks, even] = [slope(-1), slope(0)]
    expect(ranks.value - even.value).toBeGreaterThan(5 * Math.hypot(ranks.standardError, even.standardError))
  })
})

describe('the value', () => {
  it('is that of iwae', () => {
    const [a, b] = [of, untyped(iwae)].map((f) =>
      gradientAt(f(p, q, { particles: 4 }), scalarsOf(at), data(3)),
    )
    expect(Math.abs((a?.value as number) - (b?.value as number))).toBeLessThan(1e-6)
  })
})

describe('sentences', () => {
  it('for a site without a pathwise gradient', () => {
    const model = pipe(
      Do,
      bind('c', () => bernoulli({ probs: 0.5 })),
      bind('x', ({ c }) => normal({ loc: c, scale: 1 })),
    )
    const family = pipe(
      given({ x: real() }),
      bind('c', () => bernoulli({ probs: 0.5 })),
    )
    // @ts-expect-error site 'c': the gradient method 'pathwise' needs the capability 'pathwise', which bernoulli lacks
    expect(sentences(() => tailAdaptive(model, family, { particles: 2 }))).toEqual([
      "site 'c': the gradient method 'pathwise' needs the capability 'pathwise', which bernoulli lacks",
    ])
  })
  it('for one particle, and an exponent above 0', () => {
    expect(sentences(() => of(p, q, { particles: 1, beta: 1 }))).toEqual([
      'beta must be a number <= 0, but 1 was given',
      'particles must be a whole number >= 2, but 1 was given',
    ])
  })
})
