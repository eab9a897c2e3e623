/**
 * Contest: what a critic compares. Two models, the nets of the critic, and its score for one datum of either.
 *
 *   contest({ real: empirical({ x }), fake, nets: { D }, score: ({ x, D }) => D(x) })
 *
 * The score reads names that both models have (x, or x and z, or x and its class) and the critic's nets. `adversarial` makes
 * objectives of it, `gradientPenalty`, `r1`, `r2` and `dragan` penalties, `fDivergence` a bound: one record serves all.
 */
import type { Real } from '../dsl/domains/marks.js'
import type { Context, Merge, Model, Nets } from '../dsl/model.js'
import type { Objective } from '../dsl/objective.js'
import type { Value } from '../dsl/value.js'

/** What a score sees of a model: its inputs, sites and nets, and the nets beside it. */
export type Seen<M, N> = M extends Model<infer T, infer G, infer R> ? Context<Merge<T, N>, G, R> : never

/** What both contexts have. */
export type Common<A, B> = { readonly [K in keyof A & keyof B]: A[K] | B[K] }

/** Real data, fake data, and how a critic scores either. */
export interface Contest<P, Q, N> {
  /** The data: `empirical({ x })`, or any model. */
  readonly real: P
  /** The generator: a model whose sites have the names of the data. */
  readonly fake: Q
  /** The nets of the critic. */
  readonly nets: N
  /** The critic's output for one datum. */
  readonly score: (context: Common<Seen<P, N>, Seen<Q, N>>) => Value<[], Real>
}

/** An objective with the nets and the data of both models. */
export type OfBoth<P, Q, N> =
  P extends Model<infer TP, infer GP, unknown>
    ? Q extends Model<infer TQ, infer GQ, unknown>
      ? Objective<Merge<Merge<TP, N>, Merge<TQ, N>>, Merge<GP, GQ>>
      : never
    : never

/** An objective with the nets and the data of the fake model. */
export type OfFake<Q, N> = Q extends Model<infer TQ, infer GQ, unknown> ? Objective<Merge<TQ, N>, GQ> : never

/** The record itself, with the types of the score's context: for one that several objectives share. */
export const contest = <P extends Model, Q extends Model, const N extends Nets>(
  c: Contest<P, Q, N>,
): Contest<P, Q, N> => c
