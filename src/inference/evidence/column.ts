/**
 * Column: the known numbers of one name, be it an observed site or an input.
 *
 *   datum r is data[r · size … (r + 1) · size − 1],  size = plates · event;      the same for every r where `constant`
 *
 * Errors: tag `data` for an axis that is no plate, `domain` for a value of another space.
 * Tested in tests/inference/evidence.test.ts.
 */
import { either as E } from 'fp-ts'
import type { AnyDomain } from '../../dsl/domains/marks.js'
import { type GiryError, giryError } from '../../dsl/error.js'
import { datumAxis, type Site } from '../../dsl/model.js'
import { type Shape, sizeOf } from '../../dsl/shape.js'
import { type AnyValue, type Axis, showSpaceOf } from '../../dsl/value.js'
import { checkedValue } from '../inputs.js'
import type { Checked } from './checked.js'
import { numbersAlong } from './numbersAlong.js'

/** Known numbers of one name: `count` events one after the other, or one event for all data where `constant`. */
export interface Column {
  readonly name: string
  readonly shape: Shape
  readonly domain: AnyDomain
  readonly plates: readonly Axis[]
  readonly data: Float32Array
  readonly constant: boolean
  readonly count: number
}

/** Numbers of one datum, plates included. */
export const columnSize = (c: { readonly shape: Shape; readonly plates: readonly Axis[] }): number =>
  sizeOf(c.shape) * sizeOf(c.plates.map((p) => p.size))

/** A column from a value: one per datum where it has that axis, in the order datum, plates, event. */
export const fromValue = (name: string, v: AnyValue, plates: readonly Axis[]): Column => {
  const datum = v.axes.filter((a) => a.name === datumAxis)
  return {
    name,
    shape: v.shape,
    domain: v.domain,
    plates,
    data: numbersAlong(v, [...datum, ...plates]),
    constant: datum.length === 0,
    count: datum[0]?.size ?? 1,
  }
}

const strayAxes = (name: string, v: AnyValue, plates: readonly Axis[]): readonly GiryError[] =>
  v.axes
    .filter((a) => a.name !== datumAxis && !plates.some((p) => p.name === a.name && p.size === a.size))
    .map((a) =>
      giryError(
        'data',
        name,
        `'${name}' has an axis '${a.name}' of size ${a.size}, which is no plate of it`,
        `give one event per datum, along the axis '${datumAxis}'`,
      ),
    )

const wrongSpace = (name: string, space: Site['space'], v: AnyValue): GiryError =>
  giryError(
    'domain',
    name,
    `'${name}' must be ${showSpaceOf(space)}, but ${showSpaceOf(v)} was given`,
    'pass a value of that space',
  )

/** The column of a value of a site or an input, once its axes and its space are in order. */
export const valueColumn = (
  name: string,
  space: Site['space'],
  plates: readonly Axis[],
  v: AnyValue,
): Checked<Column> => {
  const faults = strayAxes(name, v, plates)
  return faults.length > 0
    ? E.left(faults)
    : E.tryCatch(
        () => fromValue(name, checkedValue(name, space, v), plates),
        () => [wrongSpace(name, space, v)],
      )
}
