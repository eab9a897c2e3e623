/**
 * The two wake phases of reweighted wake-sleep, in nats per datum, from K draws of q(z | x) with weights w_k = p(x, z_k) / q(z_k | x):
 *
 *   wakeTheta   E[log (1/K) Σ_k w_k] = L_K, whose gradient moves the nets of p only: Σ_k W_k ∇ log p(x, z_k)
 *   wakePhi     E_P(z|x)[log q(z | x)] ≈ Σ_k W_k log q(z_k | x), the nets of q only;     W_k = w_k / Σ_j w_j
 *
 * wakePhi is −KL(P(z | x) ‖ q) less the entropy of P(z | x): the forward divergence, under which q covers P(z | x). No
 * gradient flows through a draw, so discrete latents are as good as others. Self-normalized weights are biased for few
 * particles, and consistent. With `doublyReparameterized` the gradient of wakePhi is Σ_k (W_k − W_k²) ∂ log w_k/∂z_k · ∂z_k/∂φ,
 * the same in expectation, with less variance. Small finite sites are summed out.
 * Errors: those of iwae, but no method that needs a gradient through draws. Tag `option`: particles.
 * Bornschein and Bengio, 2015, equations 6 to 9; Tucker et al., 2019, equation 9. Tested in tests/inference/wake.test.ts.
 */
import { datumAxis } from '../dsl/model.js'
import type { Environment } from '../dsl/objective.js'
import { add, sub } from '../dsl/operations/arithmetic.js'
import { stopGradient } from '../dsl/operations/functions.js'
import { type AnyValue, meanOver } from '../dsl/value.js'
import { detachedDistributions } from './estimators/detached.js'
import type { Draws, Scalar } from './estimators/draws.js'
import { type ImportanceBound, importanceObjective, type ParticlesOption } from './importance/bound.js'
import { doublyOf, normalized, weightOf } from './importance/doubly.js'
import { logWeights } from './importance/logWeight.js'
import type { MethodRules } from './importance/methods.js'
import { constantDraws, logProposal, weightedMean } from './importance/posteriorMean.js'
import type { Importance } from './importance/powerBound.js'
import { exponents, overParticles, perParticle } from './importance/powerMean.js'
import {
  constantFunctions,
  detachedValues,
  distributionsAt,
  drawProposal,
  proposedOf,
  scaledGradient,
  withValues,
} from './importance/proposal.js'

/** L_K with constant draws and constant log q. */
const theta = (of: Importance, env: Environment): Scalar => {
  const draws = drawProposal(of.q, of.methods, of.particles, env)
  const constant = proposedOf(draws, detachedValues(draws), detachedDistributions(of.q, draws, env))
  const w = logWeights(of.p, constant, env)
  return meanOver(overParticles(perParticle(w, 1), 1), [datumAxis])
}

/** The wake phase of p: L_K, whose gradient moves the nets of p only. */
export const wakeTheta: ImportanceBound<ParticlesOption, 'wakeTheta', 'score' | 'enumerate'> = (
  p,
  q,
  options,
) =>
  importanceObjective(
    p,
    q,
    options,
    { ...constantDraws('wakeTheta'), eliminates: true },
    ({ particles }) => ({ description: `L_${particles} for p`, evaluate: theta }),
  ) as never

/**
 * Σ_k W_k log w_k with the gradient (1 − W_k) of each path: the parameters of p and of q are constants. Its gradient is that of
 * Σ_k W_k log q(z_k), integrated by parts through the draws.
 */
const alongPaths = (of: Importance, draws: Draws, weights: Scalar, env: Environment): Scalar => {
  const { observe: _, ...silent } = { ...env, functions: constantFunctions(of.p, env) }
  const scaled = (z: AnyValue) => scaledGradient(z, sub(1, weightOf(z, weights)))
  const values = Object.fromEntries(
    doublyOf(of.methods).map((name) => [name, scaled(draws.context[name] as AnyValue)]),
  )
  const detached = detachedDistributions(of.q, withValues(draws, values), env)
  return weightedMean(weights, logWeights(of.p, proposedOf(draws, values, detached), silent).weight)
}

/** Σ_k W_k log q(z_k), of constant draws. */
const phi = (of: Importance, env: Environment): Scalar => {
  const draws = drawProposal(of.q, of.methods, of.particles, env)
  const values = detachedValues(draws)
  const w = logWeights(of.p, proposedOf(draws, values), env)
  const weights = normalized(exponents(w, 1))
  const fixed = withValues(draws, values)
  const at = distributionsAt(of.q, fixed, env)
  const logQ = (enumerated: boolean) =>
    logProposal(
      proposedOf(fixed, values, at).filter((d) => d.enumerated === enumerated),
      w.plates,
    )
  if (doublyOf(of.methods).length === 0)
    return meanOver(weightedMean(weights, add(logQ(false), logQ(true))), [datumAxis])
  const moved = alongPaths(of, draws, weights, env)
  const drawn = add(stopGradient(weightedMean(weights, logQ(false))), sub(moved, stopGradient(moved)))
  return meanOver(add(drawn, weightedMean(weights, logQ(true))), [datumAxis])
}

const phiRules: MethodRules = {
  ...constantDraws('wakePhi'),
  allowed: ['score', 'doublyReparameterized', 'enumerate'],
}

/** The wake phase of q: E_P(z|x)[log q(z | x)], whose gradient moves the nets of q only. */
export const wakePhi: ImportanceBound<
  ParticlesOption,
  'wakePhi',
  'score' | 'doublyReparameterized' | 'enumerate'
> = (p, q, options) =>
  importanceObjective(p, q, options, phiRules, ({ particles }) => ({
    description: `E_P(z|x)[log q(z|x)], ${particles} particles`,
    evaluate: phi,
  })) as never
