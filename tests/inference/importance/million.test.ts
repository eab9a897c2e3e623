/**
 * A million estimates of L_3 by each method, two parameters with a known gradient: bias within 5 standard errors of 0.
 *
 *   two coins (../estimators/twoCoins.ts)       the sum over all 64 triples of outcomes
 *   z ~ N(m, s²) for x | z ~ N(z, 1), z ~ N(0, 1)    quadrature over three draws, in float64: with z = m + s ε, ε ~ N(0, 1),
 *
 *   L_3 = ∫∫∫ Π_k φ(ε_k) log (1/3) Σ_k w(m + s ε_k) dε
 *
 * by the trapezoidal rule, whose error falls exponentially in 1/step. Sticking the landing is biased there, and found to be.
 * Burda, Grosse and Salakhutdinov, 2016; Mnih and Rezende, 2016 (vimco); Tucker et al., 2019 (doubly reparameterized).
 */
import * as g from 'giry'
import { beforeAll, describe, expect, it } from 'vitest'
import { useRuntime } from '../../../src/runtime/backend.js'
import { logNormal } from '../../laws/oracle.js'
import {
  errorsOff,
  expectFalling,
  expectUnbiased,
  gradientOf,
  gradients,
  type Point,
} from '../estimators/million.js'
import { optimum, p, q, x } from '../estimators/oneNormal.js'
import * as coins from '../estimators/twoCoins.js'
import { untyped } from './untyped.js'

const K = 3

beforeAll(() => g.orThrow(useRuntime('wasm')))

describe('two coins', () => {
  const truth = gradientOf((t) => coins.bound(t, K), coins.at)
  const of = (method: 'score' | 'vimco', particles = K) =>
    gradients(
      untyped(g.iwae)(coins.p, coins.q, { particles, sites: { u: method, v: method } }),
      coins.at,
      coins.data,
    )

  it('score and vimco are unbiased, and vimco has less variance', () => {
    const [score, vimco] = [of('score'), of('vimco')]
    expectUnbiased(score, truth, 'score')
    expectUnbiased(vimco, truth, 'vimco')
    expectFalling({ score: score.variance, vimco: vimco.variance })
  }, 300_000)
})

describe('a normal', () => {
  const at = { m: 0.1, s: 0.1 }

  /** L_3, with a step of 1/6 and beyond 6 standard deviations nothing, unless said otherwise. */
  const bound = ({ m, s }: Point, step = 1 / 6, reach = 6): number => {
    const scale = Math.exp(s as number)
    const points = Array.from({ length: 2 * Math.round(reach / step) + 1 }, (_, i) => {
      const e = step * i - reach
      const z = (m as number) + scale * e
      const logW = logNormal(z, 0, 1) + logNormal(x, z, 1) - (logNormal(e, 0, 1) - Math.log(scale))
      return { probability: step * Math.exp(logNormal(e, 0, 1)), w: Math.exp(logW) }
    })
    let sum = 0
    for (const a of points)
      for (const b of points) {
        const [pair, w] = [a.probability * b.probability, a.w + b.w]
        for (const c of points) sum += pair * c.probability * Math.log((w + c.w) / K)
      }
    return sum
  }
  const truth = gradientOf(bound, at)
  const of = (z: string, place: Point = at, batches = 10) =>
    gradients(untyped(g.iwae)(p, q, { particles: K, sites: { z } }), place, { x }, { batches })

  it('the quadrature has converged', () => {
    const coarse = gradientOf((t) => bound(t, 0.25, 5.5), at)
    for (const name of ['m', 's'])
      expect(coarse[name] as number).toBeCloseTo((truth as Point)[name] as number, 5)
  })

  it('score, vimco, pathwise and doubly reparameterized are unbiased; score > vimco, pathwise > doubly reparameterized', () => {
    const found = {
      score: of('score'),
      vimco: of('vimco'),
      pathwise: of('pathwise'),
      doublyReparameterized: of('doublyReparameterized'),
    }
    for (const [name, f] of Object.entries(found)) expectUnbiased(f, truth, name)
    expectFalling({ score: found.score.variance, vimco: found.vimco.variance })
    expectFalling({
      pathwise: found.pathwise.variance,
      doublyReparameterized: found.doublyReparameterized.variance,
    })
  }, 300_000)

  it('sticking the landing is biased for three particles', () => {
    expect(errorsOff(of('stickingTheLanding', at, 3), truth)).toBeGreaterThan(10)
  })

  it('at the optimum the doubly reparameterized gradient has no variance, where the plain one has', () => {
    expect(of('pathwise', optimum, 1).variance).toBeGreaterThan(0.1)
    expect(of('doublyReparameterized', optimum, 1).variance).toBeLessThan(1e-9)
  })
})
