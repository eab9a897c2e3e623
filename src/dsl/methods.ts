/**
 * The options of the gradient methods: `sites: { z: 'score' }` takes the defaults, an object says more.
 *
 *   score({ baseline })                        'leaveOneOut' (the default), 'none', movingAverage(decay), learned(…)
 *   score({ raoBlackwell: false })             the whole objective as the signal, not only what depends on the site
 *   { method: 'gumbelSoftmax', temperature }   also 'straightThrough'; a number > 0 or a schedule, 0.5 if left out
 *   { method: 'rebar', temperature, weight }   the weight of the control variate, 1 if left out
 *   relax(sees, nets, control)                 a control variate by a net
 *
 * Nets of baselines and control variates belong to the objective, whose type has them: a game gives them an owner.
 * Each rule twice, in the same words: here as types, in methodFaults.ts at construction.
 * Tested in tests/types/methods.test-d.ts and tests/dsl/methods.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import type { Real } from './domains/marks.js'
import { fail } from './error.js'
import { exampleContext } from './examine.js'
import type { AnyModel, Context, Merge, Model, Nets } from './model.js'
import type { Net } from './net.js'
import type { StepSchedule } from './objective.js'
import { isValue, showSpaceOf, type Value } from './value.js'

/** A function of what is known before a site, by nets of its own. */
export interface Sighted<out N = unknown, out Seen extends string = string> {
  readonly nets: N
  /** A model with what it sees: inputs, and sites drawn before. */
  readonly sees: Model
  readonly value: (context: never) => Value<[], Real>
  /** For the compiler only. */
  readonly names?: Seen
}

/** A baseline by nets of its own, fitted by least squares to what it is subtracted from. */
export interface Learned<out N = unknown, out Seen extends string = string> extends Sighted<N, Seen> {
  readonly kind: 'learned'
}

/** A baseline that follows the past. */
export interface MovingAverage {
  readonly kind: 'movingAverage'
  /** How much of the average is kept at each update, within (0, 1). */
  readonly decay: number
}

/** What is subtracted from the signal of the score function. */
export type Baseline = 'none' | 'leaveOneOut' | MovingAverage | Learned

/** The score function with a baseline. */
export interface ScoreMethod<out B extends Baseline = Baseline> {
  readonly method: 'score'
  readonly baseline: B
  /** Whether the signal is only what depends on the site, true if left out; false: all of the objective, with more variance. */
  readonly raoBlackwell?: boolean
}

/** A number > 0, or a schedule of the step that anneals it: `exponentialDecay(1, 0.1, 1000)`. */
export type Temperature = number | StepSchedule

/** A relaxation of a discrete site. */
export interface RelaxedMethod {
  readonly method: 'gumbelSoftmax' | 'straightThrough'
  readonly temperature?: Temperature
}

/** REBAR. */
export interface RebarMethod {
  readonly method: 'rebar'
  readonly temperature?: Temperature
  readonly weight?: number
}

/** RELAX, with its control variate. */
export interface RelaxMethod<out N = unknown, out Seen extends string = string> extends Sighted<N, Seen> {
  readonly method: 'relax'
}

/** The options that each method takes. */
export const methodOptions = {
  pathwise: [],
  stickingTheLanding: [],
  score: ['baseline', 'raoBlackwell'],
  enumerate: [],
  gumbelSoftmax: ['temperature'],
  straightThrough: ['temperature'],
  rebar: ['temperature', 'weight'],
  relax: ['nets', 'sees', 'value'],
  measureValued: [],
} as const satisfies Record<string, readonly string[]>

type OptionOf<N> = N extends keyof typeof methodOptions ? (typeof methodOptions)[N][number] : never

/** The sentence for an option that a method does not have. */
export type UnknownOption<K extends string, N extends string, O> = O extends 'baseline'
  ? `site '${K}': the gradient method '${N}' has no baseline`
  : O extends string
    ? `site '${K}': the gradient method '${N}' has no option '${O}'`
    : never

type Outside<K extends string, O extends string, X> = X extends number
  ? number extends X
    ? never
    : X extends 0
      ? `site '${K}': ${O} must be a number > 0, but ${X} was given`
      : `${X}` extends `-${string}`
        ? `site '${K}': ${O} must be a number > 0, but ${X} was given`
        : never
  : never

type SeesFault<K extends string, M> = M extends { readonly baseline: Learned<unknown, infer Seen> }
  ? K extends Seen
    ? `site '${K}': the baseline sees '${K}', which it is subtracted for`
    : never
  : M extends RelaxMethod<unknown, infer Seen>
    ? K extends Seen
      ? never
      : `site '${K}': the control variate of relax does not see '${K}'`
    : never

/** The sentences for options of the method M of a site K. */
export type OptionFault<K extends string, M> = M extends { readonly method: infer N extends string }
  ?
      | UnknownOption<K, N, Exclude<keyof M, 'method' | 'names' | OptionOf<N>>>
      | (M extends { readonly temperature: infer X } ? Outside<K, 'temperature', X> : never)
      | SeesFault<K, M>
  : never

/** The name of the parameter that is the moving average of a site. */
export const averageName = (site: string): `${string}_baseline` => `${site}_baseline`

type NetsOfMethod<K extends string, M> = M extends { readonly baseline: MovingAverage }
  ? { readonly [B in `${K}_baseline`]: Net<() => Value<[], Real>> }
  : M extends { readonly baseline: Sighted<infer N> }
    ? N
    : M extends { readonly method: 'relax'; readonly nets: infer N }
      ? N
      : never

type Intersection<U> = (U extends unknown ? (u: U) => void : never) extends (u: infer I) => void ? I : never

/** The nets that the methods of a bound bring along. */
export type MethodNets<M> = Intersection<{ [K in keyof M & string]: NetsOfMethod<K, M[K]> }[keyof M & string]>

/** The nets T, with those that the methods of a bound bring along. */
export type WithMethodNets<T, M> = [keyof M] extends [never] ? T : Merge<T, MethodNets<M>>

/** What a baseline or a control variate is computed from. */
type SightedContext<T, G, R, N> = Context<Merge<T, N>, G, R>

type SeenBy<G, R> = (keyof G | keyof R) & string

/** Runs it once on example values: nets check their arguments, and a scalar must come out. */
const requireScalar = (what: string, s: Sighted): void => {
  const seen = s.sees as AnyModel
  const result = tf.tidy(() => {
    const context = exampleContext({ ...seen, nets: { ...seen.nets, ...(s.nets as Nets) } })
    const found: unknown = s.value(context as never)
    return (isValue(found) ? { space: showSpaceOf(found), rank: found.shape.length } : {}) as never
  }) as { readonly space?: string; readonly rank?: number }
  if (result.rank !== 0)
    fail(
      'shape',
      what,
      `${what} must be a scalar, but its function returned ${result.space ?? 'no value'}`,
      'end the net in real(), or sum over the event axes with sum(…)',
    )
}

/** The score function, with the baseline that is subtracted from its signal. */
export const score = <const B extends Baseline = 'leaveOneOut'>(
  options: { readonly baseline?: B; readonly raoBlackwell?: boolean } = {},
): ScoreMethod<B> => ({ method: 'score', ...options, baseline: options.baseline ?? ('leaveOneOut' as B) })

/** The sentence for a decay outside (0, 1). */
export type DecayFault<D extends number> = number extends D
  ? unknown
  : `${D}` extends `0.${string}` | `${string}e-${string}`
    ? unknown
    : { readonly error: `decay must lie within (0, 1), but ${D} was given` }

/** The mean of past signals as a baseline: b ← decay · b + (1 − decay) · signal at each update. */
export const movingAverage = <const D extends number>(decay: D & DecayFault<D>): MovingAverage => {
  const d: number = decay
  if (!(d > 0 && d < 1))
    fail(
      'option',
      'decay',
      `decay must lie within (0, 1), but ${d} was given`,
      'use 0.9, or 0.99 for a longer memory',
    )
  return { kind: 'movingAverage', decay: d }
}

/**
 * A baseline by nets: `learned(given({ x: X }), { b }, ({ x, b }) => b(x))`. `sees` is a model with what it may read: data,
 * and sites that q draws before. Its gradient flows into these nets only.
 */
export const learned = <T, G, R, const N extends Nets>(
  sees: Model<T, G, R>,
  nets: N,
  value: (context: SightedContext<T, G, R, N>) => Value<[], Real>,
): Learned<N, SeenBy<G, R>> => {
  const built = { kind: 'learned' as const, nets, sees: sees as Model, value: value as never }
  requireScalar('a learned baseline', built)
  return built
}

/**
 * RELAX with the control variate c: `relax(given({ z: real(3), x: X }), { c }, ({ z, c }) => c(z))`. `sees` is a model with
 * what it may read: the continuous z behind the site, as an input by the name of the site, data, and sites drawn before.
 */
export const relax = <T, G, R, const N extends Nets>(
  sees: Model<T, G, R>,
  nets: N,
  value: (context: SightedContext<T, G, R, N>) => Value<[], Real>,
): RelaxMethod<N, SeenBy<G, R>> => {
  const built = { method: 'relax' as const, nets, sees: sees as Model, value: value as never }
  requireScalar('a control variate of relax', built)
  return built
}
