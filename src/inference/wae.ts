/**
 * wae(p, q, { lambda, kernel }): a posterior that agrees with the prior by its samples, over the data as a whole:
 *
 *   E_q[log p(x | z)] − λ MMD²(q(z), p(z))        q(z) = E_data[q(z | x)]
 *
 * No density of q is needed, so q may be implicit: push(f(x, noise)), or push(f(x)), a deterministic encoder. It is no bound of
 * log P(x). With a normal p(x | z) the first term is a squared error. The gradient flows through the samples.
 * Nats per datum, beside which MMD² is in the units of the similarity; it needs a minibatch of 2 or more.
 * Tolstikhin et al., 2018, "Wasserstein auto-encoders", algorithm 2 (WAE-MMD). infoVae at α = 1 is the same for a q with a density.
 * Errors: tag `model`, those of elbo but for the density of q, and of maximumMeanDiscrepancy; tag `option`.
 * Tested in tests/inference/infoVae.test.ts.
 */
import { throwAll } from '../dsl/error.js'
import type { AnyModel, Merge, Model, Site } from '../dsl/model.js'
import { type AnyObjective, type Objective, plus, scale } from '../dsl/objective.js'
import { type Fits, fitFaults } from '../dsl/rules.js'
import { run } from '../dsl/run.js'
import type { AnyValue } from '../dsl/value.js'
import { type AggregateOptions, aggregateDiscrepancy } from './aggregate.js'
import { boundOptionFaults, optionsOf } from './boundOptions.js'
import { type BoundData, boundData } from './elbo.js'
import { type Draws, logDensity, type Term } from './estimators/draws.js'
import { drawSites, expectation } from './expectation.js'
import { numberFaults } from './weight.js'

/** The sites, as if each had a density. */
export type AsDense<R> = {
  readonly [K in keyof R]: R[K] extends Site<infer X, infer C, infer F, infer Sc>
    ? Site<X, C | 'density', F, Sc>
    : R[K]
}

/** The weight of the discrepancy, and the similarity. */
export interface WaeOptions<P, Q> extends AggregateOptions<P, Q> {
  /** >= 0; about 10 to 1000 by the scale of the data term. */
  readonly lambda: number
}

/** The model as if its sites had densities: what is left to check. */
const asDense = (q: AnyModel): AnyModel => ({
  ...q,
  entries: Object.fromEntries(
    Object.entries(q.entries).map(([name, e]) => [
      name,
      e.kind === 'site' ? { ...e, capabilities: { ...e.capabilities, density: true } as never } : e,
    ]),
  ),
})

/** log p of the sites that are data, at the draws of q. */
const dataTerms = (
  p: AnyModel,
  draws: Draws,
  env: Parameters<AnyObjective['evaluate']>[0],
): readonly Term[] => {
  const terms: Term[] = []
  const latents = new Set(draws.drawn.map((d) => d.name))
  run(p, {
    functions: env.functions,
    given: env.data,
    choose: (name, site, d, observed) => {
      const value = observed ?? ((latents.has(name) ? draws.context[name] : env.data[name]) as AnyValue)
      if (!latents.has(name))
        terms.push({
          site: name,
          label: `log p(${name})`,
          shared: site.scope === 'shared',
          plates: site.plates,
          value: logDensity(d, value),
        })
      return value
    },
  })
  return terms
}

/** A posterior by samples; does not compile unless q fits p, but q needs no density. */
export const wae = <TP, GP, RP, TQ, GQ, RQ>(
  p: Model<TP, GP, RP>,
  q: Model<TQ, GQ, RQ> & Fits<Model<TP, GP, RP>, Model<TQ, GQ, AsDense<RQ>>>,
  options: WaeOptions<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>,
): Objective<Merge<TP, TQ>, BoundData<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>> => {
  const [mp, mq] = [p, q] as readonly unknown[] as readonly [AnyModel, AnyModel]
  const given = optionsOf('wae', options)
  throwAll([
    ...fitFaults(mp, asDense(mq)),
    ...boundOptionFaults('wae', given),
    ...numberFaults('lambda', given.lambda, 'use 10 or more'),
  ])
  const fitted: AnyObjective = {
    tag: 'objective',
    description: 'E_q[log p(x | z)]',
    nets: { ...mp.nets, ...mq.nets },
    data: boundData(mp, mq),
    evaluate: (env) => {
      const draws = drawSites(mq, () => 'pathwise', 1, env)
      return expectation(dataTerms(mp, draws, env), draws, env)
    },
  }
  const apart = aggregateDiscrepancy(mp, mq, given)
  return {
    ...plus(fitted, scale(-given.lambda, apart)),
    description: `E_q[log p(x | z)] − ${given.lambda} MMD²(q(z), p(z))`,
  } as unknown as Objective<Merge<TP, TQ>, BoundData<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>>
}
