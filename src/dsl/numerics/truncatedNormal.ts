/**
 * The standard normal on [a, b], measured from its mode c = clip(0, a, b), by offsets d toward the far end: t = c + d
 * after an interval that lies more on the left is mirrored (s = -1), so that 0 <= c <= the far end.
 *
 *   volume  V = int_a^b exp(-(t^2 - c^2)/2) dt = int exp(-d (d + 2c)/2) dd          log p(t) = -d (d + 2c)/2 - log V
 *   moments E d, Var d
 *   offsetAt(u): the d with P(offset <= d) = u
 *
 * Volume and moments are sums over 24 Gauss-Legendre nodes where the density is above e^-20 of its mode: all terms are
 * positive, so they are right to float32 in both tails (a = 10^4 as well), for narrow and for unbounded intervals, where
 * Phi(b) - Phi(a) would cancel or underflow. The offset solves Q(c + d) = Q(c) ((1 - u) + u Q(b)/Q(c)) for its
 * logarithm by Newton's rule where the interval is in a tail, and by the normal quantile where it has 0 inside; its
 * gradient is implicit:  dt/da = (1 - u) exp((t^2 - a^2)/2),  dt/db = u exp((t^2 - b^2)/2),  dt/du = V exp((t^2 - c^2)/2).
 * Laws: tests/dsl/distributions/truncatedNormal.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { erfc, erfcxOfPositive } from './erf.js'
import './gradients.js'
import { normalQuantile } from './normalQuantile.js'
import { stopGradient } from './stopGradient.js'

/** The offsets d from the mode c, in units of the scale. */
export interface Offsets {
  /** The mode c: 0 where the interval contains 0, else its near end. */
  readonly mode: tf.Tensor
  /** The ends of d: 0 or negative, and positive. */
  readonly low: tf.Tensor
  readonly high: tf.Tensor
}

/** An interval by its offsets, mirrored where need be. */
export interface Truncation extends Offsets {
  /** -1 where t = -(c + d), else 1. */
  readonly sign: tf.Tensor
}

/** The interval [a, b] of width b - a, which is given apart since the ends may be far from 0. */
export const truncation = (a: tf.Tensor, b: tf.Tensor, width: tf.Tensor): Truncation => {
  const mirrored = tf.less(stopGradient(tf.add(a, b)), 0)
  const near = tf.where(mirrored, tf.neg(b), a)
  const far = tf.where(mirrored, tf.neg(a), b)
  const ones = tf.onesLike(near)
  return {
    sign: tf.where(mirrored, tf.neg(ones), ones),
    mode: tf.maximum(near, 0),
    low: tf.minimum(near, 0),
    high: tf.where(tf.greater(stopGradient(near), 0), width, far),
  }
}

/** Positive nodes and their weights on [-1, 1], 24 points in all: numpy.polynomial.legendre.leggauss(24). */
const NODES = [
  0.0640568929, 0.191118867, 0.31504268, 0.433793508, 0.545421471, 0.648093652, 0.740124192, 0.820001986,
  0.886415527, 0.938274552, 0.974728556, 0.99518722,
]
const WEIGHTS = [
  0.127938195, 0.125837456, 0.121670473, 0.115505668, 0.10744427, 0.0976186521, 0.0861901615, 0.0733464814,
  0.0592985849, 0.0442774388, 0.0285313886, 0.0123412298,
]
const nodes = [...NODES.map((x) => -x).reverse(), ...NODES]
const weights = [...[...WEIGHTS].reverse(), ...WEIGHTS]

/** The offset at which the density is e^-20 of the mode: d (d + 2c)/2 = 20. */
const reachOf = (mode: tf.Tensor): tf.Tensor => tf.div(40, tf.add(mode, tf.sqrt(tf.add(tf.square(mode), 40))))

/** log V and the first two moments of d. */
export interface Moments {
  readonly logVolume: tf.Tensor
  readonly mean: tf.Tensor
  readonly variance: tf.Tensor
}

/** The nodes of d along a new last axis, their densities relative to the mode, and half the width they stand for. */
const quadrature = ({ mode, low, high }: Offsets) => {
  const reach = reachOf(stopGradient(mode))
  const from = tf.maximum(low, tf.neg(reach))
  const to = tf.minimum(high, reach)
  const half = tf.mul(0.5, tf.sub(to, from))
  const fraction = tf.add(tf.tensor1d(nodes), 1)
  const d = tf.add(tf.expandDims(from, -1), tf.mul(tf.expandDims(half, -1), fraction))
  return { d, half, density: relativeDensity(d, tf.expandDims(mode, -1)) }
}

/** exp(-d (d + 2c)/2). */
const relativeDensity = (d: tf.Tensor, mode: tf.Tensor): tf.Tensor =>
  tf.exp(tf.mul(tf.mul(d, -0.5), tf.add(d, tf.mul(mode, 2))))

/** The volume and the moments of d. */
export const momentsOf = (t: Offsets): Moments => {
  const { d, half, density } = quadrature(t)
  const weighted = tf.mul(density, tf.tensor1d(weights))
  const total = tf.sum(weighted, -1)
  const average = (x: tf.Tensor) => tf.div(tf.sum(tf.mul(x, weighted), -1), total)
  const mean = average(d)
  return {
    logVolume: tf.add(tf.log(half), tf.log(total)),
    mean,
    variance: average(tf.square(tf.sub(d, tf.expandDims(mean, -1)))),
  }
}

const SQRT_HALF = Math.SQRT1_2

/** Q(x)/phi(x), for x >= 0. */
const mills = (x: tf.Tensor): tf.Tensor =>
  tf.mul(Math.sqrt(Math.PI / 2), erfcxOfPositive(tf.mul(x, SQRT_HALF)))

/** Newton's rule for log Q(c + d) = log Q(c) + log m, from the right of the root: log Q is concave. */
const tailOffset = (mode: tf.Tensor, logShare: tf.Tensor): tf.Tensor => {
  const excess = tf.neg(logShare)
  const atMode = mills(mode)
  const root = tf.add(mode, tf.sqrt(tf.add(tf.square(mode), tf.mul(excess, 2))))
  const start = tf.minimum(tf.mul(excess, atMode), tf.div(tf.mul(excess, 2), tf.maximum(root, 1e-20)))
  const step = (d: tf.Tensor) => {
    const here = mills(tf.add(mode, d))
    const fallen = tf.sub(tf.mul(tf.mul(d, 0.5), tf.add(d, tf.mul(mode, 2))), tf.log(tf.div(here, atMode)))
    return tf.sub(d, tf.mul(here, tf.sub(fallen, excess)))
  }
  return Array.from({ length: 4 }).reduce<tf.Tensor>((d) => tf.maximum(step(d), 0), start)
}

const upperTail = (x: tf.Tensor): tf.Tensor => tf.mul(0.5, erfc(tf.mul(x, SQRT_HALF)))

/** The offset where 0 lies inside: Phi(t) = Phi(low) (1 - u) + Phi(high) u, from the smaller of Phi(t) and Q(t). */
const innerOffset = (low: tf.Tensor, high: tf.Tensor, u: tf.Tensor): tf.Tensor => {
  const rest = tf.sub(1, u)
  const below = tf.add(tf.mul(upperTail(tf.neg(low)), rest), tf.mul(upperTail(tf.neg(high)), u))
  const above = tf.add(tf.mul(upperTail(low), rest), tf.mul(upperTail(high), u))
  const half = (x: tf.Tensor) => normalQuantile(tf.minimum(tf.maximum(x, 1e-37), 0.5))
  return tf.where(tf.less(below, above), half(below), tf.neg(half(above)))
}

/** log((1 - u) + u Q(c + high)/Q(c)). */
const logShareOf = (mode: tf.Tensor, high: tf.Tensor, u: tf.Tensor): tf.Tensor => {
  const end = tf.mul(tf.div(mills(tf.add(mode, high)), mills(mode)), relativeDensity(high, mode))
  return tf.log(tf.maximum(tf.sub(1, tf.mul(u, tf.sub(1, end))), 1e-37))
}

/** One step of Newton's rule on the share of V below d where the interval is narrow: there Phi(b) - Phi(a) cancels. */
const polished = (t: Offsets, d: tf.Tensor, u: tf.Tensor): tf.Tensor => {
  const volume = tf.exp(momentsOf(t).logVolume)
  const below = tf.exp(momentsOf({ ...t, high: tf.maximum(d, t.low) }).logVolume)
  const step = tf.div(tf.sub(below, tf.mul(u, volume)), relativeDensity(d, t.mode))
  return tf.where(tf.less(tf.sub(t.high, t.low), 1), tf.sub(d, step), d)
}

const offsetValue = ({ mode, low, high }: Offsets, u: tf.Tensor): tf.Tensor => {
  const inTail = tf.greater(mode, 0)
  const tail = tailOffset(mode, logShareOf(mode, high, u))
  const inner = polished({ mode, low, high }, innerOffset(low, tf.minimum(high, 1e4), u), u)
  return tf.minimum(tf.maximum(tf.where(inTail, tail, inner), low), high)
}

/** exp((t^2 - e^2)/2) at t = c + d and the end e = c + at, kept finite. */
const lift = (d: tf.Tensor, at: tf.Tensor, mode: tf.Tensor): tf.Tensor => {
  const difference = tf.mul(tf.sub(d, at), tf.add(tf.add(d, at), tf.mul(mode, 2)))
  return tf.exp(tf.minimum(tf.mul(0.5, difference), 80))
}

/** The offset d with P(offset <= d) = u; its gradients are implicit, at every order. */
export const offsetAt = (t: Offsets, u: tf.Tensor): tf.Tensor =>
  tf.customGrad((...inputs) => {
    const save = inputs.pop() as unknown as tf.GradSaveFunc
    save(inputs as tf.Tensor[])
    const [mode, low, high, v] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
    return {
      value: offsetValue({ mode, low, high }, v),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        offsetGradients(dy, ...(saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor])),
    }
  })(t.mode, t.low, t.high, u)

/**
 * With t = c + d, lower end c + low and upper end c + high: dd/dlow = dt/da, dd/dhigh = dt/db, dd/dc = dt/da + dt/db - 1.
 */
const offsetGradients = (
  dy: tf.Tensor,
  mode: tf.Tensor,
  low: tf.Tensor,
  high: tf.Tensor,
  u: tf.Tensor,
): tf.Tensor[] => {
  const truncated = { mode, low, high }
  const d = offsetAt(truncated, u)
  const byLow = tf.mul(tf.sub(1, u), lift(d, low, mode))
  const byHigh = tf.mul(u, lift(d, high, mode))
  const byNoise = tf.exp(
    tf.add(momentsOf(truncated).logVolume, tf.mul(tf.mul(d, 0.5), tf.add(d, tf.mul(mode, 2)))),
  )
  return [tf.sub(tf.add(byLow, byHigh), 1), byLow, byHigh, byNoise].map((slope) => tf.mul(dy, slope))
}
