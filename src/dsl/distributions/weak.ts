/**
 * Weak derivatives of measures: ∂E[f]/∂θ as a difference of two expectations, with both values drawn from common noise.
 *
 *   normal, loc      1/(s√2π) (f(m + s R) − f(m − s R))       R ~ Rayleigh,  R = √(−2 log u)
 *   normal, scale    1/s (f(m + s M) − f(m + s M U))          M ~ double-sided Maxwell, so that M U ~ N(0, 1), U ~ U(0, 1)
 *   bernoulli, p     f(1) − f(0)
 *   poisson, rate    f(x + 1) − f(x)                          x the draw itself
 *   categorical, p   f(k) − f(x) for each label k             Σ_k ∂p_k = 0, so x changes nothing in the mean
 *
 * An event of n entries has n parameters, and entry i of the draw is replaced in the i-th value.
 * Mohamed, Rosca, Figurnov and Mnih, 2020, table 1 and section 6; Heidergott, Vázquez-Abad and Volk-Makarewicz, 2008.
 * Tested in tests/inference/estimators/measureValued.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import type { WeakDerivative, WeakDraw } from '../distribution.js'
import { binary, real } from '../domain.js'
import type { Domain, Real } from '../domains/marks.js'
import { add, div, mul, square } from '../operations/arithmetic.js'
import { greater, where } from '../operations/comparisons.js'
import { log, sqrt } from '../operations/functions.js'
import { type Shape, sizeOf } from '../shape.js'
import { type AnyValue, makeValue, type Value, withDomain } from '../value.js'
import { normalNoise, uniformNoise } from './draw.js'

type Reals = Value<Shape, Real>

/** The draw with its i-th entry replaced by that of `entries`, for each i along the further axis. */
const replaced = (at: WeakDraw, entries: AnyValue | number): AnyValue => {
  const { shape, domain } = at.base
  const n = sizeOf(shape)
  const own = makeValue(tf.reshape(tf.eye(n), [n, ...shape]), shape, binary, [{ name: at.along, size: n }])
  return withDomain(where(own, entries as AnyValue, at.base) as AnyValue, domain)
}

const one = (): AnyValue => makeValue(tf.scalar(1), [], real)

/** √(−2 log u). */
const rayleigh = (at: WeakDraw): Reals => {
  const u = uniformNoise(at.noise.child('rayleigh'), at.axes, at.base.shape)
  return sqrt(withDomain(mul(-2, log(u)), u.domain)) as Reals
}

/** The norm of three standard normals, with the sign of the first: density m² φ(m). */
const maxwell = (at: WeakDraw): Reals => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) =>
    normalNoise(at.noise.child(`maxwell ${name}`), at.axes, at.base.shape),
  ) as [Reals, Reals, Reals]
  const norm = sqrt(add(square(a), add(square(b), square(c)))) as Reals
  return where(greater(a, 0), norm, mul(-1, norm)) as Reals
}

/** Those of N(loc, scale²) by loc and by scale. */
export const weakNormal =
  (loc: Reals, scale: Reals) =>
  (at: WeakDraw): readonly WeakDerivative[] => {
    const moved = (by: AnyValue) => replaced(at, add(loc, mul(scale, by)))
    const r = rayleigh(at)
    const m = maxwell(at)
    const u = uniformNoise(at.noise.child('uniform'), at.axes, at.base.shape)
    return [
      {
        parameter: loc,
        constant: div(1 / Math.sqrt(2 * Math.PI), scale),
        positive: moved(r),
        negative: moved(mul(-1, r)),
      },
      { parameter: scale, constant: div(1, scale), positive: moved(m), negative: moved(mul(m, u)) },
    ]
  }

/** That of coins by their probabilities. */
export const weakBernoulli =
  (heads: () => AnyValue) =>
  (at: WeakDraw): readonly WeakDerivative[] => [
    { parameter: heads(), constant: one(), positive: replaced(at, 1), negative: replaced(at, 0) },
  ]

/** That of counts by their rates. */
export const weakPoisson =
  (rate: () => AnyValue) =>
  (at: WeakDraw): readonly WeakDerivative[] => [
    { parameter: rate(), constant: one(), positive: replaced(at, add(at.base, 1)) },
  ]

/** That of a label by its probabilities. */
export const weakCategorical =
  <D>(k: number, domain: Domain<D>, probs: () => AnyValue) =>
  (at: WeakDraw): readonly WeakDerivative[] => [
    {
      parameter: probs(),
      constant: one(),
      positive: makeValue(tf.range(0, k), [], domain, [{ name: at.along, size: k }]),
    },
  ]
