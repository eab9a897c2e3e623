/**
 * The continuous variables behind coins and labels: x = H(z), with z differentiable in the parameters.
 *
 *   coin    z = a + log u − log(1 − u)       x = 1[z > 0]           a = logit
 *           z | x=1 = softplus(l + softplus(a)),  z | x=0 = −softplus(l + softplus(−a)),  l = log v − log(1 − v)
 *   label   z_k = a_k − log(−log u_k)        x = e_argmax(z)        a = log probs
 *           z_b | x=e_b = −log E_b,   z_i | x=e_b = −log(E_i / p_i + E_b),                E = −log v
 *
 * z given x has the distribution of z where H(z) = x: drawing x first and then z | x is drawing z. Soft values are
 * sigmoid(z / τ) and softmax(z / τ). The log density is continued linearly between the values of the support.
 * Jang, Gu and Poole, 2017; Maddison, Mnih and Teh, 2017; Tucker et al., 2017, appendix C (the conditionals).
 * Tested in tests/dsl/distributions/relaxation.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import type { Relaxation } from '../distribution.js'
import { binary, oneHot, positive, real } from '../domain.js'
import type { Real, Unit } from '../domains/marks.js'
import { logSoftmax, softmax } from '../numerics/logSumExp.js'
import { oneHotOf } from '../numerics/oneHotOf.js'
import { logSigmoid, softplus } from '../numerics/softplus.js'
import { add, div, maximum, mul, neg, sub } from '../operations/arithmetic.js'
import { greater, where } from '../operations/comparisons.js'
import { log, sigmoid } from '../operations/functions.js'
import { sum } from '../operations/reductions.js'
import type { Shape } from '../shape.js'
import { type AnyValue, elementwise, onEvent, type Value, withDomain } from '../value.js'

type Reals = Value<Shape, Real>

/** The smallest probability whose logarithm is taken: a location stays finite. */
const smallest = 1e-30

const softplusOf = (x: AnyValue): Reals => elementwise('softplus', real, (t) => softplus(t as tf.Tensor), x)
const logSigmoidOf = (x: AnyValue): Reals =>
  elementwise('logSigmoid', real, (t) => logSigmoid(t as tf.Tensor), x)
const logOf = (x: AnyValue): Reals => log(withDomain(x as Reals, positive)) as Reals
const logit = (u: AnyValue): Reals => sub(logOf(u), logOf(sub(1, u))) as Reals

/** The logits of probabilities, finite where one is 0 or 1. */
export const logitsOf = (p: Value<Shape, Unit>): Reals =>
  sub(logOf(maximum(p, smallest)), logOf(maximum(sub(1, p), smallest))) as Reals

/** The logistic variable behind each coin of logit a. */
export const coinRelaxation = (logits: () => Reals): Relaxation => ({
  location: logits,
  free: (a, u) => add(a, logit(u)) as Reals,
  harden: (z) => greater(z, 0),
  conditional: (a, x, v) =>
    where(
      withDomain(x, binary),
      softplusOf(add(logit(v), softplusOf(a))),
      neg(softplusOf(add(logit(v), softplusOf(neg(a))))),
    ) as Reals,
  soften: (z, temperature) => withDomain(sigmoid(div(z, temperature) as Reals), binary),
  logProb: (a, x) =>
    sum(add(mul(x, logSigmoidOf(a)), mul(sub(1, x), logSigmoidOf(neg(a)))) as Reals) as Value<[], Real>,
})

/** log probabilities, finite where one is 0. */
const normalized = (a: Reals): Reals =>
  onEvent(a, a.shape, real, (t) => logSoftmax(tf.maximum(t, 2 * Math.log(smallest))))

const gumbel = (u: AnyValue): Reals => neg(logOf(neg(logOf(u)))) as Reals

/** z given the label: the largest is −log E_b, and the others are those that stay below it. */
const givenLabel = (a: Reals, x: AnyValue, v: AnyValue): Reals => {
  const logE = logOf(neg(logOf(v)))
  const logTop = sum(mul(x, logE) as Reals)
  const others = add(logTop, softplusOf(sub(sub(logE, normalized(a)), logTop)))
  return neg(where(withDomain(x, binary), logE, others)) as Reals
}

/** The Gumbel variables behind a label of log probabilities a (or logits). */
export const labelRelaxation = (k: number, logits: () => Reals): Relaxation => ({
  location: logits,
  free: (a, u) => add(normalized(a), gumbel(u)) as Reals,
  harden: (z) => onEvent(z, [k], oneHot, (t) => oneHotOf(tf.argMax(t, -1), k)),
  conditional: givenLabel,
  soften: (z, temperature) => onEvent(div(z, temperature) as Reals, [k], oneHot, (t) => softmax(t)),
  logProb: (a, x) => sum(mul(x, normalized(a)) as Reals) as Value<[], Real>,
})
