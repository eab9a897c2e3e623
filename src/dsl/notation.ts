/**
 * Do-notation for models.
 *
 *   Do, given(spaces)    begin        nets({ f })            takes nets in under names
 *   bind('z', c => d)    z ~ d(c), per datum                 shared('w', c => d)   w ~ d(c), once for the whole data set
 *   letTo('y', c => v)   y = v(c), a deterministic name
 *
 * The context c has every net, input and site declared before. Each callback is run once at construction (examine.ts).
 * Errors: `model` (duplicate name, a shared site that depends on a datum), `domain`, `shape`.
 * Tested in tests/dsl/model.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { isOwnAxis, ownAxes } from './axes.js'
import type { AnyDistribution, AnyEventSpace, Capability, Distribution } from './distribution.js'
import { fail } from './error.js'
import { examine, exampleContext, graphOf, originsWithin } from './examine.js'
import type { AnyModel, Context, Extend, Givens, Let, Merge, Model, Nets, Scope, Site } from './model.js'
import type { Axis } from './value.js'

// biome-ignore lint/complexity/noBannedTypes: {} is the record without entries, which the mapped types above start from.
type None = {}

/** The sentence for a name that is taken. */
export type NameTaken<N extends string> = `the name '${N}' is already declared in this model`

/** Accepts a name that is not taken; otherwise a sentence (in a record, since two literal strings would meet in never). */
export type Fresh<N extends string, Taken> = N extends Taken ? { readonly error: NameTaken<N> } : unknown

/** The model without nets, inputs and sites: where Do-notation begins. */
export const Do: Model<None, None, None> = { tag: 'model', nets: {}, given: {}, entries: {}, statements: [] }

/** A model that takes inputs: where a conditional model, or q(z|x), begins. */
export const given = <const G extends Givens>(spaces: G): Model<None, G, None> => {
  Object.keys(spaces).forEach(requireName)
  return { ...Do, given: spaces }
}

/** The empirical distribution of the data: a model whose inputs are drawn from the data set. */
export const empirical = <const G extends Givens>(spaces: G): Model<None, G, None> => given(spaces)

const requireName = (name: string): void => {
  if (!/^[\p{L}_][\p{L}\p{N}_']*$/u.test(name))
    fail('model', name, `'${name}' cannot be a name`, 'use letters, digits and _, beginning with a letter')
  // Records of sites, nets and params are plain objects, which inherit these.
  if (name in Object.prototype)
    fail(
      'model',
      name,
      `'${name}' cannot be a name`,
      'use another: every JavaScript object has a member of this name',
    )
}

const requireFresh = (model: AnyModel, name: string): void => {
  requireName(name)
  if (name in model.entries || name in model.nets || name in model.given)
    fail(
      'model',
      name,
      `the name '${name}' is already declared in this model`,
      'give each site, net and input its own name',
    )
}

/** Takes nets in under names; their parameters are at `name/…` from here on. */
export const nets =
  <const N extends Nets>(named: N) =>
  <T, G, R>(model: Model<T, G, R> & FreshAll<N, keyof T | keyof G | keyof R>): Model<Merge<T, N>, G, R> => {
    for (const name of Object.keys(named)) requireFresh(model as never, name)
    return { ...model, nets: { ...(model.nets as Nets), ...named } as unknown as Merge<T, N> }
  }

/** Accepts nets under fresh names. */
export type FreshAll<N, Taken> = keyof N & Taken extends never
  ? unknown
  : Fresh<Extract<keyof N & Taken, string>, Taken>

/** Options of a site. */
export interface SiteOptions {
  /**
   * Plates that the site is repeated over, by name and size, the outer one first: so its data are nested. Downstream values
   * carry the axes; a plate that the site has from its parents may be left out, and is then outside of those named.
   */
  readonly plates?: Readonly<Record<string, number>>
}

type Binder<Sc extends Scope> = <
  const N extends string,
  T,
  G,
  R,
  X extends AnyEventSpace,
  C extends Capability,
  F extends string,
>(
  name: N & Fresh<N, keyof T | keyof G | keyof R>,
  draw: (context: Context<T, G, R>) => Distribution<X, C, F>,
  options?: SiteOptions,
) => (model: Model<T, G, R>) => Model<T, G, Extend<R, N, Site<X, C, F, Sc>>>

const requirePlate = (site: string, name: string, size: number): Axis => {
  if (isOwnAxis(name) || !Number.isInteger(size) || size < 1)
    fail(
      'model',
      site,
      `site '${site}' cannot lie in a plate '${name}' of size ${size}`,
      `name it other than ${ownAxes.join(', ')} and enum:…, slice:…, with a whole size >= 1`,
    )
  return { name, size }
}

const binder =
  (scope: Scope) =>
  (name: string, draw: (context: never) => AnyDistribution, options: SiteOptions = {}) =>
  (model: Model): AnyModel => {
    const m = model as AnyModel
    requireFresh(m, name)
    const plates = Object.entries(options.plates ?? {}).map(([plate, size]) =>
      requirePlate(name, plate, size),
    )
    const site = tf.tidy(
      () => examine(name, scope, plates, draw(exampleContext(m) as never)) as never,
    ) as unknown as Site
    return {
      ...m,
      entries: { ...m.entries, [name]: site },
      statements: [...m.statements, { kind: 'site', name, draw, site }],
    }
  }

/** Draws a site per datum: `bind('z', ({ x }) => normal(…))`. */
export const bind: Binder<'datum'> = binder('datum') as never

/** Draws a site once for the whole data set. */
export const shared: Binder<'shared'> = binder('shared') as never

/** Names a deterministic value. */
export const letTo: <const N extends string, T, G, R, A>(
  name: N & Fresh<N, keyof T | keyof G | keyof R>,
  compute: (context: Context<T, G, R>) => A,
) => (model: Model<T, G, R>) => Model<T, G, Extend<R, N, Let<A>>> = ((
  name: string,
  compute: (context: never) => unknown,
) =>
  (model: Model): AnyModel => {
    const m = model as AnyModel
    requireFresh(m, name)
    const origins = tf.tidy(
      () => originsWithin(compute(exampleContext(m) as never)) as never,
    ) as unknown as ReadonlySet<string>
    return {
      ...m,
      entries: { ...m.entries, [name]: { kind: 'let', ...graphOf(origins) } },
      statements: [...m.statements, { kind: 'let', name, compute }],
    }
  }) as never
