/**
 * wasserstein(p, q, critic): the dual of the Wasserstein distance, an objective of the critic D and the models.
 *
 *   E_p[D(x)] − E_q[D(x)] <= L · W₁(p, q)          L the Lipschitz constant of D
 *
 * Nothing here bounds L: subtract a gradient penalty, or normalize D spectrally. Equal at a potential of the optimal
 * transport (transport.ts), where L = 1. In the units of the distance. Arjovsky, Chintala & Bottou, 2017, eq. 2.
 * Tested in tests/inference/wasserstein.test.ts and tests/laws/games.test.ts.
 */
import type { Merge, Model, Nets } from '../dsl/model.js'
import { minus, type Objective } from '../dsl/objective.js'
import { type Critic, expectScore } from './critic.js'

/** E_p[D] − E_q[D]; the critic maximizes it and a generator minimizes it. */
export const wasserstein = <TP, GP, RP, TQ, GQ, RQ, const N extends Nets>(
  p: Model<TP, GP, RP>,
  q: Model<TQ, GQ, RQ>,
  critic: Critic<Model<TP, GP, RP>, Model<TQ, GQ, RQ>, N>,
): Objective<Merge<Merge<TP, N>, Merge<TQ, N>>, Merge<GP, GQ>> => ({
  ...minus(
    expectScore(p, critic, (v) => v),
    expectScore(q, critic, (v) => v),
  ),
  description: 'E_p[D] − E_q[D]',
})
