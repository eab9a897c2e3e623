/**
 * What the logarithms of count masses are made of, without the cancellation of their textbook forms (Loader 2000).
 *
 *   deviance(n, r)      n log(n/r) + r - n = n f((r - n)/n),  f(t) = t - log(1 + t) >= 0
 *   logFactorialRest(x) log x! - x log x + x,  x >= 0
 *
 *   log Poisson(x; r)      = -deviance(x, r) - rest(x)
 *   log Binomial(x; n, p)  = rest(n) - rest(x) - rest(n - x) - deviance(x, n p) - deviance(n - x, n (1 - p))
 *
 * |t| < 1/2:  f(t) = v t - 2 v^3 (1/3 + v^2/5 + v^4/7 + ...),  v = t/(2 + t);   x >= 5: Stirling's series.
 * Laws: tests/dsl/numerics/deviance.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import './gradients.js'
import { HALF_LOG_2PI, lgamma, stirlingSeries } from './lgamma.js'
import { polynomial } from './polynomial.js'

const TINY = 1e-30

/** 1/3 + w/5 + w^2/7 + ...: (atanh(v) - v) / v^3 at w = v^2 <= 1/9. */
const atanhRest = polynomial([1 / 3, 1 / 5, 1 / 7, 1 / 9, 1 / 11, 1 / 13, 1 / 15, 1 / 17])

/** t - log(1 + t) for |t| <= 1/2. */
const excess = (t: tf.Tensor): tf.Tensor => {
  const v = tf.div(t, tf.add(t, 2))
  const w = tf.square(v)
  return tf.mul(v, tf.sub(t, tf.mul(tf.mul(w, 2), atanhRest(w))))
}

/** log x, and a finite number at 0. */
export const logOrLarge = (x: tf.Tensor): tf.Tensor => tf.log(tf.maximum(x, TINY))

/** n log(n/r) + r - n, from gap = r - n and the logarithms of both; 0 log 0 = 0. */
export const deviance = (n: tf.Tensor, gap: tf.Tensor, logN: tf.Tensor, logR: tf.Tensor): tf.Tensor => {
  const t = tf.div(gap, tf.maximum(n, TINY))
  const near = tf.less(tf.abs(t), 0.5)
  const close = tf.mul(n, excess(tf.where(near, t, tf.zerosLike(t))))
  return tf.where(near, close, tf.add(gap, tf.mul(n, tf.sub(logN, logR))))
}

const few = (x: tf.Tensor): tf.Tensor => tf.sub(tf.add(lgamma(tf.add(x, 1)), x), tf.mul(x, logOrLarge(x)))

const many = (x: tf.Tensor): tf.Tensor => {
  const inverse = tf.div(1, x)
  const half = tf.add(tf.mul(0.5, tf.log(x)), HALF_LOG_2PI)
  return tf.add(half, tf.mul(inverse, stirlingSeries(tf.square(inverse))))
}

/** log x! - x log x + x for real x >= 0: 0 at 0, about 1/2 log 2 pi x from there on. */
export const logFactorialRest = (x: tf.Tensor): tf.Tensor =>
  tf.where(tf.less(x, 5), few(tf.minimum(x, 5)), many(tf.maximum(x, 5)))
