/**
 * The part of the gradient of E[F(a_1 … a_K)] that comes from the score function of drawn sites, z_k ~ q:
 *
 *   score    F ∇ log q(z_1 … z_K)
 *   vimco    Σ_k (F − F_−k) ∇ log q(z_k),     F_−k: F with a_k replaced by the mean of the other a
 *
 * F_−k does not depend on z_k, so both are unbiased; vimco tells each particle what it alone brought. Each is 0 in value.
 * Mnih and Rezende, 2016, "Variational inference for Monte Carlo objectives", equations 8 to 10.
 * Tested in tests/inference/importance/signals.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { real } from '../../dsl/domain.js'
import { logSumExp } from '../../dsl/numerics/logSumExp.js'
import { mul, sub } from '../../dsl/operations/arithmetic.js'
import { stopGradient } from '../../dsl/operations/functions.js'
import { axisToEvent, eventToAxis, onEvent, sumOver, type Value } from '../../dsl/value.js'
import { gradientOnly } from '../estimators/baseline.js'
import { type Drawn, type Draws, particleAxis, type Scalar } from '../estimators/draws.js'
import type { ImportanceMethods } from './methods.js'
import { enumAxesOf, particlesOf } from './powerMean.js'

/** [..., K] to [..., K, K]: row k is a, with a_k replaced by the mean of the others. */
const replacedEach = (a: tf.Tensor): tf.Tensor => {
  const k = a.shape.at(-1) as number
  const shape = [...a.shape, k]
  const own = tf.broadcastTo(tf.cast(tf.eye(k), 'bool'), shape)
  const rows = tf.broadcastTo(tf.expandDims(a, -2), shape)
  const others = tf.div(tf.sum(tf.where(own, tf.zerosLike(rows), rows), -1, true), k - 1)
  return tf.where(own, tf.broadcastTo(others, shape), rows)
}

/** F_−k for each particle: the power mean (1/s) log (1/K) Σ e^a, or the mean of a for s = 0. */
const withoutEach = (a: Scalar, s: number): Scalar => {
  const k = particlesOf(a)
  const along = onEvent(axisToEvent(a, particleAxis), [k], real, (t) => {
    const replaced = replacedEach(t)
    return s === 0 ? tf.mean(replaced, -1) : tf.div(tf.sub(logSumExp(replaced, -1), Math.log(k)), s)
  })
  return eventToAxis(along, particleAxis) as Value<[], never> as Scalar
}

/** The score terms of all sites drawn so; `a` is what each particle counts, `bound` is F. */
export const scoreTerms = (
  draws: Draws,
  methods: ImportanceMethods,
  a: Scalar,
  bound: Scalar,
  s: number,
): readonly Scalar[] => {
  const { plates, drawn } = draws
  const term = (d: Drawn, signal: Scalar): Scalar => {
    const moved = mul(stopGradient(signal), gradientOnly(sumOver(d.logQ as Scalar, plates))) as Scalar
    return sumOver(moved, [particleAxis, ...enumAxesOf(moved)])
  }
  const own = drawn.some((d) => methods[d.name] === 'vimco') ? sub(bound, withoutEach(a, s)) : bound
  return drawn.flatMap((d) =>
    methods[d.name] === 'vimco' ? [term(d, own)] : methods[d.name] === 'score' ? [term(d, bound)] : [],
  )
}
