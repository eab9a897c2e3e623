/**
 * expect(model, nets?, f): the objective E_model[f(context)], in the units of f.
 *
 * Sites are drawn by the method that `elbo` would take: pathwise where possible (the gradient flows through a generator
 * into f), enumerated while the support is small, by the score function otherwise. Inputs of the model are its data, so
 * `expect(empirical({ x: X }), …)` is the mean over the data. `nets` adds nets that only f uses (a discriminator).
 * Values that lie in a plate of the model are summed over it. Tested in tests/inference/expect.test.ts.
 */

import { can } from '../dsl/distribution.js'
import type { Real } from '../dsl/domains/marks.js'
import { fail, giryError, throwAll } from '../dsl/error.js'
import { type AnyModel, type Context, type Merge, type Model, type Nets, sitesOf } from '../dsl/model.js'
import type { Objective } from '../dsl/objective.js'
import { isValue, showSpaceOf, type Value } from '../dsl/value.js'
import { drawSites, expectation } from './expectation.js'
import { gradientMethods } from './plan.js'

// biome-ignore lint/complexity/noBannedTypes: {} is the record without entries.
type None = {}

/** A scalar integrand. */
export type Integrand<T, G, R> = (context: Context<T, G, R>) => Value<[], Real>

const build = (model: AnyModel, nets: Nets, f: (context: never) => unknown): Objective => {
  throwAll(
    Object.keys(nets)
      .filter((name) => name in model.nets && model.nets[name] !== nets[name])
      .map((name) => giryError('model', name, `two nets are called '${name}'`, 'give each its own name')),
  )
  const methods = gradientMethods(model)
  const particles = sitesOf(model).some(([name, site]) => methods[name] === 'score' && can(site, 'density'))
    ? 2
    : 1
  return {
    tag: 'objective',
    description: 'E[f]',
    nets: { ...model.nets, ...nets },
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
      const term = { site: 'expect', label: 'f', shared: false, plates: [], value: value as Value<[], Real> }
      return expectation([term], draws, env)
    },
  }
}

/** The expectation of f under a model. */
export const expect: {
  <T, G, R>(model: Model<T, G, R>, f: Integrand<T, G, R>): Objective<Merge<T, None>, G>
  <T, G, R, const N extends Nets>(
    model: Model<T, G, R>,
    nets: N,
    f: Integrand<Merge<T, N>, G, R>,
  ): Objective<Merge<T, N>, G>
} = (model: Model, second: unknown, third?: unknown): Objective<never, never> =>
  (third === undefined
    ? build(model as AnyModel, {}, second as (context: never) => unknown)
    : build(model as AnyModel, second as Nets, third as (context: never) => unknown)) as Objective<
    never,
    never
  >
