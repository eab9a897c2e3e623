/**
 * wasserstein(p, q, critic): the dual of the Wasserstein distance, an objective of the critic D and the models.
 *
 *   E_p[D(x)] − E_q[D(x)] <= L · W₁(p, q)          L the Lipschitz constant of D
 *
 * Nothing here bounds L: subtract a gradient penalty, or normalize D spectrally. Equal at a potential of the optimal
 * transport (transport.ts), where L = 1. In the units of the distance. Arjovsky, Chintala & Bottou, 2017, eq. 2.
 * Tested in tests/inference/wasserstein.test.ts and tests/laws/games.test.ts.
 */
import type { Model, Nets } from '../dsl/model.js'
import { minus } from '../dsl/objective.js'
import { type Critic, expectScores, type OfBoth } from './contest.js'

/** E_p[D] − E_q[D]; the critic maximizes it and a generator minimizes it. */
export const wasserstein = <P extends Model, Q extends Model, const N extends Nets>(
  p: P,
  q: Q,
  critic: Critic<P, Q, N>,
): OfBoth<P, Q, N> => {
  const [onP, onQ] = expectScores(p, q, critic)
  const dual = minus(
    onP((s) => s),
    onQ((s) => s),
  )
  return { ...dual, description: 'E_p[D] − E_q[D]' } as unknown as OfBoth<P, Q, N>
}
