/**
 * The chance p of a success, given by `logits` or by `probs`: exactly one of the two, by name.
 *
 *   logit = log p − log(1 − p)        log p = −softplus(−logit)        log(1 − p) = −softplus(logit)        (nats)
 *
 * and the probability of x successes and m failures in x + m trials, C(x + m, x) p^x (1 − p)^m, for real x, m >= 0, in
 * the saddle point form of numerics/deviance.ts: accurate to float32 for counts up to 10⁷, where the textbook form
 * loses every digit. What bernoulli, binomial, negativeBinomial and geometric have in common.
 * Tested in tests/dsl/distributions/binomial.test.ts and negativeBinomial.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { real, unit } from '../domain.js'
import type { Real, Unit } from '../domains/marks.js'
import { fail } from '../error.js'
import { deviance, logOrLarge } from '../numerics/deviance.js'
import { softplus as softplusOf } from '../numerics/softplus.js'
import { logFactorialRest } from '../numerics/stirling.js'
import type { Arg } from '../operations/argument.js'
import { mul, neg, sub } from '../operations/arithmetic.js'
import { logSigmoid, sigmoid } from '../operations/functions.js'
import { sum } from '../operations/reductions.js'
import type { Shape } from '../shape.js'
import { type AnyValue, elementwise, type Value, withDomain } from '../value.js'
import { safeLog } from './masses.js'
import { overEvent, parameter } from './parameter.js'

/** A chance by one of its two names. */
export type ChanceParameters<S extends Shape> =
  | { readonly logits: Value<S, Real> }
  | { readonly probs: Value<S, Unit> }

/** Reads the chance among the parameters of a family, checked. */
export const chanceParameters = (
  family: string,
  p: { readonly logits?: Arg; readonly probs?: Arg },
): ChanceParameters<Shape> => {
  if ((p.logits === undefined) === (p.probs === undefined))
    fail('option', family, `${family} takes either logits or probs`, 'name exactly one of the two')
  return p.logits === undefined
    ? { probs: parameter(`probs of ${family}`, unit, p.probs as Arg) }
    : { logits: parameter(`logits of ${family}`, real, p.logits) }
}

/** The one value that is given. */
export const chanceValue = (p: ChanceParameters<Shape>): Value<Shape, Real> =>
  'logits' in p ? p.logits : p.probs

/** The same chance in every entry of the shape. */
export const chanceOver = (p: ChanceParameters<Shape>, shape: Shape): ChanceParameters<Shape> =>
  'logits' in p ? { logits: overEvent(p.logits, shape) } : { probs: overEvent(p.probs, shape) }

/** log(1 + e^x) without the floor of the operation: a surprisal may be 0. */
export const softplus = (x: AnyValue): Value<Shape, Real> =>
  elementwise('softplus', real, (t) => softplusOf(t as tf.Tensor), x)

/** p, log p, 1 − p and log(1 − p), entry by entry. */
export interface Chances {
  readonly success: Value<Shape, Unit>
  readonly failure: Value<Shape, Unit>
  readonly logSuccess: Value<Shape, Real>
  readonly logFailure: Value<Shape, Real>
}

/** What follows from a chance. */
export const chances = (p: ChanceParameters<Shape>): Chances => {
  if ('logits' in p)
    return {
      success: sigmoid(p.logits),
      failure: sigmoid(neg(p.logits)),
      logSuccess: logSigmoid(p.logits),
      logFailure: neg(softplus(p.logits)),
    }
  const failure = withDomain(sub(1, p.probs), unit)
  return { success: p.probs, failure, logSuccess: safeLog(p.probs), logFailure: safeLog(failure) }
}

/** p / (1 − p), entry by entry. */
export const oddsOf = (p: ChanceParameters<Shape>): Value<Shape, Real> =>
  'logits' in p
    ? elementwise('odds', real, (t) => tf.exp(t as tf.Tensor), p.logits)
    : elementwise('odds', real, (t) => tf.div(t as tf.Tensor, tf.sub(1, t as tf.Tensor)), p.probs)

/** The tensors of p, 1 − p, log p, log(1 − p). */
export type ChanceTensors = readonly [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]

/** Their values, in the order of `ChanceTensors`. */
export const inOrder = (c: Chances): readonly AnyValue[] => [c.success, c.failure, c.logSuccess, c.logFailure]

/** log [ C(x + m, x) p^x (1 − p)^m ]; the gap n p − x is taken from the smaller of the two chances. */
export const logTrials = (x: tf.Tensor, m: tf.Tensor, [p, q, logP, logQ]: ChanceTensors): tf.Tensor => {
  const n = tf.add(x, m)
  const logN = logOrLarge(n)
  const gap = tf.where(tf.less(p, q), tf.sub(tf.mul(n, p), x), tf.sub(m, tf.mul(n, q)))
  const successes = deviance(x, gap, logOrLarge(x), tf.add(logN, logP))
  const failures = deviance(m, tf.neg(gap), logOrLarge(m), tf.add(logN, logQ))
  const rest = tf.sub(tf.sub(logFactorialRest(n), logFactorialRest(x)), logFactorialRest(m))
  return tf.sub(rest, tf.add(successes, failures))
}

/** a log(a/b) + (1 − a) log((1 − a)/(1 − b)): Infinity where b lacks what a has, 0 log 0 = 0. */
const relative = (a: ChanceTensors, b: ChanceTensors): tf.Tensor => {
  const gap = tf.where(tf.less(a[0], a[1]), tf.sub(b[0], a[0]), tf.sub(a[1], b[1]))
  return tf.add(
    deviance(a[0], gap, logOrLarge(a[0]), b[2]),
    deviance(a[1], tf.neg(gap), logOrLarge(a[1]), b[3]),
  )
}

/** Σ_i n_i KL(coin(q_i) ‖ coin(p_i)): what n trials of chance q tell from n trials of chance p. */
export const klOfTrials = (n: AnyValue, q: Chances, p: Chances): Value<[], Real> => {
  const one = elementwise<Shape, Real>(
    'kl',
    real,
    (...t) => relative(t.slice(0, 4) as never, t.slice(4) as never),
    ...inOrder(q),
    ...inOrder(p),
  )
  return sum(mul(n, one) as Value<Shape, Real>)
}
