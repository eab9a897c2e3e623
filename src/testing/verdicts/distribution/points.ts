/**
 * Points: the support of a distribution as weighted points, so that every expectation is a sum.
 *
 *   E[f(x)] ≈ Σ_i w_i p(x_i) f(x_i)
 *
 *   enumeration   every point of a finite support, w = 1; no error
 *   summation     counts 0 … K, beyond which no mass is left, w = 1; no error
 *   quadrature    one number: adaptive (quadrature.ts); its own estimate of the error, below 1e-6 unless it says otherwise
 *   importance    several numbers: x_i ~ g in coordinates y that run over all of R^m, w_i = |dx/dy| / (n g(y_i));
 *                 g is half a normal and half a Student t with 2 degrees, fitted to draws: the error is a standard error
 */
import * as tf from '@tensorflow/tfjs'
import { type AnyDistribution, can, type Distribution } from '../../../dsl/distribution.js'
import { category, count, isWithin, nonNegative, positive, simplex, unit } from '../../../dsl/domain.js'
import type { AnyDomain } from '../../../dsl/domains/marks.js'
import { sizeOf } from '../../../dsl/shape.js'
import { type AnyValue, makeValue } from '../../../dsl/value.js'
import { meanAndError } from '../../../inference/estimate.js'
import { fold, type Key, keyFromSeed, normals, uniforms } from '../../../runtime/keys.js'
import { noiseFromSeed } from '../../../runtime/noise.js'
import { choleskyOf } from '../../arbitraries/matrix.js'
import { tidily } from '../tidily.js'
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

/** Coordinates y of one entry that run over the line: x(y), y(x), log |dx/dy|. */
interface Chart {
  readonly x: (y: number) => number
  readonly y: (x: number) => number
  readonly logSlope: (y: number) => number
}

const logSigmoid = (t: number): number => (t < 0 ? t - Math.log1p(Math.exp(t)) : -Math.log1p(Math.exp(-t)))

const charts = {
  real: { x: (y: number) => y, y: (x: number) => x, logSlope: () => 0 },
  positive: { x: Math.exp, y: (x: number) => Math.log(Math.max(x, 1e-38)), logSlope: (y: number) => y },
  unit: {
    x: (y: number) => 1 / (1 + Math.exp(-y)),
    y: (x: number) => Math.log(Math.max(x, 1e-38)) - Math.log(Math.max(1 - x, 6e-8)),
    logSlope: (y: number) => logSigmoid(y) + logSigmoid(-y),
  },
} satisfies Record<string, Chart>

const chartOf = (domain: AnyDomain): Chart =>
  isWithin(domain, unit)
    ? charts.unit
    : isWithin(domain, positive) || isWithin(domain, nonNegative)
      ? charts.positive
      : charts.real

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

/** Coordinates of an event: m numbers y for `size` numbers x. */
interface Atlas {
  readonly m: number
  readonly x: (y: ArrayLike<number>) => number[]
  readonly y: (x: ArrayLike<number>) => number[]
  readonly logSlope: (y: ArrayLike<number>) => number
}

const entrywise = (chart: Chart, m: number): Atlas => ({
  m,
  x: (y) => Array.from(y, chart.x),
  y: (x) => Array.from(x, chart.y),
  logSlope: (y) => Array.from(y).reduce((s, yi) => s + chart.logSlope(yi), 0),
})

/** Log ratios to the last entry; the measure is that of the first K − 1 entries, so |dx/dy| = Π_k x_k. */
const simplexAtlas = (size: number, k: number): Atlas => {
  const blocks = size / k
  const block = (y: ArrayLike<number>, b: number) => {
    const logits = [...Array.from({ length: k - 1 }, (_, j) => y[b * (k - 1) + j] as number), 0]
    const top = Math.max(...logits)
    const sum = logits.reduce((s, l) => s + Math.exp(l - top), 0)
    return logits.map((l) => l - top - Math.log(sum))
  }
  const all = (y: ArrayLike<number>) => Array.from({ length: blocks }, (_, b) => block(y, b)).flat()
  return {
    m: blocks * (k - 1),
    x: (y) => all(y).map(Math.exp),
    y: (x) =>
      Array.from({ length: blocks * (k - 1) }, (_, i) => {
        const [b, j] = [Math.floor(i / (k - 1)), i % (k - 1)]
        const log = (at: number) => Math.log(Math.max(x[b * k + at] as number, 1e-38))
        return log(j) - log(k - 1)
      }),
    logSlope: (y) => all(y).reduce((s, l) => s + l, 0),
  }
}

const atlasOf = (d: AnyDistribution): Atlas | undefined => {
  const { domain, shape } = d.space
  const size = sizeOf(shape)
  if (isWithin(domain, simplex)) return simplexAtlas(size, shape[shape.length - 1] ?? 1)
  return ['Cholesky', 'Correlation', 'Ordered'].includes(domain.name)
    ? undefined
    : entrywise(chartOf(domain), size)
}

/** Mean and Cholesky factor of rows of m numbers. */
const fitted = (rows: readonly (readonly number[])[], m: number) => {
  const mean = Array.from(
    { length: m },
    (_, j) => rows.reduce((s, r) => s + (r[j] as number), 0) / rows.length,
  )
  const covariance = mean.map((a, i) =>
    mean.map(
      (b, j) =>
        rows.reduce((s, r) => s + ((r[i] as number) - a) * ((r[j] as number) - b), 0) / rows.length +
        (i === j ? 1e-6 : 0),
    ),
  )
  return { mean, factor: choleskyOf(covariance) }
}

const logGammaHalf = (twice: number): number =>
  twice === 1 ? 0.5 * Math.log(Math.PI) : twice === 2 ? 0 : Math.log(twice / 2 - 1) + logGammaHalf(twice - 2)

/** log of ½ N(0, 1.2² I) + ½ t_2(0, I), as a function of |w|². */
const logProposal = (squared: number, m: number): number => {
  const normal = -0.5 * (squared / 1.44) - m * (0.5 * Math.log(2 * Math.PI) + Math.log(1.2))
  const student =
    logGammaHalf(2 + m) - 0.5 * m * Math.log(2 * Math.PI) - ((2 + m) / 2) * Math.log1p(squared / 2)
  const top = Math.max(normal, student)
  return top + Math.log(0.5 * Math.exp(normal - top) + 0.5 * Math.exp(student - top))
}

/** Standardized draws w of the proposal, half of each kind. */
const proposed = (n: number, m: number, key: Key): readonly number[][] => {
  const z = normals(fold(key, 'normal'), n * m)
  const u = uniforms(fold(key, 'uniform'), n)
  return Array.from({ length: n }, (_, i) => {
    const stretch = i < n / 2 ? 1.2 : 1 / Math.sqrt(-Math.log(u[i] as number))
    return Array.from({ length: m }, (_, j) => stretch * (z[i * m + j] as number))
  })
}

const importanceGrid = (
  d: AnyDistribution,
  atlas: Atlas,
  draws: Float32Array,
  n: number,
  seed: number,
): Grid => {
  const { m } = atlas
  const size = sizeOf(d.space.shape)
  const rows = Array.from({ length: draws.length / size }, (_, i) =>
    atlas.y(draws.subarray(i * size, (i + 1) * size)),
  )
  const { mean, factor } = fitted(rows, m)
  const logDet = factor.reduce((s, row, i) => s + Math.log(row[i] as number), 0)
  const xs = new Float32Array(n * size)
  const weights = proposed(n, m, fold(keyFromSeed(seed), 'importance')).map((w, i) => {
    const y = mean.map((a, k) => a + w.reduce((s, wj, j) => s + (factor[k]?.[j] ?? 0) * wj, 0))
    xs.set(atlas.x(y), i * size)
    const squared = w.reduce((s, x) => s + x * x, 0)
    return Math.exp(atlas.logSlope(y) - logProposal(squared, m) + logDet) / n
  })
  return (other) => sampled(other, xs, weights)
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
  return importanceGrid(d, atlas, draws.subarray(0, 2000 * sizeOf(shape)), n, seed)
}
