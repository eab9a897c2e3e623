/**
 * The tail-adaptive f-divergence between P(z | x) and q(z | x): the weights of the particles depend on their ranks only.
 *
 *   ∇ = E[Σ_k γ_k ∇ log w_k],   γ_k ∝ G(w_k)^β,   G(w_k) = (1/K) #{j : w_j >= w_k},   Σ_k γ_k = 1
 *
 * through the draws, with constant parameters in log q. β = −1 weighs the particle of rank r by 1/r, however heavy the tail
 * of the weights is, and so covers the mass of P(z | x) where elbo (β = 0) seeks a mode. Each fixed set of ranks is the gradient
 * of an f-divergence, which changes with q, so there is no bound that it ascends; the value is L_K, that of iwae, to watch. The
 * nets of p move with the same weights on ∇ log p(x, z_k). Every site of q has a pathwise gradient.
 * Errors: those of iwae; tag `option`: beta, particles (at least 2: one has no rank).
 * Wang, Liu and Liu, 2018, "Variational inference with tail-adaptive f-divergence", algorithm 1.
 * Tested in tests/inference/tailAdaptive.test.ts.
 */

import * as tf from '@tensorflow/tfjs'
import { real } from '../dsl/domain.js'
import { type GiryError, giryError } from '../dsl/error.js'
import { datumAxis } from '../dsl/model.js'
import type { Environment } from '../dsl/objective.js'
import { add, mul, sub } from '../dsl/operations/arithmetic.js'
import { stopGradient } from '../dsl/operations/functions.js'
import { shown } from '../dsl/shown.js'
import { axisToEvent, eventToAxis, meanOver, onEvent, sumOver } from '../dsl/value.js'
import { detachedDistributions } from './estimators/detached.js'
import { particleAxis, type Scalar } from './estimators/draws.js'
import {
  type ImportanceBound,
  importanceObjective,
  type ParticlesOption,
  wholeNumberFaults,
} from './importance/bound.js'
import { logWeights } from './importance/logWeight.js'
import type { MethodRules } from './importance/methods.js'
import type { Importance } from './importance/powerBound.js'
import { overParticles } from './importance/powerMean.js'
import { constantOf, drawProposal, proposedOf } from './importance/proposal.js'

/** Options of the tail-adaptive divergence. */
export interface TailAdaptiveOptions extends ParticlesOption {
  /** The exponent β of the tail probability; −1 if left out, 0 weighs all alike. */
  readonly beta?: number
}

const betaFaults = (beta: number): readonly GiryError[] =>
  Number.isFinite(beta) && beta <= 0
    ? []
    : [
        giryError(
          'option',
          'beta',
          `beta must be a number <= 0, but ${shown(beta)} was given`,
          'use −1, or 0 to weigh all particles alike',
        ),
      ]

/** G(w_k)^β, divided by their sum. */
const rankWeights = (logW: Scalar, beta: number): Scalar => {
  const { size = 1 } = logW.axes.find((a) => a.name === particleAxis) ?? {}
  const along = onEvent(axisToEvent(constantOf(logW), particleAxis), [size], real, (w) => {
    const atLeast = tf.cast(tf.greaterEqual(tf.expandDims(w, -2), tf.expandDims(w, -1)), 'float32')
    const weights = tf.pow(tf.mean(atLeast, -1), beta)
    return tf.div(weights, tf.sum(weights, -1, true))
  })
  return eventToAxis(along, particleAxis) as Scalar
}

/** L_K in value, with the tail-adaptive gradient. */
const estimate = (of: Importance, beta: number, env: Environment): Scalar => {
  const draws = drawProposal(of.q, of.methods, of.particles, env)
  const w = logWeights(of.p, proposedOf(draws, {}, detachedDistributions(of.q, draws, env)), env).weight
  const ascended = sumOver(mul(rankWeights(w, beta), w) as Scalar, [particleAxis])
  const bound = overParticles(constantOf(w), 1)
  return meanOver(add(bound, sub(ascended, stopGradient(ascended))), [datumAxis])
}

const rules: MethodRules = {
  bound: 'tailAdaptive',
  allowed: ['pathwise'],
  pathwise: 'pathwise',
  otherwise: () => 'pathwise',
}

/** The tail-adaptive divergence, with the value of iwae; does not compile unless q fits p and is pathwise. */
export const tailAdaptive: ImportanceBound<TailAdaptiveOptions, 'tailAdaptive', 'pathwise', 'pathwise'> = (
  p,
  q,
  options,
) =>
  importanceObjective(p, q, options, rules, ({ beta = -1, particles }) => ({
    description: `tail-adaptive, ${particles} particles`,
    faults: [
      ...betaFaults(beta),
      ...(particles === 1 ? wholeNumberFaults('particles', 1, 2, 'one particle has no rank') : []),
    ],
    evaluate: (of, env) => estimate(of, beta, env),
  })) as never
