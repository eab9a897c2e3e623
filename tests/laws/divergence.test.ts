/**
 * Laws of the divergence, through `klExact` and through `elbo` itself: where the likelihood is constant, L_b is minus the
 * divergence of q from the prior. Oracles: the closed forms in float64.
 */
import fc from 'fast-check'
import { pipe } from 'fp-ts/lib/function.js'
import { describe, expect, it } from 'vitest'
import { categorical } from '../../src/dsl/distributions/categorical.js'
import { independent } from '../../src/dsl/distributions/independent.js'
import { normal, standardNormal } from '../../src/dsl/distributions/normal.js'
import { klExact } from '../../src/dsl/kl.js'
import { parameter } from '../../src/dsl/nets/parameter.js'
import { bind, Do, given, nets } from '../../src/dsl/notation.js'
import { mul } from '../../src/dsl/operations/arithmetic.js'
import { exp } from '../../src/dsl/operations/functions.js'
import { positive, real, value } from '../../src/dsl/space.js'
import { toTypedArray } from '../../src/dsl/value.js'
import { elbo } from '../../src/inference/elbo.js'
import { boundOf, seeds } from '../../src/testing/arbitraries/boundCase.js'
import { finiteCase } from '../../src/testing/arbitraries/finite.js'
import { factorAnalysisCase } from '../../src/testing/arbitraries/linearGaussian.js'
import { exactly } from '../../src/testing/laws/agreement.js'
import { betaWeighs, keepsMean } from '../../src/testing/laws/bound.js'
import {
  isAdditive,
  isDivergence,
  isSeedPenalty,
  seedPenalty,
  vanishesAt,
} from '../../src/testing/laws/divergence.js'
import { boundAt, evaluateOnce, sigmaPoints } from './evaluation.js'
import { cubatureGrid } from './grids.js'
import { pool } from './pool.js'
import { nodes, rowsAt } from './rows.js'
import { runs } from './runs.js'

const number = fc.double({ min: -5, max: 5, noNaN: true }).map(Math.fround)
const scale = fc.double({ min: 0.1, max: 5, noNaN: true }).map(Math.fround)
const agree = exactly(1e-4)
const verdict = (v: { readonly holds: boolean; readonly found: number; readonly bound: number }): void => {
  expect(v.holds, `${v.found} exceeds ${v.bound}`).toBe(true)
}

describe('the penalty of the VAE', () => {
  /** L_b of a model without likelihood: z ~ N(0, I) against q(z) = N(m, exp σ). */
  const penaltyOf = (n: number) => {
    const q = pipe(
      given({}),
      nets({ m: parameter(real(n)), s: parameter(real(n)) }),
      bind('z', ({ m, s }) => normal({ loc: m(), scale: exp(mul(0.5, s())) })),
    )
    const latent = pipe(
      Do,
      bind('z', () => standardNormal(n)),
    )
    return elbo(latent, q)
  }
  const derived = (m: readonly number[], s: readonly number[]): number => {
    const arrays = (x: readonly number[]) => ({ value: { shape: [x.length], data: Float32Array.from(x) } })
    return -evaluateOnce(penaltyOf(m.length) as never, { m: arrays(m), s: arrays(s) }, {})
  }
  const pairs = fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 6 })

  it('½ Σ (exp σ − (1 + σ) + m²) is what elbo derives, for every m and σ', () => {
    fc.assert(
      fc.property(pairs, (all) =>
        verdict(
          isSeedPenalty(agree, derived)(
            all.map(([m]) => m),
            all.map(([, s]) => s),
          ),
        ),
      ),
      runs(),
    )
  })

  it('is 0 at m = 0, σ = 0 and positive elsewhere', () => {
    expect(seedPenalty([0, 0], [0, 0])).toBe(0)
    expect(Math.abs(derived([0, 0], [0, 0]))).toBeLessThan(1e-7)
    fc.assert(
      fc.property(pairs, (all) =>
        verdict(
          isDivergence(agree)(
            derived(
              all.map(([m]) => m),
              all.map(([, s]) => s),
            ),
          ),
        ),
      ),
      runs(),
    )
  })
})

describe('KL >= 0, 0 on the diagonal, additive', () => {
  const gaussian = fc.tuple(number, scale)
  const klNormal = ([m, s]: readonly [number, number], [l, t]: readonly [number, number]): number =>
    toTypedArray(
      klExact(
        normal({ loc: value(real(), m), scale: value(positive(), s) }),
        normal({ loc: value(real(), l), scale: value(positive(), t) }),
      ),
    )[0] as number
  const logits = fc.array(number, { minLength: 4, maxLength: 4 })
  const klLabels = (q: readonly number[], p: readonly number[]): number =>
    toTypedArray(
      klExact(categorical({ logits: value(real(4), q) }), categorical({ logits: value(real(4), p) })),
    )[0] as number

  it('for normals', () => {
    fc.assert(
      fc.property(gaussian, gaussian, (q, p) => {
        verdict(isDivergence(agree)(klNormal(q, p)))
        verdict(vanishesAt(agree, klNormal)(q))
      }),
      runs(),
    )
  })

  it('for labels', () => {
    fc.assert(
      fc.property(logits, logits, (q, p) => {
        verdict(isDivergence(agree)(klLabels(q, p)))
        verdict(vanishesAt(agree, klLabels)(q))
      }),
      runs(),
    )
  })

  it('on products', () => {
    fc.assert(
      fc.property(gaussian, gaussian, gaussian, gaussian, (a, b, c, d) => {
        const make = ([m, s]: readonly [number, number]) =>
          normal({ loc: value(real(1), [m]), scale: value(positive(1), [s]) })
        const whole = toTypedArray(
          klExact(independent([make(a), make(b)] as const), independent([make(c), make(d)] as const)),
        )[0] as number
        verdict(isAdditive(agree)(whole, [klNormal(a, c), klNormal(b, d)]))
      }),
      runs(),
    )
  })
})

describe('beta and particles', () => {
  it('L_β is L_1 less (β − 1) times the divergence from the prior', () => {
    fc.assert(
      fc.property(seeds(), fc.double({ min: 0, max: 4, noNaN: true }), (seed, beta) => {
        const c = finiteCase(seed, 1, 1)
        const atOne = boundAt(c)
        const divergence = boundAt(c, { beta: 0 }) - atOne
        verdict(betaWeighs(agree)({ beta, atOne, atBeta: boundAt(c, { beta }), divergence }))
      }),
      runs(),
    )
  })

  it('K particles: the mean stays, the variance is a K-th, on 1,000 random factor analyses', () => {
    const [means, squares] = [pool(), pool()]
    fc.assert(
      fc.property(seeds(), (seed) => {
        const c = factorAnalysisCase(seed, 1)
        const k = (c.facts.weights[0] as readonly number[]).length
        const { points, probability } = cubatureGrid(k)
        const at = { rows: new Int32Array(points.length), noise: nodes(points.flat()) }
        const [terms] = rowsAt(boundOf(c.p, c.q), c.params, c.data, at).terms as readonly [Float64Array]
        const over = (f: (l: number) => number) =>
          probability.reduce((sum, w, i) => sum + w * f(terms[i] as number), 0)
        const mean = over((l) => l)
        verdict(keepsMean(agree)({ one: mean, many: boundAt(c, { particles: 2 * k }, sigmaPoints(k)) }))
        const variance = over((l) => (l - mean) ** 2)
        const z = (boundAt(c, { particles: 25 }, seed) - mean) / Math.sqrt(variance / 25)
        means.add(z, 0)
        squares.add(z ** 2, 1)
      }),
      runs(),
    )
    means.expectUnbiased('the mean')
    squares.expectUnbiased('the variance, over a 25th of that of one particle')
  })
})
