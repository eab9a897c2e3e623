/**
 * expect(model, nets?, f, { sites? }): the objective E_model[f(context)], in the units of f.
 *
 * Sites are drawn by the method asked for, else by that which `elbo` would take: pathwise where possible (the gradient flows through a generator
 * into f), enumerated while the support is small, by the score function otherwise. Inputs of the model are its data, so
 * `expect(empirical({ x: X }), …)` is the mean over the data. `nets` adds nets that only f uses (a discriminator).
 * Values that lie in a plate of the model are summed over it; a site in a plate is enumerated only where f does not combine its
 * elements. Tested in tests/inference/expect.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { isOwnAxis } from '../dsl/axes.js'
import { can } from '../dsl/distribution.js'
import type { Real } from '../dsl/domains/marks.js'
import { fail, giryError, throwAll } from '../dsl/error.js'
import { exampleContext, graphOf } from '../dsl/examine.js'
import type { AllowedMethods, AskedMethod, GradientMethod } from '../dsl/gradientMethods.js'
import { type AskedMethods, methodFaults, methodNets } from '../dsl/methodFaults.js'
import type { WithMethodNets } from '../dsl/methods.js'
import {
  type AnyModel,
  type Context,
  type Merge,
  type Model,
  type Nets,
  type SiteNames,
  sitesOf,
} from '../dsl/model.js'
import type { Objective } from '../dsl/objective.js'
import { type AnyValue, isValue, showSpaceOf, type Value } from '../dsl/value.js'
import { boundOptionFaults, optionsOf } from './boundOptions.js'
import { type Dependent, mixedAmong } from './dependence.js'
import { methodNetFaults } from './elbo.js'
import { jointCost } from './elimination/cost.js'
import type { Term } from './estimators/draws.js'
import { drawSites, expectation } from './expectation.js'
import { enumerationFaults, gradientMethods, leavesOneOut } from './plan.js'

// biome-ignore lint/complexity/noBannedTypes: {} is the record without entries.
type None = {}

/** Methods of the sites of a model. */
type AskedOf<R> = { readonly [K in SiteNames<R>]?: AskedMethod }

/** A scalar integrand. */
export type Integrand<T, G, R> = (context: Context<T, G, R>) => Value<[], Real>

/** Options of an expectation. */
export interface ExpectOptions<Q = unknown, M = unknown> {
  /** The gradient method of a site, where the choice of giry is not wanted. */
  readonly sites?: AllowedMethods<Q, M, 'expect'>
}

/** f as a dependent of the sites, in its plates. */
type Integrated = Dependent & Pick<Term, 'plates'>

/** What f depends on, and whose elements it combines, by one look at example values. */
const integrandOf = (model: AnyModel, nets: Nets, f: (context: never) => unknown): Integrated => {
  const value = tf.tidy(() => {
    const found: unknown = f(exampleContext({ ...model, nets: { ...model.nets, ...nets } }) as never)
    return (isValue(found) ? { origins: found.origins, axes: found.axes } : {}) as never
  }) as Partial<Pick<AnyValue, 'origins' | 'axes'>>
  const { parents, mixes, mayMix } = graphOf(new Set(value.origins ?? []))
  const plates = (value.axes ?? []).filter((a) => !isOwnAxis(a.name))
  return { depends: parents, plates, mixes, mayMix }
}

/** Whether plates matter: a site that takes every value of its support has them along one axis, not along its plates. */
const inPlates = (model: AnyModel): boolean =>
  sitesOf(model).some(([, site]) => site.plates.length > 0 && can(site, 'enumerable'))

const build = (
  model: AnyModel,
  nets: Nets,
  f: (context: never) => unknown,
  sites: AskedMethods,
): Objective => {
  throwAll([
    ...Object.keys(nets)
      .filter((name) => name in model.nets && model.nets[name] !== nets[name])
      .map((name) => giryError('model', name, `two nets are called '${name}'`, 'give each its own name')),
    ...methodFaults(model, sites, 'expect'),
    ...methodNetFaults({ ...model.nets, ...nets }, sites),
  ])
  const integrand = inPlates(model) ? integrandOf(model, nets, f) : undefined
  const mixed = mixedAmong(sitesOf(model), integrand === undefined ? [] : [['f', integrand]])
  const plates = integrand?.plates ?? []
  const methods = gradientMethods(model, sites, jointCost(model), mixed)
  throwAll(enumerationFaults(model, methods, jointCost(model), mixed))
  const particles = sitesOf(model).some(
    ([name, site]) => leavesOneOut(methods[name] as GradientMethod) && can(site, 'density'),
  )
    ? 2
    : 1
  return {
    tag: 'objective',
    description: 'E[f]',
    nets: { ...model.nets, ...nets, ...Object.fromEntries(methodNets(sites)) },
    data: model.given,
    evaluate: (env) => {
      const draws = drawSites(model, (name) => methods[name] ?? 'pathwise', particles, env)
      const extra = Object.fromEntries(Object.keys(nets).map((name) => [name, env.functions[name]]))
      const value = f({ ...extra, ...draws.context } as never)
      if (!isValue(value) || value.shape.length > 0)
        return fail(
          'shape',
          'expect',
          `expect takes a scalar function, but it returned ${isValue(value) ? showSpaceOf(value) : typeof value}`,
          'sum over the event axes with sum(…)',
        )
      const term = { site: 'expect', label: 'f', shared: false, plates, value: value as Value<[], Real> }
      return expectation([term], draws, env)
    },
  }
}

/** The expectation of f under a model. */
export const expect: {
  <T, G, R, const M extends AskedOf<R> = object>(
    model: Model<T, G, R>,
    f: Integrand<T, G, R>,
    options?: ExpectOptions<Model<T, G, R>, M>,
  ): Objective<WithMethodNets<Merge<T, None>, M>, G>
  <T, G, R, const N extends Nets, const M extends AskedOf<R> = object>(
    model: Model<T, G, R>,
    nets: N,
    f: Integrand<Merge<T, N>, G, R>,
    options?: ExpectOptions<Model<T, G, R>, M>,
  ): Objective<WithMethodNets<Merge<T, N>, M>, G>
} = (model: Model, ...rest: readonly unknown[]): Objective<never, never> => {
  const [nets, f, options] = typeof rest[0] === 'function' ? [{}, ...rest] : rest
  const given = optionsOf('expect', options as { readonly sites?: AskedMethods } | undefined)
  throwAll(boundOptionFaults('expect', given))
  const { sites = {} } = given
  return build(model as AnyModel, nets as Nets, f as (context: never) => unknown, sites) as Objective<
    never,
    never
  >
}
