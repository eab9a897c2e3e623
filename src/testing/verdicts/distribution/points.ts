/**
 * Points: the support of a distribution as weighted points, so that every expectation is a sum.
 *
 *   E[f(x)] ≈ Σ_i w_i p(x_i) f(x_i)
 *
 *   enumeration   every point of a finite support, w = 1; no error
 *   summation     counts 0 … K, beyond which no mass is left, w = 1; no error
 *   quadrature    one number: adaptive (quadrature.ts); its own estimate of the error, below 1e-6 unless it says otherwise
 *   importance    several numbers: x_i ~ g, w_i = 1/(n g(x_i)), g fitted to draws (proposal.ts); the error is a standard error
 */
import * as tf from '@tensorflow/tfjs'
import { type AnyDistribution, can, type Distribution } from '../../../dsl/distribution.js'
import { category, count, isWithin } from '../../../dsl/domain.js'
import type { AnyDomain } from '../../../dsl/domains/marks.js'
import { sizeOf } from '../../../dsl/shape.js'
import { type AnyValue, makeValue } from '../../../dsl/value.js'
import { meanAndError } from '../../../inference/estimate.js'
import { noiseFromSeed } from '../../../runtime/noise.js'
import { tidily } from '../tidily.js'
import { atlasOf, chartOf, charts } from './coordinates.js'
import { proposalFor } from './proposal.js'
import {
  intervalMap,
  type LineMap,
  positiveMap,
  type Quadrature,
  quadrature,
  realMap,
  unitMap,
} from './quadrature.js'
import { logDensities } from './subject.js'

/** Weighted points, with p at them. */
export interface Points {
  readonly method: 'enumeration' | 'summation' | 'quadrature' | 'importance sampling'
  /** Row after row, `size` numbers each. */
  readonly xs: Float32Array
  readonly count: number
  readonly size: number
  /** w_i p(x_i). */
  readonly masses: Float64Array
  readonly logs: Float64Array
  /** Σ w p f, with its error; f sees row i. */
  readonly expect: (f: (i: number) => number) => { readonly value: number; readonly standardError: number }
  /** ∫ p up to x, for one continuous number. */
  readonly cdf?: (xs: readonly number[]) => number[]
}

/** How a support is turned into points: found once, and used again where the parameters have moved a little. */
export type Grid = (d: AnyDistribution) => Points

const axisName = 'point'

/** Rows of numbers as a value with one axis. */
export const rowsAsValue = (d: AnyDistribution, xs: Float32Array, domain = d.space.domain): AnyValue => {
  const n = xs.length / sizeOf(d.space.shape)
  return makeValue(tf.tensor(xs, [n, ...d.space.shape]), d.space.shape, domain, [{ name: axisName, size: n }])
}

/** log p at rows of numbers. */
export const logsAt = (d: AnyDistribution, xs: Float32Array): Float64Array =>
  tidily(() => Float64Array.from(logDensities(d, rowsAsValue(d, xs)).tensor.dataSync()))

/** Draws as rows of numbers. */
export const drawsOf = (d: AnyDistribution, n: number, seed: number): Float32Array =>
  tidily(() =>
    Float32Array.from(d.sample(noiseFromSeed(seed), [{ name: 'draw', size: n }]).tensor.dataSync()),
  )

const massAt = (w: number, log: number): number => (log === Number.NEGATIVE_INFINITY ? 0 : w * Math.exp(log))

/** Exact or numerical sums: what error there is comes from the quadrature. */
const summed = (
  method: Points['method'],
  d: AnyDistribution,
  xs: Float32Array,
  weights: ArrayLike<number>,
  q?: Quadrature,
): Points => {
  const logs = logsAt(d, xs)
  const masses = logs.map((l, i) => massAt(weights[i] as number, l)).map((m) => (Number.isFinite(m) ? m : 0))
  const standardError = (q?.errors[0] ?? 0) / 5
  return {
    method,
    xs,
    count: logs.length,
    size: sizeOf(d.space.shape),
    masses,
    logs,
    expect: (f) => ({ value: masses.reduce((s, m, i) => (m === 0 ? s : s + m * f(i)), 0), standardError }),
    ...(q === undefined ? {} : { cdf: q.cumulative }),
  }
}

const enumerated = (d: AnyDistribution): Points => {
  const xs = tidily(() => {
    const all = (d as Distribution<AnyDistribution['space'], 'enumerable'>).enumerate(axisName) as AnyValue
    return Float32Array.from(all.tensor.dataSync())
  })
  return summed('enumeration', d, xs, new Float64Array(xs.length).fill(1))
}

/** All vectors of whole numbers 0 … K. */
const countGrid = (size: number, last: number): Float32Array => {
  const n = (last + 1) ** size
  return Float32Array.from({ length: n * size }, (_, i) => {
    const [row, entry] = [Math.floor(i / size), i % size]
    return Math.floor(row / (last + 1) ** (size - 1 - entry)) % (last + 1)
  })
}

const largestGrid = 2 ** 17

/** Counts up to twice the largest that was drawn and a little; as many as a grid can hold. */
const lastCount = (d: AnyDistribution, draws: Float32Array): number => {
  const size = sizeOf(d.space.shape)
  const asked = Math.ceil(2 * draws.reduce((a, b) => Math.max(a, b), 0) + 30)
  return Math.min(asked, Math.floor(largestGrid ** (1 / size)) - 1)
}

const median = (sorted: ArrayLike<number>, at: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(at * sorted.length))] as number

/** Middle and spread of draws, by quartiles. */
export const middle = (xs: ArrayLike<number>): { readonly center: number; readonly scale: number } => {
  const sorted = Float64Array.from(xs).sort()
  const width = (median(sorted, 0.75) - median(sorted, 0.25)) / 1.35
  return { center: median(sorted, 0.5), scale: width > 0 && Number.isFinite(width) ? width : 1 }
}

const PI = Math.fround(Math.PI) - 2 ** -22

const mapOf = (domain: AnyDomain, draws: Float32Array): LineMap => {
  if (domain.name === 'Circle') return intervalMap(-PI, PI)
  const chart = chartOf(domain)
  const { center, scale } = middle(Float64Array.from(draws, chart.y))
  const map = chart === charts.unit ? unitMap : chart === charts.positive ? positiveMap : realMap
  return map(center, scale)
}

const integrated = (d: AnyDistribution, map: LineMap, width: number): Points => {
  const f = (xs: readonly number[]) => {
    const logs = logsAt(d, Float32Array.from(xs))
    const p = logs.map((l) => (l === Number.NEGATIVE_INFINITY ? 0 : Math.exp(l)))
    // The tails matter to a variance and to an entropy more than to the mass.
    return [
      p,
      p.map((m, i) => m * Math.min(((xs[i] as number) / width) ** 2, 1e4)),
      p.map((m, i) => m * Math.min(Math.abs(logs[i] as number), 100)),
    ]
  }
  const q = quadrature(map, f)
  return summed('quadrature', d, Float32Array.from(q.xs), q.weights, q)
}

/** Sums over draws, with their standard errors. */
const sampled = (d: AnyDistribution, xs: Float32Array, weights: readonly number[]): Points => {
  const logs = logsAt(d, xs)
  const n = logs.length
  const masses = logs.map((l, i) => massAt(weights[i] as number, l)).map((m) => (Number.isFinite(m) ? m : 0))
  return {
    method: 'importance sampling',
    xs,
    count: n,
    size: sizeOf(d.space.shape),
    masses,
    logs,
    expect: (f) => meanAndError(Array.from(masses, (m, i) => (m === 0 ? 0 : n * m * f(i)))),
  }
}

const isCounting = (domain: AnyDomain): boolean => domain.measure === 'counting'

const countsGrid = (d: AnyDistribution, draws: Float32Array): Grid | undefined => {
  const { domain, shape } = d.space
  const known = isWithin(domain, count) && domain.name !== category(2).name
  const last = lastCount(d, draws)
  if (!known || last < draws.reduce((a, b) => Math.max(a, b), 0)) return undefined
  const xs = countGrid(sizeOf(shape), last)
  const ones = new Float64Array(xs.length).fill(1)
  return (other) => summed('summation', other, xs, ones)
}

/** The points of the support of a distribution; undefined where there is no way to sum over it. */
export const gridOf = (
  d: AnyDistribution,
  draws: Float32Array,
  seed: number,
  n = 20_000,
): Grid | undefined => {
  if (!can(d, 'density')) return undefined
  if (can(d, 'enumerable') && d.supportSize <= largestGrid) return enumerated
  const { domain, shape } = d.space
  if (isCounting(domain)) return domain.name === 'Count' ? countsGrid(d, draws) : undefined
  if (sizeOf(shape) === 1 && domain.measure !== 'simplex') {
    const map = mapOf(domain, draws)
    const width = 1 + middle(draws).scale + Math.abs(middle(draws).center)
    return (other) => integrated(other, map, width)
  }
  const atlas = atlasOf(d)
  if (atlas === undefined || atlas.m > 30) return undefined
  const size = sizeOf(shape)
  const { xs, weights } = proposalFor(atlas, draws.subarray(0, 2000 * size), size, n, seed)
  return (other) => sampled(other, xs, weights)
}
