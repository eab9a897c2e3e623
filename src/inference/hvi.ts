/**
 * hvi(p, q, r): the bound of a posterior whose density is not known, since it is drawn with auxiliary variables.
 *
 *   q(z | x) = ∫ q(z | a, x) q(a | x) da
 *   L_HVI    = E_q[log p(x, z) + log r(a | z, x) − log q(z, a | x)]  =  L_b(q) − E_q KL(q(a | z, x) ‖ r(a | z, x))  <=  L_b(q)
 *
 * L_b(q) is the bound of elbo for the marginal q(z | x), which is met where r is the true reverse. It is elbo of p(x, z) r(a | z, x)
 * and q, with its options and gradients. Nats per datum.
 * Agakov and Barber, 2004; Ranganath, Tran and Blei, 2016, "Hierarchical variational models", equation 6.
 * Errors: tag `model`, those of elbo and of a reverse model (reverse.ts). Tested in tests/inference/hvi.test.ts.
 */
import { throwAll } from '../dsl/error.js'
import type { AskedMethod } from '../dsl/gradientMethods.js'
import type { WithMethodNets } from '../dsl/methods.js'
import type { AnyModel, Merge, Model } from '../dsl/model.js'
import type { Objective } from '../dsl/objective.js'
import type { Latents } from '../dsl/rules.js'
import { boundOptionFaults, optionsOf } from './boundOptions.js'
import { type BoundData, type BoundOptions, elbo } from './elbo.js'
import { type FitsWith, type Reverses, reverseFaults, type WithReverse, withReverse } from './reverse.js'

/** The nets of p, q and r. */
export type NetsOfThree<TP, TQ, TR> = Merge<Merge<TP, TR>, TQ>

/** The hierarchical bound; does not compile unless q fits p and r gives its auxiliaries back. */
export const hvi = <
  TP,
  GP,
  RP,
  TQ,
  GQ,
  RQ,
  TR,
  GR,
  RR,
  const M extends {
    readonly [K in Latents<
      WithReverse<Model<TP, GP, RP>, Model<TR, GR, RR>>,
      Model<TQ, GQ, RQ>
    >]?: AskedMethod
  } = object,
>(
  p: Model<TP, GP, RP>,
  q: Model<TQ, GQ, RQ> & FitsWith<Model<TP, GP, RP>, Model<TQ, GQ, RQ>, Model<TR, GR, RR>>,
  r: Model<TR, GR, RR> & Reverses<Model<TP, GP, RP>, Model<TQ, GQ, RQ>, Model<TR, GR, RR>>,
  options: BoundOptions<Model<TQ, GQ, RQ>, M> = {},
): Objective<
  WithMethodNets<NetsOfThree<TP, TQ, TR>, M>,
  BoundData<WithReverse<Model<TP, GP, RP>, Model<TR, GR, RR>>, Model<TQ, GQ, RQ>>
> => {
  const [mp, mq, mr] = [p, q, r] as readonly unknown[] as readonly [AnyModel, AnyModel, AnyModel]
  const given = optionsOf('hvi', options)
  throwAll([...reverseFaults(mp, mq, mr), ...boundOptionFaults('hvi', given)])
  const bound = elbo(withReverse(mp, mr) as never, mq as never, given as never)
  return { ...(bound as Objective), description: 'L_HVI' } as never
}
