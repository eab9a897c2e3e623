/**
 * Random conjugate pairs of counts: at the posterior log p(x, z) − log q(z | x) is log P(x) for every draw, so L_b is tight
 * with one particle and no error but rounding; elsewhere log P(x) − L_b = KL(q ‖ posterior), which is integrated in float64.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { logBeta, logGamma } from '../../src/inference/evidence/logGamma.js'
import { evidence } from '../../src/inference/evidence.js'
import { orThrow } from '../../src/inference/fit.js'
import { boundOf, seeds } from '../../src/testing/arbitraries/boundCase.js'
import {
  type ConjugateCountFacts,
  type ConjugateCountKind,
  conjugateCountCase,
} from '../../src/testing/arbitraries/conjugateCounts.js'
import { exactly } from '../../src/testing/laws/agreement.js'
import { isTight } from '../../src/testing/laws/bound.js'
import { boundAtPosterior, evaluateMany } from './evaluation.js'

const kinds = ['betaBinomial', 'gammaPoisson', 'dirichletMultinomial'] as const

/** The log density of Beta(a, b) or Gamma(a, b) at a point of the line, the volume of the map included. */
const onLine =
  (kind: ConjugateCountKind, a: number, b: number) =>
  (t: number): number => {
    if (kind === 'gammaPoisson') return a * Math.log(b) - logGamma(a) + a * t - b * Math.exp(t)
    const logZ = -Math.log1p(Math.exp(-t))
    return a * logZ + b * (logZ - t) - logBeta(a, b)
  }

/** KL(q ‖ posterior), the mean over the data, by the trapezoidal rule on the line: its error falls exponentially. */
const divergence = ({ kind, prior, size, q, xs }: ConjugateCountFacts): number => {
  const each = xs.map(([k = 0]) => {
    const law = (p: readonly number[], weight: number) => {
      const rest = kind === 'gammaPoisson' ? size : weight * (size - k)
      return onLine(kind, (p[0] as number) + weight * k, (p[1] as number) + rest)
    }
    const [own, exact] = [law(q.prior, q.weight), law(prior, 1)]
    const step = 0.01
    let sum = 0
    for (let t = -60; t < 60; t += step) sum += step * Math.exp(own(t)) * (own(t) - exact(t))
    return sum
  })
  return each.reduce((a, b) => a + b, 0) / each.length
}

describe('random conjugate pairs of counts', () => {
  it.each(kinds)('%s: L_b is tight at the posterior, whatever is drawn', (kind) => {
    fc.assert(
      fc.property(seeds(), fc.nat(1000), (seed, noise) => {
        const c = conjugateCountCase(seed, kind)
        const bound = boundAtPosterior(c, { kl: 'sampled' }, noise)
        const verdict = isTight(exactly(1e-4))({ evidence: c.facts.evidence, bound })
        expect(verdict.holds, `${c.description}: off by ${verdict.found}`).toBe(true)
      }),
      { numRuns: 40, seed: 1 },
    )
  })

  it.each(['betaBinomial', 'gammaPoisson'] as const)(
    '%s: log P(x) = L_b + KL(q ‖ posterior), within 5 standard errors',
    (kind) => {
      fc.assert(
        fc.property(seeds(), (seed) => {
          const c = conjugateCountCase(seed, kind)
          const o = boundOf(c.p, c.q, { particles: 200, kl: 'sampled', sites: { z: 'pathwise' } })
          const { value, standardError } = evaluateMany(o, {}, c.data, 10)
          // Of 10 batches a standard error is itself off by a quarter: Student's t at 9 degrees, level 1e-6.
          const gap = Math.abs(c.facts.evidence - value - divergence(c.facts))
          expect(gap, c.description).toBeLessThan(10.6 * standardError + 1e-4)
        }),
        { numRuns: 8, seed: 2 },
      )
    },
  )

  it.each(kinds)("%s: giry's conjugate evidence is the closed form", async (kind) => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const c = conjugateCountCase(seed, kind)
      const found = await orThrow(evidence(c.p as never, c.data as never))
      expect(found.method).toBe('conjugate')
      const mean = found.value.reduce((a, b) => a + b, 0) / found.value.length
      expect(Math.abs(mean - c.facts.evidence)).toBeLessThan(1e-6 * Math.max(1, Math.abs(mean)))
    }
  })
})
