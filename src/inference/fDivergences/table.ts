/**
 * The f-divergences, as data: D_f(p ‖ q) = Σ_x q(x) f(p(x)/q(x)), f convex, D_f(p ‖ p) = f(1)
 *
 *   name                f(u)                                  f'(u)               f*(t)                    f* finite on
 *   kl                  u log u                               1 + log u           e^(t−1)                  ℝ
 *   reverseKl           −log u                                −1/u                −1 − log(−t)             t < 0
 *   jensenShannon       ½ u log u − ½ (u+1) log((u+1)/2)      ½ log(2u/(u+1))     −½ log(2 − e^(2t))       t < ½ log 2
 *   gan                 u log u − (u+1) log(u+1)              log(u/(u+1))        −log(1 − e^t)            t < 0
 *   pearson             (u−1)²                                2 (u−1)             t²/4 + t                 ℝ
 *   neyman              (1−u)²/u                              1 − 1/u²            2 − 2 √(1−t)             t < 1
 *   squaredHellinger    (√u − 1)²                             1 − 1/√u            t/(1−t)                  t < 1
 *   totalVariation      ½ |u−1|                               ½ sign(u−1)         t                        |t| < ½
 *   alphaDivergence(α)  (u^α − 1 − α(u−1))/(α(α−1))           (u^(α−1) − 1)/(α−1)  alpha.ts
 *
 * f*(t) = sup_u (u t − f(u)) over u >= 0; pearson's, as published, is over all u, where its f is convex too. f is 0 at 1 but
 * for gan, whose divergence is 2 · jensenShannon − log 4. jensenShannon is the divergence itself, at most log 2; the
 * published row of that name is twice it. The rest is Nowozin, Cseke & Tomioka, 2016, "f-GAN", tables 1, 2 and 6; the
 * critics' activations are not listed but derived (activation.ts).
 *
 * `ofCritic` is f*(g(v)) in one formula, with g the activation, since f* after g would lose all digits near the end of the
 * interval: at v = 100, gan's g is −e^−100. Laws (Fenchel and Young, convexity, f* = the supremum, ±100 in float32):
 * tests/inference/fDivergences/table.test.ts.
 */
import type { Real } from '../../dsl/domains/marks.js'
import { add, mul, neg, square, sub } from '../../dsl/operations/arithmetic.js'
import { exp, expm1, log, sigmoid, softplus, tanh } from '../../dsl/operations/functions.js'
import type { Value } from '../../dsl/value.js'
import type { OpenInterval } from './activation.js'
import { logGap } from './logGap.js'

/** One f-divergence. */
export interface FDivergence {
  readonly name: string
  /** f on u >= 0; at 0 its limit, which may be Infinity. */
  readonly f: (u: number) => number
  /** f', or a subgradient. */
  readonly derivative: (u: number) => number
  /** f*, the convex conjugate; Infinity where the supremum is. */
  readonly conjugate: (t: number) => number
  /** Where f* is finite; its upper end is lim f(u)/u. */
  readonly finiteOn: OpenInterval
  /** f*(g(v)), g the activation onto `finiteOn`, accurate at every v. */
  readonly ofCritic: (v: Value<[], Real>) => Value<[], Real>
}

const line: OpenInterval = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
const below = (high: number): OpenInterval => ({ low: Number.NEGATIVE_INFINITY, high })

/** A conjugate that is infinite from `high` on. */
const until =
  (high: number, conjugate: (t: number) => number) =>
  (t: number): number =>
    t < high ? conjugate(t) : Number.POSITIVE_INFINITY

const xLogX = (x: number): number => (x === 0 ? 0 : x * Math.log(x))

/** KL(p ‖ q) = Σ p log(p/q), nats. */
export const kl: FDivergence = {
  name: 'kl',
  f: xLogX,
  derivative: (u) => 1 + Math.log(u),
  conjugate: (t) => Math.exp(t - 1),
  finiteOn: line,
  ofCritic: (v) => exp(sub(v, 1)),
}

/** KL(q ‖ p) = Σ q log(q/p), nats. */
export const reverseKl: FDivergence = {
  name: 'reverseKl',
  f: (u) => -Math.log(u),
  derivative: (u) => -1 / u,
  conjugate: until(0, (t) => -1 - Math.log(-t)),
  finiteOn: below(0),
  ofCritic: (v) => sub(-1, logGap(v)),
}

/** JSD = ½ KL(p ‖ m) + ½ KL(q ‖ m), m = (p + q)/2, nats; at most log 2. */
export const jensenShannon: FDivergence = {
  name: 'jensenShannon',
  f: (u) => 0.5 * (xLogX(u) - (u + 1) * Math.log((u + 1) / 2)),
  derivative: (u) => 0.5 * (Math.LN2 - Math.log1p(1 / u)),
  conjugate: until(Math.LN2 / 2, (t) => -0.5 * Math.log(2 - Math.exp(2 * t))),
  finiteOn: below(Math.LN2 / 2),
  // e^(2t) = 2 s² with s = sigmoid v, and −log(1 − s²) = softplus(v) − log(1 + s)
  ofCritic: (v) => mul(0.5, sub(softplus(v), log(add(2, mul(2, sigmoid(v)))))),
}

/** 2 JSD − log 4, nats: what a discriminator σ(v) of a GAN estimates; least, −log 4, where p = q. */
export const gan: FDivergence = {
  name: 'gan',
  f: (u) => xLogX(u) - (u + 1) * Math.log1p(u),
  derivative: (u) => -Math.log1p(1 / u),
  conjugate: until(0, (t) => -Math.log(-Math.expm1(t))),
  finiteOn: below(0),
  ofCritic: softplus,
}

/** Pearson's χ² = Σ (p − q)²/q. */
export const pearson: FDivergence = {
  name: 'pearson',
  f: (u) => (u - 1) ** 2,
  derivative: (u) => 2 * (u - 1),
  conjugate: (t) => (t * t) / 4 + t,
  finiteOn: line,
  ofCritic: (v) => add(mul(0.25, square(v)), v),
}

/** Neyman's χ² = Σ (p − q)²/p. */
export const neyman: FDivergence = {
  name: 'neyman',
  f: (u) => (1 - u) ** 2 / u,
  derivative: (u) => 1 - 1 / u ** 2,
  conjugate: (t) => (t <= 1 ? 2 - 2 * Math.sqrt(1 - t) : Number.POSITIVE_INFINITY),
  finiteOn: below(1),
  ofCritic: (v) => sub(2, mul(2, exp(mul(0.5, logGap(v))))),
}

/** Σ (√p − √q)², the squared Hellinger distance without a factor ½; at most 2. */
export const squaredHellinger: FDivergence = {
  name: 'squaredHellinger',
  f: (u) => (Math.sqrt(u) - 1) ** 2,
  derivative: (u) => 1 - 1 / Math.sqrt(u),
  conjugate: until(1, (t) => t / (1 - t)),
  finiteOn: below(1),
  ofCritic: (v) => expm1(neg(logGap(v))),
}

/** ½ Σ |p − q|, the total variation; at most 1. Its best critic is ±½, a limit of critics. */
export const totalVariation: FDivergence = {
  name: 'totalVariation',
  f: (u) => 0.5 * Math.abs(u - 1),
  derivative: (u) => 0.5 * Math.sign(u - 1),
  conjugate: (t) => (t <= 0.5 ? Math.max(t, -0.5) : Number.POSITIVE_INFINITY),
  finiteOn: { low: -0.5, high: 0.5 },
  ofCritic: (v) => mul(0.5, tanh(v)),
}
