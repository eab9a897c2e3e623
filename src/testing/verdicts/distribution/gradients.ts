/**
 * Laws of gradients:
 *
 *   ∇_x log p(x) and ∇_θ log p(x)       = central differences of log p, along a direction v at a few draws
 *   E[d f(z(ε, θ)) / dθ] along v        = d E_θ[f] / dt at θ + t v, by differences of Σ w p f        f = tanh(½ + <a, x>)
 *
 * The second is the law of a pathwise gradient, explicit or implicit. f is bounded and flat far out, so that both sides
 * have small errors under heavy tails; its mean over draws is held within standard errors. A point where the differences
 * of two step sizes disagree is no point of differentiability (the kink of a Laplace), and is left out.
 */
import * as tf from '@tensorflow/tfjs'
import { type AnyDistribution, can } from '../../../dsl/distribution.js'
import { isWithin, positive, unit } from '../../../dsl/domain.js'
import { type AnyValue, makeValue } from '../../../dsl/value.js'
import { meanAndError } from '../../../inference/estimate.js'
import { gradientsOf } from '../../../inference/step.js'
import { fold, keyFromSeed, normals } from '../../../runtime/keys.js'
import { noiseFromSeed } from '../../../runtime/noise.js'
import { tidily } from '../tidily.js'
import { equal, judged, type LawVerdict, shown } from '../verdict.js'
import { type Case, isCircle, lawOf, projected, projection } from './case.js'
import { logsAt, rowsAsValue } from './points.js'
import { along, logDensities, type Movable, moved, tangent, tiled } from './subject.js'

const points = 24
const step = 0.02

/** Fourth-order central differences of a row of numbers at t = 0. */
const differences = (f: (t: number) => Float64Array, h: number): number[] => {
  const [a, b, c, d] = [-2 * h, -h, h, 2 * h].map(f) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  return Array.from(a, (_, i) => {
    const [low, minus, plus, high] = [a, b, c, d].map((row) => row[i] as number) as [
      number,
      number,
      number,
      number,
    ]
    return (8 * (plus - minus) - (high - low)) / (12 * h)
  })
}

/** What rounding leaves of a difference of log densities, and of a derivative. */
const allowed = (c: Case, slope: number, log: number): number =>
  3 * (c.options.tolerance ?? 1e-3) * (1 + Math.abs(slope)) + (64 * 2 ** -24 * (1 + Math.abs(log))) / step

/** Holds derivatives against differences, leaving out points where log p has none. */
const compared = (
  c: Case,
  by: string,
  gradient: readonly number[],
  f: (t: number) => Float64Array,
): readonly LawVerdict[] => {
  const [wide, narrow, logs] = [differences(f, step), differences(f, step / 2), f(0)]
  const smooth = gradient.flatMap((g, i) => {
    const limit = allowed(c, wide[i] as number, logs[i] as number)
    const d = wide[i] as number
    return Math.abs(d - (narrow[i] as number)) <= limit
      ? [{ i, excess: Math.abs(g - d) / limit, limit, g, d }]
      : []
  })
  const law = lawOf(
    c,
    `the gradient of the log density by ${by} is its slope`,
    'look for stopGradient, clipping, and kernels whose gradient tfjs gets wrong',
  )
  const worst = smooth.reduce<(typeof smooth)[number] | undefined>(
    (a, b) => (a === undefined || b.excess > a.excess || Number.isNaN(b.excess) ? b : a),
    undefined,
  )
  if (worst === undefined) return []
  const off = Math.abs(worst.g - worst.d)
  return [
    judged(
      law,
      off,
      worst.limit,
      `along a random direction the gradient is ${shown(worst.g)}, and differences give ${shown(worst.d)}: off by ${shown(off)}, where ${shown(worst.limit)} is allowed (the worst of ${smooth.length} draws)`,
    ),
  ]
}

const values = (t: tf.Tensor): Float32Array => Float32Array.from(t.dataSync())

/** ∂ Σ_i log p(x_i) / ∂ of what `f` takes: one row for each draw. */
const gradientBy = (at: tf.Tensor, f: (t: tf.Tensor) => tf.Tensor): Float32Array =>
  tidily(() => values(gradientsOf((t) => tf.sum(f(t as tf.Tensor)) as tf.Scalar, [at]).grads[0] as tf.Tensor))

const withTensor = (v: AnyValue, tensor: tf.Tensor): AnyValue => makeValue(tensor, v.shape, v.domain, v.axes)

/** Directions in x, one for each draw: as a parameter of this domain would move. */
const directionsIn = (c: Case, xs: Float32Array): Float32Array => {
  const { domain, shape } = c.subject.d.space
  const z = normals(fold(keyFromSeed(c.seed), 'x'), xs.length)
  const scaled = z.map((x, i) => x * (c.scales[i % c.size] as Case['scales'][number]).scale)
  const v = tangent(z, xs, domain, shape)
  return v === z ? scaled : v
}

const byX = (c: Case, xs: Float32Array): readonly LawVerdict[] => {
  const { d } = c.subject
  const { domain } = d.space
  if (domain.measure === 'counting' || domain.name === 'Circle') return []
  const v = directionsIn(c, xs)
  const gradient = tidily(() => {
    const x = rowsAsValue(d, xs)
    return gradientBy(x.tensor, (t) => logDensities(d, withTensor(x, t)).tensor)
  })
  const f = (t: number) =>
    logsAt(
      d,
      xs.map((x, i) => x + t * (v[i] as number)),
    )
  return compared(
    c,
    'x',
    along(gradient, (i, j) => v[i * c.size + j] as number, points),
    f,
  )
}

const byParameter = (c: Case, xs: Float32Array, m: Movable): readonly LawVerdict[] => {
  const logs = (d: AnyDistribution) => logDensities(d, rowsAsValue(d, xs)).tensor
  const gradient = tidily(() => {
    const many = tiled(m.value, 'point', points)
    return gradientBy(many.tensor, (t) => logs(c.subject.with(m.name, withTensor(many, t))))
  })
  const f = (t: number) =>
    tidily(() => Float64Array.from(logs(c.subject.with(m.name, moved(m, t))).dataSync()))
  return compared(
    c,
    m.name,
    along(gradient, (_, j) => m.direction[j] as number, points),
    f,
  )
}

/** Draws that float32 can move by a step: not those at the very end of an interval. */
const movableDraws = (c: Case): Float32Array => {
  const { domain, shape } = c.subject.d.space
  const few = c.draws.slice(0, Math.min(c.count, 500) * c.size)
  const reach = tangent(new Float32Array(few.length).fill(1), few, domain, shape)
  const scaleAt = (i: number) => (c.scales[i % c.size] as Case['scales'][number]).scale
  const usual = domain.name === 'Simplex' || isWithin(domain, unit) || isWithin(domain, positive)
  const moves = (i: number) =>
    domain.name === 'Simplex' ||
    step * Math.abs(usual ? (reach[i] as number) : scaleAt(i)) >= 1e-4 * Math.abs(few[i] as number)
  const rows = Array.from({ length: few.length / c.size }, (_, r) => r).filter((r) =>
    Array.from({ length: c.size }, (_, j) => moves(r * c.size + j)).every(Boolean),
  )
  const kept = rows.length >= points ? rows.slice(0, points) : []
  return Float32Array.from(kept.flatMap((r) => Array.from(few.subarray(r * c.size, (r + 1) * c.size))))
}

/** Gradients of the log density, by x and by each parameter. */
export const hasSlopes = (c: Case): readonly LawVerdict[] => {
  if (!can(c.subject.d, 'density')) return []
  const xs = movableDraws(c)
  return xs.length === 0 ? [] : [...byX(c, xs), ...c.subject.movable.flatMap((m) => byParameter(c, xs, m))]
}

/** f(x) = tanh(½ + <a, x>), or sin(½ + Σ x) of angles: rows in, rows out. */
const bounded = (c: Case) => {
  const a = projection(c, 99)
  const at = projected(c, a)
  const circle = isCircle(c)
  return {
    number: (rows: ArrayLike<number>, i: number) =>
      circle ? Math.sin(0.5 + at(rows, i)) : Math.tanh(0.5 + at(rows, i)),
    tensor: (x: AnyValue): tf.Tensor => {
      const flat = tf.reshape(x.tensor, [-1, c.size])
      if (circle) return tf.sin(tf.add(0.5, tf.sum(flat, 1)))
      const center = tf.tensor(c.scales.map((s) => s.center))
      const slope = tf.tensor(c.scales.map((s, j) => (a[j] as number) / s.scale))
      return tf.tanh(tf.add(0.5, tf.sum(tf.mul(tf.sub(flat, center), slope), 1)))
    },
  }
}

/** d E_θ[f] / dt by differences of the points; the error of sampled points is that of their joint sum. */
const slopeOfMean = (c: Case, m: Movable) => {
  const { grid } = c
  const { number } = bounded(c)
  if (grid === undefined) return undefined
  const at = (t: number) => tidily(() => grid(c.subject.with(m.name, moved(m, t))))
  const h = step
  const [a, b, d, e] = [-2 * h, -h, h, 2 * h].map(at) as [
    ReturnType<typeof at>,
    ReturnType<typeof at>,
    ReturnType<typeof at>,
    ReturnType<typeof at>,
  ]
  if (a.method !== 'importance sampling') {
    const mean = (p: typeof a) => p.expect((i) => number(p.xs, i)).value
    return { value: (8 * (mean(d) - mean(b)) - (mean(e) - mean(a))) / (12 * h), standardError: 0 }
  }
  return meanAndError(
    Array.from({ length: a.count }, (_, i) => {
      const [w, x, y, z] = [a, b, d, e].map((p) => p.masses[i] as number) as [number, number, number, number]
      return (a.count * number(a.xs, i) * (8 * (y - x) - (z - w))) / (12 * h)
    }),
  )
}

const draws = 4000

/** The pathwise derivative of f at each of many draws. */
const pathwiseSlopes = (c: Case, m: Movable): readonly number[] => {
  const f = bounded(c)
  const gradient = tidily(() => {
    const many = tiled(m.value, 'draw', draws)
    return gradientBy(many.tensor, (t) =>
      f.tensor(
        c.subject.with(m.name, withTensor(many, t)).sample(noiseFromSeed(c.seed + 1), many.axes) as AnyValue,
      ),
    )
  })
  return along(gradient, (_, j) => m.direction[j] as number, draws)
}

/** The pathwise gradient of an expectation is the gradient of the expectation. */
export const isPathwise = (c: Case): readonly LawVerdict[] =>
  can(c.subject.d, 'pathwise')
    ? c.subject.movable.flatMap((m) => {
        const slope = slopeOfMean(c, m)
        if (slope === undefined) return []
        const { value, standardError } = meanAndError(pathwiseSlopes(c, m))
        return [
          equal(
            lawOf(
              c,
              `the pathwise gradient by ${m.name} is unbiased`,
              `draws must depend on ${m.name} differentiably, and wholly: look for stopGradient and for a sampler that reads numbers`,
            ),
            { ...c.options, tolerance: 2 * (c.options.tolerance ?? 1e-3) },
            {
              what: `the mean pathwise derivative of f along a random direction of ${m.name}, over ${draws} draws,`,
              found: value,
              foundError: standardError,
              other: 'differences of E[f] by the density give',
              expected: slope.value,
              expectedError: slope.standardError,
            },
          ),
        ]
      })
    : []
