/**
 * Poisson masses and quantiles, in operations that can be recorded:
 *
 *   logPoissonMass(x, r) = log (r^x e^-r / x!) = -deviance(x, r) - (log x! - x log x + x)
 *   poissonQuantile(u, r) = the smallest k with P(X <= k) >= u
 *
 *   r < 32:   the number of j = 0 ... 79 with P(X <= j) < u, summed from the nearer tail        (P(X > 79) < 1e-11)
 *   r >= 32:  floor( r + sqrt(r) w + (1/3 + w²/6) - (w/36 + w³/72)/sqrt(r) + (-8/405 + 7w²/810 + w⁴/270)/r ),  Phi(w) = u
 *
 * The last is Q_N2 of Giles (2016, Algorithm 955). Its cdf is off by 3.9e-6 at most, at r = 32, by 9e-7 at 64 and 4e-9 at 1000 (in
 * float64, against SciPy); the sums are off by float32 rounding. Differentiable: the mass. Laws: tests/dsl/numerics/poissonMass.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { deviance, logOrLarge } from './deviance.js'
import { normalQuantile } from './normalQuantile.js'
import { polynomial } from './polynomial.js'
import { logFactorialRest } from './stirling.js'
import { detach } from './stopGradient.js'

/** log P(X = x), X ~ Poisson(r): accurate at large counts, where the definition cancels. */
export const logPoissonMass = (x: tf.Tensor, r: tf.Tensor, logR: tf.Tensor): tf.Tensor =>
  tf.neg(tf.add(deviance(x, tf.sub(r, x), logOrLarge(x), logR), logFactorialRest(x)))

/** Rates below which masses are summed, and the number of them. */
const FEW = 32
const MASSES = 80

/** log 0!, log 1!, … */
const LOG_FACTORIALS = Array.from({ length: MASSES }, (_, k) =>
  Array.from({ length: k }, (_, j) => Math.log(j + 1)).reduce((sum, l) => sum + l, 0),
)

/** A rate at which a count other than 0 is never drawn. */
const NO_RATE = 1e-30

const countOf = (condition: tf.Tensor): tf.Tensor => tf.sum(tf.cast(condition, 'float32'), -1)

/**
 * By r^k/k!, k = 0 ... 79, whose sum is e^r: once for each rate, however many draws it has. Each tail is summed from its end, so that
 * small probabilities keep their digits.
 */
const bySums = (u: tf.Tensor, r: tf.Tensor): tf.Tensor => {
  const logs = tf.sub(tf.mul(tf.range(0, MASSES), tf.expandDims(tf.log(r), -1)), tf.tensor1d(LOG_FACTORIALS))
  const shares = tf.exp(logs)
  const masses = tf.div(shares, tf.sum(shares, -1, true))
  const axis = masses.rank - 1
  const below = tf.less(tf.cumsum(masses, axis), tf.expandDims(u, -1))
  const above = tf.greater(tf.cumsum(masses, axis, true, true), tf.expandDims(tf.sub(1, u), -1))
  return tf.where(tf.less(u, 0.5), countOf(below), countOf(above))
}

const SECOND = polynomial([1 / 3, 0, 1 / 6])
const THIRD = polynomial([0, -1 / 36, 0, -1 / 72])
const FOURTH = polynomial([-8 / 405, 0, 7 / 810, 0, 1 / 270])

/** By the expansion about the normal. */
const byExpansion = (u: tf.Tensor, r: tf.Tensor): tf.Tensor => {
  const w = normalQuantile(u)
  const root = tf.sqrt(r)
  const further = tf.add(SECOND(w), tf.add(tf.div(THIRD(w), root), tf.div(FOURTH(w), r)))
  return tf.floor(tf.add(r, tf.add(tf.mul(root, w), further)))
}

/** Beyond this rank the WASM backend of tfjs has no cumsum along one more axis. */
const LARGEST_RANK = 5

const atRates = (u: tf.Tensor, r: tf.Tensor): tf.Tensor => {
  const few = tf.less(r, FEW)
  const finite = tf.less(r, Number.POSITIVE_INFINITY)
  const many = tf.where(tf.logicalAnd(finite, tf.logicalNot(few)), r, tf.onesLike(r))
  const summed = bySums(u, tf.clipByValue(r, NO_RATE, FEW))
  const found = tf.where(tf.broadcastTo(few, u.shape), summed, byExpansion(u, many))
  return tf.where(tf.broadcastTo(finite, u.shape), found, tf.fill(u.shape, Number.NaN))
}

/** The smallest k with P(X <= k) >= u, the rate broadcast to u; NaN where it is no finite number. A constant to gradients. */
export const poissonQuantile = (u: tf.Tensor, rate: tf.Tensor): tf.Tensor => {
  const r = detach(rate)
  if (u.rank <= LARGEST_RANK) return atRates(u, r)
  const flat = (t: tf.Tensor) => tf.reshape(tf.broadcastTo(t, u.shape), [-1])
  return tf.reshape(atRates(flat(u), flat(r)), u.shape)
}
