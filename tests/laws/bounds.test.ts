/**
 * Bounds on importance weights, on random exactly solvable models, drawn (5 standard errors) and summed out (exactly):
 *
 *   L_1 <= L_K <= L_K+1 <= log P(x),  L_K = log P(x) − V/2K + O(1/K²),  1 + V = E_q[w²] / P(x)²
 *   L_α falls in α; L_0 = log P(x); CUBO_n = L_(1 − n) >= log P(x);  TVO lower <= log P(x) <= TVO upper
 *
 * Oracles in float64: Gaussian integrals for linear-Gaussian models, sums over all assignments for finite ones.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cubo } from '../../src/inference/cubo.js'
import { iwae } from '../../src/inference/iwae.js'
import { renyi } from '../../src/inference/renyi.js'
import { tvo } from '../../src/inference/tvo.js'
import { type BoundCase, seeds } from '../../src/testing/arbitraries/boundCase.js'
import { finiteCase } from '../../src/testing/arbitraries/finite.js'
import {
  factorAnalysisCase,
  type LinearGaussianFacts,
  linearGaussianOf,
  linearGaussianPosterior,
} from '../../src/testing/arbitraries/linearGaussian.js'
import { streamOf } from '../../src/testing/arbitraries/stream.js'
import { jointOf } from '../inference/importance/finiteOracle.js'
import { untyped } from '../inference/importance/untyped.js'
import { evaluateOnce } from './evaluation.js'
import { linearGaussianExact, logSumExp, mean } from './oracle.js'
import { runs } from './runs.js'
import { powerRows } from './weights.js'

const [iwaeOf, renyiOf, cuboOf, tvoOf] = [iwae, renyi, cubo, tvo].map(untyped) as [
  ReturnType<typeof untyped>,
  ReturnType<typeof untyped>,
  ReturnType<typeof untyped>,
  ReturnType<typeof untyped>,
]

/** How far q is from the posterior, in its whitened coordinates: N(shift_i, spread²) against N(0, 1). */
interface Distance {
  readonly shift: readonly number[]
  readonly spread: number
}

/** A random factor analysis whose q is the posterior, widened and shifted. */
const nearPosterior = (seed: number) => {
  const { facts, data } = factorAnalysisCase(seed)
  const s = streamOf(seed + 1)
  const posterior = linearGaussianPosterior(facts)
  const spread = s.uniform(1.05, 1.4)
  const shift = posterior.bias.map(() => s.uniform(-0.5, 0.5))
  const factor = posterior.factor.map((row) => row.map((l) => spread * l))
  // In whitened coordinates the shift of the mean is L shift.
  const bias = posterior.bias.map(
    (b, i) =>
      b + (posterior.factor[i] as readonly number[]).reduce((t, l, j) => t + l * (shift[j] as number), 0),
  )
  const widened: LinearGaussianFacts = { ...facts, proposal: { ...posterior, bias, factor } }
  const c = linearGaussianOf('near the posterior', widened, data.x as unknown as number[][])
  return { c, distance: { shift, spread } }
}

/** log E_q[(posterior / q)^s], a Gaussian integral; infinite where it diverges. */
const logMoment = ({ shift, spread }: Distance, s: number): number =>
  shift.reduce((sum, b) => {
    const precision = s + (1 - s) / spread ** 2
    const linear = ((1 - s) * b) / spread ** 2
    return precision <= 0
      ? Number.POSITIVE_INFINITY
      : sum -
          (1 - s) * Math.log(spread) -
          0.5 * Math.log(precision) +
          0.5 * (linear ** 2 / precision - ((1 - s) * b * b) / spread ** 2)
  }, 0)

const evidenceOf = (c: BoundCase<LinearGaussianFacts>) =>
  mean((c.data.x as unknown as number[][]).map((x) => linearGaussianExact(c.facts, x).evidence))

/** a <= b, both with errors. */
const expectOrder = (
  a: { value: number; standardError: number },
  b: { value: number; standardError: number },
  what: string,
) =>
  expect(a.value - b.value, what).toBeLessThan(
    5 * Math.hypot(a.standardError, b.standardError) + 2e-5 * Math.max(1, Math.abs(b.value)),
  )
const exact = (value: number) => ({ value, standardError: 0 })

describe('random linear-Gaussian models', () => {
  it('L_K grows with K, below log P(x), by V/2K', () => {
    fc.assert(
      fc.property(seeds(), (seed) => {
        const { c, distance } = nearPosterior(seed)
        const evidence = evidenceOf(c as never)
        const V = Math.exp(logMoment(distance, 2)) - 1
        let before = exact(Number.NEGATIVE_INFINITY)
        for (const particles of [1, 8, 64]) {
          const found = powerRows(iwaeOf(c.p, c.q, { particles }), c, 1, particles, 64, seed)
          if (before.value > Number.NEGATIVE_INFINITY) expectOrder(before, found, `L_${particles} grows`)
          expectOrder(found, exact(evidence), `L_${particles} <= log P(x)`)
          before = found
        }
        expectOrder(exact(evidence - V / 128 - (V / 64) ** 2), before, 'log P(x) − V/2K <= L_64')
      }),
      runs(60),
    )
  })

  it('L_α falls in α, reaches its Gaussian integral, and CUBO lies above log P(x)', () => {
    fc.assert(
      fc.property(seeds(), fc.constantFrom(0.5, 2, -0.5), (seed, alpha) => {
        const { c, distance } = nearPosterior(seed)
        const s = 1 - alpha
        const evidence = evidenceOf(c as never)
        const limit = evidence + logMoment(distance, s) / s
        expectOrder(
          exact(alpha > 0 ? limit : evidence),
          exact(alpha > 0 ? evidence : limit),
          'its side of log P(x)',
        )
        const found = powerRows(renyiOf(c.p, c.q, { particles: 128, alpha }), c, s, 128, 64, seed)
        // The logarithm of a mean of 128 powers of relative variance V is off by V/256 on average, and little more.
        const V = Math.exp(logMoment(distance, 2 * s) - 2 * logMoment(distance, s)) - 1
        const bias = Number.isFinite(V) ? (V / 128 / Math.abs(s)) * (1 + V / 128) : Number.POSITIVE_INFINITY
        expect(Math.abs(found.value - limit), `α = ${alpha}`).toBeLessThan(
          5 * found.standardError + bias + 2e-5 * Math.max(1, Math.abs(limit)),
        )
      }),
      runs(60),
    )
  })

  it('CUBO_2 = log P(x) + ½ log (1 + V), from below', () => {
    fc.assert(
      fc.property(seeds(), (seed) => {
        const { c, distance } = nearPosterior(seed)
        const limit = evidenceOf(c as never) + 0.5 * logMoment(distance, 2)
        const few = powerRows(cuboOf(c.p, c.q, { particles: 2 }), c, 2, 2, 64, seed)
        const many = powerRows(cuboOf(c.p, c.q, { particles: 128 }), c, 2, 128, 64, seed)
        expectOrder(few, many, 'grows with K')
        expectOrder(many, exact(limit), 'below CUBO_2')
      }),
      runs(30),
    )
  })
})

describe('random finite models', () => {
  const rowsOf = (c: BoundCase) => {
    const n = Object.values(c.data)[0]?.length ?? 0
    return Array.from({ length: n }, (_, i) =>
      Object.fromEntries(Object.entries(c.data).map(([name, column]) => [name, column[i] as number])),
    )
  }

  it('drawn: L_K grows with K and reaches log P(x), by V/2K', () => {
    let reached = 0
    fc.assert(
      fc.property(seeds(), (seed) => {
        const c = finiteCase(seed)
        const joints = rowsOf(c).map((x) => jointOf(c.facts, x))
        const evidence = mean(joints.map((j) => logSumExp(j.map((o) => o.logP))))
        const V = Math.max(
          ...joints.map(
            (j) =>
              Math.exp(logSumExp(j.map((o) => 2 * o.logP - o.logQ)) - 2 * logSumExp(j.map((o) => o.logP))) -
              1,
          ),
        )
        const sites = Object.fromEntries(c.facts.proposal.map((n) => [n.name, 'score']))
        let before = exact(Number.NEGATIVE_INFINITY)
        for (const [particles, copies] of [
          [1, 128],
          [8, 64],
          [256, 16],
        ] as const) {
          const found = powerRows(iwaeOf(c.p, c.q, { particles, sites }), c, 1, particles, copies, seed)
          if (before.value > Number.NEGATIVE_INFINITY) expectOrder(before, found, `L_${particles} grows`)
          expectOrder(found, exact(evidence), `L_${particles} <= log P(x)`)
          before = found
        }
        const small = V / 256 < 0.25
        if (small) expectOrder(exact(evidence - V / 256), before, 'reaches log P(x)')
        if (small) reached++
      }),
      runs(40),
    )
    // Some cases have weights with so large a variance that 256 draws are far from the limit; not all may.
    expect(reached).toBeGreaterThan(0)
  })

  it('summed out: L_K = log P(x), L_α falls in α, CUBO and the upper TVO lie above, the lower below', () => {
    fc.assert(
      fc.property(seeds(), (seed) => {
        const c = finiteCase(seed)
        const evidence = mean(rowsOf(c).map((x) => logSumExp(jointOf(c.facts, x).map((o) => o.logP))))
        const value = (o: ReturnType<typeof iwaeOf>) => exact(evaluateOnce(o, c.params, c.data))
        const K = { particles: 1 }
        const chain = [
          exact(evaluateOnce(renyiOf(c.p, c.q, { ...K, alpha: 2 }), c.params, c.data)),
          value(tvoOf(c.p, c.q, { ...K, partitions: 1 })),
          value(tvoOf(c.p, c.q, { ...K, partitions: 4 })),
          value(iwaeOf(c.p, c.q, K)),
          exact(evidence),
          value(tvoOf(c.p, c.q, { ...K, partitions: 4, bound: 'upper' })),
        ]
        chain.forEach((x, i) => {
          if (i > 0) expectOrder(chain[i - 1] as typeof x, x, `${c.description}, ${i}`)
        })
        expect(Math.abs((chain[3] as { value: number }).value - evidence)).toBeLessThan(1e-4)
        const upper = [value(cuboOf(c.p, c.q, K)), value(cuboOf(c.p, c.q, { ...K, order: 3 }))] as const
        expectOrder(exact(evidence), upper[0], 'log P(x) <= CUBO_2')
        expectOrder(upper[0], upper[1], 'CUBO_2 <= CUBO_3')
        const half = value(renyiOf(c.p, c.q, { ...K, alpha: 0.5 }))
        expectOrder(chain[1] as typeof half, half, 'L_1 <= L_½')
        expectOrder(half, exact(evidence), 'L_½ <= log P(x)')
      }),
      runs(80),
    )
  })
})
