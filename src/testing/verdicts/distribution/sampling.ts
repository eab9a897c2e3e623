/**
 * Laws of a sampler:
 *
 *   draws lie in the domain        one seed, one sample; other seeds, other samples        no tensor is left behind
 *   draws follow the density       Kolmogorov-Smirnov against ∫ p, chi-square against masses, else means of cosines
 *   draws follow the cdf           Kolmogorov-Smirnov, entry by entry
 *
 * Statistics are refused at the level of 5 standard errors, 5.7e-7 on two sides.
 */
import * as tf from '@tensorflow/tfjs'
import { can } from '../../../dsl/distribution.js'
import * as domains from '../../../dsl/domain.js'
import { type AnyValue, makeValue } from '../../../dsl/value.js'
import { meanAndError } from '../../../inference/estimate.js'
import { noiseFromSeed } from '../../../runtime/noise.js'
import { followsCdf, followsMasses } from '../../laws/distribution.js'
import { tidily } from '../tidily.js'
import { decided, equal, judged, type LawVerdict, shown, worstOf } from '../verdict.js'
import { type Case, entryOf, isCircle, lawOf, projected, projection } from './case.js'
import { drawsOf, rowsAsValue } from './points.js'
import { logDensities } from './subject.js'

/** The two-sided level of 5 standard errors. */
const level = 5.7e-7

const look = 'compare how the sampler and the density use each parameter'

/** Draws are elements of the space. */
export const staysInDomain = (c: Case): readonly LawVerdict[] => {
  const { domain, shape } = c.subject.d.space
  const outside = domain.outside(c.draws, shape)
  return [
    decided(
      lawOf(c, 'draws lie in the domain', 'look at the ends of the support, and at rounding in float32'),
      outside === undefined,
      outside === undefined
        ? `${c.count} draws lie in ${domain.name}`
        : `draw ${Math.floor(outside.index / c.size)} of ${c.count}: ${outside.reason}`,
    ),
  ]
}

/** One seed, one sample. */
export const repeatsBySeed = (c: Case): readonly LawVerdict[] => {
  const { d } = c.subject
  const n = Math.min(c.count, 200)
  const [first, again, other] = [c.seed, c.seed, c.seed + 1].map((seed) => drawsOf(d, n, seed))
  const differ = (a: Float32Array | undefined, b: Float32Array | undefined) =>
    (a ?? new Float32Array()).findIndex((x, i) => !Object.is(x, b?.[i]))
  const at = differ(first, again)
  const constant = c.draws.every((x, i) => x === c.draws[i % c.size])
  const stuck = differ(first, other) < 0 && !constant
  const sentence =
    at >= 0
      ? `two samples of seed ${c.seed} differ, first in number ${at}: ${first?.[at]} and ${again?.[at]}`
      : stuck
        ? `seeds ${c.seed} and ${c.seed + 1} give the same sample, though draws differ among themselves`
        : `two samples of seed ${c.seed} are equal`
  return [
    decided(
      lawOf(c, 'one seed, one sample', 'draw from the noise that is passed in, and from nothing else'),
      at < 0 && !stuck,
      sentence,
    ),
  ]
}

/** Nothing is left behind by sampling and by the log density. */
export const leavesNothing = (c: Case): readonly LawVerdict[] => {
  const { d } = c.subject
  const once = () =>
    tidily(() => {
      const x = d.sample(noiseFromSeed(c.seed), [{ name: 'draw', size: 3 }]) as AnyValue
      if (can(d, 'density')) logDensities(d, x)
    })
  once()
  const before = tf.memory().numTensors
  once()
  const left = tf.memory().numTensors - before
  return [
    judged(
      lawOf(
        c,
        'no tensor is left behind',
        'do not keep tensors between calls (tf.keep, tf.variable, a cache)',
      ),
      Math.abs(left),
      0,
      `sampling and log density leave ${left} tensors behind`,
    ),
  ]
}

/** Counts of draws at each point of a list of rows; the last entry counts what is at none of them. */
const countsAt = (c: Case, xs: Float32Array): readonly number[] => {
  const rows = xs.length / c.size
  const key = (from: Float32Array, i: number) => from.subarray(i * c.size, (i + 1) * c.size).join()
  const index = new Map(Array.from({ length: rows }, (_, i) => [key(xs, i), i]))
  const counts = new Array<number>(rows + 1).fill(0)
  for (let i = 0; i < c.count; i++) {
    const at = index.get(key(c.draws, i)) ?? rows
    counts[at] = (counts[at] as number) + 1
  }
  return counts
}

const followsPoints = (c: Case, xs: Float32Array, masses: Float64Array): LawVerdict => {
  const rest = Math.max(0, 1 - masses.reduce((a, b) => a + b, 0))
  const { found } = followsMasses(countsAt(c, xs), [...masses, rest < 1e-6 ? 0 : rest])
  return judged(
    lawOf(c, 'draws follow the density', look),
    found,
    5,
    `${c.count} draws at ${masses.length} points have a chi-square statistic ${shown(found)} standard errors above what the density expects, where 5 are allowed`,
  )
}

const cosines = 8

/** Means of cos(ω <a, x> + φ) over draws are those over the density, at several frequencies and directions. */
const followsCosines = (c: Case): LawVerdict | undefined => {
  const { points } = c
  if (points === undefined) return undefined
  const law = lawOf(c, 'draws follow the density', look)
  const verdicts = Array.from({ length: cosines }, (_, k) => {
    const at = projected(c, projection(c, k))
    const frequency = isCircle(c) ? 1 + (k % 3) : 0.4 * (k + 1)
    const f = (rows: ArrayLike<number>, i: number) => Math.cos(frequency * at(rows, i) + k)
    const drawn = meanAndError(Array.from({ length: c.count }, (_, i) => f(c.draws, i)))
    const { value, standardError } = points.expect((i) => f(points.xs, i))
    return equal(
      law,
      { ...c.options, tolerance: c.options.tolerance ?? 1e-3 },
      {
        what: `the mean of cos(${shown(frequency)} <a, x> + ${k}) over ${c.count} draws`,
        found: drawn.value,
        foundError: drawn.standardError,
        other: `by the density it is`,
        expected: value,
        expectedError: standardError,
      },
    )
  })
  return worstOf(verdicts)
}

/** Draws follow the density. */
export const followsDensity = (c: Case): readonly LawVerdict[] => {
  const { points } = c
  if (points === undefined) return []
  if (points.method === 'enumeration' || points.method === 'summation')
    return [followsPoints(c, points.xs, points.masses)]
  const general = followsCosines(c)
  const { cdf } = points
  if (cdf === undefined) return general === undefined ? [] : [general]
  const { found, bound } = followsCdf(c.draws, (xs) => cdf(xs), level)
  const gap = found / Math.sqrt(c.count)
  return [
    judged(
      lawOf(c, 'draws follow the density', look),
      found,
      bound,
      `the share of ${c.count} draws below some x differs from the integral of the density by ${shown(gap)}, where ${shown(bound / Math.sqrt(c.count))} is allowed`,
    ),
    ...(general === undefined ? [] : [{ ...general, law: 'draws have the means of the density' }]),
  ]
}

/** Draws follow the cdf, entry by entry. */
export const followsOwnCdf = (c: Case): readonly LawVerdict[] => {
  const { d } = c.subject
  if (d.cdf === undefined) return []
  const cdfOf = d.cdf
  const us = tidily(() =>
    Float32Array.from(cdfOf(rowsAsValue(d, c.draws, domains.real as never) as never).tensor.dataSync()),
  )
  const law = lawOf(
    c,
    'draws follow the cdf',
    'compare the cdf with the sampler; the density has laws of its own',
  )
  const discrete = d.space.domain.measure === 'counting'
  const all = Array.from({ length: c.size }, (_, j) => {
    const found = discrete
      ? atomGap(entryOf(c.draws, c.size, j), entryOf(us, c.size, j))
      : uniformGap(entryOf(us, c.size, j))
    const bound = Math.sqrt(-0.5 * Math.log(level / 2))
    const gap = shown(found / Math.sqrt(c.count))
    return judged(
      law,
      found,
      bound,
      `the share of ${c.count} draws below some x differs from the cdf by ${gap} in entry ${j}, where ${shown(bound / Math.sqrt(c.count))} is allowed`,
    )
  })
  const worst = worstOf(all)
  return worst === undefined ? [] : [worst]
}

const uniformGap = (us: Float64Array): number => followsCdf(us, (xs) => xs, level).found

/** √n sup |F_n − F| at the atoms. */
const atomGap = (xs: Float64Array, us: Float64Array): number => {
  const n = xs.length
  const order = Array.from(xs, (_, i) => i).sort((a, b) => (xs[a] as number) - (xs[b] as number))
  const gaps = order.map((i, rank) =>
    xs[order[rank + 1] ?? -1] === xs[i] ? 0 : Math.abs((rank + 1) / n - (us[i] as number)),
  )
  return Math.sqrt(n) * gaps.reduce((a, b) => Math.max(a, b), 0)
}

/** The quantile inverts the cdf. */
export const invertsOwnCdf = (c: Case): readonly LawVerdict[] => {
  const { d } = c.subject
  const { cdf, quantile } = d
  if (cdf === undefined || quantile === undefined) return []
  const levels = [0.05, 0.25, 0.5, 0.75, 0.95]
  const back = tidily(() => {
    const u = Float32Array.from(
      { length: levels.length * c.size },
      (_, i) => levels[Math.floor(i / c.size)] as number,
    )
    const asReal = (x: AnyValue) => makeValue(x.tensor, x.shape, domains.real, x.axes)
    const x = quantile(rowsAsValue(d, u, domains.real as never) as never)
    const shift = d.space.domain.measure === 'counting' ? 1 : 0
    const below = asReal({ ...x, tensor: tf.sub(x.tensor, shift) })
    return [cdf(asReal(x) as never), cdf(below as never)].map((v) => Array.from(v.tensor.dataSync()))
  })
  const [at, below] = back as [number[], number[]]
  const u = (i: number) => levels[Math.floor(i / c.size)] as number
  const discrete = d.space.domain.measure === 'counting'
  const errors = at.map((p, i) =>
    discrete ? Math.max(u(i) - p, (below[i] as number) - u(i), 0) : Math.abs(p - u(i)),
  )
  const found = errors.reduce((a, b) => (b > a || Number.isNaN(b) ? b : a), 0)
  const bound = c.options.tolerance ?? 1e-3
  return [
    judged(
      lawOf(c, 'the quantile inverts the cdf', 'the quantile of u is the smallest x with cdf(x) >= u'),
      found,
      bound,
      `cdf(quantile(u)) differs from u by up to ${shown(found)}, where ${shown(bound)} is allowed`,
    ),
  ]
}
