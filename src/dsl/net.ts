/**
 * Net<F>: a function of type F with parameters.
 *
 *   net = { parameters: path → shape and start, apply: parameters → F }
 *
 * A net is a value without a name; it gets its name where a model takes it in, `nets({ decode })`, and each of its
 * parameters one path there: `decode/0/kernel`. There is no global parameter store: `apply` is pure.
 * The kinds of nets are in src/dsl/nets/. Tested in tests/dsl/net.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import type { EventSpace } from './distribution.js'
import { isWithin } from './domain.js'
import type { Domain, DomainName } from './domains/marks.js'
import { fail } from './error.js'
import { type SameShape, type Shape, type ShapeName, sameShape } from './shape.js'
import {
  type AnyValue,
  makeValue,
  type ShowValue,
  showSpaceOf,
  unionAxes,
  unionOrigins,
  type Value,
} from './value.js'

/** How a parameter starts. */
export type Start =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'glorotUniform'; readonly fanIn: number; readonly fanOut: number }
  | { readonly kind: 'normal'; readonly scale: number }
  | { readonly kind: 'given'; readonly data: Float32Array }

/** One parameter: its shape and how it starts. */
export interface ParameterSpec {
  readonly shape: Shape
  readonly start: Start
  /** Set where it is a moving average of what its gradient points to, θ ← θ + (1 − decay) gradient, and not the optimizer's. */
  readonly follows?: { readonly decay: number }
}

/** The tensors of one net's parameters, by path within the net. */
export type NetTensors = Readonly<Record<string, tf.Tensor>>

/** A function of type F with parameters. */
export interface Net<out F = unknown> {
  readonly tag: 'net'
  /** One line: `Real[2] → 400 → Real[784]`. */
  readonly description: string
  /** Parameters by path within the net: `0/kernel`. */
  readonly parameters: Readonly<Record<string, ParameterSpec>>
  /** The function at these parameters; pure. */
  readonly apply: (tensors: NetTensors) => F
  /** The function on example values: checks the argument, computes nothing. Models are built with it. */
  readonly example: F
  /** The space of its argument, where it has one; `chain` is checked with it. */
  readonly input?: EventSpace
}

/** Any net. */
export type AnyNet = Net<unknown>

/** The function of a net. */
export type FunctionOf<N> = N extends Net<infer F> ? F : never

/** Accepts values of the input space; otherwise a sentence. */
export type Feeds<V, X> =
  X extends EventSpace<infer S, infer D>
    ? V extends Value<infer VS, infer VD>
      ? SameShape<VS, S> extends true
        ? [VD] extends [D]
          ? unknown
          : `a net from ${DomainName<D>}${ShapeName<S>} was fed ${ShowValue<V>}`
        : `a net from ${DomainName<D>}${ShapeName<S>} was fed ${ShowValue<V>}`
      : `a net from ${DomainName<D>}${ShapeName<S>} was fed something that is no value`
    : unknown

/** A function from values of the space X to Y. (`takes` and `gives` exist for the compiler only.) */
export interface NetFunction<in out X, out Y> {
  <V extends AnyValue>(x: V & Feeds<V, X>): Y
  readonly takes?: X
  readonly gives?: Y
}

/** Checks the argument of a net, in the words of `Feeds`. */
export const requireInput = (input: EventSpace, x: AnyValue): void => {
  if (x?.tensor === undefined || !sameShape(x.shape, input.shape) || !isWithin(x.domain, input.domain))
    fail(
      'shape',
      'net',
      `a net from ${showSpaceOf(input)} was fed ${x?.tensor === undefined ? 'something that is no value' : showSpaceOf(x)}`,
      'declare the net with the space of its argument',
    )
}

/** An example value of a space, with the axes and origins of the values it would be computed from. */
export const exampleOf = <S extends Shape, D>(
  space: { readonly shape: S; readonly domain: Domain<D> },
  from: readonly AnyValue[] = [],
): Value<S, D> => {
  const axes = unionAxes(from)
  const event = tf.tensor(space.domain.example(space.shape), [...space.shape])
  const tensor = tf.broadcastTo(event, [...axes.map((a) => a.size), ...space.shape])
  return makeValue(tensor, space.shape, space.domain, axes, unionOrigins(from))
}

/** A net with one input space and one output space. */
export const makeNet = <X extends EventSpace, S extends Shape, D>(d: {
  readonly description: string
  readonly input: X
  readonly output: { readonly shape: S; readonly domain: Domain<D> }
  readonly parameters: Readonly<Record<string, ParameterSpec>>
  readonly apply: (tensors: NetTensors, x: AnyValue) => AnyValue
}): Net<NetFunction<X, Value<S, D>>> => ({
  tag: 'net',
  description: d.description,
  parameters: d.parameters,
  input: d.input,
  apply: (tensors) => (x) => {
    requireInput(d.input, x)
    return d.apply(tensors, x) as Value<S, D>
  },
  example: (x) => {
    requireInput(d.input, x)
    return exampleOf(d.output, [x])
  },
})

/** The parameter of a net, which `apply` was promised. */
export const tensorAt = (tensors: NetTensors, path: string): tf.Tensor =>
  tensors[path] ??
  fail('params', path, `the parameter '${path}' is missing`, 'pass the parameters of this very net')

/** The part of `record` under `prefix/`, with the prefix cut off. */
export const under = <A>(record: Readonly<Record<string, A>>, prefix: string): Readonly<Record<string, A>> =>
  Object.fromEntries(
    Object.entries(record).flatMap(([path, a]) =>
      path.startsWith(`${prefix}/`) ? [[path.slice(prefix.length + 1), a]] : [],
    ),
  )

/** `record` with `prefix/` put before each path. */
export const prefixed = <A>(
  record: Readonly<Record<string, A>>,
  prefix: string | number,
): Readonly<Record<string, A>> =>
  Object.fromEntries(Object.entries(record).map(([path, a]) => [`${prefix}/${path}`, a]))
