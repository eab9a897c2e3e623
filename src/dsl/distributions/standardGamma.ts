/**
 * The logarithm of a gamma variable of rate 1, pathwise:   z ~ Gamma(a, 1),  a > 0
 *
 *   a >= 1:  z = d (1 + t)^3,  d = a - 1/3,  t = ε / (3 √d),  accepted where  log u < 3 d [log(1 + t) - t + t²/2 - t³/3]
 *            (Marsaglia and Tsang 2000, in a form without cancellation);  a < 1:  z(a + 1) · u^(1/a)
 *   d log z / da = gammaSlope(a, log z)  at a fixed value of the cdf       (Figurnov, Mohamed and Mnih 2018)
 *
 * Logarithms, since at a = 0.01 half of all z lie below 1e-30. A round accepts with probability > 0.951, so that 7 rounds all
 * fail with probability < 7e-10 (of z, the noise resolves 1e-7); then z is a proposal, of a nearly equal law.
 * What gamma, inverseGamma, beta, dirichlet and studentT are drawn from. Tested in tests/dsl/distributions/gamma.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { real } from '../domain.js'
import type { Positive, Real } from '../domains/marks.js'
import type { Noise } from '../noise.js'
import { linearized2 } from '../numerics/customGradient.js'
import { gammaSlope } from '../numerics/incompleteGamma.js'
import { log1p } from '../numerics/log1p.js'
import { polynomial } from '../numerics/polynomial.js'
import { detach } from '../numerics/stopGradient.js'
import type { Shape } from '../shape.js'
import { type Axis, expandTo, makeValue, type Value } from '../value.js'
import { firstAccepted, roundsOf } from './rejection.js'

const ROUNDS = 7

const series = polynomial([-1 / 4, 1 / 5, -1 / 6, 1 / 7])

/** log(1 + t) - t + t²/2 - t³/3 <= 0 for t > -1. */
const remainder = (t: tf.Tensor): tf.Tensor => {
  const cubic = tf.mul(t, tf.sub(1, tf.mul(t, tf.sub(0.5, tf.div(t, 3)))))
  const near = tf.clipByValue(t, -0.1, 0.1)
  return tf.where(
    tf.less(tf.abs(t), 0.1),
    tf.mul(tf.square(tf.square(near)), series(near)),
    tf.sub(log1p(t), cubic),
  )
}

/** log z from normals and uniforms of ROUNDS rounds and one more uniform. */
const logDraw = (a: tf.Tensor, normals: tf.Tensor, uniforms: tf.Tensor, boost: tf.Tensor): tf.Tensor => {
  const small = tf.less(a, 1)
  const d = tf.sub(tf.add(a, tf.cast(small, 'float32')), 1 / 3)
  const raw = tf.div(normals, tf.mul(3, tf.sqrt(d)))
  const valid = tf.greater(raw, -1)
  const t = tf.where(valid, raw, tf.zerosLike(raw))
  const accepted = tf.logicalAnd(valid, tf.less(tf.log(uniforms), tf.mul(tf.mul(d, 3), remainder(t))))
  const logZ = tf.add(tf.log(d), tf.mul(3, log1p(firstAccepted(accepted, t))))
  return tf.add(logZ, tf.where(small, tf.div(tf.log(boost), a), tf.zerosLike(a)))
}

/** log z as a function of a at a fixed value of the cdf; its derivatives are those of the quantile, at every order. */
const along = linearized2(
  (_, logZ) => tf.clone(logZ),
  (dy, a, logZ) => [tf.mul(dy, gammaSlope(a, along(a, logZ))), tf.zerosLike(dy)],
)

/** log z of Gamma(concentration, 1), once per element of the axes, entry by entry; a constant to gradients. */
export const constantLogGamma = (
  noise: Noise,
  axes: readonly Axis[],
  concentration: Value<Shape, Positive>,
): Value<Shape, Real> => {
  const sizes = [...axes.map((axis) => axis.size), ...concentration.shape]
  const logZ = logDraw(
    detach(expandTo(concentration, axes)),
    roundsOf(noise.normal, ROUNDS, sizes),
    roundsOf(noise.uniform, ROUNDS, sizes),
    noise.uniform(sizes),
  )
  return makeValue(logZ, concentration.shape, real, axes, concentration.origins)
}

/** The same, differentiable in the concentration. */
export const logStandardGamma = (
  noise: Noise,
  axes: readonly Axis[],
  concentration: Value<Shape, Positive>,
): Value<Shape, Real> => {
  const { tensor, origins } = constantLogGamma(noise, axes, concentration)
  return makeValue(along(expandTo(concentration, axes), tensor), concentration.shape, real, axes, origins)
}
