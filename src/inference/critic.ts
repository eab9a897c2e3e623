/**
 * A critic of two models: nets of its own, and a scalar function of what both models name.
 *
 *   { nets: { V }, score: ({ x, V }) => V(x) }
 *
 * The context of `score` has the critic's nets, and the sites, inputs and nets that both models have.
 * Tested in tests/inference/fDivergence.test.ts.
 */
import type { Real } from '../dsl/domains/marks.js'
import type { Context, Merge, Model, Nets } from '../dsl/model.js'
import type { Objective } from '../dsl/objective.js'
import type { Value } from '../dsl/value.js'
import { expect } from './expect.js'

/** The entries that two contexts share. */
export type SharedContext<A, B> = { readonly [K in keyof A & keyof B]: A[K] | B[K] }

/** What a critic of the models P and Q sees, with nets N of its own. */
export type CriticContext<P, Q, N> =
  P extends Model<infer TP, infer GP, infer RP>
    ? Q extends Model<infer TQ, infer GQ, infer RQ>
      ? SharedContext<Context<Merge<TP, N>, GP, RP>, Context<Merge<TQ, N>, GQ, RQ>>
      : never
    : never

/** A critic of the models P and Q. */
export interface Critic<P, Q, N extends Nets> {
  readonly nets: N
  /** A scalar, any real number. */
  readonly score: (context: CriticContext<P, Q, N>) => Value<[], Real>
}

/** E_model[transform(score)], with the critic's nets. */
export const expectScore = <T, G, R, N extends Nets>(
  model: Model<T, G, R>,
  critic: { readonly nets: N; readonly score: (context: never) => Value<[], Real> },
  transform: (v: Value<[], Real>) => Value<[], Real>,
): Objective<Merge<T, N>, G> =>
  expect(model, critic.nets, (context) => transform(critic.score(context as never)))
