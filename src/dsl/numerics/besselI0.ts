/**
 * logI0e(k) = log( e^-k I0(k) ),   k >= 0,     I0(k) = 1/pi int_0^pi exp(k cos t) dt      (modified Bessel function)
 * resultantGap(k) = 1 - I1(k)/I0(k) = -logI0e'(k)  =  E[1 - cos t] of the von Mises distribution
 *
 * Both by quadrature of exp(-2 k sin^2(t/2)) up to where it has fallen to e^-18, or up to pi: one minus the ratio is an
 * integral of its own, so that it keeps its digits at large k, where it is 1/(2k).
 * Laws: tests/dsl/numerics/besselI0.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { unary } from './customGradient.js'
import { DEPTH, integralUpTo, nodesUpTo, spread } from './quadrature.js'
import { detach } from './stopGradient.js'

/** The angle at which 2 k sin^2(t/2) has grown by DEPTH from that at `from`, at most pi. */
export const angleOfDepth = (k: tf.Tensor, from: tf.Tensor): tf.Tensor => {
  const grown = tf.add(tf.square(tf.sin(tf.div(from, 2))), tf.div(DEPTH / 2, tf.maximum(k, 1e-3)))
  return tf.mul(2, tf.asin(tf.sqrt(tf.minimum(grown, 1))))
}

/** The integrals of exp(-2 k s^2) and of 2 s^2 exp(-2 k s^2), s = sin(t/2). */
const integrals = (k: tf.Tensor) => {
  const end = angleOfDepth(detach(k), tf.zerosLike(k))
  const twice = tf.mul(2, tf.square(tf.sin(tf.div(nodesUpTo(end), 2))))
  const f = tf.exp(tf.neg(tf.mul(spread(k), twice)))
  return { mass: integralUpTo(end, f), moment: integralUpTo(end, tf.mul(f, twice)) }
}

/** 1 - I1(k)/I0(k), differentiable. */
export const resultantGap = (k: tf.Tensor): tf.Tensor => {
  const { mass, moment } = integrals(k)
  return tf.div(moment, mass)
}

/** log(e^-k I0(k)). */
export const logI0e: (k: tf.Tensor) => tf.Tensor = unary(
  (k) => tf.sub(tf.log(integrals(k).mass), Math.log(Math.PI)),
  (k) => tf.neg(resultantGap(k)),
)
