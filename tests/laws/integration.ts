/**
 * Expectations under many distributions at once, one along an axis each. Finite supports and counts are summed; lines are integrated by
 * the trapezoidal rule, after a map onto the whole line, which leaves about 1e-4 outside at most.
 */
import * as tf from '@tensorflow/tfjs'
import { type AnyDistribution, can } from '../../src/dsl/distribution.js'
import { type AnyValue, expandTo, makeValue } from '../../src/dsl/value.js'
import { logProbAt } from '../dsl/distributions/laws.js'
import { pairAxis } from './batched.js'

/** The axis of the points. */
export const pointAxis = 'point'
const point = pointAxis

/** Points of the support and log(Δ) of each, the same for every distribution of the batch or different ones. */
export interface Rule {
  readonly x: AnyValue
  /** Row-major: one for each point, or for each point and pair. */
  readonly logVolume: ArrayLike<number>
}

const across = (count: number, f: (i: number) => number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => f(i))

/** One array of points for all, from t along the line. */
const mapped = (
  d: AnyDistribution,
  [from, to]: readonly [number, number],
  map: (t: number) => number,
  logSlope: (t: number) => number,
  count: number,
): Rule => {
  const h = (to - from) / count
  const ts = across(count + 1, (i) => from + i * h)
  return {
    x: makeValue(tf.tensor(Float32Array.from(ts, map)), [] as [], d.space.domain, [
      { name: point, size: ts.length },
    ]),
    logVolume: ts.map((t) => Math.log(h) + logSlope(t)),
  }
}

const enumerated = (d: AnyDistribution): Rule => {
  const x = (d as unknown as { enumerate: (axis: string) => AnyValue }).enumerate(point)
  const size = x.axes.find((a) => a.name === point)?.size as number
  return { x, logVolume: new Float64Array(size) }
}

const counted = (d: AnyDistribution, rows: readonly (readonly number[])[]): Rule => ({
  x: makeValue(
    tf.tensor(Float32Array.from(rows.flat()), [rows.length, ...d.space.shape]),
    d.space.shape,
    d.space.domain,
    [{ name: point, size: rows.length }],
  ),
  logVolume: new Float64Array(rows.length),
})

const parameter = (d: AnyDistribution, name: string): Float32Array =>
  (d as unknown as { readonly parameters: Readonly<Record<string, AnyValue>> }).parameters[
    name
  ]?.tensor.dataSync() as Float32Array

/** Points of their own for each distribution of the batch. */
const own = (
  d: AnyDistribution,
  n: number,
  count: number,
  f: (pair: number, i: number) => { readonly x: readonly number[]; readonly logVolume: number },
): Rule => {
  const all = Array.from({ length: count * n }, (_, j) => f(j % n, Math.floor(j / n)))
  return {
    x: makeValue(
      tf.tensor(Float32Array.from(all.flatMap(({ x }) => x)), [count, n, ...d.space.shape]),
      d.space.shape,
      d.space.domain,
      [
        { name: point, size: count },
        { name: pairAxis, size: n },
      ],
    ),
    logVolume: all.map((a) => a.logVolume),
  }
}

/** loc + L e, e on a square. */
const plane = (d: AnyDistribution, n: number): Rule => {
  const [loc, factor] = [parameter(d, 'loc'), parameter(d, 'scaleTril')]
  return own(d, n, 27 * 27, (pair, i) => {
    const [e, f] = [((i % 27) - 13) / 2, (Math.floor(i / 27) - 13) / 2]
    const l = (j: number) => factor[4 * pair + j] as number
    return {
      x: [(loc[2 * pair] as number) + l(0) * e, (loc[2 * pair + 1] as number) + l(2) * e + l(3) * f],
      logVolume: Math.log(l(0) * l(3) * 0.25),
    }
  })
}

const logistic = (t: number): number => 1 / (1 + Math.exp(-t))
const logLogistic = (t: number): number => (t < 0 ? t - Math.log1p(Math.exp(t)) : -Math.log1p(Math.exp(-t)))

/** From low to high along the logistic function, which leaves singular ends out. */
const between = (d: AnyDistribution, n: number): Rule => {
  const [low, high] = [parameter(d, 'low'), parameter(d, 'high')]
  const h = 0.15
  return own(d, n, 201, (pair, i) => {
    const t = (i - 100) * h
    const [from, width] = [
      low[pair] ?? (low[0] as number),
      (high[pair] ?? (high[0] as number)) - (low[pair] ?? (low[0] as number)),
    ]
    return {
      x: [from + width * logistic(t)],
      logVolume: Math.log(width * h) + logLogistic(t) + logLogistic(-t),
    }
  })
}

/** The triangle, by breaking two sticks. */
const triangle = (d: AnyDistribution): Rule => {
  const h = 0.64
  const line = (count: number) => Array.from(across(count, (i) => -16 + i * h))
  const all = line(43).flatMap((s) => line(51).map((t) => [s, t] as const))
  const rows = all.map(([s, t]) => [logistic(s), logistic(-s) * logistic(t), logistic(-s) * logistic(-t)])
  return {
    ...counted(d, rows),
    // ds dt in place of the area: z_1 (1 − z_1) (1 − z_1) v (1 − v).
    logVolume: all.map(
      ([s, t]) => 2 * Math.log(h) + logLogistic(s) + 2 * logLogistic(-s) + logLogistic(t) + logLogistic(-t),
    ),
  }
}

const compositions = (total: number): readonly (readonly number[])[] =>
  Array.from({ length: total + 1 }, (_, a) =>
    Array.from({ length: total + 1 - a }, (_, b) => [a, b, total - a - b]),
  ).flat()

const upTo = (d: AnyDistribution, last: number): Rule =>
  counted(
    d,
    Array.from({ length: last + 1 }, (_, k) => [k]),
  )

const onPositive = (d: AnyDistribution) => mapped(d, [-14, 9], Math.exp, (t) => t, 400)
const onReal = (d: AnyDistribution, count: number) =>
  mapped(d, [-6, 6], Math.sinh, (t) => Math.log(Math.cosh(t)), count)
const onUnit = (d: AnyDistribution) =>
  mapped(d, [-24, 16], logistic, (t) => logLogistic(t) + logLogistic(-t), 400)

const special: Readonly<Record<string, (d: AnyDistribution, n: number) => Rule>> = {
  // The rule errs by h² at its kink.
  laplace: (d) => onReal(d, 1600),
  uniform: between,
  truncatedNormal: between,
  multivariateNormal: plane,
  dirichlet: triangle,
  binomial: (d) => upTo(d, 6),
  multinomial: (d) => counted(d, compositions(4)),
}

/** The rules for vectors. */
const overVectors = { multivariateNormal: true, dirichlet: true, multinomial: true }

const byDomain: Readonly<Record<string, (d: AnyDistribution, n: number) => Rule>> = {
  Real: (d) => onReal(d, 600),
  Positive: onPositive,
  Unit: onUnit,
  Circle: (d) =>
    mapped(
      d,
      [-Math.PI, Math.PI - Math.PI / 100],
      (t) => t,
      () => 0,
      199,
    ),
  Count: (d) => upTo(d, 400),
}

/** How an expectation under n distributions of a family is summed or integrated; undefined where nothing here can. */
export const ruleOf = (d: AnyDistribution, n: number): Rule | undefined => {
  const rule = special[d.family]
  if (rule !== undefined && (d.space.shape.length === 0 || d.family in overVectors)) return rule(d, n)
  if (can(d, 'enumerable')) return enumerated(d)
  return d.space.shape.length === 0 ? byDomain[d.space.domain.name]?.(d, n) : undefined
}

/** Σ f(log density) Δ over the points, for each of n distributions; f sees the index of the point and pair in what `logsAt` gives. */
export const integrals = (
  { logVolume }: Rule,
  logs: ArrayLike<number>,
  n: number,
  f: (i: number) => number,
): readonly number[] => {
  const size = logs.length / n
  const each = logVolume.length > size
  return Array.from({ length: n }, (_, pair) => {
    let sum = 0
    for (let i = 0; i < size; i++) {
      const j = i * n + pair
      const mass = Math.exp((logs[j] as number) + (logVolume[each ? j : i] as number))
      if (mass > 0) sum += mass * f(j)
    }
    return sum
  })
}

/** log density at the points of a rule, for each of n distributions. */
export const logsAt = (d: AnyDistribution, { x }: Rule, n: number): ArrayLike<number> => {
  const size = x.axes.find((a) => a.name === point)?.size as number
  const axes = [
    { name: point, size },
    { name: pairAxis, size: n },
  ]
  return expandTo(logProbAt(d, x), axes).dataSync()
}
