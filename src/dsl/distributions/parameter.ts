/**
 * Parameters of distributions: a value or a plain number, in a domain that the compiler and the run time check with
 * the same sentence:
 *
 *   scale of normal must be Positive, but Real[2] was given
 */
import * as tf from '@tensorflow/tfjs'
import { domainRemedy, isWithin } from '../domain.js'
import type { AnyDomain, Domain, DomainName } from '../domains/marks.js'
import { fail } from '../error.js'
import { type Arg, asValue, type DomainOf, type ShowArg } from '../operations/argument.js'
import { type Shape, sameShape } from '../shape.js'
import { type AnyValue, isValue, onEvent, showSpaceOf, unionShape, type Value, withDomain } from '../value.js'

/**
 * Accepts an argument within the domain; otherwise a sentence (in a record for numbers, since a number and a literal
 * string would meet in never). A `number` unknown to the compiler waits for run time.
 */
export type Within<A, D, What extends string> = [A] extends [number]
  ? number extends A
    ? unknown
    : [DomainOf<A>] extends [D]
      ? unknown
      : [D] extends [{ readonly Unit: true }]
        ? unknown
        : { readonly error: `${What} must be ${DomainName<D>}, but ${ShowArg<A>} was given` }
  : [DomainOf<A>] extends [D]
    ? unknown
    : `${What} must be ${DomainName<D>}, but ${ShowArg<A>} was given`

/** An argument as a value of the domain, checked; numbers are checked by their value. */
export const parameter = <D>(what: string, domain: Domain<D>, a: Arg): Value<Shape, D> => {
  const refuse = (given: string) =>
    fail('domain', what, `${what} must be ${domain.name}, but ${given} was given`, domainRemedy(domain))
  if (isValue(a)) return isWithin(a.domain, domain) ? (a as Value<Shape, D>) : refuse(showSpaceOf(a))
  if (typeof a !== 'number') return refuse(a === undefined ? 'nothing' : typeof a)
  if (domain.outside([a], []) !== undefined) return refuse(String(a))
  return withDomain(asValue(a), domain)
}

/** The parameters of a family, each in its domain, over their common event shape. */
export const parametersOf = <const D extends Readonly<Record<string, AnyDomain>>>(
  family: string,
  domains: D,
  given: { readonly [K in keyof D]: Arg },
): { readonly [K in keyof D]: D[K] extends Domain<infer M> ? Value<Shape, M> : never } => {
  const checked = Object.entries(domains).map(
    ([name, domain]) => [name, parameter(`${name} of ${family}`, domain, given[name] as Arg)] as const,
  )
  const shape = eventShape(
    family,
    checked.map(([, v]) => v),
  )
  return Object.fromEntries(checked.map(([name, v]) => [name, overEvent(v, shape)])) as never
}

/** Ends of an interval that are plain numbers, in order. */
export const requireOrder = (family: string, low: Arg, high: Arg): void => {
  if (typeof low === 'number' && typeof high === 'number' && !(low < high))
    fail(
      'domain',
      family,
      `high of ${family} must be greater than low, but low = ${low} and high = ${high} were given`,
      'give the smaller end as low',
    )
}

/** Repeats a scalar parameter over the event shape. */
export const overEvent = <S extends Shape, D>(v: Value<Shape, D>, shape: S): Value<S, D> =>
  sameShape(v.shape, shape)
    ? (v as Value<S, D>)
    : onEvent(v, shape, v.domain, (t, leading) =>
        tf.broadcastTo(tf.reshape(t, [...t.shape.slice(0, leading), ...shape.map(() => 1)]), [
          ...t.shape.slice(0, leading),
          ...shape,
        ]),
      )

/** The common event shape of the parameters of a distribution. */
export const eventShape = (family: string, parameters: readonly AnyValue[]): Shape =>
  unionShape(parameters, family)

/** The shape that a distribution was asked for, checked: sizes are whole numbers >= 1. */
export const requireSizes = (family: string, shape: Shape): void => {
  const axis = shape.findIndex((n) => !Number.isInteger(n) || n < 1)
  if (axis >= 0)
    fail(
      'shape',
      family,
      `${family} cannot have size ${shape[axis]} along axis ${axis}`,
      'sizes are whole numbers >= 1',
    )
}
