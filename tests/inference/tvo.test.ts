/** tvo: sums of the integral by enumeration, its gradient (of drawn sites by every tuple of draws), one interval, its place between elbo, L_K and log P(x), sentences. */
import { describe, expect, it } from 'vitest'
import { elbo } from '../../src/inference/elbo.js'
import { iwae } from '../../src/inference/iwae.js'
import { logPartitions, tvo } from '../../src/inference/tvo.js'
import { type FiniteFacts, finiteCase } from '../../src/testing/arbitraries/finite.js'
import { logSumExp } from '../laws/oracle.js'
import { expectUnbiased, gradientAt, gradientsOver, scalarsOf, slopes } from './gradients.js'
import { copies, first, jointOf, tableSlopes } from './importance/finiteOracle.js'
import { at, datum, evidenceAt, expectedOf, p, q } from './importance/gaussian.js'
import { sentences, untyped } from './importance/untyped.js'

const of = untyped(tvo)
const data = (n: number) => ({ x: new Array(n).fill(datum) })

/** Σ Δβ E_π_β[log w] by enumeration. */
const finiteSum = (
  f: FiniteFacts,
  x: Readonly<Record<string, number>>,
  points: readonly number[],
  bound: 'lower' | 'upper',
): number => {
  const joint = jointOf(f, x)
  const at_ = (beta: number) => {
    const logs = joint.map((o) => (1 - beta) * o.logQ + beta * o.logP)
    const all = logSumExp(logs)
    return joint.reduce((s, o, i) => s + Math.exp((logs[i] as number) - all) * (o.logP - o.logQ), 0)
  }
  return points
    .slice(1)
    .reduce(
      (s, b, i) => s + (b - (points[i] as number)) * at_(bound === 'upper' ? b : (points[i] as number)),
      0,
    )
}

/**
 * The expectation of value and gradient over every tuple of K draws, in float64. The gradient of a tuple is
 *
 *   Σ Δβ Σ_k W_k (∇ log w_k + c_k (β ∇ log p_k + (1 − β) ∇ log q_k)),  W_k ∝ w_k^β,  c_k = log w_k − Σ_j W_j log w_j
 *
 * and for β = 0 c_k = log w_k less the mean over the other particles. The gradients themselves are differences.
 */
const overTuples = (
  f: FiniteFacts,
  x: Readonly<Record<string, number>>,
  points: readonly number[],
  bound: 'lower' | 'upper',
  K: number,
) => {
  const joint = jointOf(f, x)
  const byP = joint.map(() => 0)
  const byQ = joint.map(() => 0)
  let value = 0
  const count = (tuple: readonly number[]): void => {
    const all = tuple.map((i) => joint[i] as (typeof joint)[number])
    const probability = Math.exp(all.reduce((s, o) => s + o.logQ, 0))
    const logW = all.map((o) => o.logP - o.logQ)
    points.slice(1).forEach((end, n) => {
      const start = points[n] as number
      const beta = bound === 'upper' ? end : start
      const norm = logSumExp(logW.map((l) => beta * l))
      const weights = logW.map((l) => Math.exp(beta * l - norm))
      const mean = logW.reduce((s, l, k) => s + l * (weights[k] as number), 0)
      value += probability * (end - start) * mean
      tuple.forEach((i, k) => {
        const own = logW[k] as number
        const others = (logW.reduce((s, l) => s + l, 0) - own) / (K - 1)
        const c = own - (beta === 0 ? others : mean)
        const part = probability * (end - start) * (weights[k] as number)
        byP[i] = (byP[i] as number) + part * (1 + c * beta)
        byQ[i] = (byQ[i] as number) + part * (c * (1 - beta) - 1)
      })
    })
  }
  const go = (tuple: readonly number[]): void =>
    tuple.length === K ? count(tuple) : joint.forEach((_, i) => void go([...tuple, i]))
  go([])
  const gradient = tableSlopes(f, (moved) =>
    jointOf(moved, x).reduce((s, o, i) => s + (byP[i] as number) * o.logP + (byQ[i] as number) * o.logQ, 0),
  )
  return { value, gradient }
}

describe('finite models, drawn', () => {
  it.each([
    ['lower', 1, 3],
    ['upper', 1, 3],
    ['lower', 2, 2],
    ['upper', 2, 2],
  ] as const)(
    'the %s sum and its gradient, %i latents: the expectation over every tuple of %i draws',
    (bound, latents, particles) => {
      for (const seed of [0, 1, 3, 6]) {
        const c = finiteCase(seed, latents)
        const sites = Object.fromEntries(c.facts.latents.map((n) => [n.name, 'score']))
        const o = of(c.p, c.q, { partitions: [0.3], bound, particles, sites })
        const exact = overTuples(c.facts, first(c.data), [0, 0.3, 1], bound, particles)
        const found = gradientsOver(o, c.params, copies(c.data, 256), 20)
        const what = `${c.description}, ${bound}`
        expect(Math.abs(found.value.value - exact.value), what).toBeLessThan(
          5 * found.value.standardError + 1e-5 * Math.max(1, Math.abs(exact.value)),
        )
        expectUnbiased(found, exact.gradient, what)
      }
    },
  )
})

describe('finite models, summed out', () => {
  it.each(['lower', 'upper'] as const)('the %s sum and its gradient are exact', (bound) => {
    for (let seed = 0; seed < 6; seed++) {
      const c = finiteCase(seed)
      const x = first(c.data)
      const partitions = [0.1, 0.4]
      const exact = (f: FiniteFacts) => finiteSum(f, x, [0, 0.1, 0.4, 1], bound)
      const found = gradientAt(of(c.p, c.q, { partitions, bound, particles: 1 }), c.params, copies(c.data, 1))
      expect(Math.abs(found.value - exact(c.facts))).toBeLessThan(5e-5 * Math.max(1, Math.abs(found.value)))
      const expected = tableSlopes(c.facts, exact)
      for (const [path, g] of Object.entries(found.gradients))
        g.forEach((y, i) => {
          const truth = expected[`${path}[${i}]`] as number
          expect(Math.abs(y - truth), `${path}[${i}]`).toBeLessThan(3e-4 * Math.max(1, Math.abs(truth)))
        })
    }
  })

  it('the sums enclose log P(x), and close on it as the partition is refined', () => {
    const c = finiteCase(2, 3)
    const evidence = logSumExp(jointOf(c.facts, first(c.data)).map((o) => o.logP))
    const sum = (partitions: number, bound: string) =>
      gradientAt(of(c.p, c.q, { partitions, bound, particles: 1 }), c.params, copies(c.data, 1)).value
    const gaps = [1, 4, 32].map((n) => {
      expect(sum(n, 'lower')).toBeLessThan(evidence + 1e-4)
      expect(sum(n, 'upper')).toBeGreaterThan(evidence - 1e-4)
      return sum(n, 'upper') - sum(n, 'lower')
    })
    expect(gaps[1] as number).toBeLessThan((gaps[0] as number) / 3.9)
    expect(gaps[2] as number).toBeLessThan((gaps[1] as number) / 7.9)
  })
})

describe('drawn sites', () => {
  it('one interval below is elbo: unbiased against quadrature, beside a site that is summed out as well', () => {
    const found = gradientsOver(of(p, q, { partitions: 1, particles: 3 }), scalarsOf(at), data(256), 20)
    expect(Math.abs(found.value.value - expectedOf(at, (w) => w))).toBeLessThan(5 * found.value.standardError)
    expectUnbiased(
      found,
      slopes((x) => expectedOf(x, (w) => w), at),
    )
    const c = finiteCase(1, 2)
    for (const [z1, z2] of [
      ['score', 'enumerate'],
      ['enumerate', 'score'],
    ] as const) {
      const o = of(c.p, c.q, { partitions: 1, particles: 2, sites: { z1, z2 } })
      const exact = tableSlopes(c.facts, (f) => finiteSum(f, first(c.data), [0, 1], 'lower'))
      expectUnbiased(gradientsOver(o, c.params, copies(c.data, 128), 16), exact, `${z1} ${z2}`)
    }
  })

  it('goes to the sums by quadrature as K grows, in value and gradient', () => {
    const points = [0, 0.2, 0.6, 1]
    const sum = (x: typeof at, upper: boolean) =>
      points.slice(1).reduce((s, b, i) => {
        const beta = upper ? b : (points[i] as number)
        const norm = expectedOf(x, (w) => Math.exp(beta * w))
        return s + (b - (points[i] as number)) * expectedOf(x, (w) => (Math.exp(beta * w) * w) / norm)
      }, 0)
    for (const bound of ['lower', 'upper'] as const) {
      const o = of(p, q, { partitions: points.slice(1, -1), particles: 400, bound })
      const found = gradientsOver(o, scalarsOf(at), data(8), 12)
      const expected = slopes((x) => sum(x as typeof at, bound === 'upper'), at)
      // The bias of self-normalization falls like 1/K; at K = 400 it is below two hundredths here.
      expect(Math.abs(found.value.value - sum(at, bound === 'upper'))).toBeLessThan(
        5 * found.value.standardError + 0.02,
      )
      for (const e of found.entries)
        expect(Math.abs(e.value - (expected[e.path] as number)), `${bound} ${e.path}`).toBeLessThan(
          5 * e.standardError + 0.02,
        )
    }
  })

  it('of one set of draws: elbo <= lower sum <= L_K <= upper sum, at every noise', () => {
    for (let seed = 0; seed < 8; seed++) {
      const value = (o: ReturnType<typeof of>) => gradientAt(o, scalarsOf(at), data(1), { seed }).value
      const sites = { z: 'score' }
      const bound = value(untyped(iwae)(p, q, { particles: 6, sites }))
      const lower = value(of(p, q, { partitions: logPartitions(5, 0.02), particles: 6 }))
      const upper = value(of(p, q, { partitions: 5, particles: 6, bound: 'upper' }))
      const plain = value(untyped(elbo)(p, q, { particles: 6, kl: 'sampled', sites }))
      expect(plain).toBeLessThan(lower + 1e-5)
      expect(lower).toBeLessThan(bound + 1e-5)
      expect(bound).toBeLessThan(upper + 1e-5)
    }
  })

  it('stays below log P(x), the lower sum', () => {
    const found = gradientsOver(
      of(p, q, { partitions: 8, particles: 16 }),
      scalarsOf(at),
      data(128),
      16,
    ).value
    expect(found.value).toBeLessThan(evidenceAt(at) + 5 * found.standardError)
  })
})

describe('its name, its points and its sentences', () => {
  it('has evenly spaced logarithms', () => {
    const points = logPartitions(5, 0.01)
    ;[0.01, 0.1 ** 1.5, 0.1, 0.1 ** 0.5].forEach((b, i) => {
      expect(points[i]).toBeCloseTo(b, 12)
    })
    expect(tvo(p, q, { partitions: points, particles: 3 }).description).toBe(
      'TVO lower, 5 intervals, 3 particles',
    )
  })
  it('refuses what is no partition, no side, and one particle of a drawn site', () => {
    expect(sentences(() => logPartitions(0, 2))).toEqual([
      'logPartitions takes a whole number >= 1 and a point within (0, 1), but 0 and 2 were given',
    ])
    expect(sentences(() => of(p, q, { partitions: 0, particles: 2 }))).toEqual([
      'partitions must be a whole number >= 1, but 0 was given',
    ])
    expect(sentences(() => of(p, q, { partitions: Infinity, particles: 2 }))).toEqual([
      'partitions must be a whole number >= 1, but Infinity was given',
    ])
    expect(sentences(() => of(p, q, { partitions: [0.5, 0.2], particles: 2, bound: 'middle' }))).toEqual([
      'partitions must rise strictly between 0 and 1, but [0.5, 0.2] was given',
      "'middle' is no side of the integral",
    ])
    expect(sentences(() => of(p, q, { partitions: 2, particles: 1 }))).toEqual([
      "site 'z' is drawn, and the covariance of one particle is 0",
    ])
    expect(sentences(() => of(p, q, { partitions: 2, particles: 2, sites: { z: 'vimco' } }))).toEqual([
      "site 'z': tvo has no gradient method 'vimco'",
    ])
  })
})
