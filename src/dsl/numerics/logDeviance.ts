/**
 * logDeviance(u) = u - log(1 + u),  u > -1,   logDeviance'(u) = u / (1 + u)
 *
 * Half the squared relative difference near 0, and never negative: what log densities of large counts and
 * concentrations are made of (Loader 2000). With s = u / (2 + u), log(1 + u) = 2 artanh s and u - 2 s = u s, hence
 *
 *   |u| <= 1/2:   u s - 2 s^3 (1/3 + s^2/5 + s^4/7 + ...)          otherwise:  u - log1p(u)
 *
 *
 * deviance(x, a) = logDeviance((x - a)/a) = x/a - 1 - log(x/a), also where x is a tiny part of a.
 * Laws: tests/dsl/numerics/logDeviance.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { together } from './broadcast.js'
import './gradients.js'
import { linearized2, unary } from './customGradient.js'
import { log1p } from './log1p.js'
import { polynomial } from './polynomial.js'

const tail = polynomial([2 / 3, 2 / 5, 2 / 7, 2 / 9, 2 / 11, 2 / 13, 2 / 15])

const near = (u: tf.Tensor): tf.Tensor => {
  const s = tf.div(u, tf.add(u, 2))
  const t = tf.square(s)
  return tf.sub(tf.mul(u, s), tf.mul(tf.mul(s, t), tail(t)))
}

/** u - log(1 + u), with its relative accuracy kept at the double zero u = 0. */
export const logDeviance: (u: tf.Tensor) => tf.Tensor = unary(
  (u) => tf.where(tf.lessEqual(tf.abs(u), 0.5), near(tf.clipByValue(u, -0.5, 0.5)), tf.sub(u, log1p(u))),
  (u) => tf.div(u, tf.add(u, 1)),
)

/** The smallest ratio that is told from 0. */
const TINY = 1.1754944e-38

const ofRatio = linearized2(
  (x, a) => {
    const u = tf.div(tf.sub(x, a), a)
    const far = tf.sub(u, tf.log(tf.maximum(tf.div(x, a), TINY)))
    return tf.where(tf.less(u, -0.5), far, logDeviance(tf.maximum(u, -0.5)))
  },
  (dy, x, a) => {
    const u = tf.div(tf.sub(x, a), a)
    return [tf.mul(dy, tf.div(u, tf.maximum(x, TINY))), tf.neg(tf.mul(dy, tf.div(u, a)))]
  },
)

/** x/a - 1 - log(x/a) for x > 0, a > 0: 0 where they agree. */
export const deviance = (x: tf.Tensor, a: tf.Tensor): tf.Tensor => ofRatio(...together(x, a))
