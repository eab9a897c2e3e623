/**
 * betaTcvae(p, q, { alpha, beta, gamma }): the bound with a weight for each part of its divergence, in nats per datum:
 *
 *   E_q[log p(x | z)] − α I_q(x; z) − β TC(z) − γ KL(Π_e q(z_e) ‖ p(z))
 *
 * At α = β = γ = 1 it is the bound of elbo, sampled; β above 1 asks for independent entries of z and leaves it the
 * information that a beta-VAE takes. Weights may be schedules of the step. The parts are those of klParts.ts, at the same
 * draws; N is the size of the data set. Chen et al., 2018, equation 4.
 * Errors: those of klParts; tag `option`. Tested in tests/inference/klParts.test.ts.
 */
import type { AnyModel, Merge, Model } from '../dsl/model.js'
import type { Environment, Objective } from '../dsl/objective.js'
import { mul, neg } from '../dsl/operations/arithmetic.js'
import { boundOptionFaults, optionsOf } from './boundOptions.js'
import { type BoundData, boundTerms, elbo } from './elbo.js'
import { type Draws, type Term, total } from './estimators/draws.js'
import { drawSites, expectation } from './expectation.js'
import { type FitsInParts, type PartsOptions, partsAt, planParts } from './klParts.js'
import { type Weight, weightAt, weightFaults } from './weight.js'

/** The weights of the three parts, each 1 if left out. */
export interface BetaTcvaeOptions extends PartsOptions {
  /** Of the mutual information. */
  readonly alpha?: Weight
  /** Of the total correlation. */
  readonly beta?: Weight
  /** Of the dimension-wise divergence. */
  readonly gamma?: Weight
}

/** The terms of the data, and the divergence in its parts, weighted. */
const weighted = (
  terms: readonly Term[],
  draws: Draws,
  env: Environment,
  o: BetaTcvaeOptions,
): readonly Term[] => {
  const parts = partsAt(terms, draws, env, o)
  const weights = [o.alpha, o.beta, o.gamma].map((w = 1) => weightAt(w, env))
  const labels = ['−α I(x; z)', '−β TC(z)', '−γ KL(Π q(z_e) ‖ p)']
  const latents = draws.drawn.map((d) => d.name)
  const site = latents.join()
  return [
    ...terms.filter((t) => !latents.includes(t.site)),
    ...parts.map((part, i): Term => {
      const value = neg(mul(weights[i] ?? 1, part))
      return { site, label: labels[i] as string, shared: false, plates: [], value: total([value]) }
    }),
  ]
}

/** The bound with its divergence weighted in parts; does not compile unless q fits p and has independent entries. */
export const betaTcvae = <TP, GP, RP, TQ, GQ, RQ>(
  p: Model<TP, GP, RP>,
  q: Model<TQ, GQ, RQ> & FitsInParts<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>,
  options: BetaTcvaeOptions = {},
): Objective<Merge<TP, TQ>, BoundData<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>> => {
  const [mp, mq] = [p, q] as readonly unknown[] as readonly [AnyModel, AnyModel]
  const given = optionsOf('betaTcvae', options)
  const { alpha, beta, gamma, ...parts } = given
  const bound = elbo(p, q, { ...(parts.particles === undefined ? {} : { particles: parts.particles }) })
  const plan = planParts(mp, mq, parts, [
    ...boundOptionFaults('betaTcvae', given),
    ...Object.entries({ alpha, beta, gamma }).flatMap(([name, w]) => weightFaults(name, w)),
  ])
  return {
    ...bound,
    description: 'L_b, its divergence weighted in parts',
    evaluate: (env) => {
      const draws = drawSites(mq, () => 'pathwise', plan.particles, env)
      return expectation(weighted(boundTerms(mp, mq, plan, draws, env), draws, env, given), draws, env)
    },
  }
}
