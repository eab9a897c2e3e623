/**
 * The whole order of variances on one problem (twoNormals.ts), at its optimum, divergences in closed form:
 *
 *   score > leave-one-out > Rao-Blackwellized > Rao-Blackwellized and leave-one-out > pathwise > sticking the landing = 0
 *
 * Sticking the landing samples the divergence, which is what it is about. The signal of z1 is all of the bound, f1 + f2 − D with
 * f_i = log N(x_i; z_i, 1/4) and D both divergences; Rao-Blackwellized, it is f1. Variances are those of one draw, an estimate by two
 * particles counting twice. Oracle of each: moments of f and of the score s by quadrature in float64, with Δ between two particles,
 *
 *   score    E s² (f1 + f2 − D)² − m²,  m = E s f1        leave-one-out    ½ E (Δs)² (Δf1 + Δf2)² − ½ (2m)²
 *   the same, Rao-Blackwellized: without f2 − D           pathwise         Var ∂f1/∂a
 *
 * Where every divergence is sampled, f is constant at the optimum: leave-one-out leaves nothing but the score of q in the divergence,
 * as pathwise does, so there the order is another: score > Rao-Blackwellized > leave-one-out = pathwise > sticking the landing.
 * Mohamed, Rosca, Figurnov and Mnih, 2020; Ranganath, Gerrish and Blei, 2014; Roeder, Wu and Duvenaud, 2017.
 */
import * as g from 'giry'
import { beforeAll, describe, expect, it } from 'vitest'
import type { GradientMethod } from '../../../src/dsl/gradientMethods.js'
import type { AnyObjective } from '../../../src/dsl/objective.js'
import { useRuntime } from '../../../src/runtime/backend.js'
import { logNormal } from '../../laws/oracle.js'
import { expectFalling, expectUnbiased, gradientOf, gradients, ofOneDraw, type Point } from './million.js'
import { bound, optimum, p, q, x } from './twoNormals.js'

beforeAll(() => g.orThrow(useRuntime('wasm')))

const methods = {
  score: [g.score({ baseline: 'none', raoBlackwell: false }), 1],
  leaveOneOut: [g.score({ raoBlackwell: false }), 2],
  raoBlackwellized: [g.score({ baseline: 'none' }), 1],
  both: ['score', 2],
  pathwise: ['pathwise', 1],
  stickingTheLanding: ['stickingTheLanding', 1],
} as const satisfies Record<string, readonly [GradientMethod, number]>
type Name = keyof typeof methods

const of = (name: Name, at: Point, n: number, kl: 'closed form' | 'sampled' = 'closed form') => {
  const [method, particles] = methods[name]
  const options = { sites: { z1: method, z2: method }, particles, ...(kl === 'sampled' ? { kl } : {}) }
  const o = g.elbo(p, q, options as never) as unknown as AnyObjective
  return ofOneDraw(gradients(o, at, x, { n: 100_000, batches: n / 100_000 }), particles)
}

describe('a million draws', () => {
  const away = { a: 1.2, b: -1.6 }
  it.each(Object.keys(methods) as readonly Name[])('%s is unbiased', (name) => {
    expectUnbiased(of(name, away, 1_000_000), gradientOf(bound, away), name)
  })
})

/** Moments under z = loc + ε / √5 of f = log N(x; z, 1/4), at the posterior. */
const momentsAt = (datum: number) => {
  const f = (e: number) => logNormal(datum, 0.8 * datum + e * Math.sqrt(0.2), 0.5)
  const score = (e: number) => e * Math.sqrt(5)
  const step = 0.05
  const points = Array.from({ length: 401 }, (_, i) => step * (i - 200))
  return (of: (f: number, s: number, e: number) => number): number =>
    points.reduce((sum, e) => sum + step * Math.exp(logNormal(e, 0, 1)) * of(f(e), score(e), e), 0)
}
type Moments = ReturnType<typeof momentsAt>

/** E (Δs)² (Δf)² of one latent, and E (Δf)² of one. */
const differences = (E: Moments) => {
  const [f, ff, sf, ssf, ssff] = [
    E((f) => f),
    E((f) => f * f),
    E((f, s) => s * f),
    E((f, s) => s * s * f),
    E((f, s) => (s * f) ** 2),
  ]
  return { squares: 2 * ssff + 2 * ff * 5 - 4 * ssf * f + 4 * sf ** 2, spread: 2 * (ff - f * f) }
}

/** Both divergences, KL(N(m, 1/5) ‖ N(0, 1)). */
const divergence = [optimum.a, optimum.b].reduce((d, m) => d + (0.2 + m * m - 1 - Math.log(0.2)) / 2, 0)

/** Variances of the gradient by the parameter of a latent, beside another one. */
const exactVariances = (E: Moments, other: Moments): Readonly<Record<Name, number>> => {
  const m = E((f, s) => s * f)
  const [mean, square] = [other((f) => f - divergence), other((f) => (f - divergence) ** 2)]
  const { squares } = differences(E)
  const slope = (e: number) => -4 * Math.sqrt(0.2) * e
  return {
    score: E((f, s) => s * s * (f * f + 2 * f * mean + square)) - m * m,
    leaveOneOut: (squares + 10 * differences(other).spread) / 2 - 2 * m * m,
    raoBlackwellized: E((f, s) => (s * f) ** 2) - m * m,
    both: squares / 2 - 2 * m * m,
    pathwise: E((_f, _s, e) => slope(e) ** 2),
    stickingTheLanding: 0,
  }
}

describe('at the optimum', () => {
  const names = Object.keys(methods) as readonly Name[]
  it('score > leave-one-out > Rao-Blackwellized > both > pathwise > sticking the landing = 0', () => {
    const [one, two] = [momentsAt(x.x1), momentsAt(x.x2)]
    const [byA, byB] = [exactVariances(one, two), exactVariances(two, one)]
    const exact = Object.fromEntries(names.map((name) => [name, byA[name] + byB[name]]))
    const found = names.map((name) => [name, of(name, optimum, 1_000_000)] as const)
    const variances = Object.fromEntries(found.map(([name, f]) => [name, f.variance]))
    expectFalling(exact)
    expectFalling(variances)
    for (const [name, { variance, varianceError }] of found)
      expect(
        Math.abs(variance - (exact[name] as number)),
        `${name}: ${variance}, not ${exact[name]}`,
      ).toBeLessThan(5 * varianceError + 1e-9)
  })

  it('with sampled divergences f is constant there: leave-one-out has the variance of pathwise', () => {
    const found = (name: Name) => of(name, optimum, 300_000, 'sampled')
    const [score, raoBlackwellized, leaveOneOut] = [
      found('score'),
      found('raoBlackwellized'),
      found('leaveOneOut'),
    ]
    // 1/s² for each parameter: the Fisher information.
    for (const { variance, varianceError } of [leaveOneOut, found('both'), found('pathwise')])
      expect(Math.abs(variance - 10)).toBeLessThan(5 * varianceError)
    expectFalling({
      score: score.variance,
      raoBlackwellized: raoBlackwellized.variance,
      leaveOneOut: leaveOneOut.variance,
    })
  })
})
