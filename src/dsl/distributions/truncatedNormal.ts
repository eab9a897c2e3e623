/**
 * truncatedNormal({ loc, scale, low, high }) = Π_i N(x_i; loc_i, scale_i²) restricted to [low_i, high_i]
 *
 *   log p(x) = −Σ_i [ ½ (z_i² − c_i²) + log scale_i + log V_i ],  z = (x − loc)/scale                        (nats)
 *   V = ∫ exp(−½ (t² − c²)) dt over [(low − loc)/scale, (high − loc)/scale], c its point nearest to 0
 *   x = loc + scale · Φ⁻¹(Φ(a) + u (Φ(b) − Φ(a))),  u ~ U(0, 1), solved in the tail by its logarithm         (pathwise)
 *   E x, Var x, H = Σ_i [ log scale + log V + ½ E (z² − c²) ]: by the same quadrature as V
 *
 * On Interval (the type does not know the ends), entries independent. Shapes agree, or are scalars. `high` must be greater
 * than `low`: plain numbers are checked, and values that violate it give NaN. A far end (1e30) stands for none. Everything
 * is measured from the mode, so nothing cancels or underflows, however far the interval lies in a tail
 * (numerics/truncatedNormal.ts). Tested in tests/dsl/distributions/truncatedNormal.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import {
  type Cdf,
  type Distribution,
  distribution,
  type Entropy,
  type EventSpace,
  type Moments,
  type Quantile,
} from '../distribution.js'
import { interval, positive, real, unit } from '../domain.js'
import type { Interval, Positive, Real } from '../domains/marks.js'
import { momentsOf, offsetAt, type Truncation, truncation } from '../numerics/truncatedNormal.js'
import type { Arg, Meets, ShapeOf } from '../operations/argument.js'
import { add, mul, square } from '../operations/arithmetic.js'
import { greaterEqual, lessEqual } from '../operations/comparisons.js'
import { log } from '../operations/functions.js'
import { sum } from '../operations/reductions.js'
import type { Broadcast, Shape } from '../shape.js'
import { elementwise, type Value } from '../value.js'
import { uniformNoise } from './draw.js'
import { parametersOf, requireOrder, type Within } from './parameter.js'
import { inside, onSupport } from './support.js'

/** The parameters of a truncated normal. */
export interface TruncatedNormalParameters<S extends Shape> {
  readonly loc: Value<S, Real>
  readonly scale: Value<S, Positive>
  readonly low: Value<S, Real>
  readonly high: Value<S, Real>
}

/** A product of independent truncated normals of event shape S. */
export type TruncatedNormal<S extends Shape> = Distribution<
  EventSpace<S, Interval>,
  'density' | 'pathwise',
  'truncatedNormal'
> &
  Moments<S> &
  Entropy &
  Cdf<S> &
  Quantile<S> & {
    readonly parameters: {
      readonly loc: Value<S, Real>
      readonly scale: Value<S, Positive>
      readonly low: Value<S, Real>
      readonly high: Value<S, Real>
    }
    /** log scale + log V, entry by entry: minus the log density at the mode, in nats. */
    readonly logVolume: () => Value<S, Real>
  }

/** Event shape of four parameters. */
type OfFour<A, B, C, D> = Broadcast<Broadcast<ShapeOf<A>, ShapeOf<B>>, Broadcast<ShapeOf<C>, ShapeOf<D>>>

/** N(loc, scale²) restricted to [low, high], entry by entry. */
export const truncatedNormal = <
  const L extends Arg,
  const Sc extends Arg,
  const A extends Arg,
  const B extends Arg,
>(p: {
  readonly loc: L & Within<L, Real, 'loc of truncatedNormal'>
  readonly scale: Sc & Within<Sc, Positive, 'scale of truncatedNormal'> & Meets<L, Sc, 'truncatedNormal'>
  readonly low: A & Within<A, Real, 'low of truncatedNormal'> & Meets<L, A, 'truncatedNormal'>
  readonly high: B & Within<B, Real, 'high of truncatedNormal'> & Meets<A, B, 'truncatedNormal'>
}): TruncatedNormal<OfFour<L, Sc, A, B>> => {
  requireOrder('truncatedNormal', p.low, p.high)
  const domains = { loc: real, scale: positive, low: real, high: real }
  return restricted(parametersOf('truncatedNormal', domains, p)) as TruncatedNormal<OfFour<L, Sc, A, B>>
}

/** The tensors of loc, scale, low, high. */
type Four = readonly [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]

const truncationOf = ([loc, scale, low, high]: Four): Truncation => {
  const inUnits = (t: tf.Tensor) => tf.div(t, scale)
  return truncation(inUnits(tf.sub(low, loc)), inUnits(tf.sub(high, loc)), inUnits(tf.sub(high, low)))
}

/** The mode of x: the point of [low, high] nearest to loc. */
const anchorOf = ([loc, , low, high]: Four): tf.Tensor => tf.minimum(tf.maximum(loc, low), high)

const restricted = (parameters: TruncatedNormal<Shape>['parameters']): TruncatedNormal<Shape> => {
  const shape = parameters.loc.shape
  const four = [parameters.loc, parameters.scale, parameters.low, parameters.high] as const
  /** A function of the parameters, entry by entry. */
  const of = (f: (p: Four) => tf.Tensor) =>
    elementwise<Shape, Real>('truncatedNormal', real, (...t) => f(t as never), ...four)
  /** A function of x and the parameters. */
  const at = <D>(
    domain: typeof real | typeof unit | typeof interval,
    f: (x: tf.Tensor, p: Four) => tf.Tensor,
    x: Value<Shape, Real>,
  ) =>
    elementwise<Shape, D>(
      'truncatedNormal',
      domain as never,
      (t, ...p) => f(t as tf.Tensor, p as never),
      x,
      ...four,
    )
  const quantile = (u: Value<Shape, Real>) => at<Interval>(interval, quantileAt, u)
  const isMember = (x: Value<Shape, Real>) =>
    mul(greaterEqual(x, parameters.low), lessEqual(x, parameters.high))
  const measure = distribution({
    family: 'truncatedNormal',
    shape,
    domain: interval,
    capabilities: ['density', 'pathwise'],
    parameters,
    sample: (noise, axes) => quantile(uniformNoise(noise, axes, shape)),
    logProb: (x) => {
      const member = isMember(x)
      return sum(onSupport(member, at<Real>(real, logDensityAt, inside(member, x, 0))))
    },
  })
  return {
    ...measure,
    parameters,
    logVolume: () => of((p) => tf.add(tf.log(p[1]), momentsOf(truncationOf(p)).logVolume)),
    mean: () => of(meanOf),
    variance: () =>
      mul(
        square(parameters.scale),
        of((p) => momentsOf(truncationOf(p)).variance),
      ) as Value<Shape, Real>,
    entropy: () => sum(add(log(parameters.scale), of(entropyOf)) as Value<Shape, Real>),
    cdf: (x) => at(unit, cdfAt, x),
    quantile,
  }
}

/** The offset of x from the mode, toward the far end, in units of the scale. */
const offsetOf = (x: tf.Tensor, p: Four, { sign }: Truncation): tf.Tensor =>
  tf.mul(sign, tf.div(tf.sub(x, anchorOf(p)), p[1]))

/** ½ d (d + 2c) = ½ (z² − c²). */
const energy = (d: tf.Tensor, { mode }: Truncation): tf.Tensor =>
  tf.mul(tf.mul(d, 0.5), tf.add(d, tf.mul(mode, 2)))

const logDensityAt = (x: tf.Tensor, p: Four): tf.Tensor => {
  const t = truncationOf(p)
  return tf.neg(tf.add(energy(offsetOf(x, p, t), t), tf.add(tf.log(p[1]), momentsOf(t).logVolume)))
}

const meanOf = (p: Four): tf.Tensor => {
  const t = truncationOf(p)
  return tf.add(anchorOf(p), tf.mul(tf.mul(p[1], t.sign), momentsOf(t).mean))
}

/** log V + ½ E (z² − c²), and E d² = Var d + (E d)². */
const entropyOf = (p: Four): tf.Tensor => {
  const t = truncationOf(p)
  const { logVolume, mean, variance } = momentsOf(t)
  return tf.add(logVolume, tf.add(tf.mul(0.5, variance), energy(mean, t)))
}

/** The share of V below x; where the interval is mirrored, what lies above it is 1 less that. */
const cdfAt = (x: tf.Tensor, p: Four): tf.Tensor => {
  const t = truncationOf(p)
  const d = tf.minimum(tf.maximum(offsetOf(x, p, t), t.low), t.high)
  const some = tf.greater(d, t.low)
  // A width of 0 has no logarithm, nor has its gradient.
  const high = tf.where(some, d, tf.add(t.low, 1))
  const part = tf.exp(tf.sub(momentsOf({ ...t, high }).logVolume, momentsOf(t).logVolume))
  const share = tf.where(some, part, tf.zerosLike(part))
  return tf.where(tf.greater(t.sign, 0), share, tf.sub(1, share))
}

const quantileAt = (u: tf.Tensor, p: Four): tf.Tensor => {
  const t = truncationOf(p)
  const own = tf.where(tf.greater(t.sign, 0), u, tf.sub(1, u))
  const like = (s: tf.Tensor) => tf.broadcastTo(s, own.shape)
  const d = offsetAt({ mode: like(t.mode), low: like(t.low), high: like(t.high) }, own)
  return tf.add(anchorOf(p), tf.mul(tf.mul(p[1], t.sign), d))
}
