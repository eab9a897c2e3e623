/**
 * What log masses of counts and log densities of concentrations are made of, without the cancellation of their textbook forms
 * (Loader 2000). Everything is e(t) = t - log(1 + t) >= 0, half the squared relative difference t near 0:
 *
 *   logDeviance(u)         = e(u),  u > -1,   logDeviance'(u) = u / (1 + u)
 *   deviance(n, r)         = n log(n/r) + r - n    = n e((r - n)/n)                 0 log 0 = 0
 *   relativeDeviance(x, a) = x/a - 1 - log(x/a)    = e((x - a)/a) = deviance(a, x) / a
 *
 *   log Poisson(x; r)      = -deviance(x, r) - rest(x)                              rest: logFactorialRest in stirling.ts
 *   log Binomial(x; n, p)  = rest(n) - rest(x) - rest(n - x) - deviance(x, n p) - deviance(n - x, n (1 - p))
 *
 * |t| <= 1/2:  e(t) = v t - 2 v^3 (1/3 + v^2/5 + v^4/7 + ...),  v = t/(2 + t), since log(1 + t) = 2 artanh v and t - 2 v = v t.
 * Laws: tests/dsl/numerics/deviance.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { together } from './broadcast.js'
import { linearized2, unary } from './customGradient.js'
import './gradients.js'
import { log1p } from './log1p.js'
import { polynomial } from './polynomial.js'

const TINY = 1e-30

/** The smallest ratio that is told from 0. */
const LEAST = 1.1754944e-38

/** 1/3 + w/5 + w^2/7 + ...: (artanh(v) - v) / v^3 at w = v^2 <= 1/9. */
const artanhRest = polynomial([1 / 3, 1 / 5, 1 / 7, 1 / 9, 1 / 11, 1 / 13, 1 / 15, 1 / 17])

/** e(t) for |t| <= 1/2. */
const excess = (t: tf.Tensor): tf.Tensor => {
  const v = tf.div(t, tf.add(t, 2))
  const w = tf.square(v)
  return tf.mul(v, tf.sub(t, tf.mul(tf.mul(w, 2), artanhRest(w))))
}

/** u - log(1 + u), with its relative accuracy kept at the double zero u = 0. */
export const logDeviance: (u: tf.Tensor) => tf.Tensor = unary(
  (u) => tf.where(tf.lessEqual(tf.abs(u), 0.5), excess(tf.clipByValue(u, -0.5, 0.5)), tf.sub(u, log1p(u))),
  (u) => tf.div(u, tf.add(u, 1)),
)

/** log x, and a finite number at 0. */
export const logOrLarge = (x: tf.Tensor): tf.Tensor => tf.log(tf.maximum(x, TINY))

/** n log(n/r) + r - n, from gap = r - n and the logarithms of both: a count n may be 0. */
export const deviance = (n: tf.Tensor, gap: tf.Tensor, logN: tf.Tensor, logR: tf.Tensor): tf.Tensor => {
  const t = tf.div(gap, tf.maximum(n, TINY))
  const near = tf.less(tf.abs(t), 0.5)
  const close = tf.mul(n, excess(tf.where(near, t, tf.zerosLike(t))))
  return tf.where(near, close, tf.add(gap, tf.mul(n, tf.sub(logN, logR))))
}

const ofRatio = linearized2(
  (x, a) => {
    const u = tf.div(tf.sub(x, a), a)
    const far = tf.sub(u, tf.log(tf.maximum(tf.div(x, a), LEAST)))
    return tf.where(tf.less(u, -0.5), far, logDeviance(tf.maximum(u, -0.5)))
  },
  (dy, x, a) => {
    const u = tf.div(tf.sub(x, a), a)
    return [tf.mul(dy, tf.div(u, tf.maximum(x, LEAST))), tf.neg(tf.mul(dy, tf.div(u, a)))]
  },
)

/** x/a - 1 - log(x/a) for x > 0, a > 0, also where x is a tiny part of a: 0 where they agree. */
export const relativeDeviance = (x: tf.Tensor, a: tf.Tensor): tf.Tensor => ofRatio(...together(x, a))
