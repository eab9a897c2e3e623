/**
 * Objective<T, D>: an estimator of a scalar from data D, with nets T, in nats per datum; what is maximized.
 *
 *   plus(a, b) = a + b     minus(a, b) = a − b     scale(c, a) = c a     constant(c) = c          c may follow the updates
 *
 * `evaluate` returns one scalar whose value is the estimate and whose gradient is the estimator of the gradient.
 * A bound is a function that returns one (src/inference/elbo.ts), never a subclass. Objectives are functions of the
 * nets by name: two objectives that share a name must share the net. Tested in tests/dsl/objective.test.ts.
 */
import type { AnyEventSpace } from './distribution.js'
import type { Real } from './domains/marks.js'
import { giryError, throwAll } from './error.js'
import type { Merge, Nets } from './model.js'
import type { Noise } from './noise.js'
import { add, mul, sub } from './operations/arithmetic.js'
import type { ParameterTensors } from './params.js'
import { sameShape } from './shape.js'
import { type AnyValue, type Axis, constant as scalar, showSpaceOf, type Value } from './value.js'

/** A number for each update t = 1, 2, …; its number for Infinity is the one that holds once training is over. */
export type StepSchedule = (step: number) => number

/** Where nothing is trained: every schedule is at its end. */
export const afterTraining = (schedule: StepSchedule): Value<[], Real> =>
  scalar(schedule(Infinity)) as Value<[], Real>

/** What an objective is evaluated in. */
export interface Environment {
  /** The functions of the nets, by name. */
  readonly functions: Readonly<Record<string, unknown>>
  /** The tensors of the parameters, by full path: what the functions were made from. */
  readonly parameters: ParameterTensors
  /** The minibatch, with axis `datum`. */
  readonly data: Readonly<Record<string, AnyValue>>
  /** Size of the minibatch; also the number of draws where an objective draws data of its own. */
  readonly batch: number
  /** Size of the whole data set, N; a shared latent counts 1/N per datum. */
  readonly dataSize: number
  readonly noise: Noise
  /** A number that follows the updates: a schedule at the update t = 1, 2, … of the fit, and at t = Infinity outside of one. */
  readonly step: (schedule: StepSchedule) => Value<[], Real>
  /** Set where the gradient of the objective will be differentiated in turn: an estimator that cannot be is refused. */
  readonly twice?: true
  /** Told each term as it is computed, with its site; finds where a NaN began. */
  readonly observe?: (site: string, term: string, value: AnyValue) => void
}

/** What a column of data must be: its event space, and the plates it lies in. */
export type DataSpec = AnyEventSpace & { readonly plates?: readonly Axis[] }

/** An estimator of a scalar. */
export interface Objective<out T = unknown, out D = unknown> {
  readonly tag: 'objective'
  /** What it is, in one line. */
  readonly description: string
  readonly nets: T
  readonly data: D
  /** Set where it lies above what it bounds: it is to be minimized, and nobody may maximize it. */
  readonly upper?: true
  /** The estimate, in nats per datum, with the gradient estimator behind it. */
  readonly evaluate: (env: Environment) => Value<[], Real>
}

/** What an objective has besides that lies above what it bounds. */
export interface UpperBound {
  readonly upper: true
}

/** The sentence for a player who maximizes an upper bound, which grows without telling anything about what it bounds. */
export type UpperFault<Name extends string, O> = O extends UpperBound
  ? `player '${Name}' maximizes an upper bound, which lies above what it bounds`
  : never

/** Accepts what may be maximized; otherwise the sentence. */
export type Maximizable<O, Name extends string = 'max'> = [UpperFault<Name, O>] extends [never]
  ? unknown
  : UpperFault<Name, O>

/** Any objective. */
export type AnyObjective = Objective<Nets, Readonly<Record<string, DataSpec>>>

// biome-ignore lint/complexity/noBannedTypes: {} is the record without entries.
type None = {}

/** The constant c. */
export const constant = (c: number): Objective<None, None> => ({
  tag: 'objective',
  description: `${c}`,
  nets: {},
  data: {},
  evaluate: () => scalar(c) as Value<[], Real>,
})

/** What stays of an upper bound times c: nothing where c is below 0, or where its sign is not known to the compiler. */
type Scaled<C, O> =
  Extract<O, UpperBound> extends never
    ? unknown
    : C extends number
      ? number extends C
        ? unknown
        : `${C}` extends `-${string}`
          ? unknown
          : UpperBound
      : UpperBound

/** c · a, for a number or a schedule c of the update. */
export const scale = <T, D, A, const C extends number | StepSchedule>(
  c: C,
  a: A & Objective<T, D>,
): Objective<T, D> & Scaled<C, A> => {
  const { upper, ...rest } = a
  return {
    ...rest,
    // Minus what lies above lies below, and may be maximized.
    ...(upper === true && !(typeof c === 'number' && c < 0) ? { upper } : {}),
    description: `${typeof c === 'number' ? c : 'c_t'} · (${a.description})`,
    evaluate: (env: Environment) => mul(typeof c === 'number' ? (c as number) : env.step(c), a.evaluate(env)),
  } as never
}

const merge = <A, B>(what: string, a: A, b: B, same: (x: unknown, y: unknown) => boolean): Merge<A, B> => {
  const left = a as Readonly<Record<string, unknown>>
  const right = b as Readonly<Record<string, unknown>>
  throwAll(
    Object.keys(right)
      .filter((name) => name in left && !same(left[name], right[name]))
      .map((name) =>
        giryError(
          'model',
          name,
          `two objectives use the name '${name}' for different ${what}`,
          'give each its own name',
        ),
      ),
  )
  return { ...right, ...left } as Merge<A, B>
}

const sameSpace = (x: unknown, y: unknown): boolean => {
  const a = x as AnyEventSpace
  const b = y as AnyEventSpace
  return sameShape(a.shape, b.shape) && showSpaceOf(a) === showSpaceOf(b)
}

const combine =
  (sign: '+' | '−', f: (x: Value<[], Real>, y: Value<[], Real>) => Value<[], Real>) =>
  <T, D, U, E>(a: Objective<T, D>, b: Objective<U, E>): Objective<Merge<T, U>, Merge<D, E>> => ({
    tag: 'objective',
    // What lies above stays above with anything added to it, and lies below once it is subtracted.
    ...(a.upper === true || (sign === '+' && b.upper === true) ? { upper: true } : {}),
    description: `${a.description} ${sign} ${b.description}`,
    nets: merge('nets', a.nets, b.nets, (x, y) => x === y),
    data: merge('spaces', a.data, b.data, sameSpace),
    evaluate: (env) => f(a.evaluate(env), b.evaluate(env)),
  })

/** What stays of an upper bound in a sum. */
type Above<O> = Extract<O, UpperBound> extends never ? unknown : UpperBound

/** a + b; an upper bound where one of them is. */
export const plus: <T, D, U, E, A, B>(
  a: A & Objective<T, D>,
  b: B & Objective<U, E>,
) => Objective<Merge<T, U>, Merge<D, E>> & Above<A | B> = combine('+', (x, y) => add(x, y)) as never

/** a − b; an upper bound where a is. */
export const minus: <T, D, U, E, A>(
  a: A & Objective<T, D>,
  b: Objective<U, E>,
) => Objective<Merge<T, U>, Merge<D, E>> & Above<A> = combine('−', (x, y) => sub(x, y)) as never
