/**
 * fDivergence(f, p, q, critic): the variational bound of an f-divergence, an objective of the critic V and the models.
 *
 *   E_p[g(V(x))] − E_q[f*(g(V(x)))] <= D_f(p ‖ q)          g the activation onto the interval where f* is finite
 *
 * Equal at g(V) = f'(p/q). The critic maximizes it and a generator minimizes it:
 * minimax(fDivergence(f, empirical({ x: X }), fake, critic), { max: ['V'], min: ['G'] }). For f = gan it is
 * E_p[log σ(V)] + E_q[log(1 − σ(V))], the value of the GAN. Finite sites are summed out, so on finite measures it is exact.
 * In the units of f: nats for kl, reverseKl, jensenShannon and gan. Nguyen, Wainwright & Jordan, 2010; Nowozin et al.,
 * 2016, eq. 4 and 6. Tested in tests/inference/fDivergence.test.ts and tests/laws/games.test.ts.
 */
import type { Merge, Model, Nets } from '../dsl/model.js'
import { minus, type Objective } from '../dsl/objective.js'
import { type Critic, expectScore } from './critic.js'
import { activationOnto } from './fDivergences/activation.js'
import type { FDivergence } from './fDivergences/table.js'

/** The bound E_p[g(V)] − E_q[f*(g(V))] of D_f(p ‖ q). */
export const fDivergence = <TP, GP, RP, TQ, GQ, RQ, const N extends Nets>(
  f: FDivergence,
  p: Model<TP, GP, RP>,
  q: Model<TQ, GQ, RQ>,
  critic: Critic<Model<TP, GP, RP>, Model<TQ, GQ, RQ>, N>,
): Objective<Merge<Merge<TP, N>, Merge<TQ, N>>, Merge<GP, GQ>> => {
  const bound = minus(
    expectScore(p, critic, activationOnto(f.finiteOn).onValue),
    expectScore(q, critic, f.ofCritic),
  )
  return { ...bound, description: `a bound of ${f.name}(p ‖ q)` }
}
