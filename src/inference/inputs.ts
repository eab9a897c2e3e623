/**
 * Inputs of the interpreters: parameters that must cover the nets, and given data that must be of the given spaces,
 * both checked by the compiler and again at run time.
 */
import { fail } from '../dsl/error.js'
import { datumAxis } from '../dsl/model.js'
import type { AnyNet } from '../dsl/net.js'
import type { DataSpec } from '../dsl/objective.js'
import { type NetParams, type ParameterTensors, type Params, tensorsOf } from '../dsl/params.js'
import { spaceWithin } from '../dsl/records.js'
import { functionsOf } from '../dsl/run.js'
import { type Plain, type ValueIn, value } from '../dsl/space.js'
import { type AnyValue, isValue, makeValue, showSpaceOf, withOrigins } from '../dsl/value.js'

/** `params`, required exactly when there are nets. */
export type NeedsParams<T> = keyof T extends never
  ? { readonly params?: Params<T> }
  : { readonly params: Params<T> }

/** `given`, required exactly when the model takes inputs: plain data or values. */
export type NeedsGiven<G> = keyof G extends never
  ? { readonly given?: GivenOf<G> }
  : { readonly given: GivenOf<G> }

/** Data for each given space. */
export type GivenOf<G> = { readonly [K in keyof G]: ValueIn<G[K]> | Plain }

/** The functions of the nets at these parameters. */
export const functionsAt = (nets: unknown, params: unknown): Readonly<Record<string, unknown>> => {
  const named = nets as Readonly<Record<string, AnyNet>>
  const tensors: ParameterTensors = tensorsOf(named, (params ?? {}) as Readonly<Record<string, NetParams>>)
  return functionsOf(named, tensors)
}

/** Given data as values of the spaces, which may lie in plates; a batch has the axis `datum`. */
export const givenValues = (spaces: unknown, data: unknown): Readonly<Record<string, AnyValue>> =>
  Object.fromEntries(
    Object.entries(spaces as Readonly<Record<string, DataSpec>>).map(([name, space]) => {
      const d = (data as Readonly<Record<string, Plain | AnyValue>> | undefined)?.[name]
      if (d === undefined)
        return fail('data', name, `the input '${name}' is missing`, `pass it in { given: { ${name}: … } }`)
      return [name, withOrigins(checkedValue(name, space, d), [name])]
    }),
  )

/** Plain data as a value: one event for each element of the plates, or a batch of these along `datum`. */
const plainValue = (space: DataSpec, data: Plain): AnyValue => {
  const plates = space.plates ?? []
  if (plates.length === 0) return value(space, data, datumAxis)
  const shape = [...plates.map((p) => p.size), ...space.shape]
  const whole = value({ shape, domain: space.domain }, data, datumAxis)
  return makeValue(whole.tensor, space.shape, space.domain, [...whole.axes, ...plates])
}

/** A value of the space, from a value or from plain data; checked. */
export const checkedValue = (name: string, space: DataSpec, data: Plain | AnyValue): AnyValue => {
  if (!isValue(data)) return plainValue(space, data)
  if (!spaceWithin(data, space))
    fail(
      'domain',
      name,
      `'${name}' must be ${showSpaceOf(space)}, but ${showSpaceOf(data)} was given`,
      'pass a value of that space',
    )
  return data
}
