/**
 * condition(model, values): the model with some sites fixed to given values.
 *
 *   log p(r, w = w₀ | g) = Σ_s log p_s(r_s | …) + log p_w(w₀ | …)
 *
 * A fixed site is observed: it is no longer drawn and no latent, everything after it sees w₀, and its log density still
 * counts. (So a model is conditioned, not intervened upon, and its density is the joint one, not normalized over r.)
 * Values are plain data or values of the site's space: one event, or, at a site drawn per datum, a batch of them along
 * `datum`; where the site lies in plates, one event for each of their elements. A batch is met by position, so `elbo`,
 * which meets the data in other orders and sizes, refuses it. Errors: every fault, tags `model`, `data` and `domain`.
 * Tested in tests/dsl/condition.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { either as E } from 'fp-ts'
import { can } from './distribution.js'
import { isWithin } from './domain.js'
import { type GiryError, giryError, throwAll } from './error.js'
import {
  type AnyModel,
  datumAxis,
  type Model,
  type Observed,
  type Site,
  type SiteNames,
  sitesOf,
} from './model.js'
import { type SameShape, type Shape, sameShape } from './shape.js'
import { decodeElements, type Plain, type ShowSpace } from './space.js'
import {
  type AnyValue,
  type Axis,
  isValue,
  makeValue,
  type ShowValue,
  showSpaceOf,
  toTypedArray,
  type Value,
} from './value.js'

/** The sentence for one fixed value; never, if the model has such a site and the value fits it. */
type Fault<R, K extends string, V> =
  K extends SiteNames<R>
    ? R[K] extends Site<infer X, never, infer F>
      ? R[K] extends { readonly capabilities: { readonly density: true } }
        ? V extends AnyValue
          ? FitsSite<V, X> extends true
            ? never
            : `site '${K}' is ${ShowSpace<X>}, but ${ShowValue<V>} was given`
          : never
        : `site '${K}' is drawn from ${F}, which has no density`
      : never
    : `'${K}' is no site of this model`

type FitsSite<V, X> = [V, X] extends [
  Value<infer S, infer D>,
  { readonly shape: infer P extends Shape; readonly domain: { readonly marks: infer M } },
]
  ? [SameShape<S, P>, D] extends [true, M]
    ? true
    : false
  : false

/** The sentences for fixed values; never, if every one is of a site and fits it. */
export type ConditionFault<R, V> = { [K in keyof V]: Fault<R, K & string, V[K]> }[keyof V]

/** Accepts values of sites; otherwise the sentences. */
export type Conditions<R, V> = [ConditionFault<R, V>] extends [never] ? unknown : ConditionFault<R, V>

/** The entries of a model, those of these names observed. */
export type Conditioned<R, K> = {
  readonly [N in keyof R]: N extends K ? (R[N] extends Site ? Observed<R[N]> : R[N]) : R[N]
}

/** The model with these sites fixed: `condition(p, { x: [0, 1, 1] })`. */
export const condition = <T, G, R, const V extends { readonly [name: string]: Plain | AnyValue }>(
  model: Model<T, G, R>,
  values: V & Conditions<R, V>,
): Model<T, G, Conditioned<R, keyof V>> => {
  const m = model as AnyModel
  const fixed = Object.entries<Plain | AnyValue>(values).map(
    ([name, v]) => [name, observation(m, name, v)] as const,
  )
  throwAll(fixed.flatMap(([, o]) => (E.isLeft(o) ? o.left : [])))
  const makers = fixed.flatMap(([name, o]) => (E.isRight(o) ? [[name, o.right] as const] : []))
  const observed = makers.map(
    ([name]) => [name, { ...(m.entries[name] as Site), kind: 'observed' as const }] as const,
  )
  return {
    ...m,
    entries: { ...m.entries, ...Object.fromEntries(observed) },
    observed: { ...m.observed, ...Object.fromEntries(makers) },
  } as AnyModel as Model as Model<T, G, Conditioned<R, keyof V>>
}

type Checked<A> = E.Either<readonly GiryError[], A>

const refuse = (tag: GiryError['tag'], where: string, message: string, remedy: string): Checked<never> =>
  E.left([giryError(tag, where, message, remedy)])

/** Checks one fixed value. Its numbers are kept as plain data, so a model holds no tensor. */
const observation = (model: AnyModel, name: string, v: Plain | AnyValue): Checked<() => AnyValue> => {
  const sites = sitesOf(model)
  const site = sites.find(([known]) => known === name)?.[1]
  if (site === undefined)
    return refuse(
      'model',
      name,
      `'${name}' is no site of this model`,
      `its sites are ${sites.map(([known]) => known).join(', ') || 'none'}`,
    )
  if (!can(site, 'density'))
    return refuse(
      'model',
      name,
      `site '${name}' is drawn from ${site.family}, which has no density`,
      'fix a site whose density can be counted',
    )
  return isValue(v) ? ofValue(name, site, v) : ofPlain(name, site, v)
}

const ofValue = (name: string, site: Site, v: AnyValue): Checked<() => AnyValue> => {
  if (!sameShape(v.shape, site.space.shape) || !isWithin(v.domain, site.space.domain))
    return refuse(
      'domain',
      name,
      `site '${name}' is ${showSpaceOf(site.space)}, but ${showSpaceOf(v)} was given`,
      'pass a value of its space',
    )
  return fixedAt(name, site, toTypedArray(v), v.axes)
}

const ofPlain = (name: string, site: Site, data: Plain): Checked<() => AnyValue> => {
  const shape = [...site.plates.map((p) => p.size), ...site.space.shape]
  const decoded = decodeElements(shape, site.space.domain, showSpaceOf({ ...site.space, shape }), data)
  if (E.isLeft(decoded))
    return E.left(
      decoded.left.map((e) => ({
        ...e,
        where: `${name}: ${e.where}`,
        message: `site '${name}', ${e.message}`,
      })),
    )
  const { single, count, data: numbers } = decoded.right
  return fixedAt(name, site, numbers, [...(single ? [] : [{ name: datumAxis, size: count }]), ...site.plates])
}

const fixedAt = (
  name: string,
  site: Site,
  numbers: Float32Array,
  axes: readonly Axis[],
): Checked<() => AnyValue> => {
  if (site.scope === 'shared' && axes.some((a) => a.name === datumAxis))
    return refuse(
      'data',
      name,
      `site '${name}' is shared, but one value per datum was given`,
      'give it one value for the whole data set',
    )
  const { shape, domain } = site.space
  const sizes = [...axes.map((a) => a.size), ...shape]
  return E.right(() => makeValue(tf.tensor(numbers, sizes, 'float32'), shape, domain, axes, new Set([name])))
}
