/**
 * The distributions of q at the draws, with constant parameters: gradients flow through the drawn values only.
 *
 *   q_stop(φ)(z | parents),     z = g(ε, φ)
 *
 * Sticking the landing and the doubly reparameterized gradient leave out the score ∂ log q_φ(z) / ∂φ, whose mean is 0.
 * q runs once more on detached parameters; in a compiled step its forward computations are shared with the first run.
 */
import type { AnyDistribution } from '../../dsl/distribution.js'
import type { AnyModel } from '../../dsl/model.js'
import { stopGradient } from '../../dsl/numerics/stopGradient.js'
import type { Environment } from '../../dsl/objective.js'
import { functionsOf, run } from '../../dsl/run.js'
import type { AnyValue } from '../../dsl/value.js'
import type { Draws } from './draws.js'

const mapped = <A>(record: Readonly<Record<string, A>>, f: (a: A) => A): Readonly<Record<string, A>> =>
  Object.fromEntries(Object.entries(record).map(([name, a]) => [name, f(a)]))

/** Inputs are constant as well: what a parameter is computed from may be handed in as data. */
const stopped = (v: AnyValue): AnyValue => ({ ...v, tensor: stopGradient(v.tensor) })

/** The distribution of each site of q at the draws, with detached parameters. */
export const detachedDistributions = (
  q: AnyModel,
  draws: Draws,
  env: Environment,
): ReadonlyMap<string, AnyDistribution> => {
  const tensors = mapped(env.parameters, stopGradient)
  const found = new Map<string, AnyDistribution>()
  run(q, {
    functions: functionsOf(q.nets, tensors),
    given: mapped(env.data, stopped),
    choose: (name, _, d, observed) => {
      found.set(name, d)
      return observed ?? (draws.context[name] as AnyValue)
    },
  })
  return found
}
