/**
 * predictive(p, q, { params, given, n, seed }): draws from the posterior predictive.
 *
 *   z ~ q(z | x),  x' ~ p(x' | z)
 *
 * The latents come from q at the given data, every other site of p is drawn anew: a reconstruction. With `mean: true` the
 * sites that no other site depends on give the mean of their distribution instead of a draw, where it has one; a mean is
 * Real, whatever the domain of the site. Errors: every rule that q breaks, tags `params`, `data`.
 * Tested in tests/inference/predictive.test.ts and sample.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import type { AnyDistribution, Moments } from '../dsl/distribution.js'
import type { Real } from '../dsl/domains/marks.js'
import { throwAll } from '../dsl/error.js'
import { type AnyModel, type Merge, type Model, type Site, type SiteNames, sitesOf } from '../dsl/model.js'
import { type Fits, fitFaults } from '../dsl/rules.js'
import { run, sitesIn } from '../dsl/run.js'
import type { Shape } from '../dsl/shape.js'
import { type AnyValue, expandAxes, type Value } from '../dsl/value.js'
import { noiseFromSeed } from '../runtime/noise.js'
import { boundData } from './elbo.js'
import { functionsAt, givenValues, type NeedsGiven, type NeedsParams } from './inputs.js'
import { type DrawOptions, datumAxes, drawAxes, fixedValues, type SiteValues, siteAxes } from './sample.js'

/** The values of the sites of a model where means are among them. */
export type MeanValues<R> = {
  readonly [K in SiteNames<R>]: R[K] extends { readonly space: { readonly shape: infer S extends Shape } }
    ? Value<S, Real>
    : never
}

/** Draws from the posterior predictive: latents from q at the given data, the other sites from p. */
export const predictive = <TP, GP, RP, TQ, GQ, RQ, const M extends boolean = false>(
  p: Model<TP, GP, RP>,
  q: Model<TQ, GQ, RQ> & Fits<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>,
  options: DrawOptions & { readonly mean?: M } & NeedsParams<Merge<TP, TQ>> & NeedsGiven<Merge<GP, GQ>>,
): M extends true ? MeanValues<RP> : SiteValues<RP> => {
  const mp = p as unknown as AnyModel
  const mq = q as unknown as AnyModel
  throwAll(fitFaults(mp, mq))
  const draws = drawAxes(options.n)
  const leaves = leavesOf(mp)
  return tf.tidy(() => {
    const given = givenValues(boundData(mp, mq), options.given)
    const functions = functionsAt({ ...mp.nets, ...mq.nets }, options.params)
    const noise = noiseFromSeed(options.seed ?? 0)
    const axes = (site: Site) => siteAxes(site, draws, datumAxes(given, fixedValues(mp)))
    const draw = (name: string, site: Site, d: AnyDistribution): AnyValue =>
      d.sample(noise.child(name), axes(site))
    const latents = sitesIn(mq, run(mq, { functions, given, choose: draw }))
    const anew = (name: string, site: Site, d: AnyDistribution): AnyValue => {
      const mean = options.mean === true && leaves.has(name) ? meanOf(d) : undefined
      return mean === undefined ? draw(name, site, d) : expandAxes(mean, axes(site))
    }
    const context = run(mp, {
      functions,
      given,
      choose: (name, site, d, observed) => observed ?? latents[name] ?? anew(name, site, d),
    })
    return sitesIn(mp, context) as never
  }) as unknown as M extends true ? MeanValues<RP> : SiteValues<RP>
}

/** The sites that no other site depends on. */
const leavesOf = (model: AnyModel): ReadonlySet<string> => {
  const parents = new Set(sitesOf(model).flatMap(([, site]) => [...site.parents]))
  return new Set(sitesOf(model).flatMap(([name]) => (parents.has(name) ? [] : [name])))
}

/** The mean of a distribution, where it has one. */
const meanOf = (d: AnyDistribution): AnyValue | undefined =>
  'mean' in d ? (d as unknown as Moments<Shape>).mean() : undefined
