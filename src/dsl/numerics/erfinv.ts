/**
 * erf(erfinv(y)) = y,   erfc(erfcinv(c)) = c
 *
 * Both, and normalQuantile, are x(y, p) with y = erf(x) and p = 1 - |y| = erfc(|x|); p keeps the precision of the
 * tail:
 *
 *   |y| < 1/2:  x = y P(y^2)         else:  |x| = s Q(s),  s = sqrt(-log p)
 *   dx/dy = sqrt(pi)/2 exp(x^2),  in the tail written  sqrt(pi)/2 erfcx(|x|) / p
 *   x'' = 2 x x'^2                     so derivatives of every order are made of x and x'
 *
 * Limits: y = +-1, c = 0 or 2 give +-Infinity; outside, NaN.
 * Laws: tests/dsl/numerics/erfinv.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { unary } from './customGradient.js'
import { erfcxOfPositive } from './erf.js'
import { polynomial } from './polynomial.js'

/** y = erf(x) and p = erfc(|x|). */
export type Point = { readonly y: tf.Tensor; readonly p: tf.Tensor }

const HALF_SQRT_PI = Math.sqrt(Math.PI) / 2

/** erfinv(sqrt t) / sqrt t on [0, 1/4]. */
const central = polynomial([
  0.886226925414, 0.232013686523, 0.127554511248, 0.086604463438, 0.0641606194655, 0.0582346796698,
  0.0145261247716, 0.0951906902534,
])

/** erfcinv(exp(-s^2)) / s at s = 1.65 + e, on [0.82, 2.48]. */
const nearTail = polynomial([
  0.78870045685, 0.155428154959, -0.0858684458141, 0.0403904407, -0.0163335974478, 0.0053591056593,
  -0.00107471292506, -0.00022684153675, 0.00040934730608, -0.000322367400623, 0.00020199038374,
  -6.61617703492e-5,
])

/** erfcinv(exp(-s^2)) / s at 1/s = 0.25 + e, on s in [2.4, 10.3]. */
const farTail = polynomial([
  0.937839840616, -0.376053376152, -0.273969141302, 0.607236894096, -0.701146621283, 0.934717868943,
  -2.01317580822, 7.37350627083, -16.6662939935,
])

const isCentral = (y: tf.Tensor): tf.Tensor => tf.less(tf.abs(y), 0.5)

const tail = (p: tf.Tensor): tf.Tensor => {
  const s = tf.sqrt(tf.neg(tf.log(p)))
  return tf.mul(s, tf.where(tf.less(s, 2.4), nearTail(tf.sub(s, 1.65)), farTail(tf.sub(tf.div(1, s), 0.25))))
}

const inverse = ({ y, p }: Point): tf.Tensor =>
  tf.where(isCentral(y), tf.mul(y, central(tf.square(y))), tf.mul(tf.sign(y), tail(p)))

/** dx/dy at a point. */
const slope = ({ y, p }: Point): tf.Tensor => {
  const x = inverse({ y, p })
  const inner = tf.exp(tf.square(tf.minimum(tf.abs(x), 1)))
  return tf.mul(tf.where(isCentral(y), inner, tf.div(erfcxOfPositive(tf.abs(x)), p)), HALF_SQRT_PI)
}

/** f(t) = scale x(at(t)), where dy/dt = rate. Then f' = scale rate dx/dy and f'' = 2 f f'^2 / scale^2. */
export const inverseOf = (at: (t: tf.Tensor) => Point, rate: number, scale: number) => {
  const f: (t: tf.Tensor) => tf.Tensor = unary(
    (t) => tf.mul(inverse(at(t)), scale),
    (t) => derivative(t),
  )
  const derivative: (t: tf.Tensor) => tf.Tensor = unary(
    (t) => tf.mul(slope(at(t)), scale * rate),
    (t) => tf.mul(tf.mul(f(t), tf.square(derivative(t))), 2 / (scale * scale)),
  )
  return f
}

/** The inverse of erf on (-1, 1). */
export const erfinv: (y: tf.Tensor) => tf.Tensor = inverseOf((y) => ({ y, p: tf.sub(1, tf.abs(y)) }), 1, 1)

/** The inverse of erfc on (0, 2), accurate down to the smallest float32. */
export const erfcinv: (c: tf.Tensor) => tf.Tensor = inverseOf(
  (c) => ({ y: tf.sub(1, c), p: tf.minimum(c, tf.sub(2, c)) }),
  -1,
  1,
)
