/**
 * Random conjugate pairs of counts: log P(x) = L_b + KL(q ‖ posterior), on a grid of z that carries q, so without an error of sampling;
 * and at the posterior log p(x, z) − log q(z | x) is log P(x) for every draw, so L_b is tight with no error but rounding.
 *
 * Oracles in float64: closed forms of the evidence and of log q(z | x) − log P(z | x). Random draws: one mean over all cases (5
 * standard errors).
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { beta } from '../../src/dsl/distributions/beta.js'
import { binomial } from '../../src/dsl/distributions/binomial.js'
import { dirichlet } from '../../src/dsl/distributions/dirichlet.js'
import { gamma } from '../../src/dsl/distributions/gamma.js'
import { multinomial } from '../../src/dsl/distributions/multinomial.js'
import { poisson } from '../../src/dsl/distributions/poisson.js'
import { positive as positiveDomain } from '../../src/dsl/domain.js'
import { add, mul, sub } from '../../src/dsl/operations/arithmetic.js'
import { count, positive } from '../../src/dsl/space.js'
import { type AnyValue, withDomain } from '../../src/dsl/value.js'
import { logBeta, logGamma } from '../../src/inference/evidence/logGamma.js'
import { evidence } from '../../src/inference/evidence.js'
import { orThrow } from '../../src/inference/fit.js'
import {
  type AnyReal,
  type BoundCase,
  bindAny,
  boundOf,
  givenAny,
  seeds,
} from '../../src/testing/arbitraries/boundCase.js'
import {
  type ConjugateCountFacts,
  conjugateCountCase,
  conjugateCountEvidence,
} from '../../src/testing/arbitraries/conjugateCounts.js'
import { exactly } from '../../src/testing/laws/agreement.js'
import { identityHolds, isTight, liesBelow } from '../../src/testing/laws/bound.js'
import { type Pool, pool } from './pool.js'
import { placed, rowsAt } from './rows.js'
import { runs } from './runs.js'

const kinds = ['betaBinomial', 'gammaPoisson', 'dirichletMultinomial'] as const
const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0)

type Own = ConjugateCountFacts['q']
/** Concentrations of a law of z: of beta and Dirichlet, or concentration and rate of a gamma. */
type Numbers = readonly number[]

/** Those of q, or of the posterior, given x. */
const updated = ({ kind, size }: ConjugateCountFacts, x: Numbers, { prior, weight }: Own): Numbers => {
  const [a, b] = prior as readonly [number, number]
  const [k] = x as readonly [number]
  if (kind === 'gammaPoisson') return [a + weight * k, b + size]
  return kind === 'betaBinomial'
    ? [a + weight * k, b + weight * (size - k)]
    : prior.map((c, j) => c + weight * (x[j] as number))
}

/** log density of z up to a term that all laws of the kind share. */
const logLaw = (kind: ConjugateCountFacts['kind'], at: Numbers, z: Numbers): number => {
  const [a, b] = at as readonly [number, number]
  const [first] = z as readonly [number]
  if (kind === 'gammaPoisson') return a * Math.log(b) - logGamma(a) + a * Math.log(first) - b * first
  if (kind === 'betaBinomial') return a * Math.log(first) + b * Math.log1p(-first) - logBeta(a, b)
  return sum(at.map((c, j) => c * Math.log(z[j] as number) - logGamma(c))) + logGamma(sum(at))
}

/**
 * The points t of the trapezoidal rule for a log-concave density exp f of deviation s, analytic where |Im t| < strip, out to where it
 * is e^{-14} of its height. For these steps the rule errs by e^{-16} and less.
 */
const lineOf = (
  f: (t: number) => number,
  mode: number,
  s: number,
  strip: number,
): readonly (readonly [number, number])[] => {
  const h = Math.min((2 * Math.PI * strip) / 16, 1.1 * s)
  const top = f(mode)
  const side = (sign: 1 | -1, from: number): number =>
    f(mode + sign * from * h) > top - 14 ? side(sign, from + 1) : from
  const [left, right] = [side(-1, 1), side(1, 1)]
  return Array.from({ length: left + right + 1 }, (_, i) => {
    const t = mode + (i - left) * h
    return [t, Math.exp(f(t) - top)] as const
  })
}

const logistic = (t: number): number => 1 / (1 + Math.exp(-t))

/** Beta(a, b) in t = log z / (1 − z). */
const betaLine = (a: number, b: number) =>
  lineOf(
    (t) => -a * Math.log1p(Math.exp(-t)) - b * (t + Math.log1p(Math.exp(-t))),
    Math.log(a / b),
    Math.sqrt(1 / a + 1 / b),
    Math.PI,
  )

/** Points of z with their weights under a law; those of a Dirichlet by breaking sticks, each a beta. */
const gridOf = (
  kind: ConjugateCountFacts['kind'],
  at: Numbers,
): readonly (readonly [z: Numbers, weight: number])[] => {
  const [a, b] = at as readonly [number, number]
  if (kind === 'gammaPoisson')
    return lineOf((t) => a * t - b * Math.exp(t), Math.log(a / b), Math.sqrt(1 / a), Math.PI / 2).map(
      ([t, w]) => [[Math.exp(t)], w] as const,
    )
  if (kind === 'betaBinomial') return betaLine(a, b).map(([t, w]) => [[logistic(t)], w] as const)
  return at.slice(0, -1).reduce<readonly (readonly [Numbers, number])[]>(
    (all, c, j) => {
      const stick = betaLine(c, sum(at.slice(j + 1)))
      return all.flatMap(([z, w]) => {
        const rest = z[z.length - 1] as number
        return stick.map(
          ([t, v]) => [[...z.slice(0, -1), rest * logistic(t), rest * logistic(-t)], w * v] as const,
        )
      })
    },
    [[[1], 1]],
  )
}

/** The float32 nearest to z that is not 1. */
const inside = (kind: ConjugateCountFacts['kind'], z: number): number =>
  kind === 'betaBinomial' ? Math.min(Math.fround(z), 1 - 2 ** -24) : Math.fround(z)

type Context = Readonly<Record<'a' | 'b' | 'c' | 'd' | 'n' | 't' | 'x' | 'z', never>>
const positiveOf = (v: unknown): never => withDomain(v as AnyValue, positiveDomain) as never
const plus = (a: unknown, b: unknown): unknown => add(a as AnyReal, b as AnyReal)
const times = (a: unknown, b: unknown): unknown => mul(a as AnyReal, b as AnyReal)

/** The laws of z and x of a kind, all numbers being inputs: a and b, or one array a; n, the trials or the exposure. */
const lawsOf = (kind: ConjugateCountFacts['kind']) => {
  if (kind === 'betaBinomial')
    return {
      prior: ({ a, b }: Context) => beta({ alpha: a, beta: b }),
      data: ({ z, n }: Context) => binomial({ trials: n, probs: z }),
      family: ({ x, n, c, d, t }: Context) =>
        beta({ alpha: positiveOf(plus(c, times(t, x))), beta: positiveOf(plus(d, times(t, sub(n, x)))) }),
    }
  if (kind === 'gammaPoisson')
    return {
      prior: ({ a, b }: Context) => gamma({ concentration: a, rate: b }),
      data: ({ z, n }: Context) => poisson({ rate: positiveOf(times(n, z)) }),
      family: ({ x, n, c, d, t }: Context) =>
        gamma({ concentration: positiveOf(plus(c, times(t, x))), rate: positiveOf(plus(d, n)) }),
    }
  return {
    prior: ({ a }: Context) => dirichlet({ concentration: a }),
    data: ({ z, n }: Context) => multinomial({ trials: n, probs: z }),
    family: ({ x, c, t }: Context) => dirichlet({ concentration: positiveOf(plus(c, times(t, x))) }),
  }
}

/** One program of a kind, of k labels: each datum brings its own prior, its own q, and x. */
const programOf = (kind: ConjugateCountFacts['kind'], k: number) => {
  const laws = lawsOf(kind)
  const dirichlets = kind === 'dirichletMultinomial'
  const positives = (...names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, dirichlets ? positive(k) : positive()]))
  const n = kind === 'gammaPoisson' ? positive() : count()
  const p = bindAny(
    'x',
    laws.data as never,
  )(bindAny('z', laws.prior as never)(givenAny({ n, ...positives('a', 'b') })))
  const q = bindAny(
    'z',
    laws.family as never,
  )(givenAny({ x: dirichlets ? count(k) : count(), n, t: positive(), ...positives('c', 'd') }))
  return { p, q }
}

/** One datum of a random case. */
interface Datum {
  readonly facts: ConjugateCountFacts
  readonly x: Numbers
}

/** The data as columns, with q as it is or the posterior in its place. */
const columnsOf = (data: readonly Datum[], own: (f: ConjugateCountFacts) => Own): BoundCase['data'] => {
  const column = (f: (d: Datum) => Numbers) => data.map((d) => f(d) as never)
  const scalar = (f: (d: Datum) => number) => data.map((d) => f(d) as never)
  const of = (i: 0 | 1, f: (d: Datum) => Numbers) =>
    data[0]?.facts.kind === 'dirichletMultinomial' ? column(f) : scalar((d) => f(d)[i] as number)
  return {
    x: of(0, ({ x }) => x),
    n: scalar(({ facts }) => facts.size),
    t: scalar(({ facts }) => own(facts).weight),
    a: of(0, ({ facts }) => facts.prior),
    b: of(1, ({ facts }) => facts.prior),
    c: of(0, ({ facts }) => own(facts).prior),
    d: of(1, ({ facts }) => own(facts).prior),
  }
}

const posteriorOf = ({ prior }: ConjugateCountFacts): Own => ({ prior, weight: 1 })

/** The grid of z of a datum, with KL(q ‖ posterior) on it. */
const onGrid = ({ facts, x }: Datum) => {
  const { kind } = facts
  const [q, exact] = [updated(facts, x, facts.q), updated(facts, x, posteriorOf(facts))]
  const all = gridOf(kind, q)
  const total = sum(all.map(([, w]) => w))
  const points = all.map(([z]) => z.map((y) => inside(kind, y)))
  const weights = all.map(([, w]) => w / total)
  const logs = points.map((z) => logLaw(kind, q, z) - logLaw(kind, exact, z))
  return { points, weights, divergence: sum(logs.map((l, i) => l * (weights[i] as number))) }
}

const agree = exactly(1e-4)

/** 20 random cases of a kind and as many labels, with one datum each. A grid of three sticks and more has too many points. */
const batchOf = (seed: number, kind: ConjugateCountFacts['kind']): readonly Datum[] => {
  const labels = 2 + (seed % 2)
  const found: Datum[] = []
  for (let next = seed; found.length < 20; next++) {
    const { facts } = conjugateCountCase(next, kind)
    if (kind !== 'dirichletMultinomial' || facts.prior.length === labels)
      found.push({ facts, x: facts.xs[0] as Numbers })
  }
  return found
}

/** Holds the laws for each datum of a batch, and adds what random draws give to the pool. */
const holdOn = (kind: ConjugateCountFacts['kind'], seed: number, drawn: Pool): void => {
  const data = batchOf(seed, kind)
  const { p, q } = programOf(kind, data[0]?.facts.prior.length as number)
  const grids = data.map(onGrid)
  const rows = grids.flatMap(({ points }, i) => points.map(() => i))
  const at = { rows, noise: seed }
  const o = boundOf(p, placed(q, { z: grids.flatMap(({ points }) => points.flat()) }), { kl: 'sampled' })
  const [own, tight] = [(f: ConjugateCountFacts) => f.q, posteriorOf].map(
    (of) => rowsAt(o, {}, columnsOf(data, of), at).terms[0] as Float64Array,
  ) as [Float64Array, Float64Array]
  const random = rowsAt(
    boundOf(p, q),
    {},
    columnsOf(data, (f) => f.q),
    {
      rows: data.map((_, i) => i),
      noise: seed,
    },
  )
  let next = 0
  for (const [i, { facts, x }] of data.entries()) {
    const { weights, divergence } = grids[i] as ReturnType<typeof onGrid>
    const over = (terms: Float64Array) => sum(weights.map((w, j) => w * (terms[next + j] as number)))
    const numbers = { evidence: conjugateCountEvidence(facts, x), bound: over(own), divergence }
    const what = JSON.stringify({ ...facts, x })
    const identity = identityHolds(agree)(numbers)
    expect(identity.holds, `the identity: off by ${identity.found} ${what}`).toBe(true)
    expect(liesBelow(agree)(numbers).holds, `L_b <= log P(x) ${what}`).toBe(true)
    // Whatever z is; at those that q hardly draws, float32 rounds what is large.
    for (const [j, w] of weights.entries()) {
      const found = isTight(agree)({ ...numbers, bound: tight[next + j] as number })
      if (w > 1e-3 && !found.holds) expect.fail(`at the posterior: off by ${found.found} ${what}`)
    }
    drawn.add((random.terms[0] as Float64Array)[i] as number, numbers.bound)
    next += weights.length
  }
}

describe('random conjugate pairs of counts', () => {
  it.each(kinds)('%s: log P(x) = L_b + KL(q ‖ posterior), and L_b is tight there, on 1,000 cases', (kind) => {
    const all = pool()
    fc.assert(
      fc.property(seeds(), (seed) => holdOn(kind, seed, all)),
      runs(50),
    )
    all.expectUnbiased(`L_b of ${kind}`)
  })

  it.each(kinds)("%s: giry's conjugate evidence is the closed form, on 1,000 cases", async (kind) => {
    await fc.assert(
      fc.asyncProperty(seeds(), async (seed) => {
        const { facts, ...c } = conjugateCountCase(seed, kind)
        const found = await orThrow(evidence(c.p as never, c.data as never))
        expect(found.method).toBe('conjugate')
        facts.xs.forEach((x, i) => {
          const exact = conjugateCountEvidence(facts, x)
          expect(Math.abs((found.value[i] as number) - exact)).toBeLessThan(
            1e-6 * Math.max(1, Math.abs(exact)),
          )
        })
      }),
      runs(),
    )
  })
})
