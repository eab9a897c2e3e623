/**
 * Distribution<X, C, F>: a probability measure on the space X with capabilities C, of family F.
 *
 *   density     logProb(x): nats, with respect to the reference measure of the domain, summed over the event
 *   pathwise    sample(noise) is differentiable in the parameters
 *   enumerable  the support is finite and can be listed
 *   relaxable   a value is H(z) of a continuous z that is differentiable in the parameters (Gumbel-softmax)
 *   weakDerivative  ∂E[f]/∂θ_i = c_i (E[f(x+)] − E[f(x−)]) for values that can be drawn (measure-valued derivative)
 *
 * A measure without `density` is implicit (`push`), and whatever needs a density does not compile on it. Parameters
 * are values with named axes; a sample has their axes and the further ones asked for. Laws (it integrates to 1, samples
 * follow the cdf, pathwise gradients agree with finite differences): src/testing/laws/distribution.ts.
 */

import { isWithin } from './domain.js'
import type { AnyDomain, Domain, Real } from './domains/marks.js'
import { fail } from './error.js'
import type { Noise } from './noise.js'
import { type Shape, sameShape, showShape } from './shape.js'
import type { ValueIn } from './space.js'
import {
  type AnyValue,
  type Axis,
  isValue,
  showSpaceOf,
  unionAxes,
  unionOrigins,
  type Value,
} from './value.js'

/** What a distribution can do. */
export type Capability = 'density' | 'pathwise' | 'enumerable' | 'relaxable' | 'weakDerivative'

/**
 * A continuous z behind each draw x = H(z), of the event shape of x:
 *
 *   z = g(location, u)     x = H(z)     z | x = g(location, x, v)     soft = σ(z / temperature) → x as temperature → 0
 *
 * u, v ~ U(0, 1) are uniform noise of the event shape. Values that lie between those of the support carry its domain.
 */
export interface Relaxation {
  /** Where z lies, one real number for each entry of the event, differentiable in the parameters. */
  readonly location: () => Value<Shape, Real>
  /** z at this location, from uniform noise. */
  readonly free: (location: Value<Shape, Real>, u: Value<Shape, Real>) => Value<Shape, Real>
  /** H(z), the value that z stands for. */
  readonly harden: (z: Value<Shape, Real>) => AnyValue
  /** z given the value H(z) = x, from further uniform noise. */
  readonly conditional: (
    location: Value<Shape, Real>,
    x: AnyValue,
    v: Value<Shape, Real>,
  ) => Value<Shape, Real>
  /** The soft value of z. */
  readonly soften: (z: Value<Shape, Real>, temperature: Value<[], Real>) => AnyValue
  /** log density, continued linearly in x between the values of the support. */
  readonly logProb: (location: Value<Shape, Real>, x: AnyValue) => Value<[], Real>
}

/**
 * The derivative of a measure by one parameter θ (of any event shape, m entries), as differences of values:
 *
 *   ∂E[f(x)] / ∂θ_i = c_i E[f(positive_i) − f(negative_i)]
 */
export interface WeakDerivative {
  /** θ, differentiable in what it was computed from. */
  readonly parameter: AnyValue
  /** c, of the event shape of θ. */
  readonly constant: AnyValue
  /** Values along an axis of size m. */
  readonly positive: AnyValue
  /** Likewise; the draw itself where it serves. */
  readonly negative?: AnyValue
}

/** Where the values of a weak derivative are drawn. */
export interface WeakDraw {
  /** The draw, whose entries are replaced one by one. */
  readonly base: AnyValue
  readonly noise: Noise
  /** All axes of the draw. */
  readonly axes: readonly Axis[]
  /** The name of the further axis that the entries of a parameter lie along. */
  readonly along: string
}

/** The part of a space that a distribution has: shape and domain. */
export interface EventSpace<S extends Shape = Shape, out D = unknown> {
  readonly shape: S
  readonly domain: Domain<D>
}

/** Any event space. */
export type AnyEventSpace = EventSpace<Shape, unknown>

/** A probability measure. */
export interface Distribution<
  out X extends AnyEventSpace = AnyEventSpace,
  in C extends Capability = never,
  out F extends string = string,
> {
  /** The family, by which closed forms are looked up. */
  readonly family: F
  /** The space it lives on; its domain is the support. */
  readonly space: X
  /** The capabilities, as a record so that more of them is a subtype. */
  readonly capabilities: { readonly [K in C]: true }
  /** The parameters, by name. */
  readonly parameters: Readonly<Record<string, AnyValue>>
  /** The distributions it is built from (`iid`, `independent`, `mixture`). */
  readonly parts: readonly AnyDistribution[]
  /** Draws from explicit noise, once per element of the axes of the parameters and of `axes`. */
  sample(noise: Noise, axes?: readonly Axis[]): ValueIn<X>
  /** Log density in nats, summed over the event; needs the capability `density`. */
  logProb(this: Distribution<AnyEventSpace, 'density'>, x: ValueIn<X>): Value<[], { readonly Real: true }>
  /** Every point of the support along a new first axis of this name; needs the capability `enumerable`. */
  enumerate(this: Distribution<AnyEventSpace, 'enumerable'>, axis: string): ValueIn<X>
  /** Number of points of the support; infinite unless enumerable. */
  readonly supportSize: number
  /** The continuous variable behind it; where it has the capability `relaxable`. */
  readonly relaxation?: Relaxation
  /** Its derivative by each parameter; where it has the capability `weakDerivative`. */
  readonly weakDerivatives?: (at: WeakDraw) => readonly WeakDerivative[]
}

/** Any distribution, whatever its capabilities. */
export type AnyDistribution = Distribution<AnyEventSpace, never, string>

/** Mean and variance, entry by entry. */
export interface Moments<S extends Shape> {
  /** E[x], entry by entry. */
  mean(): Value<S, { readonly Real: true }>
  /** E[(x − E x)²], entry by entry. */
  variance(): Value<S, { readonly Real: true }>
}

/** Differential (or discrete) entropy −E[log p(x)] in nats. */
export interface Entropy {
  /** −E[log p(x)] in nats, summed over the event. */
  entropy(): Value<[], { readonly Real: true }>
}

/** Cumulative distribution function, entry by entry. */
export interface Cdf<S extends Shape> {
  /** P(X <= x), entry by entry. */
  cdf(x: Value<S, { readonly Real: true }>): Value<S, { readonly Real: true }>
}

/** Inverse of the cdf, entry by entry. */
export interface Quantile<S extends Shape> {
  /** The smallest x with P(X <= x) >= u, entry by entry. */
  quantile(u: Value<S, { readonly Real: true }>): Value<S, { readonly Real: true }>
}

/** What a distribution file supplies; `distribution` completes it. */
export interface Definition<S extends Shape, D, C extends Capability, F extends string> {
  readonly family: F
  readonly shape: S
  readonly domain: Domain<D>
  readonly capabilities: readonly C[]
  readonly parameters: Readonly<Record<string, AnyValue>>
  readonly parts?: readonly AnyDistribution[]
  readonly sample: (noise: Noise, axes: readonly Axis[]) => Value<S, D>
  readonly logProb?: (x: Value<S, D>) => Value<[], { readonly Real: true }>
  readonly enumerate?: (axis: string) => Value<S, D>
  readonly supportSize?: number
  readonly relaxation?: Relaxation
  readonly weakDerivatives?: (at: WeakDraw) => readonly WeakDerivative[]
}

const lacks = (family: string, capability: Capability): never =>
  fail('model', family, `${family} has no ${capability}`, 'use a distribution that has it')

/** Completes a definition: samples get the axes of the parameters too, and arguments of logProb are checked. */
export const distribution = <S extends Shape, D, C extends Capability, F extends string>(
  d: Definition<S, D, C, F>,
): Distribution<EventSpace<S, D>, C, F> => {
  requireValues(d.family, d.parameters)
  const parameterAxes = axesOf({ parameters: d.parameters, parts: d.parts ?? [] })
  const built = {
    family: d.family,
    space: { shape: d.shape, domain: d.domain },
    capabilities: Object.fromEntries(d.capabilities.map((c) => [c, true])),
    parameters: d.parameters,
    parts: d.parts ?? [],
    supportSize: d.supportSize ?? Number.POSITIVE_INFINITY,
    sample: (noise: Noise, axes: readonly Axis[] = []) =>
      d.sample(noise, unionAxes([{ axes }, { axes: parameterAxes }])),
    logProb: (x: Value<S, D>) => {
      requireSpace(d.family, d.shape, d.domain, x)
      return d.logProb === undefined ? lacks(d.family, 'density') : d.logProb(x)
    },
    enumerate: (axis: string) =>
      d.enumerate !== undefined && (d.capabilities as readonly Capability[]).includes('enumerable')
        ? d.enumerate(axis)
        : lacks(d.family, 'enumerable'),
    ...(d.relaxation === undefined ? {} : { relaxation: d.relaxation }),
    ...(d.weakDerivatives === undefined ? {} : { weakDerivatives: d.weakDerivatives }),
  }
  return built as unknown as Distribution<EventSpace<S, D>, C, F>
}

const requireValues = (family: string, parameters: Readonly<Record<string, AnyValue>>): void => {
  for (const [name, v] of Object.entries<unknown>(parameters))
    if (!isValue(v))
      fail(
        'domain',
        `${name} of ${family}`,
        `${name} of ${family} must be a value, but ${String(v)} was given`,
        'make it one with value(space, number)',
      )
}

const requireSpace = (family: string, shape: Shape, domain: AnyDomain, x: AnyValue): void => {
  if (!isValue(x) || !sameShape(x.shape, shape))
    fail(
      'shape',
      `${family}.logProb`,
      `${family} on ${domain.name}${showShape(shape)} was asked for the density of ${isValue(x) ? showSpaceOf(x) : typeof x}`,
      'pass a value of its own space',
    )
  if (!isWithin(x.domain, domain) && !isWithin(domain, x.domain))
    fail(
      'domain',
      `${family}.logProb`,
      `${family} on ${domain.name}${showShape(shape)} was asked for the density of ${showSpaceOf(x)}`,
      'pass a value of its own space',
    )
}

/** Union of the axes of the parameters, those of the parts included. */
export const axesOf = (d: Pick<AnyDistribution, 'parameters' | 'parts'>): readonly Axis[] =>
  unionAxes([...Object.values(d.parameters), ...d.parts.map((p) => ({ axes: axesOf(p) }))])

/** Union of the origins of the parameters, those of the parts included. */
export const originsOf = (d: Pick<AnyDistribution, 'parameters' | 'parts'>): ReadonlySet<string> =>
  new Set([...unionOrigins(Object.values(d.parameters)), ...d.parts.flatMap((p) => [...originsOf(p)])])

/** Whether a distribution has the capability, at run time. */
export const can = (d: Pick<AnyDistribution, 'capabilities'>, capability: Capability): boolean =>
  capability in d.capabilities
