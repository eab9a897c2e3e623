/**
 * Functions of what is known before a site, by nets of their own: learned baselines and control variates.
 *
 * What they read is constant to them (values, and the parameters of nets of q), so that a gradient reaches their own nets
 * only, and not even these where `fixed`.
 */
import type { Sighted } from '../../dsl/methods.js'
import type { AnyModel, Nets } from '../../dsl/model.js'
import { stopGradient as stop } from '../../dsl/numerics/stopGradient.js'
import type { Environment } from '../../dsl/objective.js'
import { stopGradient } from '../../dsl/operations/functions.js'
import type { ParameterTensors } from '../../dsl/params.js'
import { functionsOf } from '../../dsl/run.js'
import { type AnyValue, isValue } from '../../dsl/value.js'
import type { Scalar } from './draws.js'
import type { At } from './estimator.js'

const detached = (env: Environment): ParameterTensors =>
  Object.fromEntries(Object.entries(env.parameters).map(([path, t]) => [path, stop(t)]))

/** The function at the values of the context, and at those given besides. */
export const sightedAt = (
  s: Sighted,
  { context, env }: At,
  besides: Readonly<Record<string, AnyValue>> = {},
  fixed = false,
): Scalar => {
  const sees = s.sees as AnyModel
  const names = [...Object.keys(sees.given), ...sees.statements.map((x) => x.name)]
  const values = names.map((name) => {
    const v = context[name]
    return [name, isValue(v) ? stopGradient(v) : v] as const
  })
  const tensors = detached(env)
  return s.value({
    ...functionsOf(sees.nets, tensors),
    ...functionsOf(s.nets as Nets, fixed ? tensors : env.parameters),
    ...Object.fromEntries(values),
    ...besides,
  } as never)
}
