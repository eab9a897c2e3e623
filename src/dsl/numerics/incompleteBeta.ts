/**
 * betainc(a, b, x)  = I_x(a, b) = 1/B(a, b) int_0^x t^(a-1) (1-t)^(b-1) dt     the cdf of a beta variable;  a, b > 0
 * betaincc(a, b, x) = 1 - I_x(a, b)
 *
 * Side: the lower tail (p, q, z) = (a, b, x) where x <= a'/(a' + b'), a' = max(a, 0.3), b' = max(b, 0.3); else the upper one,
 * (p, q, z) = (b, a, 1 - x). With w = 1 - z, T = z^p w^q / (p B(p, q)) and t/(1-t) = z/w e^-v,
 *
 *   I_z(p, q) = T [1 + (p + q) z J],     J = int_0^oo e^-h(v) dv,
 *   h(v) = (p + 1) v + (p + q + 1) log(1 + z expm1(-v)) = (p + q + 1) log(1 + w expm1(v)) - q v
 *
 * (the first form for z < 1/2, the second otherwise: neither then cancels). e^-h falls from 1; Gauss-Legendre (quadrature.ts)
 * is right to 1e-6. Two more integrals give both derivatives, hence those of the log odds y at a fixed value of I,
 *
 *   dy/da = -(dI/da) / m,    dy/db = -(dI/db) / m,    m = x^a (1-x)^b / B(a, b)
 *
 * which implicit reparameterization asks for (Figurnov, Mohamed and Mnih 2018); they take y, so that x may be as near to 0
 * or 1 as it likes. Derivatives of every order follow, the end of the integral being held.
 *
 * Accuracy: 1e-5 relative, a and b from 1e-2 to 1e3, for I, dI/da and dI/db where the smaller of I and 1 - I is above
 * e^-26 = 5e-12; below, the error grows with its logarithm, 2.3e-5 at most down to 1e-36 (measured). x near 1 is only as exact as a float32 can say: pass
 * 1 - x there, I_x(a, b) = 1 - I_(1-x)(b, a). betaSlopes: 1e-5 everywhere.
 * Laws: tests/dsl/numerics/incompleteBeta.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { logBetaMass } from './betaMass.js'
import './gradients.js'
import { together } from './broadcast.js'
import { linearized3 } from './customGradient.js'
import { lgamma } from './lgamma.js'
import { digammaStep, lgammaRatio } from './lgammaRatio.js'
import { log1p } from './log1p.js'
import { DEPTH, integralUpTo, nodesUpTo, spread } from './quadrature.js'
import { logSigmoid } from './softplus.js'
import { detach } from './stopGradient.js'

const LEAST = 0.3
const TINY = 1.1754944e-38

/** One tail: its parameters, its probability z with w = 1 - z, and their logarithms. */
interface Tail {
  readonly p: tf.Tensor
  readonly q: tf.Tensor
  readonly z: tf.Tensor
  readonly w: tf.Tensor
  readonly logZ: tf.Tensor
  readonly logW: tf.Tensor
}

/** Whether the lower tail is taken. */
const isLower = (a: tf.Tensor, b: tf.Tensor, x: tf.Tensor, y: tf.Tensor): tf.Tensor => {
  const [c, d] = [tf.maximum(a, LEAST), tf.maximum(b, LEAST)]
  return tf.lessEqual(tf.mul(x, d), tf.mul(y, c))
}

const tailOf = (lower: tf.Tensor, direct: Tail): Tail => {
  const pick = (s: tf.Tensor, t: tf.Tensor) => tf.where(lower, s, t)
  const { p, q, z, w, logZ, logW } = direct
  return {
    p: pick(p, q),
    q: pick(q, p),
    z: pick(z, w),
    w: pick(w, z),
    logZ: pick(logZ, logW),
    logW: pick(logW, logZ),
  }
}

/** Where h reaches DEPTH, from above: from a parabola, three steps of v = (DEPTH - N log(1 + z expm1(-v))) / (p + 1). */
const endOf = ({ p, q, z, w }: Tail): tf.Tensor => {
  const n = tf.add(tf.add(p, q), 1)
  const slope = tf.sub(tf.mul(w, tf.add(p, 1)), tf.mul(z, q))
  const curvature = tf.mul(tf.mul(n, 2 * DEPTH), tf.mul(z, w))
  const parabola = tf.div(2 * DEPTH, tf.add(slope, tf.sqrt(tf.add(tf.square(slope), curvature))))
  const step = (v: tf.Tensor) =>
    tf.div(tf.sub(DEPTH, tf.mul(n, tf.log(tf.add(w, tf.mul(z, tf.exp(tf.neg(v))))))), tf.add(p, 1))
  return step(step(step(parabola)))
}

/** The integrals of e^-h, of (v + l) e^-h and of -l e^-h, l = log(1 + z expm1(-v)). */
const integrals = (tail: Tail) => {
  const { p, q, z, w } = tail
  const held = Object.fromEntries(Object.entries(tail).map(([k, t]) => [k, detach(t)]))
  const end = endOf(held as unknown as Tail)
  const v = nodesUpTo(end)
  const small = spread(tf.less(z, 0.5))
  const few = spread(tf.minimum(z, 0.5))
  const many = spread(tf.minimum(w, 0.5))
  const fall = log1p(tf.mul(few, tf.expm1(tf.neg(v))))
  const rise = log1p(tf.mul(many, tf.expm1(v)))
  const both = tf.where(tf.broadcastTo(small, v.shape), tf.add(v, fall), rise)
  const loss = tf.where(tf.broadcastTo(small, v.shape), tf.neg(fall), tf.sub(v, rise))
  const h = tf.where(
    tf.broadcastTo(small, v.shape),
    tf.sub(tf.mul(spread(tf.add(p, 1)), v), tf.mul(spread(tf.add(tf.add(p, q), 1)), tf.neg(fall))),
    tf.sub(tf.mul(spread(tf.add(tf.add(p, q), 1)), rise), tf.mul(spread(q), v)),
  )
  const f = tf.exp(tf.neg(h))
  return {
    J: integralUpTo(end, f),
    both: integralUpTo(end, tf.mul(f, both)),
    loss: integralUpTo(end, tf.mul(f, loss)),
  }
}

/** d logit(z) / dp and d logit(z) / dq at a fixed value of the tail. */
const tailSlopes = (tail: Tail): readonly [tf.Tensor, tf.Tensor] => {
  const { p, q, z, logZ, logW } = tail
  const { J, both, loss } = integrals(tail)
  const n = tf.add(p, q)
  const sum = tf.add(1, tf.mul(tf.mul(n, z), J))
  const byP = tf.add(logZ, tf.sub(digammaStep(tf.add(p, 1), q), tf.div(1, n)))
  const byQ = tf.add(logW, digammaStep(q, p))
  const term = (gap: tf.Tensor, moment: tf.Tensor) =>
    tf.neg(tf.div(tf.add(tf.mul(sum, gap), tf.mul(z, tf.add(J, tf.mul(n, moment)))), p))
  return [term(byP, tf.neg(both)), term(byQ, loss)]
}

const slopes = (direct: Tail): readonly [tf.Tensor, tf.Tensor] => {
  const lower = isLower(detach(direct.p), detach(direct.q), detach(direct.z), detach(direct.w))
  const [byP, byQ] = tailSlopes(tailOf(lower, direct))
  return [tf.where(lower, byP, tf.neg(byQ)), tf.where(lower, byQ, tf.neg(byP))]
}

/** dy/da and dy/db of the log odds y = log x/(1 - x) at a fixed value of betainc(a, b, x); differentiable. */
export const betaSlopes = (a: tf.Tensor, b: tf.Tensor, y: tf.Tensor): readonly [tf.Tensor, tf.Tensor] => {
  const [p, q, logit] = together(a, b, y)
  const opposite = tf.neg(logit)
  return slopes({
    p,
    q,
    z: tf.sigmoid(logit),
    w: tf.sigmoid(opposite),
    logZ: logSigmoid(logit),
    logW: logSigmoid(opposite),
  })
}

const fromX = (a: tf.Tensor, b: tf.Tensor, x: tf.Tensor): Tail => {
  const z = tf.maximum(x, TINY)
  const w = tf.maximum(tf.sub(1, x), TINY)
  const small = tf.less(x, 0.5)
  const logs = (s: tf.Tensor, t: tf.Tensor, isSmall: tf.Tensor) =>
    tf.where(isSmall, tf.log(s), log1p(tf.neg(tf.minimum(t, 0.5))))
  return { p: a, q: b, z, w, logZ: logs(z, w, small), logW: logs(w, z, tf.logicalNot(small)) }
}

/** log( z^p w^q / (p B(p, q)) ). */
const logLeading = ({ p, q, z, w, logZ, logW }: Tail): tf.Tensor => {
  const powers = tf.add(tf.mul(p, logZ), tf.mul(q, logW))
  const few = tf.add(powers, tf.sub(lgammaRatio(q, p), lgamma(tf.add(p, 1))))
  const many = tf.sub(logBetaMass(p, q, z, w), tf.log(p))
  return tf.where(tf.less(p, 1), few, many)
}

/** I or 1 - I, each from the tail at hand. */
const value =
  (wantsLower: boolean) =>
  (a: tf.Tensor, b: tf.Tensor, x: tf.Tensor): tf.Tensor => {
    const direct = fromX(a, b, x)
    const lower = isLower(a, b, direct.z, direct.w)
    const tail = tailOf(lower, direct)
    const sum = tf.mul(tf.mul(tf.add(tail.p, tail.q), tail.z), integrals(tail).J)
    const logTail = tf.minimum(tf.add(logLeading(tail), log1p(sum)), 0)
    const [own, other] = [tf.exp(logTail), tf.neg(tf.expm1(logTail))]
    const inner = wantsLower ? tf.where(lower, own, other) : tf.where(lower, other, own)
    const [atZero, atOne] = wantsLower ? [0, 1] : [1, 0]
    const capped = tf.where(tf.less(x, 1), inner, tf.fill(x.shape, atOne))
    return tf.where(tf.greater(x, 0), capped, tf.fill(x.shape, atZero))
  }

type Triple = [tf.Tensor, tf.Tensor, tf.Tensor]

const pullback = (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor, x: tf.Tensor): Triple => {
  const direct = fromX(a, b, x)
  const flow = tf.mul(dy, tf.exp(logBetaMass(a, b, direct.z, direct.w)))
  const [byA, byB] = slopes(direct)
  return [tf.neg(tf.mul(flow, byA)), tf.neg(tf.mul(flow, byB)), tf.div(tf.div(flow, direct.z), direct.w)]
}

const lowerTail = linearized3(value(true), pullback)
const upperTail = linearized3(value(false), (dy, ...at) => pullback(tf.neg(dy), ...at))

/** The regularized incomplete beta function I_x(a, b). */
export const betainc = (a: tf.Tensor, b: tf.Tensor, x: tf.Tensor): tf.Tensor =>
  lowerTail(...together(a, b, x))

/** Its complement 1 - I_x(a, b), accurate where it is small. */
export const betaincc = (a: tf.Tensor, b: tf.Tensor, x: tf.Tensor): tf.Tensor =>
  upperTail(...together(a, b, x))
