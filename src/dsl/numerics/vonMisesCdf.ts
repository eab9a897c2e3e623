/**
 * vonMisesCdf(z, k) = int_-pi^z exp(k cos t) dt / (2 pi I0(k)),   |z| <= pi,  k >= 0
 * vonMisesSlope(z, k) = dz/dk at a fixed value of the cdf,  odd in z
 *
 * With r = |z| and the integrals J of w = exp(k (cos t - cos r)) and M of (1 - cos t) w over t from r outwards to pi:
 *
 *   cdf(-r) = exp(-2 k sin^2(r/2)) J / (2 pi e^-k I0(k)),    dr/dk = g J - M,     g = resultantGap(k)
 *
 * Near the mode, where that is a difference of equal terms, the integrals over t from 0 to r give dr/dk = M - g J. The
 * exponent is -2 k sin((t + r)/2) sin((t - r)/2), which does not cancel. (Figurnov, Mohamed and Mnih 2018)
 * Laws: tests/dsl/numerics/vonMisesCdf.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { angleOfDepth, logI0e, resultantGap } from './besselI0.js'
import './gradients.js'
import { together } from './broadcast.js'
import { linearized2 } from './customGradient.js'
import { integralUpTo, nodesUpTo, spread } from './quadrature.js'
import { detach } from './stopGradient.js'

/** From here on the integral runs to pi. */
const NEARLY_OPPOSITE = Math.PI - 1e-4

/** The integrals of w and of (1 - cos t) w over t = r + start + v, v from 0 to `length`. */
const integrals = (r: tf.Tensor, k: tf.Tensor, start: tf.Tensor, length: tf.Tensor) => {
  const step = tf.add(spread(start), nodesUpTo(length))
  const half = tf.div(step, 2)
  const drop = tf.mul(tf.sin(tf.add(spread(r), half)), tf.sin(half))
  const w = tf.exp(tf.mul(tf.mul(spread(k), drop), -2))
  const versed = tf.mul(2, tf.square(tf.sin(tf.div(tf.add(spread(r), step), 2))))
  return { J: integralUpTo(length, w), M: integralUpTo(length, tf.mul(versed, w)) }
}

/** From r outwards: to where w has vanished, or to pi. */
const outwards = (r: tf.Tensor, k: tf.Tensor): tf.Tensor => {
  const end = angleOfDepth(detach(k), detach(r))
  return tf.where(tf.greater(end, NEARLY_OPPOSITE), tf.sub(Math.PI, r), tf.sub(end, detach(r)))
}

/** dz/dk along the quantile, differentiable in both. */
export const vonMisesSlope = (z: tf.Tensor, k: tf.Tensor): tf.Tensor => {
  const [angle, c] = together(z, k)
  const sign = tf.sign(detach(angle))
  const r = tf.mul(angle, sign)
  const inner = tf.less(tf.mul(c, tf.square(tf.sin(tf.div(r, 2)))), 0.25)
  const none = tf.zerosLike(r)
  const { J, M } = integrals(r, c, tf.where(inner, tf.neg(r), none), tf.where(inner, r, outwards(r, c)))
  const gap = tf.sub(M, tf.mul(resultantGap(c), J))
  return tf.mul(sign, tf.where(inner, gap, tf.neg(gap)))
}

/** log density of the angle z from the mode, in nats. */
export const vonMisesLogDensity = (z: tf.Tensor, k: tf.Tensor): tf.Tensor =>
  tf.neg(
    tf.add(tf.mul(tf.mul(2, k), tf.square(tf.sin(tf.div(z, 2)))), tf.add(logI0e(k), Math.log(2 * Math.PI))),
  )

const cdf = linearized2(
  (z, k) => {
    const r = tf.abs(z)
    const { J } = integrals(r, k, tf.zerosLike(r), outwards(r, k))
    const tail = tf.mul(tf.exp(vonMisesLogDensity(r, k)), J)
    return tf.where(tf.lessEqual(z, 0), tail, tf.sub(1, tail))
  },
  (dy, z, k) => {
    const flow = tf.mul(dy, tf.exp(vonMisesLogDensity(z, k)))
    return [flow, tf.neg(tf.mul(flow, vonMisesSlope(z, k)))]
  },
)

/** The cdf of the angle from the mode, on [-pi, pi]. */
export const vonMisesCdf = (z: tf.Tensor, k: tf.Tensor): tf.Tensor => cdf(...together(z, k))
