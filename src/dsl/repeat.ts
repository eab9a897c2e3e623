/**
 * Sites in a row: chains and sequences, whose sites have numbers in their names.
 *
 *   bindEach('z', { space, count }, (c, t, before) => d)      z0 ~ d, z1 ~ d, …, each seeing the ones before
 *   nth(c, 'z', t)                                            the value of z_t in a context
 *   numbered('x', count, f)                                   { x0: f(0), x1: f(1), … }: spaces for given, columns of data
 *
 * To the compiler the names are `z${number}`: all sites of one name have one space and one family, and a bound checks them at
 * once. Each is a site of its own, so enumeration eliminates them one by one (docs/estimators.md).
 * Errors: tag `option` for a count, tag `model` for a name that is taken or missing.
 * Tested in tests/dsl/repeat.test.ts and tests/types/repeat.test-d.ts.
 */
import type { Capability, Distribution, EventSpace } from './distribution.js'
import { fail } from './error.js'
import type { AnyModel, Context, Extend, Model, Site } from './model.js'
import { bind, type Fresh } from './notation.js'
import type { Shape } from './shape.js'
import type { SpaceLike } from './space.js'
import type { AnyValue, Value } from './value.js'

/** The names of sites in a row, to the compiler. */
export type Numbered<N extends string> = `${N}${number}`

const requireCount = (name: string, count: number): void => {
  if (!(Number.isInteger(count) && count >= 1))
    fail(
      'option',
      name,
      `count of '${name}' must be a whole number >= 1, but ${count} was given`,
      'say how many there are',
    )
}

/** A record { x0: f(0), …, x<count − 1>: f(count − 1) }. */
export const numbered = <const N extends string, A>(
  name: N,
  count: number,
  f: (t: number) => A,
): Readonly<Record<Numbered<N>, A>> => {
  requireCount(name, count)
  return Object.fromEntries(Array.from({ length: count }, (_, t) => [`${name}${t}`, f(t)])) as never
}

/** The value number t of a row in a context. */
export const nth = <C extends object, const N extends string>(
  context: C & { readonly [K in Numbered<N>]: AnyValue },
  name: N,
  t: number,
): C[Numbered<N> & keyof C] => {
  const found = (context as Readonly<Record<string, unknown>>)[`${name}${t}`]
  return found === undefined
    ? fail('model', `${name}${t}`, `there is no '${name}${t}' here`, 'count from 0, and look back only')
    : (found as never)
}

/** What sites in a row have in common. */
export interface Row<S extends Shape, D> {
  /** The space of each. */
  readonly space: SpaceLike<S, D>
  readonly count: number
}

/** Draws sites in a row, per datum: `name0`, `name1`, …; `before` holds the values of those before. */
export const bindEach =
  <const N extends string, T, G, R, S extends Shape, D, C extends Capability, F extends string>(
    name: N & Fresh<Numbered<N>, keyof T | keyof G | keyof R>,
    row: Row<S, D>,
    draw: (
      context: Context<T, G, R>,
      t: number,
      before: readonly Value<S, D>[],
    ) => Distribution<EventSpace<S, D>, C, F>,
  ) =>
  (model: Model<T, G, R>): Model<T, G, Extend<R, Numbered<N>, Site<EventSpace<S, D>, C, F, 'datum'>>> => {
    requireCount(name, row.count)
    const names = Array.from({ length: row.count }, (_, t) => `${name}${t}`)
    return names.reduce<AnyModel>(
      (m, at, t) => {
        const one = (c: Readonly<Record<string, unknown>>) =>
          draw(c as never, t, names.slice(0, t).map((n) => c[n]) as never)
        return bind(at as never, one as never)(m as never) as unknown as AnyModel
      },
      model as Model as AnyModel,
    ) as never
  }
