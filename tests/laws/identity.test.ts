/**
 * The identity log P(x) = L_b + KL(q(z|x) ‖ P(z|x)), on random models of every kind with known evidence.
 *
 * L_b is the library's own `elbo`, evaluated exactly: finite latents are enumerated; for Gaussian latents the integrand
 * is quadratic in the noise, so sigma points in place of random noise give its expectation without error; for nonlinear models
 * a grid of z does (grids.ts). The evidence and the divergence come from float64 oracles (oracle.ts). Random noise: one mean over all
 * cases, within 5 standard errors.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnyModel } from '../../src/dsl/model.js'
import {
  type AnyBoundOptions,
  type BoundCase,
  boundOf,
  seeds,
} from '../../src/testing/arbitraries/boundCase.js'
import { type ConjugateKind, conjugateCase } from '../../src/testing/arbitraries/conjugate.js'
import { type FiniteFacts, finiteCase } from '../../src/testing/arbitraries/finite.js'
import { type MixtureFacts, mixtureCase } from '../../src/testing/arbitraries/gaussianMixture.js'
import {
  factorAnalysisCase,
  type LinearGaussianFacts,
  linearGaussianOf,
  pcaCase,
} from '../../src/testing/arbitraries/linearGaussian.js'
import { type NonlinearFacts, nonlinearCase } from '../../src/testing/arbitraries/nonlinear.js'
import { streamOf } from '../../src/testing/arbitraries/stream.js'
import { exactly } from '../../src/testing/laws/agreement.js'
import { identityHolds, isTight, liesBelow } from '../../src/testing/laws/bound.js'
import type { Verdict } from '../../src/testing/laws/distribution.js'
import { boundAt, boundAtPosterior, evaluateOnce, sigmaPoints } from './evaluation.js'
import { atPoints, nonlinearGrid } from './grids.js'
import {
  conjugateExact,
  type Exact,
  finiteExact,
  linearGaussianExact,
  mean,
  mixtureExact,
  nonlinearExact,
} from './oracle.js'
import { pool } from './pool.js'
import { rowsAt } from './rows.js'
import { runs } from './runs.js'

type Datum = Readonly<Record<string, unknown>>

const rowsOf = (c: BoundCase): readonly Datum[] => {
  const n = (Object.values(c.data)[0] as readonly unknown[]).length
  return Array.from({ length: n }, (_, i) =>
    Object.fromEntries(Object.entries(c.data).map(([name, column]) => [name, column[i]])),
  )
}

/** The mean over the data. */
const average = (c: BoundCase, exact: (x: Datum) => Exact): Exact => {
  const all = rowsOf(c).map(exact)
  return {
    evidence: mean(all.map((e) => e.evidence)),
    bound: mean(all.map((e) => e.bound)),
    divergence: mean(all.map((e) => e.divergence)),
  }
}

const ofFinite = (c: BoundCase<FiniteFacts>) => average(c, (x) => finiteExact(c.facts, x as never))
const ofMixture = (c: BoundCase<MixtureFacts>) => average(c, ({ x }) => mixtureExact(c.facts, x as number[]))
const ofGaussian = (c: BoundCase<LinearGaussianFacts>) =>
  average(c, ({ x }) => linearGaussianExact(c.facts, x as number[]))
const ofNonlinear = (c: BoundCase<NonlinearFacts>) =>
  average(c, ({ x }) => nonlinearExact(c.facts, x as number[]))

const agree = exactly(1e-4)
const expectVerdict = (v: Verdict, what: string): void => {
  expect(v.holds, `${what}: off by ${v.found}, allowed ${v.bound}`).toBe(true)
}
const expectClose = (found: number, expected: number, what: string): void =>
  expectVerdict(agree(found, expected), what)

/** The identity, the inequality, and equality at the posterior. */
const expectIdentity = (
  c: BoundCase & { readonly posterior: AnyModel },
  e: Exact,
  evaluate: (of: typeof boundAt) => number,
) => {
  const { evidence, divergence } = e
  const bound = evaluate(boundAt)
  expectVerdict(identityHolds(agree)({ evidence, bound, divergence }), `the identity of ${c.description}`)
  expectVerdict(liesBelow(agree)({ evidence, bound }), `L_b <= log P(x) of ${c.description}`)
  const atPosterior = evaluate(boundAtPosterior as typeof boundAt)
  expectVerdict(isTight(agree)({ evidence, bound: atPosterior }), `L_b at the posterior of ${c.description}`)
}

describe('log P(x) = L_b + KL(q ‖ posterior), to 1e-4, and L_b = log P(x) at the posterior', () => {
  it.each([1, 2, 3])('on 1,000 random finite models with %i latents, enumerated', (count) => {
    fc.assert(
      fc.property(seeds(), (seed) => {
        const c = finiteCase(seed, count)
        expectIdentity(c as never, ofFinite(c), (of) => of(c))
      }),
      runs(),
    )
  })

  it('on 1,000 random finite models with every divergence as log p − log q', () => {
    fc.assert(
      fc.property(seeds(), (seed) => {
        const c = finiteCase(seed)
        expectIdentity(c as never, ofFinite(c), (of) => of(c, { kl: 'sampled' }))
      }),
      runs(),
    )
  })

  it('on 1,000 random Gaussian mixtures, enumerated', () => {
    fc.assert(
      fc.property(seeds(), (seed) => {
        const c = mixtureCase(seed)
        expectIdentity(c, ofMixture(c), (of) => of(c))
      }),
      runs(),
    )
  })

  const gaussian: readonly (readonly [string, (seed: number) => ReturnType<typeof pcaCase>])[] = [
    ['probabilistic PCAs', pcaCase],
    ['factor analyses', factorAnalysisCase],
  ]
  it.each(gaussian)('on 1,000 random %s, at sigma points', (_, make) => {
    fc.assert(
      fc.property(seeds(), fc.constantFrom('closed form', 'sampled'), (seed, kl) => {
        const c = make(seed)
        const k = (c.facts.weights[0] as readonly number[]).length
        const options: AnyBoundOptions = { particles: 2 * k, kl: kl as 'sampled' }
        expectIdentity(c, ofGaussian(c), (of) => of(c, options, sigmaPoints(k)))
      }),
      runs(),
    )
  })

  it.each(['normal', 'logNormal', 'shared'] as const)(
    'on 1,000 random conjugate pairs (%s), at sigma points',
    (kind: ConjugateKind) => {
      fc.assert(
        fc.property(seeds(), fc.constantFrom('closed form', 'sampled'), (seed, kl) => {
          const c = conjugateCase(seed, kind)
          expectIdentity(c, conjugateExact(c.facts), (of) =>
            of(c, { particles: 2, kl: kl as 'sampled' }, sigmaPoints(1)),
          )
        }),
        runs(),
      )
    },
  )
})

/** L_b at the points of a grid of z, its terms weighted by q: an expectation without an error of sampling. */
const onGrid = (c: BoundCase<NonlinearFacts>, options: AnyBoundOptions): number => {
  const grids = rowsOf(c).map(({ x }) => nonlinearGrid(c.facts, x as number[]))
  const rows = grids.flatMap(({ points }, datum) => points.map(() => datum))
  const { q, noise } = atPoints(c, [grids.flatMap(({ points }) => points)])
  const { terms, value } = rowsAt(boundOf(c.p, q, options), c.params, c.data, { rows, noise })
  const [sums] = terms as readonly [Float64Array]
  expectClose(value, mean(Array.from(sums)), `the mean of the terms of ${c.description}`)
  const weights = grids.flatMap(({ probability }) => probability)
  return weights.reduce((sum, w, i) => sum + w * (sums[i] as number), 0) / grids.length
}

describe('on models without a closed form', () => {
  it.each([1, 2])(
    'holds for 1,000 nonlinear models with a %i-dimensional latent, against quadrature',
    (k) => {
      const all = pool()
      fc.assert(
        fc.property(seeds(), fc.constantFrom('closed form', 'sampled'), (seed, kl) => {
          const c = nonlinearCase(seed, k, 1)
          const options: AnyBoundOptions = { kl: kl as 'sampled' }
          const { evidence, bound, divergence } = ofNonlinear(c)
          const found = onGrid(c, options)
          expectClose(found, bound, `L_b of ${c.description}`)
          expectVerdict(
            identityHolds(agree)({ evidence, bound: found, divergence }),
            `the identity of ${c.description}`,
          )
          expectVerdict(liesBelow(agree)({ evidence, bound: found }), `L_b <= log P(x) of ${c.description}`)
          all.add(boundAt(c, { ...options, particles: 16 }, seed), bound)
        }),
        runs(),
      )
      all.expectUnbiased('L_b')
    },
  )
})

describe('the estimate of L_b, with random noise: the mean over all cases lies within 5 standard errors', () => {
  it('on 1,000 linear-Gaussian models', () => {
    const all = pool()
    fc.assert(
      fc.property(seeds(), (seed) => {
        const c = factorAnalysisCase(seed)
        all.add(boundAt(c, { particles: 16 }, seed), ofGaussian(c).bound)
      }),
      runs(),
    )
    all.expectUnbiased('L_b')
  })

  it('on 1,000 finite models by the score function', () => {
    const all = pool()
    fc.assert(
      fc.property(seeds(), (seed) => {
        const c = finiteCase(seed)
        const sites = Object.fromEntries(c.facts.latents.map((n) => [n.name, 'score' as const]))
        all.add(boundAt(c, { particles: 16, sites }, seed), ofFinite(c).bound)
      }),
      runs(),
    )
    all.expectUnbiased('L_b')
  })
})

describe('the linear VAE (Lucas et al., 2019)', () => {
  /** W = U (Λ − σ² I)^½ R for orthogonal columns U and a rotation R by the angle. */
  const linearVae = (seed: number, angle: number) => {
    const s = streamOf(seed)
    const size = 4
    const sigma = s.uniform(0.4, 1)
    const lengths = [s.uniform(1, 2), s.uniform(0.3, 0.9)] as const
    const first = s.normals(size)
    const norm = (v: readonly number[]) => Math.hypot(...v)
    const u = first.map((x) => x / norm(first))
    const second = s.normals(size)
    const along = second.reduce((a, x, i) => a + x * (u[i] as number), 0)
    const rest = second.map((x, i) => x - along * (u[i] as number))
    const v = rest.map((x) => x / norm(rest))
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
    const weights = u.map((x, i) => {
      const [a, b] = [x * lengths[0], (v[i] as number) * lengths[1]]
      return [Math.fround(cos * a - sin * b), Math.fround(sin * a + cos * b)]
    })
    return { s, sigma, weights, bias: s.normals(size) }
  }

  /** The optimal q with diagonal covariance: the posterior mean, and the variances σ² / M_ii, M = WᵀW + σ² I. */
  const optimal = (seed: number, angle: number) => {
    const { s, sigma, weights, bias } = linearVae(seed, angle)
    const gram = (i: 0 | 1, j: 0 | 1) =>
      weights.reduce((a, row) => a + (row[i] as number) * (row[j] as number), 0)
    const [a, b, d] = [gram(0, 0) + sigma ** 2, gram(0, 1), gram(1, 1) + sigma ** 2]
    const det = a * d - b * b
    const gain = [0, 1].map((k) =>
      weights.map(
        (row) =>
          (k === 0
            ? d * (row[0] as number) - b * (row[1] as number)
            : a * (row[1] as number) - b * (row[0] as number)) / det,
      ),
    )
    const factor = [
      [sigma / Math.sqrt(a), 0],
      [0, sigma / Math.sqrt(d)],
    ]
    const shift = gain.map((row) => -row.reduce((t, g, i) => t + g * (bias[i] as number), 0))
    const facts = {
      weights,
      bias,
      scale: bias.map(() => sigma),
      proposal: { weights: gain, bias: shift, factor },
    }
    const c = linearGaussianOf(`linear VAE rotated by ${angle}`, facts, [s.normals(4), s.normals(4)])
    return { c, gap: 0.5 * (Math.log(a) + Math.log(d) - Math.log(det)) }
  }

  const boundOfVae = (c: BoundCase) =>
    evaluateOnce(boundOf(c.p, c.q, { particles: 4 }), c.params, c.data, sigmaPoints(2))

  it('has L_b = log P(x) at the pPCA optimum', () => {
    fc.assert(
      fc.property(seeds(), (seed) => {
        const { c, gap } = optimal(seed, 0)
        expect(gap).toBeLessThan(1e-6)
        expectClose(boundOfVae(c), ofGaussian(c).evidence, 'L_b')
      }),
      runs(),
    )
  })

  it('has the gap ½ (Σ log M_ii − log det M) at rotated loadings', () => {
    fc.assert(
      fc.property(seeds(), fc.double({ min: 0.2, max: 1.3, noNaN: true }), (seed, angle) => {
        const { c, gap } = optimal(seed, angle)
        expect(gap).toBeGreaterThan(1e-4)
        expectClose(ofGaussian(c).evidence - boundOfVae(c), gap, 'log P(x) − L_b')
      }),
      runs(),
    )
  })
})
