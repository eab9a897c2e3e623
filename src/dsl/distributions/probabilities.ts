/**
 * K probabilities, given by `logits` (any real vector) or by `probs` (a Simplex): exactly one of the two, by name.
 *
 *   probs_k = e^logits_k / Σ_j e^logits_j        log probs = logits − logSumExp(logits)        (nats)
 *
 * What categorical, oneHotCategorical and mixture have in common. A probability may be 0: its log is −Infinity.
 * Tested in tests/dsl/distributions/categorical.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { real, simplex } from '../domain.js'
import type { Real, Simplex } from '../domains/marks.js'
import { fail } from '../error.js'
import * as numerics from '../numerics/logSumExp.js'
import type { Arg, ShapeOf, ShowArg } from '../operations/argument.js'
import { mul, neg } from '../operations/arithmetic.js'
import { greater, less, where } from '../operations/comparisons.js'
import { sum } from '../operations/reductions.js'
import type { Last, Shape } from '../shape.js'
import { type AnyValue, onEvent, showSpaceOf, type Value } from '../value.js'
import { relativeEntropy, safeLog } from './masses.js'
import { parameter, type Within } from './parameter.js'

/** K probabilities by one of their two names. */
export type ProbabilityParameters<K extends number> =
  | { readonly logits: Value<[K], Real> }
  | { readonly probs: Value<[K], Simplex> }

/** Accepts a vector; otherwise a sentence (in a record for numbers, as in `Within`). */
export type IsVector<A, What extends string> =
  ShapeOf<A> extends readonly [number]
    ? unknown
    : number extends ShapeOf<A>['length']
      ? unknown
      : [A] extends [number]
        ? { readonly error: `${What} must be a vector, but ${A} was given` }
        : `${What} must be a vector, but ${ShowArg<A>} was given`

/** Logits that a family accepts. */
export type LogitsOf<L, Family extends string> = L &
  Within<L, Real, `logits of ${Family}`> &
  IsVector<L, `logits of ${Family}`>

/** Probabilities that a family accepts. */
export type ProbsOf<P, Family extends string> = P &
  Within<P, Simplex, `probs of ${Family}`> &
  IsVector<P, `probs of ${Family}`>

/** The number of probabilities. */
export type CountOf<A> = Last<ShapeOf<A>>

/** What is known of K probabilities, computed when asked for. */
export interface Probabilities {
  readonly k: number
  readonly parameters: ProbabilityParameters<number>
  readonly probs: () => Value<[number], Simplex>
  readonly logProbs: () => Value<[number], Real>
}

/** Reads the parameters of a family, checked. */
export const probabilities = (
  family: string,
  p: { readonly logits?: Arg; readonly probs?: Arg },
): Probabilities => {
  if ((p.logits === undefined) === (p.probs === undefined))
    fail('option', family, `${family} takes either logits or probs`, 'name exactly one of the two')
  return p.logits === undefined
    ? ofParameters({
        probs: vector(`probs of ${family}`, parameter(`probs of ${family}`, simplex, p.probs as Arg)),
      })
    : ofParameters({
        logits: vector(`logits of ${family}`, parameter(`logits of ${family}`, real, p.logits)),
      })
}

const vector = <D>(what: string, v: Value<Shape, D>): Value<[number], D> =>
  v.shape.length === 1
    ? (v as Value<Shape, D> as Value<[number], D>)
    : fail(
        'shape',
        what,
        `${what} must be a vector, but ${showSpaceOf(v as AnyValue)} was given`,
        'give K numbers along one event axis',
      )

/** What follows from checked parameters. */
export const ofParameters = (p: ProbabilityParameters<number>): Probabilities =>
  'logits' in p
    ? {
        k: p.logits.shape[0],
        parameters: p,
        probs: () => onEvent(p.logits, p.logits.shape, simplex, (t) => numerics.softmax(t)),
        logProbs: () => onEvent(p.logits, p.logits.shape, real, (t) => numerics.logSoftmax(t)),
      }
    : {
        k: p.probs.shape[0],
        parameters: p,
        probs: () => p.probs,
        logProbs: () => safeLog(p.probs) as Value<[number], Real>,
      }

/** H = −Σ_k p_k log p_k. */
export const entropyOf = (p: Probabilities): Value<[], Real> => {
  const probs = p.probs()
  const present = greater(probs, 0)
  return neg(sum(mul(probs, where(present, p.logProbs(), 0)) as Value<[number], Real>))
}

/** Σ_k q_k (log q_k − log p_k). */
export const klOfProbabilities = (q: Probabilities, p: Probabilities): Value<[], Real> =>
  sum(relativeEntropy(q.probs(), q.logProbs(), p.logProbs()))

/** Σ_{j<=k} p_j, divided by the last of these sums: the last is 1. */
export const cumulativeOf = (p: Probabilities): Value<[number], Real> =>
  onEvent<[number], Real>(p.probs(), [p.k], real, (t) => {
    const c = tf.cumsum(t, t.rank - 1)
    return tf.div(
      c,
      tf.slice(c, [...t.shape.slice(0, -1).map(() => 0), p.k - 1], [...t.shape.slice(0, -1), 1]),
    )
  })

/**
 * The label k with cum_{k−1} < u <= cum_k. The cumulative sums are divided by their last entry, so rounding never
 * leads to a label of probability 0.
 */
export const labelAt = (u: Value<Shape, Real>, p: Probabilities): Value<[], Real> =>
  sum(less(cumulativeOf(p), u))
