/**
 * The doubly reparameterized gradient of the power mean F_s of importance weights, with W_k = w_k^s / Σ_j w_j^s:
 *
 *   ∇_φ F_s = E[Σ_k ((1 − s) W_k + s W_k²) ∂ log w_k / ∂z_k · ∂z_k / ∂φ]         (s = 1: W_k²;  s = 0: the path alone, 1/K)
 *
 * The score of q, −W_k ∂ log q(z_k) / ∂φ, is integrated by parts through the draw, which gives −s (W_k − W_k²) of the path.
 * Its signal-to-noise ratio does not fall as K grows, where that of the plain gradient falls like 1/√K. Here: the values z_k
 * with their gradient times (1 − s) + s W_k, and q with constant parameters. p keeps its gradient.
 * Tucker, Lawson, Gu and Maddison, 2019, equation 7 (s = 1). Tested in tests/inference/importance/doubly.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { nonNegative } from '../../dsl/domain.js'
import type { AnyModel } from '../../dsl/model.js'
import type { Environment } from '../../dsl/objective.js'
import { add, mul, sub } from '../../dsl/operations/arithmetic.js'
import { type AnyValue, elementwise, hasAxis, logSumExpOver, sumOver } from '../../dsl/value.js'
import { detachedDistributions } from '../estimators/detached.js'
import { type Draws, particleAxis, type Scalar } from '../estimators/draws.js'
import { type LogWeights, logWeights, type Proposed } from './logWeight.js'
import type { ImportanceMethods } from './methods.js'
import { enumAxesOf, exponents } from './powerMean.js'
import {
  constantOf,
  detachedValues,
  distributionsAt,
  proposedOf,
  scaledGradient,
  withValues,
} from './proposal.js'

/** W, over the particles and the values of sites that are summed out: e^a, divided by its sum. */
export const normalized = (a: Scalar): Scalar => {
  const sum = logSumExpOver(a, [particleAxis, ...enumAxesOf(a)])
  return constantOf(elementwise('weights', nonNegative, tf.exp, sub(a, sum)) as Scalar)
}

/** What W sums to along the axes that z does not have. */
export const weightOf = (z: AnyValue, weights: Scalar): Scalar =>
  sumOver(
    weights,
    enumAxesOf(weights).filter((name) => !hasAxis(z, name)),
  )

/** The names of the sites that are doubly reparameterized. */
export const doublyOf = (methods: ImportanceMethods): readonly string[] =>
  Object.keys(methods).filter((name) => methods[name] === 'doublyReparameterized')

/** The normalized weights at the draws. */
export const weightsAt = (p: AnyModel, draws: Draws, env: Environment, s: number): Scalar => {
  const { observe: _, ...silent } = env
  const w: LogWeights = logWeights(p, proposedOf(draws, detachedValues(draws)), silent)
  return normalized(exponents(w, s))
}

/** The draws as the doubly reparameterized gradient sees them. */
export const doublyProposed = (
  p: AnyModel,
  q: AnyModel,
  draws: Draws,
  methods: ImportanceMethods,
  env: Environment,
  s: number,
): readonly Proposed[] => {
  const names = doublyOf(methods)
  const weights = weightsAt(p, draws, env, s)
  const scaled = (name: string): AnyValue => {
    const z = draws.context[name] as AnyValue
    return scaledGradient(z, add((1 - s) as number, mul(s as number, weightOf(z, weights))) as Scalar)
  }
  const values = Object.fromEntries(names.map((name) => [name, scaled(name)]))
  const moved = withValues(draws, values)
  const detached = detachedDistributions(q, moved, env)
  const alive = s !== 1 && names.length < draws.drawn.length ? distributionsAt(q, moved, env) : new Map()
  return proposedOf(draws, values, new Map([...alive, ...names.map((n) => [n, detached.get(n)] as never)]))
}
