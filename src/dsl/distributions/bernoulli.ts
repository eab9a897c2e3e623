/**
 * bernoulli({ logits }) or bernoulli({ probs }): independent coins x_i ∈ {0, 1}, P(x_i = 1) = p_i
 *
 *   log p(x) = −Σ_i softplus((1 − 2 x_i) · logit_i)            logit = log p − log(1 − p)     (nats)
 *   x_i = 1[u_i < p_i],  u ~ U(0, 1)                           (not pathwise)
 *   H = Σ_i p softplus(−logit) + (1 − p) softplus(logit)
 *
 * On Binary, entries independent. The softplus form is exact in both tails: no overflow and no log 0 at ±100.
 * Enumerable up to 2^16 points; relaxable (relaxation.ts), with a weak derivative (weak.ts). Tested in tests/dsl/distributions/bernoulli.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import {
  type Distribution,
  distribution,
  type Entropy,
  type EventSpace,
  type Moments,
} from '../distribution.js'
import { binary, isWithin, nonNegative, real, unit } from '../domain.js'
import type { Binary, Real, Unit } from '../domains/marks.js'
import { fail } from '../error.js'
import type { Arg, ShapeOf } from '../operations/argument.js'
import { add, mul, neg, sub } from '../operations/arithmetic.js'
import { less, lessEqual } from '../operations/comparisons.js'
import { sigmoid } from '../operations/functions.js'
import { sum } from '../operations/reductions.js'
import { type Shape, sizeOf } from '../shape.js'
import { makeValue, type Value, withDomain } from '../value.js'
import { chances, softplus } from './chance.js'
import { uniformNoise } from './draw.js'
import { plogp, relativeEntropy, selected } from './masses.js'
import { parameter, type Within } from './parameter.js'
import { coinRelaxation, logitsOf } from './relaxation.js'
import { onSupport } from './support.js'
import { weakBernoulli } from './weak.js'

/** The parameters of a bernoulli: one of the two. */
export type BernoulliParameters<S extends Shape> =
  | { readonly logits: Value<S, Real> }
  | { readonly probs: Value<S, Unit> }

/** A product of independent coins of event shape S. */
export type Bernoulli<S extends Shape> = Distribution<
  EventSpace<S, Binary>,
  'density' | 'enumerable' | 'relaxable' | 'weakDerivative',
  'bernoulli'
> &
  Moments<S> &
  Entropy & { readonly parameters: BernoulliParameters<S> }

/** Coins from logits, or from probabilities; exactly one of the two, by name. */
export const bernoulli: {
  <const L extends Arg>(p: {
    readonly logits: L & Within<L, Real, 'logits of bernoulli'>
  }): Bernoulli<ShapeOf<L>>
  <const P extends Arg>(p: {
    readonly probs: P & Within<P, Unit, 'probs of bernoulli'>
  }): Bernoulli<ShapeOf<P>>
} = (p: { readonly logits?: Arg; readonly probs?: Arg }): Bernoulli<never> => {
  if ((p.logits === undefined) === (p.probs === undefined))
    fail('option', 'bernoulli', 'bernoulli takes either logits or probs', 'name exactly one of the two')
  return (
    p.logits === undefined
      ? fromProbs(parameter('probs of bernoulli', unit, p.probs as Arg))
      : fromLogits(parameter('logits of bernoulli', real, p.logits))
  ) as Bernoulli<never>
}

const fromLogits = (logits: Value<Shape, Real>): Bernoulli<Shape> =>
  coins(
    { logits },
    logits.shape,
    () => sigmoid(logits),
    () => sigmoid(neg(logits)),
    (x) => softplus(mul(sub(1, mul(2, x)), logits)),
    () => add(mul(sigmoid(logits), softplus(neg(logits))), mul(sigmoid(neg(logits)), softplus(logits))),
  )

const fromProbs = (probs: Value<Shape, Unit>): Bernoulli<Shape> => {
  const tails = () => withDomain(sub(1, probs), unit)
  return coins(
    { probs },
    probs.shape,
    () => probs,
    tails,
    (x) => neg(add(selected(x, probs), selected(withDomain(sub(1, x), binary), tails()))),
    () => neg(add(plogp(probs), plogp(tails()))),
  )
}

const coins = (
  parameters: BernoulliParameters<Shape>,
  shape: Shape,
  heads: () => Value<Shape, Unit>,
  tails: () => Value<Shape, Unit>,
  surprisal: (x: Value<Shape, Binary>) => Value<Shape, Real>,
  entropies: () => Value<Shape, Real>,
): Bernoulli<Shape> => {
  const n = sizeOf(shape)
  const measure = distribution({
    family: 'bernoulli',
    shape,
    domain: binary,
    capabilities: ['density', ...(n <= 16 ? (['enumerable'] as const) : []), 'relaxable', 'weakDerivative'],
    parameters: { ...parameters },
    sample: (noise, axes) => less(uniformNoise(noise, axes, shape), heads()),
    logProb: (x) =>
      isWithin(x.domain, binary)
        ? neg(sum(surprisal(x)))
        : sum(onSupport(lessEqual(x, 1), neg(surprisal(x)))),
    enumerate: (axis) => bits(n, shape, axis),
    supportSize: n <= 16 ? 2 ** n : Number.POSITIVE_INFINITY,
    relaxation: coinRelaxation(() =>
      'logits' in parameters ? parameters.logits : logitsOf(parameters.probs),
    ),
    weakDerivatives: weakBernoulli(heads),
  })
  return {
    ...measure,
    parameters,
    mean: heads,
    variance: () => withDomain(mul(heads(), tails()), nonNegative),
    entropy: () => sum(entropies()),
  } as Bernoulli<Shape>
}

/** All 2^n vectors of n bits. */
const bits = (n: number, shape: Shape, axis: string): Value<Shape, Binary> => {
  const size = 2 ** n
  const data = Float32Array.from({ length: size * n }, (_, i) => (Math.floor(i / n) >> (n - 1 - (i % n))) & 1)
  return makeValue(tf.tensor(data, [size, ...shape]), shape, binary, [{ name: axis, size }])
}

/** KL(bernoulli(q) ‖ bernoulli(p)) = Σ_i q log(q/p) + (1 − q) log((1 − q)/(1 − p)). */
export const klBernoulli = (q: Bernoulli<Shape>, p: Bernoulli<Shape>): Value<[], Real> => {
  const [a, b] = [chances(q.parameters), chances(p.parameters)]
  return sum(
    add(
      relativeEntropy(a.success, a.logSuccess, b.logSuccess),
      relativeEntropy(a.failure, a.logFailure, b.logFailure),
    ),
  )
}
