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
import type { Model, Nets } from '../dsl/model.js'
import { minus } from '../dsl/objective.js'
import { type Critic, expectScores, type OfBoth } from './contest.js'
import { activationOnto } from './fDivergences/activation.js'
import type { FDivergence } from './fDivergences/table.js'

/** The bound E_p[g(V)] − E_q[f*(g(V))] of D_f(p ‖ q); the critic is `{ nets, score }`, which a contest is too. */
export const fDivergence = <P extends Model, Q extends Model, const N extends Nets>(
  f: FDivergence,
  p: P,
  q: Q,
  critic: Critic<P, Q, N>,
): OfBoth<P, Q, N> => {
  const [onP, onQ] = expectScores(p, q, critic)
  const bound = minus(onP(activationOnto(f.finiteOn).onValue), onQ(f.ofCritic))
  return { ...bound, description: `a bound of ${f.name}(p ‖ q)` } as unknown as OfBoth<P, Q, N>
}
