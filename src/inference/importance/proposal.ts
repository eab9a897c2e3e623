/**
 * The draws of q for a bound on importance weights, each site by its method, and the same draws as further estimators see
 * them: with detached values, detached parameters, or gradients through the values scaled.
 *
 *   scaledGradient(z, c) = z in value, with gradient c · dz
 *
 * In a compiled step what is computed twice from the same values is computed once.
 * Tested in tests/inference/importance/proposal.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import type { AnyDistribution } from '../../dsl/distribution.js'
import { fail } from '../../dsl/error.js'
import { type ImportanceMethodName, type MethodName, nameOfMethod } from '../../dsl/gradientMethods.js'
import type { AnyModel } from '../../dsl/model.js'
import { linearized2 } from '../../dsl/numerics/customGradient.js'
import { detach, stopGradient as stopTensor } from '../../dsl/numerics/stopGradient.js'
import type { Environment } from '../../dsl/objective.js'
import { stopGradient } from '../../dsl/operations/functions.js'
import { functionsOf, run } from '../../dsl/run.js'
import { type AnyValue, elementwise } from '../../dsl/value.js'
import type { Draws, Scalar } from '../estimators/draws.js'
import { drawSites } from '../expectation.js'
import type { Proposed } from './logWeight.js'
import type { ImportanceMethods } from './methods.js'

/** How a site of each method is drawn. */
const drawnBy: Readonly<Record<ImportanceMethodName, MethodName>> = {
  pathwise: 'pathwise',
  stickingTheLanding: 'pathwise',
  doublyReparameterized: 'pathwise',
  score: 'score',
  vimco: 'score',
  enumerate: 'enumerate',
}

/** Their signals and weights are constants, so the derivative of their gradient would lack a term. */
const requireOnce = (methods: ImportanceMethods, env: Environment): void => {
  const once = Object.entries(methods).find(([, m]) => m !== 'pathwise' && m !== 'enumerate')
  if (env.twice === true && once !== undefined)
    fail(
      'model',
      once[0],
      `site '${once[0]}': consensus and unrolled differentiate a gradient, but '${once[1]}' gives first derivatives only`,
      'use pathwise, or enumerate',
    )
}

/** Draws every site of q, K particles each. */
export const drawProposal = (
  q: AnyModel,
  methods: ImportanceMethods,
  particles: number,
  env: Environment,
): Draws => {
  requireOnce(methods, env)
  return drawSites(q, (name) => drawnBy[methods[name] as ImportanceMethodName], particles, env)
}

/** The draws as they are, or with other values or distributions of some sites. */
export const proposedOf = (
  draws: Draws,
  values: Readonly<Record<string, AnyValue>> = {},
  distributions: ReadonlyMap<string, AnyDistribution> = new Map(),
): readonly Proposed[] =>
  draws.drawn.map((d) => ({
    name: d.name,
    site: d.site,
    value: values[d.name] ?? d.value,
    distribution: distributions.get(d.name) ?? d.distribution,
    enumerated: nameOfMethod(d.asked) === 'enumerate',
  }))

/** The draws with these values of some sites. */
export const withValues = (draws: Draws, values: Readonly<Record<string, AnyValue>>): Draws => ({
  ...draws,
  context: { ...draws.context, ...values },
})

/** The values of the draws, as constants. */
export const detachedValues = (draws: Draws): Readonly<Record<string, AnyValue>> =>
  Object.fromEntries(draws.drawn.map((d) => [d.name, stopGradient(d.value)]))

/** The distributions of q at the draws, with gradients to its parameters. */
export const distributionsAt = (
  q: AnyModel,
  draws: Draws,
  env: Environment,
): ReadonlyMap<string, AnyDistribution> => {
  const found = new Map<string, AnyDistribution>()
  run(q, {
    functions: env.functions,
    given: env.data,
    choose: (name, _, d, observed) => {
      found.set(name, d)
      return observed ?? (draws.context[name] as AnyValue)
    },
  })
  return found
}

/** The functions of a model's nets, with constant parameters. */
export const constantFunctions = (model: AnyModel, env: Environment): Readonly<Record<string, unknown>> =>
  functionsOf(
    model.nets,
    Object.fromEntries(Object.entries(env.parameters).map(([path, t]) => [path, stopTensor(t)])),
  )

const scaledTensor = linearized2(
  (x) => tf.clone(x),
  (dy, _, c) => [tf.mul(dy, c), tf.zerosLike(c)],
)

/** z in value, with its gradient times c. */
export const scaledGradient = (z: AnyValue, c: Scalar): AnyValue =>
  elementwise('scaledGradient', z.domain, (x, by) => scaledTensor(x as tf.Tensor, by as tf.Tensor), z, c)

/** A number off the tape: nothing is computed for it backward. */
export const constantOf = (x: Scalar): Scalar =>
  elementwise('constantOf', x.domain, (t) => detach(t as tf.Tensor), x)
