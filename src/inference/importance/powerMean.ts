/**
 * The logarithm of the power mean of importance weights w_1 … w_K, in nats per datum:
 *
 *   F_s = (1/s) log (1/K) Σ_k w_k^s                            F_0 = (1/K) Σ_k log w_k
 *
 * F_1 is the bound of iwae, F_0 that of elbo; F_s does not decrease with s. A particle counts Σ_e q(e) (w_e / q(e))^s over
 * the sites that are summed out, whose values with q(e) = 0 count nothing (for s = 1 the sum is Σ_e p(x, e), all of it).
 * Tested in tests/inference/importance/powerMean.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { enumPrefix } from '../../dsl/axes.js'
import { nonNegative } from '../../dsl/domain.js'
import { add, mul, sub } from '../../dsl/operations/arithmetic.js'
import { greater, where } from '../../dsl/operations/comparisons.js'
import { elementwise, expandAxes, logSumExpOver, meanOver, sumOver } from '../../dsl/value.js'
import { eliminate } from '../elimination/eliminate.js'
import { logValues } from '../elimination/logValues.js'
import { particleAxis, type Scalar } from '../estimators/draws.js'
import type { LogWeights } from './logWeight.js'

/** The axes of the sites that are summed out. */
export const enumAxesOf = (f: Scalar): readonly string[] =>
  f.axes.map((a) => a.name).filter((name) => name.startsWith(enumPrefix))

/** The number of particles that a scalar is one for each of. */
export const particlesOf = (f: Scalar): number => f.axes.find((a) => a.name === particleAxis)?.size ?? 1

/** Below every logarithm of a positive float32. */
const IMPOSSIBLE = -1e30

/** log (q(e) (w / q(e))^s): what a value of the sites that are summed out counts. */
export const exponents = ({ weight, mass }: LogWeights, s: number): Scalar => {
  if (s === 0) return expandAxes(mass, weight.axes)
  if (s === 1 || mass.axes.length === 0) return mul(s as number, weight)
  const possible = greater(mass, IMPOSSIBLE)
  const scaled = add(mul(s as number, weight), mul((1 - s) as number, where(possible, mass, 0)))
  return where(possible, scaled, Number.NEGATIVE_INFINITY) as Scalar
}

/** Σ_e q(e) f(e), where q(e) = 0 counts nothing. */
export const expectedOver = (f: Scalar, mass: Scalar): Scalar => {
  if (mass.axes.length === 0) return f
  const q = elementwise('mass', nonNegative, tf.exp, mass)
  return sumOver(mul(where(greater(q, 0), f, 0), q) as Scalar, enumAxesOf(mass))
}

/** What each particle counts: log Σ_e q(e) (w / q(e))^s, or Σ_e q(e) log (w / q(e)) for s = 0. */
export const perParticle = (w: LogWeights, s: number): Scalar => {
  if (s === 0) return expectedOver(sub(w.weight, w.mass), w.mass)
  return eliminate(weighed(w, s), w.summed, w.plates, logValues)
}

/** The factors of what a value of the sites that are summed out counts, (w / q)^s q. */
const weighed = ({ factors, summed }: LogWeights, s: number): readonly Scalar[] => {
  if (s === 1 || summed.size === 0) return factors.weight.map((f) => scaled(f, s))
  const masses = factors.mass.map((m) => {
    const possible = greater(m, IMPOSSIBLE)
    return where(possible, mul((1 - s) as number, where(possible, m, 0)), Number.NEGATIVE_INFINITY) as Scalar
  })
  return [...factors.weight.map((f) => scaled(f, s)), ...masses]
}

const scaled = (f: Scalar, s: number): Scalar => (s === 1 ? f : mul(s as number, f))

/** The power mean, from what each particle counts. */
export const overParticles = (a: Scalar, s: number): Scalar => {
  if (s === 0) return meanOver(a, [particleAxis])
  const k = particlesOf(a)
  const summed = logSumExpOver(a, [particleAxis])
  const mean = k === 1 ? summed : sub(summed, Math.log(k))
  return s === 1 ? mean : mul((1 / s) as number, mean)
}
