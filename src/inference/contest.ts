/**
 * Contest: what a critic compares. Two models, the nets of the critic, and its score for one datum of either.
 *
 *   contest({ real: empirical({ x }), fake, nets: { D }, score: ({ x, D }) => D(x) })
 *
 * The score reads names that both models have (x, or x and z, or x and its class) and the critic's nets. `adversarial` makes
 * objectives of it, `gradientPenalty`, `r1`, `r2` and `dragan` penalties, `fDivergence` a bound: one record serves all.
 * Tested in tests/inference/contest.test.ts and tests/types/contest.test-d.ts.
 */
import * as tf from '@tensorflow/tfjs'
import type { Real } from '../dsl/domains/marks.js'
import { fail, type GiryError, giryError, throwAll } from '../dsl/error.js'
import { exampleContext } from '../dsl/examine.js'
import type { AnyModel, Context, Merge, Model, Nets } from '../dsl/model.js'
import type { AnyObjective, Objective } from '../dsl/objective.js'
import { type SameShape, sameShape } from '../dsl/shape.js'
import { type AnyValue, isValue, type ShowValue, showSpaceOf, type Value } from '../dsl/value.js'
import { expect } from './expect.js'

/** What a score sees of a model: its inputs, sites and nets, and the nets beside it. */
export type Seen<M, N> = M extends Model<infer T, infer G, infer R> ? Context<Merge<T, N>, G, R> : never

/** What both contexts have; a name whose shapes differ has a sentence for its type, which no operation takes. */
export type Common<A, B> = { readonly [K in keyof A & keyof B & string]: Alike<K, A[K], B[K]> }
type Alike<K extends string, X, Y> =
  X extends Value<infer S, unknown>
    ? Y extends Value<infer R, unknown>
      ? SameShape<S, R> extends true
        ? X | Y
        : `'${K}': the data have ${ShowValue<X>} but the fakes have ${ShowValue<Y>}`
      : X | Y
    : X | Y

/** How a critic scores the data of two models. */
export interface Critic<P, Q, N> {
  /** The nets of the critic. */
  readonly nets: N
  /** The critic's output for one datum. */
  readonly score: (context: Common<Seen<P, N>, Seen<Q, N>>) => Value<[], Real>
}

/** Real data, fake data, and how a critic scores either. */
export interface Contest<P, Q, N> extends Critic<P, Q, N> {
  /** The data: `empirical({ x })`, or any model. */
  readonly real: P
  /** The generator: a model whose sites have the names of the data. */
  readonly fake: Q
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

/** The sentence of `Alike`, at run time. */
export const shapeFault = (name: string, real: AnyValue, fake: AnyValue): readonly GiryError[] =>
  sameShape(real.shape, fake.shape)
    ? []
    : [
        giryError(
          'model',
          name,
          `'${name}': the data have ${showSpaceOf(real)} but the fakes have ${showSpaceOf(fake)}`,
          'let the generator end in the space of the data',
        ),
      ]

/** A context on example values: of a model, and nets beside it. */
export const exampleFor = (model: Model, nets: Nets): Readonly<Record<string, unknown>> => {
  const m = model as AnyModel
  return exampleContext({ ...m, nets: { ...m.nets, ...nets } })
}

/**
 * The run-time twin of `Common`, and one look at the score on example data of both kinds: what a net cannot take is found at
 * construction. Errors: tags `model`, `shape`.
 */
export const requireContest = (c: Contest<unknown, unknown, unknown>): void => {
  scoreNames(c)
}

/** Checks the contest, and says which names its score reads. */
export const scoreNames = (c: Contest<unknown, unknown, unknown>): ReadonlySet<string> => {
  const names = new Set<string>()
  const noting = (context: object) =>
    new Proxy(context, {
      get: (from, name, self) => {
        names.add(String(name))
        return Reflect.get(from, name, self)
      },
    })
  tf.tidy(() => {
    const [real, fake] = [c.real, c.fake].map((m) => exampleFor(m as Model, c.nets as Nets))
    const common = Object.keys(real ?? {}).filter((name) => isValue(real?.[name]) && isValue(fake?.[name]))
    throwAll(common.flatMap((name) => shapeFault(name, real?.[name] as AnyValue, fake?.[name] as AnyValue)))
    for (const context of [real, fake]) requireScalar(c.score(noting(context as object) as never))
  })
  return names
}

const requireScalar = (score: unknown): void => {
  if (!isValue(score) || score.shape.length > 0)
    fail(
      'shape',
      'score',
      `a score is a scalar, but ${isValue(score) ? showSpaceOf(score) : typeof score} was returned`,
      'end the critic in real()',
    )
}

/** The record itself, with the types of the score's context: for one that several objectives share. */
export const contest = <P extends Model, Q extends Model, const N extends Nets>(
  c: Contest<P, Q, N>,
): Contest<P, Q, N> => {
  requireContest(c as unknown as Contest<unknown, unknown, unknown>)
  return c
}

type ScalarMap = (score: Value<[], Real>) => Value<[], Real>

/** E_p[f(score)] and E_q[f(score)], as functions of f. */
export const expectScores = <P extends Model, Q extends Model, N extends Nets>(
  p: P,
  q: Q,
  critic: Critic<P, Q, N>,
): readonly [(f: ScalarMap) => AnyObjective, (f: ScalarMap) => AnyObjective] => {
  requireContest({ ...critic, real: p, fake: q } as never)
  const under = (model: Model) => (f: ScalarMap) =>
    expect(model, critic.nets, ((context: never) =>
      f(critic.score(context))) as never) as unknown as AnyObjective
  return [under(p), under(q)]
}
