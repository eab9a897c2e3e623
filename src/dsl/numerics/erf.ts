/**
 * erf(x) = 2/sqrt(pi) int_0^x exp(-t^2) dt,   erfc(x) = 1 - erf(x),   erfcx(x) = exp(x^2) erfc(x)
 * erf'(x) = 2/sqrt(pi) exp(-x^2) = -erfc'(x)
 *
 *   |x| < 1:  erf(x) = x P(x^2)          x >= 0:  erfcx(x) = t Q(t),  t = 2 / (2 + x)
 *
 * exp(-x^2) is split as exp(-h^2) exp(-(x - h)(x + h)) with h = floor(64 x) / 64, whose square is exact in float32;
 * squaring x itself would cost 5e-6 relative at x = 9. The kernel Erf of tfjs is off by 1.5e-5 relative
 * at x = 1e-4, and by more below.
 * Laws: tests/dsl/numerics/erf.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { unary } from './customGradient.js'
import { polynomial } from './polynomial.js'

const SLOPE = 2 / Math.sqrt(Math.PI)
/** exp(-x^2) is 0 in float32 from x = 10.2 on. */
const VANISHED = 20

/** erf(sqrt t) / sqrt t on [0, 1]. */
const erfOverX = polynomial([
  1.12837916706, -0.37612638468, 0.112837824952, -0.0268654307277, 0.00522103180786, -0.000848408040554,
  0.000112659590256, -9.66704457149e-6,
])

/** erfcx(2/t - 2) / t on (0, 1]. */
const erfcxOverT = polynomial([
  0.282094799653, 0.282092867223, 0.246913563367, 0.174948577183, 0.0958272935623, -0.0679585554047,
  0.151885704259, -0.482475383607, 0.516899995509, -0.245580223176, 0.045351369593,
])

/** exp(-x^2), with the relative accuracy of exp in the tails as well. */
export const expNegSquare: (x: tf.Tensor) => tf.Tensor = unary(
  (x) => {
    const a = tf.minimum(tf.abs(x), VANISHED)
    const h = tf.div(tf.floor(tf.mul(a, 64)), 64)
    const rest = tf.mul(tf.sub(a, h), tf.add(a, h))
    return tf.mul(tf.exp(tf.neg(tf.square(h))), tf.exp(tf.neg(rest)))
  },
  (x) => tf.mul(tf.mul(x, -2), expNegSquare(x)),
)

/** exp(x^2) erfc(x) for x >= 0; a building block without a gradient of its own. */
export const erfcxOfPositive = (x: tf.Tensor): tf.Tensor => {
  const t = tf.div(2, tf.add(x, 2))
  return tf.mul(t, erfcxOverT(t))
}

const upperTail = (a: tf.Tensor): tf.Tensor => tf.mul(expNegSquare(a), erfcxOfPositive(a))

/** The error function. */
export const erf: (x: tf.Tensor) => tf.Tensor = unary(
  (x) => {
    const a = tf.abs(x)
    const inner = tf.mul(x, erfOverX(tf.square(tf.minimum(a, 1))))
    return tf.where(tf.less(a, 1), inner, tf.mul(tf.sign(x), tf.sub(1, upperTail(a))))
  },
  (x) => tf.mul(expNegSquare(x), SLOPE),
)

/** The complementary error function, with its relative accuracy kept in the upper tail. */
export const erfc: (x: tf.Tensor) => tf.Tensor = unary(
  (x) => {
    const tail = upperTail(tf.abs(x))
    return tf.where(tf.less(x, 0), tf.sub(2, tail), tail)
  },
  (x) => tf.mul(expNegSquare(x), -SLOPE),
)
