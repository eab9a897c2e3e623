/**
 * slopesOf(objective, env, paths): the gradient of an objective in parameters, as tensors that are differentiable in turn.
 *
 *   ∂ J(θ) / ∂ θ[path] for the paths asked for, at env.parameters
 *
 * So one player's objective may speak of the gradients of another's: consensus.ts, unrolled.ts. What an objective takes for constant
 * (the points of a penalty, the singular vectors of a spectral norm) is constant here too. Errors: tag `model`, where a site is drawn by
 * its score function, whose estimator is right for the first derivative only.
 * Tested through both in tests/inference/games.
 */
import type * as tf from '@tensorflow/tfjs'
import type { AnyObjective, Environment } from '../../dsl/objective.js'
import type { ParameterTensors } from '../../dsl/params.js'
import { functionsOf } from '../../dsl/run.js'
import { gradientsOf } from '../step.js'

/** The environment at other parameters, with the functions of the nets that the objective has. */
export const atParameters = (
  objective: AnyObjective,
  env: Environment,
  parameters: ParameterTensors,
): Environment => ({ ...env, parameters, functions: functionsOf(objective.nets, parameters) })

/** The paths of the parameters of these nets, among all. */
export const pathsOf = (nets: readonly string[], parameters: ParameterTensors): readonly string[] =>
  Object.keys(parameters).filter((path) => nets.includes(path.slice(0, path.indexOf('/'))))

/** The gradient of the objective, path by path. */
export const slopesOf = (
  objective: AnyObjective,
  env: Environment,
  paths: readonly string[],
): ParameterTensors => {
  const at = paths.map((path) => env.parameters[path] as tf.Tensor)
  const value = (...free: tf.Tensor[]): tf.Scalar => {
    const moved = Object.fromEntries(paths.map((path, i) => [path, free[i] as tf.Tensor]))
    const there = atParameters(objective, { ...env, twice: true }, { ...env.parameters, ...moved })
    return objective.evaluate(there).tensor as tf.Scalar
  }
  const { grads } = gradientsOf(value, at)
  return Object.fromEntries(paths.map((path, i) => [path, grads[i] as tf.Tensor]))
}
