/**
 * Bounds on importance weights, on random exactly solvable models, without an error of sampling:
 *
 *   L_1 <= L_K <= L_2K <= log P(x),  L_K = log P(x) − V/2K + O(1/K²),  1 + V = E_q[w²] / P(x)²
 *   L_α falls in α; L_0 = log P(x); CUBO_n = L_(1 − n) >= log P(x);  TVO lower <= L_K <= TVO upper, draw by draw
 *
 * The weights are the library's own, at every point of a grid of z that carries q (grids.ts); so is each bound, on some pairs of
 * these points, where it is the power mean of its weights. Expectations over K draws are exact (logMeans.ts). Oracles in float64:
 * Gaussian integrals, quadrature, sums over all assignments. Random draws: one mean over all cases (5 standard errors).
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cubo } from '../../src/inference/cubo.js'
import { iwae } from '../../src/inference/iwae.js'
import { renyi } from '../../src/inference/renyi.js'
import { tvo } from '../../src/inference/tvo.js'
import { type BoundCase, seeds } from '../../src/testing/arbitraries/boundCase.js'
import { type FiniteFacts, finiteCase } from '../../src/testing/arbitraries/finite.js'
import {
  factorAnalysisCase,
  type LinearGaussianFacts,
  linearGaussianOf,
  linearGaussianPosterior,
} from '../../src/testing/arbitraries/linearGaussian.js'
import { nonlinearCase } from '../../src/testing/arbitraries/nonlinear.js'
import { streamOf } from '../../src/testing/arbitraries/stream.js'
import { jointOf } from '../inference/importance/finiteOracle.js'
import { type AnyBound, untyped } from '../inference/importance/untyped.js'

import { evaluateOnce } from './evaluation.js'
import { atPoints, finiteGrid, type Grid, nonlinearGrid, standardGrid } from './grids.js'
import {
  commonOf,
  drawnOf,
  logMeansOf,
  logMomentOf,
  powerMeanOf,
  powerOf,
  thermodynamicOf,
  type Weights,
} from './logMeans.js'
import { finiteExact, linearGaussianExact, mean, nonlinearExact } from './oracle.js'

import { pool } from './pool.js'
import { rowsAt } from './rows.js'
import { runs } from './runs.js'

const [iwaeOf, renyiOf, cuboOf, tvoOf] = [iwae, renyi, cubo, tvo].map(untyped) as [
  AnyBound,
  AnyBound,
  AnyBound,
  AnyBound,
]

/** A random model with one datum, its q on a grid, and what is known of it. */
interface Subject {
  readonly c: BoundCase
  readonly grid: Grid
  /** Sites that take the points of the grid; its points are normal noise if left out. */
  readonly sites?: readonly string[]
  readonly evidence: number
  /** E_q[log w]. */
  readonly bound: number
}

const firstOf = (c: BoundCase): Readonly<Record<string, never>> =>
  Object.fromEntries(Object.entries(c.data).map(([name, column]) => [name, column[0] as never]))

/** How far q is from the posterior, in its whitened coordinates: N(shift_i, spread²) against N(0, 1). */
interface Distance {
  readonly shift: readonly number[]
  readonly spread: number
}

/** A random factor analysis of one or two latents whose q is the posterior, widened and shifted. */
const nearPosterior = (seed: number): Subject & { readonly distance: Distance } => {
  const { facts, data } = factorAnalysisCase(seed, 1)
  const k = (facts.weights[0] as readonly number[]).length
  if (k > 2) return nearPosterior(seed + 1)
  const s = streamOf(seed + 1)
  const posterior = linearGaussianPosterior(facts)
  const spread = s.uniform(1.05, 1.25)
  const shift = posterior.bias.map(() => s.uniform(-0.5, 0.5))
  const factor = posterior.factor.map((row) => row.map((l) => spread * l))
  // In whitened coordinates the shift of the mean is L shift.
  const bias = posterior.bias.map(
    (b, i) =>
      b + (posterior.factor[i] as readonly number[]).reduce((t, l, j) => t + l * (shift[j] as number), 0),
  )
  const widened: LinearGaussianFacts = { ...facts, proposal: { ...posterior, bias, factor } }
  const x = data.x as unknown as number[][]
  const c = linearGaussianOf('near the posterior', widened, x)
  return {
    c,
    grid: standardGrid(k),
    ...linearGaussianExact(widened, x[0] as number[]),
    distance: { shift, spread },
  }
}

const ofNonlinear = (seed: number): Subject => {
  const c = nonlinearCase(seed, 1 + (seed % 2), 1)
  const { x } = firstOf(c)
  return { c, grid: nonlinearGrid(c.facts, x as never), ...nonlinearExact(c.facts, x as never) }
}

const ofFinite = (seed: number): Subject => {
  const c = finiteCase(seed, undefined, 1)
  const x = firstOf(c)
  return {
    c,
    grid: finiteGrid(c.facts, x),
    sites: c.facts.proposal.map((n) => n.name),
    ...finiteExact(c.facts, x),
  }
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

const methodsOf = ({ sites }: Subject) =>
  sites === undefined ? {} : { sites: Object.fromEntries(sites.map((name) => [name, 'score'])) }

/** log w of two particles at these points of the grid, and the value of the bound there. */
const atPairs = (
  bound: AnyBound,
  options: object,
  s: Subject,
  first: readonly number[],
  second: readonly number[],
) => {
  const points = [first, second].map((at) => at.map((i) => s.grid.points[i] as readonly number[]))
  const { q, noise } = atPoints(s.c, points, s.sites)
  const o = bound(s.c.p, q, { particles: 2, ...methodsOf(s), ...options })
  const { value, terms } = rowsAt(o, s.c.params, s.c.data, {
    rows: new Int32Array(first.length),
    particles: 2,
    noise,
  })
  return { value, pairs: first.map((_, i) => terms.map((t) => t[i] as number)) }
}

type OfWeights = (w: Weights) => number

/** A Rényi bound, a χ bound and a thermodynamic one, each with what it makes of the weights. */
const boundsFor = (seed: number): readonly (readonly [AnyBound, object, OfWeights])[] => {
  const s = streamOf(seed)
  const alpha = s.one([0.5, 2, -0.5])
  const order = s.one([2, 3])
  const side = s.one(['lower', 'upper'] as const)
  const partitions = s.integer(1, 4)
  return [
    [renyiOf, { alpha }, (w) => powerMeanOf(w, 1 - alpha)],
    [cuboOf, { order }, (w) => powerMeanOf(w, order)],
    [tvoOf, { partitions, bound: side }, (w) => thermodynamicOf(w, partitions, side)],
  ]
}

const expectClose = (found: number, expected: number, tolerance: number, what: string): void => {
  if (!(Math.abs(found - expected) <= tolerance * Math.max(1, Math.abs(expected))))
    expect.fail(`${what}: ${found} should be ${expected}`)
}

/** Nothing but rounding in float64 sets these apart from what they are. */
const expectRising = (values: readonly number[], what: string): void =>
  values.forEach((x, i) => {
    if (i > 0 && !((values[i - 1] as number) - x < 1e-10 * Math.max(1, Math.abs(x))))
      expect.fail(`${what}, ${i}: ${values.join(' ')}`)
  })

/** The weights of the library at every point; the value of each bound, on pairs of points, is its mean of the weights. */
const weightsOf = (s: Subject, seed: number): Weights => {
  const all = s.grid.points.map((_, i) => i)
  const other = (i: number) => (7919 * i + 13) % all.length
  const { value, pairs } = atPairs(iwaeOf, {}, s, all, all.map(other))
  expectClose(value, mean(pairs.map((l) => powerMeanOf(drawnOf(l), 1))), 1e-5, `L_2 of ${s.c.description}`)
  // Some of the pairs that draws may come to: float32 rounds what is large.
  const likely = all.filter((i) => (s.grid.probability[i] as number) > 1e-4)
  const few = likely.filter((_, i) => i % Math.ceil(likely.length / 20) === 0)
  for (const [bound, options, of] of boundsFor(seed)) {
    const found = atPairs(bound, options, s, few, [...few].reverse())
    const expected = mean(found.pairs.map((l) => of(drawnOf(l))))
    expectClose(found.value, expected, 1e-5, `${JSON.stringify(options)} of ${s.c.description}`)
  }
  for (const i of few) {
    const w = drawnOf(pairs[i] as readonly number[])
    const [lower, upper] = (['lower', 'upper'] as const).map((side) => thermodynamicOf(w, 3, side))
    expectRising([lower as number, powerMeanOf(w, 1), upper as number], 'TVO lower <= L_K <= TVO upper')
  }
  return { log: pairs.map(([l]) => l as number), probability: s.grid.probability }
}

/** log E[w] and E[log w] are what they should be; the laws of the others hold for any distribution of weights. */
const expectLaws = (s: Subject, seed: number): Weights => {
  const all = weightsOf(s, seed)
  const of = (what: string) => `${what} of ${s.c.description}`
  expectClose(logMomentOf(all, 1), s.evidence, 1e-4, of('log E[w] = log P(x)'))
  expectClose(logMeansOf(all, [0])[0] as number, s.bound, 1e-4, of('L_1 = L_b'))
  const w = commonOf(all)
  const lower = logMeansOf(w, [0, 1, 2, 3, 6, 8])
  expectRising([...lower, logMomentOf(w, 1)], of('L_1 <= … <= L_256 <= log P(x)'))
  const limits = (orders: readonly number[]) => orders.map((p) => logMomentOf(w, p) / p)
  expectRising([...limits([-1, -0.5]), lower[0] as number, ...limits([0.5, 1, 2, 3])], of('L_α falls in α'))
  for (const p of [-1, 0.5, 2]) {
    const means = [...logMeansOf(powerOf(w, p), [0, 1, 5]).map((x) => x / p), ...limits([p])]
    expectRising(p < 0 ? means.reverse() : means, of(`with K, to L_α, α = ${1 - p},`))
  }
  expectLimit(w, of('log P(x) − L_K = V/2K'))
  return all
}

/** The gap is V/2K but for |μ₃|/3K² + 3V²/4K² and less: a thousandth of it where K is a thousand times larger than V and μ₃/V. */
const expectLimit = (w: Weights, what: string): void => {
  const evidence = logMomentOf(w, 1)
  const moment = (f: (r: number) => number) =>
    w.log.reduce((sum, l, i) => sum + (w.probability[i] as number) * f(Math.exp(l - evidence) - 1), 0)
  const V = moment((r) => r * r)
  const third = moment((r) => Math.abs(r) ** 3)
  const k = Math.ceil(Math.log2(1000 * Math.max(1, V, third / V)))
  const gap = evidence - (logMeansOf(w, [k])[0] as number)
  expect(Math.abs(gap - V / 2 ** (k + 1)), `${what}, V = ${V}, K = 2^${k}`).toBeLessThan(
    (5e-3 * V) / 2 ** (k + 1) + 1e-12,
  )
}

/** L_4 of 32 times 4 random draws. */
const drawn = (s: Subject, seed: number): number => {
  const o = iwaeOf(s.c.p, s.c.q, { particles: 4, ...methodsOf(s) })
  return rowsAt(o, s.c.params, s.c.data, { rows: new Int32Array(32), particles: 4, noise: seed }).value
}

/** Holds the laws on random cases, and the mean of all L_4 of random draws against their expectations. */
const holdOn = (make: (seed: number) => Subject, further: (s: Subject, w: Weights) => void = () => {}) => {
  const all = pool()
  fc.assert(
    fc.property(seeds(), (seed) => {
      const s = make(seed)
      const w = expectLaws(s, seed)
      further(s, w)
      all.add(drawn(s, seed), logMeansOf(w, [2])[0] as number)
    }),
    runs(),
  )
  all.expectUnbiased('L_4')
}

describe('L_K grows with K to log P(x), by V/2K; L_α falls in α; CUBO and the upper TVO lie above, the lower below', () => {
  it('on 1,000 random linear-Gaussian models, whose L_α are Gaussian integrals', () => {
    holdOn(nearPosterior, (s, w) => {
      const { distance } = s as ReturnType<typeof nearPosterior>
      for (const p of [-1, 0.5, 2, 3])
        expectClose(powerMeanOf(w, p), s.evidence + logMoment(distance, p) / p, 1e-4, `L_α, α = ${1 - p}`)
    })
  })

  it('on 1,000 random nonlinear models', () => {
    holdOn(ofNonlinear)
  })

  it('on 1,000 random finite models, drawn', () => {
    holdOn(ofFinite, (s, w) => {
      const exact = finiteWeights(s.c as BoundCase<FiniteFacts>)[0] as Weights
      for (const [i, l] of exact.log.entries()) expectClose(w.log[i] as number, l, 1e-4, 'log w')
    })
  })
})

/** The weights of all assignments, for each datum. */
const finiteWeights = (c: BoundCase<FiniteFacts>): readonly Weights[] => {
  const n = Object.values(c.data)[0]?.length ?? 0
  return Array.from({ length: n }, (_, i) => {
    const x = Object.fromEntries(Object.entries(c.data).map(([name, column]) => [name, column[i] as number]))
    const joint = jointOf(c.facts, x)
    return { log: joint.map((o) => o.logP - o.logQ), probability: joint.map((o) => Math.exp(o.logQ)) }
  })
}

describe('summed out', () => {
  it('L_K = log P(x), and the others are their sums, in their order, on 1,000 random finite models', () => {
    fc.assert(
      fc.property(seeds(), (seed) => {
        const c = finiteCase(seed)
        const all = finiteWeights(c)
        const expected: readonly (readonly [AnyBound, object, OfWeights])[] = [
          [iwaeOf, {}, (w) => logMomentOf(w, 1)],
          ...boundsFor(seed),
        ]
        for (const [bound, options, of] of expected) {
          const found = evaluateOnce(bound(c.p, c.q, { particles: 1, ...options }), c.params, c.data)
          expectClose(found, mean(all.map(of)), 1e-4, `${JSON.stringify(options)} of ${c.description}`)
        }
        for (const w of all) {
          const tvo = (n: number, side: 'lower' | 'upper') => thermodynamicOf(w, n, side)
          const elbo = powerMeanOf(w, 0)
          const order = [powerMeanOf(w, -1), elbo, powerMeanOf(w, 0.5), powerMeanOf(w, 1)]
          expectRising([...order, powerMeanOf(w, 2), powerMeanOf(w, 3)], 'L_α falls in α')
          expectRising([elbo, tvo(4, 'lower'), logMomentOf(w, 1), tvo(4, 'upper'), tvo(1, 'upper')], 'TVO')
        }
      }),
      runs(),
    )
  })
})
