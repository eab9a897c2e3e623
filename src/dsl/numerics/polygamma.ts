/**
 * digamma(x) = d/dx log Gamma(x),   polygamma(n)(x) = d^n/dx^n digamma(x),   x > 0
 *
 *   digamma   1 <= x < 2   (x - x0) R(x - 3/2), x0 = 1.4616321449683623 its zero, subtracted in two parts
 *             x < 1        digamma(x + 1) - 1/x
 *             x >= 2       log x - 1/(2x) - C(1/x^2) / x^2
 *   polygamma (-1)^(n+1) [ n! sum_{k<7} (x + k)^-(n+1) + y^-n ((n-1)! + n!/(2y) + sum_j B_2j (2j+n-1)!/(2j)! y^-2j) ],
 *             y = x + 7: the terms before the last few share one sign, so nothing cancels. (DLMF 5.15.8, 5.15.5)
 *
 * Each is the derivative of the one before it, hence lgamma can be differentiated any number of times.
 * Laws: tests/dsl/numerics/polygamma.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { unary } from './customGradient.js'
import { polynomial } from './polynomial.js'

/** The zero of digamma as a float32 number and the remainder. */
const ZERO_HIGH = 1.4616321325302124
const ZERO_LOW = 1.243814993891891e-8

/** digamma(3/2 + e) / (3/2 + e - x0) on [-1/2, 1/2]. */
const aroundZero = polynomial([
  0.951055876032, -0.423627497475, 0.240542535015, -0.148398861388, 0.0949846850749, -0.0620559803861,
  0.0408500267408, -0.0257868836313, 0.0171149889997, -0.0163736202553, 0.0109025886726,
])

/** x^2 (log x - 1/(2x) - digamma(x)) in t = 1/x^2 on (0, 1/4]. */
export const digammaSeries = polynomial([
  0.0833333322698, -0.0083330235304, 0.00395293427434, -0.00387117573106, 0.00466577413537, -0.00357591526145,
])

const small = (x: tf.Tensor): tf.Tensor => {
  const below = tf.less(x, 1)
  const z = tf.where(below, tf.add(x, 1), x)
  const fromZero = tf.sub(tf.sub(z, ZERO_HIGH), ZERO_LOW)
  const base = tf.mul(fromZero, aroundZero(tf.sub(z, 1.5)))
  return tf.where(below, tf.sub(base, tf.div(1, x)), base)
}

const large = (x: tf.Tensor): tf.Tensor => {
  const inverse = tf.div(1, x)
  const t = tf.square(inverse)
  return tf.sub(tf.log(x), tf.add(tf.mul(inverse, 0.5), tf.mul(t, digammaSeries(t))))
}

/** The logarithmic derivative of the Gamma function, x > 0. */
export const digamma: (x: tf.Tensor) => tf.Tensor = unary(
  (x) => tf.where(tf.greaterEqual(x, 2), large(tf.maximum(x, 2)), small(tf.minimum(x, 2))),
  (x) => trigamma(x),
)

const SHIFT = 7
const BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66]

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1))

/** n! sum_{k < 7} (x + k)^-(n+1). */
const nearTerms = (n: number, x: tf.Tensor): tf.Tensor => {
  const shifted = tf.add(tf.expandDims(x, -1), tf.range(0, SHIFT))
  return tf.mul(tf.sum(tf.pow(tf.div(1, shifted), n + 1), -1), factorial(n))
}

const farTerms = (n: number, x: tf.Tensor): tf.Tensor => {
  const inverse = tf.div(1, tf.add(x, SHIFT))
  const even = BERNOULLI.map((b, i) => (b * factorial(2 * i + 1 + n)) / factorial(2 * i + 2))
  const tail = polynomial([factorial(n - 1), ...even])(tf.square(inverse))
  return tf.mul(tf.pow(inverse, n), tf.add(tail, tf.mul(inverse, factorial(n) / 2)))
}

/** The n-th derivative of digamma, n >= 1, x > 0. Its own gradient is polygamma(n + 1). */
export const polygamma = (n: number): ((x: tf.Tensor) => tf.Tensor) => {
  if (!Number.isInteger(n) || n < 1)
    throw new Error(`polygamma: the order must be a whole number from 1 on and is ${n}; order 0 is digamma.`)
  const sign = n % 2 === 1 ? 1 : -1
  return unary(
    (x) => tf.mul(tf.add(nearTerms(n, x), farTerms(n, x)), sign),
    (x) => polygamma(n + 1)(x),
  )
}

/** The derivative of digamma. */
export const trigamma: (x: tf.Tensor) => tf.Tensor = polygamma(1)
