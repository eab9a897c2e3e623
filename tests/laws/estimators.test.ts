/**
 * Gradient estimators are unbiased: the derivative of L_b along a random direction of all parameters, on 1,000 random models each.
 *
 *   d/dt L_b(θ + t v) at t = 0  =  E[v · estimate]
 *
 * Oracle: central differences of L_b in float64, by sums over all assignments or by closed forms. Enumeration is exact in every case;
 * what draws is held against it by one mean over all cases, within 5 standard errors.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GradientMethod } from '../../src/dsl/gradientMethods.js'
import {
  type AnyBoundOptions,
  type AnyParams,
  type BoundCase,
  boundOf,
  seeds,
} from '../../src/testing/arbitraries/boundCase.js'
import { type FiniteFacts, type FiniteNode, finiteCase } from '../../src/testing/arbitraries/finite.js'
import { factorAnalysisCase, type LinearGaussianFacts } from '../../src/testing/arbitraries/linearGaussian.js'
import { type Stream, streamOf } from '../../src/testing/arbitraries/stream.js'
import { gradientAt } from '../inference/gradients.js'
import { finiteExact, linearGaussianExact, mean } from './oracle.js'
import { pool } from './pool.js'
import { runs } from './runs.js'

/** One number for each entry of the parameters, by path. */
type Direction = Readonly<Record<string, readonly number[]>>

const directionOf = (params: AnyParams, s: Stream): Direction => {
  const arrays = Object.entries(params).flatMap(([net, of]) =>
    Object.entries(of).map(([path, a]) => [`${net}/${path}`, a.data.length] as const),
  )
  const size = Math.sqrt(arrays.reduce((n, [, k]) => n + k, 0))
  return Object.fromEntries(arrays.map(([path, k]) => [path, s.normals(k, 1 / size)]))
}

/** v · gradient. */
const along = (v: Direction, gradients: Readonly<Record<string, Float32Array>>): number =>
  Object.entries(v).reduce(
    (sum, [path, of]) => of.reduce((s, x, i) => s + x * (gradients[path]?.[i] ?? 0), sum),
    0,
  )

/** f'(0), by differences of fourth order. */
const slope = (f: (t: number) => number, h = 1e-2): number =>
  (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)

const columns = (c: BoundCase) =>
  Array.from({ length: Object.values(c.data)[0]?.length ?? 0 }, (_, i) =>
    Object.fromEntries(Object.entries(c.data).map(([name, column]) => [name, column[i] as never])),
  )

/** The slope of L_b of a finite model. */
const finiteSlope = (c: BoundCase<FiniteFacts>, v: Direction): number => {
  const moved = (side: 'p' | 'q', nodes: readonly FiniteNode[], t: number): readonly FiniteNode[] =>
    nodes.map((n) => ({
      ...n,
      table: n.table.map((x, i) => x + t * (v[`${side}_${n.name}/value`]?.[i] as number)),
    }))
  const at = (t: number): FiniteFacts => ({
    ...c.facts,
    latents: moved('p', c.facts.latents, t),
    observed: moved('p', c.facts.observed, t),
    proposal: moved('q', c.facts.proposal, t),
  })
  return slope((t) => mean(columns(c).map((x) => finiteExact(at(t), x).bound)))
}

/** The slope of L_b of a linear-Gaussian model; kernels are transposed matrices. */
const gaussianSlope = (c: BoundCase<LinearGaussianFacts>, v: Direction): number => {
  const { facts } = c
  const matrix = (path: string, m: LinearGaussianFacts['weights'], t: number) =>
    m.map((row, i) => row.map((x, j) => x + t * (v[path]?.[j * m.length + i] as number)))
  const vector = (path: string, b: readonly number[], t: number) =>
    b.map((x, i) => x + t * (v[path]?.[i] as number))
  const at = (t: number): LinearGaussianFacts => ({
    ...facts,
    weights: matrix('decode/kernel', facts.weights, t),
    bias: vector('decode/bias', facts.bias, t),
    proposal: {
      ...facts.proposal,
      weights: matrix('encode/kernel', facts.proposal.weights, t),
      bias: vector('encode/bias', facts.proposal.bias, t),
    },
  })
  return slope((t) => mean(columns(c).map(({ x }) => linearGaussianExact(at(t), x as never).bound)))
}

/** What an estimator finds along a random direction, and what it should. */
const compared = <F>(
  c: BoundCase<F>,
  options: AnyBoundOptions,
  exact: (c: BoundCase<F>, v: Direction) => number,
  seed: number,
): readonly [number, number] => {
  const v = directionOf(c.params, streamOf(seed + 1))
  const { gradients } = gradientAt(boundOf(c.p, c.q, options), c.params, c.data, { seed })
  return [along(v, gradients), exact(c, v)]
}

/** The method at every site; REBAR at coins, and the score function elsewhere. */
const everySite = (c: BoundCase<FiniteFacts>, method: GradientMethod) => ({
  sites: Object.fromEntries(
    c.facts.latents.map((n) => [n.name, method === 'rebar' && n.kind === 'categorical' ? 'score' : method]),
  ),
})

describe('the gradient of L_b along a random direction', () => {
  it('is exact by enumeration, on 1,000 finite models', () => {
    fc.assert(
      fc.property(seeds(), (seed) => {
        const c = finiteCase(seed, 1 + (seed % 2), 1)
        const [found, exact] = compared(c, everySite(c, 'enumerate'), finiteSlope, seed)
        expect(Math.abs(found - exact), c.description).toBeLessThan(1e-4 * Math.max(1, Math.abs(exact)))
      }),
      runs(),
    )
  })

  it.each<[string, GradientMethod, number]>([
    ['the score function', { method: 'score', baseline: 'none' } as GradientMethod, 1],
    ['the score function, leave-one-out', 'score', 4],
    ['measure-valued derivatives', 'measureValued', 1],
    ['REBAR', 'rebar', 1],
  ])('is unbiased by %s, over 1,000 finite models', (what, method, particles) => {
    const all = pool()
    fc.assert(
      fc.property(seeds(), (seed) => {
        const c = finiteCase(seed, 1 + (seed % 2), 1)
        all.add(...compared(c, { particles, ...everySite(c, method) }, finiteSlope, seed))
      }),
      runs(),
    )
    all.expectUnbiased(what)
  })

  it.each(['pathwise', 'stickingTheLanding'] as const)(
    'is unbiased by %s, over 1,000 factor analyses',
    (method) => {
      const all = pool()
      fc.assert(
        fc.property(seeds(), (seed) => {
          const options = { particles: 4, sites: { z: method } }
          all.add(...compared(factorAnalysisCase(seed, 1), options, gaussianSlope, seed))
        }),
        runs(),
      )
      all.expectUnbiased(method)
    },
  )
})
