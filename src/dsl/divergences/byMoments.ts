/**
 * KL(q ‖ p) where log p(x) is a polynomial of x (or of log x): the entropy and moments of q are all that it asks for.
 *
 *   p multivariate normal   KL(N(m, diag v) ‖ p) + H(N(m, diag v)) − H(q),   m, v = mean and variance of q
 *   p truncated normal      Σ_i [ ½ E (z² − c²) + log s + log V ] − H(q), Infinity where q's interval is not within p's
 *   p uniform               Σ_i log(high − low) − H(q), likewise
 *
 * In nats, summed over the event. Against a normal: distributions/normal.ts. Tested in tests/dsl/kl.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import type { Entropy } from '../distribution.js'
import { klFromDiagonal, type MultivariateNormal } from '../distributions/multivariateNormal.js'
import { halfLog2Pi, type Normal, type WithMoments } from '../distributions/normal.js'
import { inside } from '../distributions/support.js'
import type { TruncatedNormal } from '../distributions/truncatedNormal.js'
import type { Uniform } from '../distributions/uniform.js'
import { positive } from '../domain.js'
import type { Binary, Positive, Real } from '../domains/marks.js'
import { add, mul, sub } from '../operations/arithmetic.js'
import { less, lessEqual, where } from '../operations/comparisons.js'
import { log, sqrt } from '../operations/functions.js'
import { sum } from '../operations/reductions.js'
import { type Shape, sizeOf } from '../shape.js'
import { type AnyValue, elementwise, type Value, withDomain } from '../value.js'

/** A normal with the mean and variance of q, standard where q has no finite variance. */
const matched = (q: WithMoments, finite: Value<Shape, Binary>): Pick<Normal<Shape>, 'parameters'> => ({
  parameters: {
    loc: inside(finite, q.mean(), 0) as Value<Shape, Real>,
    scale: sqrt(withDomain(inside(finite, q.variance(), 1), positive)) as Value<Shape, Positive>,
  },
})

/** KL(q ‖ N(loc, L Lᵀ)), Infinity where q has no finite variance. */
export const klToMultivariateNormal = (q: WithMoments, p: MultivariateNormal<number>): Value<[], Real> => {
  const finite = less(q.variance(), Number.POSITIVE_INFINITY) as Value<Shape, Binary>
  const like = matched(q, finite)
  const entropy = add(sum(log(like.parameters.scale)), (0.5 + halfLog2Pi) * sizeOf(like.parameters.loc.shape))
  const beyond = sum(where(finite, 0, Number.POSITIVE_INFINITY) as Value<Shape, Real>)
  return sub(add(add(klFromDiagonal(like as Normal<Shape>, p), entropy), beyond), q.entropy())
}

/** What lives between two ends. */
export interface Bounded {
  readonly parameters: { readonly low: Value<Shape, Real>; readonly high: Value<Shape, Real> }
}

/** 0 where the interval of q lies within that of p, else Infinity, entry by entry. */
const unlessNested = (q: Bounded, p: Bounded): Value<Shape, Real> => {
  const nested = mul(
    lessEqual(p.parameters.low, q.parameters.low),
    lessEqual(q.parameters.high, p.parameters.high),
  )
  return where(nested, 0, Number.POSITIVE_INFINITY) as Value<Shape, Real>
}

/** KL(q ‖ U(low, high)). */
export const klToUniform = (q: Bounded & Entropy, p: Uniform<Shape, Real>): Value<[], Real> => {
  const width = withDomain(sub(p.parameters.high, p.parameters.low), positive)
  return sub(sum(add(log(width), unlessNested(q, p)) as Value<Shape, Real>), q.entropy())
}

/** ½ E (z² − c²) = ½ [ Var z + (E z − c)(E z + c) ], z = (x − loc)/scale and c at the mode of p: no cancellation in a tail. */
const expectedEnergy = (q: WithMoments, p: TruncatedNormal<Shape>): Value<Shape, Real> => {
  const { loc, scale, low, high } = p.parameters
  return elementwise<Shape, Real>(
    'kl',
    q.mean().domain as AnyValue['domain'] as never,
    (...[m, v, l, s, a, b]) => {
      const mode = tf.minimum(tf.maximum(l as tf.Tensor, a as tf.Tensor), b as tf.Tensor)
      const apart = tf.sub(m as tf.Tensor, mode)
      const together = tf.sub(tf.add(m as tf.Tensor, mode), tf.mul(2, l as tf.Tensor))
      const energy = tf.add(v as tf.Tensor, tf.mul(apart, together))
      return tf.div(tf.mul(0.5, energy), tf.square(s as tf.Tensor))
    },
    q.mean(),
    q.variance(),
    loc,
    scale,
    low,
    high,
  )
}

/** KL(q ‖ N(loc, scale²) on [low, high]). */
export const klToTruncatedNormal = (q: Bounded & WithMoments, p: TruncatedNormal<Shape>): Value<[], Real> => {
  const cross = add(add(expectedEnergy(q, p), p.logVolume()), unlessNested(q, p))
  return sub(sum(cross as Value<Shape, Real>), q.entropy())
}
