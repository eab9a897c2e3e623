/**
 * Densities integrate to 1: 1,000 random distributions of each family, one along an axis each. Finite supports and counts are summed;
 * lines are integrated by the trapezoidal rule, after a map onto the whole line, which leaves about 1e-4 outside at most.
 */
import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AnyDistribution } from '../../src/dsl/distribution.js'
import { type AnyValue, type Axis, expandTo, makeValue } from '../../src/dsl/value.js'
import { logProbAt } from '../dsl/distributions/laws.js'
import { batchedFamily, familyNames, pairAxis } from './batched.js'
import { runs } from './runs.js'

const n = runs().numRuns
const point = 'point'
const pairs: Axis = { name: pairAxis, size: n }

/** Points of the support and log(Δ) of each, the same for every distribution of the batch or different ones. */
interface Rule {
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
  count: number,
  f: (pair: number, i: number) => { readonly x: readonly number[]; readonly logVolume: number },
): Rule => {
  const all = Array.from({ length: count * n }, (_, j) => f(j % n, Math.floor(j / n)))
  return {
    x: makeValue(
      tf.tensor(Float32Array.from(all.flatMap(({ x }) => x)), [count, n, ...d.space.shape]),
      d.space.shape,
      d.space.domain,
      [{ name: point, size: count }, pairs],
    ),
    logVolume: all.map((a) => a.logVolume),
  }
}

/** Midpoints between low and high. */
const between = (d: AnyDistribution): Rule => {
  const [low, high] = [parameter(d, 'low'), parameter(d, 'high')]
  return own(d, 400, (pair, i) => {
    const width = (high[pair] as number) - (low[pair] as number)
    return { x: [(low[pair] as number) + (width * (i + 0.5)) / 400], logVolume: Math.log(width / 400) }
  })
}

/** loc + L e, e on a square. */
const plane = (d: AnyDistribution): Rule => {
  const [loc, factor] = [parameter(d, 'loc'), parameter(d, 'scaleTril')]
  return own(d, 27 * 27, (pair, i) => {
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
  mapped(d, [-16, 16], logistic, (t) => logLogistic(t) + logLogistic(-t), 400)

const special: Readonly<Record<string, (d: AnyDistribution) => Rule>> = {
  // The rule errs by h² at its kink.
  laplace: (d) => onReal(d, 1600),
  uniform: between,
  truncatedNormal: between,
  multivariateNormal: plane,
  dirichlet: triangle,
  binomial: (d) => upTo(d, 6),
  multinomial: (d) => counted(d, compositions(4)),
}

const byDomain: Readonly<Record<string, (d: AnyDistribution) => Rule>> = {
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

const ruleOf = (name: string, d: AnyDistribution): Rule =>
  (special[name] ?? byDomain[d.space.domain.name] ?? enumerated)(d)

describe.each(familyNames.map((name, i) => ({ name, seed: 1000 * runs().seed + i })))(
  '1,000 random densities of $name',
  ({ name, seed }) => {
    beforeAll(() => void tf.engine().startScope())
    afterAll(() => void tf.engine().endScope())

    it('integrate to 1', () => {
      const d = batchedFamily(name, n, seed)
      const { x, logVolume } = ruleOf(name, d)
      const size = x.axes.find((a) => a.name === point)?.size as number
      const logs = expandTo(logProbAt(d, x), [{ name: point, size }, pairs]).dataSync()
      const each = logVolume.length > size
      for (let pair = 0; pair < n; pair++) {
        let sum = 0
        for (let i = 0; i < size; i++)
          sum += Math.exp((logs[i * n + pair] as number) + (logVolume[each ? i * n + pair : i] as number))
        if (!(Math.abs(sum - 1) < 1e-3)) expect.fail(`${name}, ${pair}: ${sum}`)
      }
    })
  },
)
