/**
 * infoVae(p, q, { alpha, lambda, kernel }): the bound with part of its divergence taken of the aggregate posterior:
 *
 *   E_q[log p(x | z)] − (1 − α) KL(q(z | x) ‖ p(z)) − (α + λ − 1) MMD²(q(z), p(z))
 *
 * α is the weight that mutual information is given back: at α = 0, λ = 1 it is the bound of elbo; at α = 1 nothing presses a
 * code towards the prior by itself, only all codes together (MMD-VAE, λ about 100 to 1000 by the scale of the data term).
 * Nats per datum, beside which MMD² is in the units of the similarity; it needs a minibatch of 2 or more.
 * Zhao, Song and Ermon, 2017, "InfoVAE", equation 7. Errors: those of elbo and maximumMeanDiscrepancy; tag `option`.
 * Tested in tests/inference/infoVae.test.ts.
 */

import { type GiryError, giryError, throwAll } from '../dsl/error.js'
import type { AnyModel, Merge, Model } from '../dsl/model.js'
import { type Objective, plus, scale } from '../dsl/objective.js'
import type { Fits } from '../dsl/rules.js'
import { shown } from '../dsl/shown.js'
import { type AggregateOptions, aggregateDiscrepancy } from './aggregate.js'
import { boundOptionFaults, optionsOf } from './boundOptions.js'
import { type BoundData, type BoundOptions, elbo } from './elbo.js'

/** The weights, and the similarity. */
export interface InfoVaeOptions<P, Q>
  extends AggregateOptions<P, Q>,
    Pick<BoundOptions<Q>, 'particles' | 'kl'> {
  /** At most 1, which takes the divergence of each code away; 0 leaves it. */
  readonly alpha: number
  /** The weight of the aggregate divergence is α + λ − 1, which must not be negative. */
  readonly lambda: number
}

const faults = (alpha: number, lambda: number): readonly GiryError[] => [
  ...(Number.isFinite(alpha) && alpha <= 1
    ? []
    : [
        giryError(
          'option',
          'alpha',
          `alpha of infoVae must be a number <= 1, but ${shown(alpha)} was given`,
          'use 1 for MMD alone, 0 for the divergence of elbo',
        ),
      ]),
  ...(Number.isFinite(lambda) && alpha + lambda - 1 >= 0
    ? []
    : [
        giryError(
          'option',
          'lambda',
          `alpha + lambda must be a number >= 1, but ${alpha} and ${lambda} were given`,
          'use lambda: 100, or more where the data term is large',
        ),
      ]),
]

/** The bound with a part of its divergence aggregated over the data; does not compile unless q fits p. */
export const infoVae = <TP, GP, RP, TQ, GQ, RQ>(
  p: Model<TP, GP, RP>,
  q: Model<TQ, GQ, RQ> & Fits<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>,
  options: InfoVaeOptions<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>,
): Objective<Merge<TP, TQ>, BoundData<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>> => {
  const given = optionsOf('infoVae', options)
  const { alpha, lambda, kernel, at, ...rest } = given
  throwAll([...boundOptionFaults('infoVae', given), ...faults(alpha, lambda)])
  const bound = elbo(p, q, { ...rest, beta: 1 - alpha })
  const apart = aggregateDiscrepancy(p as unknown as AnyModel, q as unknown as AnyModel, { kernel, at })
  const whole = plus(bound, scale(1 - alpha - lambda, apart as unknown as typeof bound))
  return { ...bound, description: `L_b, α = ${alpha}, λ = ${lambda}`, evaluate: whole.evaluate }
}
