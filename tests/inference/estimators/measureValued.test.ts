/** Measure-valued derivatives are unbiased. Oracles: quadrature and enumeration, in float64, by central differences. */
import * as tf from '@tensorflow/tfjs'
import * as g from 'giry'
import { describe, expect, it } from 'vitest'
import type { AnyObjective } from '../../../src/dsl/objective.js'
import { expectUnbiased, gradientsOver, scalarsOf, slopes } from '../gradients.js'
import { at, bound, gradient, logNormal, value, x } from './coins.js'
import { momentsOf, perDraw } from './perDraw.js'

const cosine = g.lift(g.real(), (t) => tf.cos(tf.mul(2, t)))
const softplus = (t: number) => Math.log1p(Math.exp(t))
const any = (o: unknown): AnyObjective => o as AnyObjective
const within = (xs: Float32Array, expected: number) => {
  const { mean, standardError } = momentsOf(xs)
  expect(Math.abs(mean - expected), `${mean} ± ${standardError}, not ${expected}`).toBeLessThan(
    5 * standardError + 1e-4,
  )
}

describe('between other sites', () => {
  const data = { x: new Array(128).fill(x) }
  it.each([
    [{ c: 'enumerate', z: 'measureValued', y: 'pathwise' }, {}],
    [
      { c: 'score', z: 'measureValued', y: 'measureValued' },
      { particles: 2, kl: 'sampled' },
    ],
    [{ c: 'measureValued', z: 'measureValued', y: 'score' }, {}],
    [{ c: 'measureValued', z: 'enumerate', y: 'pathwise' }, { kl: 'sampled' }],
  ] as const)('%o is unbiased', (sites, options) => {
    const found = gradientsOver(bound(sites as never, options), scalarsOf(at), data, 14)
    expectUnbiased(found, gradient)
    expect(Math.abs(found.value.value - value)).toBeLessThan(5 * found.value.standardError + 1e-4)
  })
})

describe('each distribution', () => {
  it('normal, by loc and scale: E cos(2 z) + [z > 1]', () => {
    const points = Array.from({ length: 4001 }, (_, i) => -10 + i / 200)
    const smooth = ({ m, s }: Readonly<Record<string, number>>) =>
      points.reduce(
        (sum, z) =>
          sum + (Math.exp(logNormal(z, m as number, softplus(s as number))) * Math.cos(2 * z)) / 200,
        0,
      )
    const model = g.pipe(
      g.given({ m: g.real(), s: g.real() }),
      g.bind('z', ({ m, s }) => g.normal({ loc: m, scale: g.softplus(s) })),
    )
    // d/dm P(z > 1) = φ((1 − m)/σ)/σ, d/dσ = φ((1 − m)/σ) (1 − m)/σ²; a step has no pathwise gradient.
    const o = g.expect(model, ({ z }) => g.add(cosine(z), g.greater(z, 1)), { sites: { z: 'measureValued' } })
    const at = { m: 0.3, s: 0.1 }
    const sigma = softplus(at.s)
    const phi = Math.exp(logNormal(1, at.m, sigma))
    const exact = slopes(smooth, at)
    const { draws } = perDraw(any(o), at, 20_000)
    within(draws.m as Float32Array, (exact['m/value[0]'] as number) + phi)
    within(
      draws.s as Float32Array,
      (exact['s/value[0]'] as number) + (phi * ((1 - at.m) / sigma)) / (1 + Math.exp(-at.s)),
    )
  })

  it('poisson, by rate and log rate: E z² = r + r²', () => {
    const model = (log: boolean) =>
      g.pipe(
        g.given({ r: g.real() }),
        g.bind('z', ({ r }) => (log ? g.poisson({ logRate: r }) : g.poisson({ rate: g.softplus(r) }))),
      )
    const gradientBy = (log: boolean) =>
      perDraw(
        any(g.expect(model(log), ({ z }) => g.square(z), { sites: { z: 'measureValued' } })),
        { r: 0.7 },
        20_000,
      ).draws.r as Float32Array
    const [exp, soft] = [Math.exp(0.7), softplus(0.7)]
    within(gradientBy(true), (1 + 2 * exp) * exp)
    within(gradientBy(false), (1 + 2 * soft) / (1 + Math.exp(-0.7)))
  })

  it('categorical, by its logits: E f(z) = Σ_k p_k f_k, f = (1, −2, 5)', () => {
    const p = g.pipe(
      g.given({ a: g.real(), b: g.real() }),
      g.bind('z', ({ a, b }) => g.categorical({ logits: g.stack([a, b, g.mul(0, a)]) })),
    )
    const o = g.expect(p, ({ z }) => g.gather(g.value(g.real(3), [1, -2, 5]), z), {
      sites: { z: 'measureValued' },
    })
    const exact = ({ a, b }: Readonly<Record<string, number>>) => {
      const [ea, eb] = [Math.exp(a as number), Math.exp(b as number)]
      return (ea - 2 * eb + 5) / (ea + eb + 1)
    }
    const at = { a: 0.4, b: -0.7 }
    const { draws } = perDraw(any(o), at, 2000)
    within(draws.a as Float32Array, slopes(exact, at)['a/value[0]'] as number)
    within(draws.b as Float32Array, slopes(exact, at)['b/value[0]'] as number)
  })

  it('coins of a vector, each replaced alone: exact where the others do not matter', () => {
    const model = g.pipe(
      g.given({ a: g.real(), b: g.real() }),
      g.bind('z', ({ a, b }) => g.bernoulli({ logits: g.stack([a, b]) })),
    )
    const o = g.expect(model, ({ z }) => g.add(g.mul(3, g.at(z, 0)), g.mul(-2, g.at(z, 1))), {
      sites: { z: 'measureValued' },
    })
    const { draws } = perDraw(any(o), { a: 0.4, b: -0.7 }, 100)
    const slope = (t: number) => Math.exp(-t) / (1 + Math.exp(-t)) ** 2
    for (const d of draws.a as Float32Array) expect(d).toBeCloseTo(3 * slope(0.4), 5)
    for (const d of draws.b as Float32Array) expect(d).toBeCloseTo(-2 * slope(-0.7), 5)
  })
})
