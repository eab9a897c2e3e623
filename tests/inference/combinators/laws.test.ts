/**
 * Proper weighting of random programs: E[w f] = ∫ γ f for every f, and so E[w] = Z.
 *
 * Oracle: γ from tables, summed over all traces in float64 (programs.ts). Without resampling E is exact: every draw is enumerated on a
 * grid of noise (evaluate.ts). With resampling, 2,000 populations of three particles and 5 standard errors.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { meanAndError } from '../../../src/inference/estimate.js'
import { runs } from '../../laws/runs.js'
import { enumerate, type Numbers, simulate } from './evaluate.js'
import { knownPrograms, type Trace, traces } from './programs.js'

/** A function of a trace without symmetry: every trace counts differently. */
const integrand = (trace: Trace, salt: number): number =>
  Object.keys(trace)
    .sort()
    .reduce((sum, name, i) => sum + (trace[name] as number) * Math.cos(salt + 3 * i), Math.sin(salt))

const traceAt = ({ sites }: Numbers, i: number): Trace => {
  const trace: Record<string, number> = {}
  for (const name in sites) trace[name] = sites[name]?.[i] as number
  return trace
}

const products = (numbers: Numbers, f: (trace: Trace) => number): readonly number[] =>
  Array.from(numbers.logWeight, (lw, i) => Math.exp(lw) * f(traceAt(numbers, i)))

const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length

describe('proper weighting', () => {
  it('E[w] = Z and E[w f] = Z E_target[f], exactly, for 300 random programs without resampling', () => {
    fc.assert(
      fc.property(knownPrograms({ resampling: false, depth: 2 }), fc.nat(10), (known, salt) => {
        const numbers = enumerate(known.program, known.data)
        for (const f of [() => 1, (t: Trace) => integrand(t, salt)]) {
          const exact = traces(known.sites).reduce((sum, t) => sum + known.gamma(t) * f(t), 0)
          expect(Math.abs(mean(products(numbers, f)) - exact)).toBeLessThan(
            3e-6 * Math.max(1, Math.abs(exact)),
          )
        }
      }),
      runs(300),
    )
  })

  it('tells log γ of each trace', () => {
    fc.assert(
      fc.property(knownPrograms({ resampling: true, depth: 2 }), (known) => {
        const numbers = simulate(known.program, known.data, 4, 3, 1)
        numbers.logTarget.forEach((lt, i) => {
          expect(lt).toBeCloseTo(Math.log(known.gamma(traceAt(numbers, i))), 5)
        })
      }),
      runs(60),
    )
  })

  it('holds within 5 standard errors where programs resample', () => {
    fc.assert(
      fc.property(knownPrograms({ resampling: true, depth: 3 }), fc.nat(10_000), (known, salt) => {
        const particles = 3
        const numbers = simulate(known.program, known.data, 2000, particles, salt)
        for (const f of [() => 1, (t: Trace) => integrand(t, salt)]) {
          const exact = traces(known.sites).reduce((sum, t) => sum + known.gamma(t) * f(t), 0)
          const each = products(numbers, f)
          const populations = Array.from({ length: each.length / particles }, (_, r) =>
            mean(each.slice(r * particles, (r + 1) * particles)),
          )
          const { value, standardError } = meanAndError(populations)
          expect(Math.abs(value - exact)).toBeLessThan(5 * standardError + 1e-5)
        }
      }),
      runs(40),
    )
  })
})
