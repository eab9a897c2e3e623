/**
 * The χ upper bound of order n of a model p(x, z) and a variational family q(z | x), in nats per datum:
 *
 *   CUBO_n = (1/n) log E_q[w^n] >= log P(x),   w = p(x, z) / q(z | x)        minimize(cubo(p, q, { particles }))
 *
 * With elbo it encloses log P(x). CUBO_n does not decrease with n; order 1 is log P(x), order 2 is
 * log P(x) + ½ log(1 + χ²(P(z | x) ‖ q)). It is the Rényi bound of α = 1 − n. Its estimate (1/n) log (1/K) Σ_k w_k^n is
 * smaller than CUBO_n in expectation, and may be below log P(x) with few particles or a q of light tails.
 *
 *   cuboExponential:  e^(n (CUBO_n − c)) / n = E_q[(w e^−c)^n] / n, without bias, its gradient as well
 *
 * with an offset c near log P(x), so that it stays within range; of many data the badly explained ones dominate it.
 * Errors: those of iwae; tag `option`: order, offset, particles.
 * Dieng, Tran, Ranganath, Paisley and Blei, 2017, "Variational inference via χ upper bound minimization", equations 4 to 6.
 * Tested in tests/inference/cubo.test.ts.
 */

import * as tf from '@tensorflow/tfjs'
import { nonNegative } from '../dsl/domain.js'
import { type GiryError, giryError } from '../dsl/error.js'
import { datumAxis } from '../dsl/model.js'
import type { Environment, UpperBound } from '../dsl/objective.js'
import { mul, sub } from '../dsl/operations/arithmetic.js'
import { stopGradient } from '../dsl/operations/functions.js'
import { shown } from '../dsl/shown.js'
import { elementwise, meanOver, sumOver } from '../dsl/value.js'
import { gradientOnly, leaveOneOut } from './estimators/baseline.js'
import { particleAxis, type Scalar, total } from './estimators/draws.js'
import { type ImportanceBound, importanceObjective, type ParticlesOption } from './importance/bound.js'
import { logWeights } from './importance/logWeight.js'
import type { MethodRules } from './importance/methods.js'
import { type Importance, powerBound } from './importance/powerBound.js'
import { enumAxesOf, perParticle } from './importance/powerMean.js'
import { type PowerMethods, powerRules } from './importance/powerRules.js'
import { drawProposal, proposedOf } from './importance/proposal.js'

/** Options of a χ upper bound. */
export interface CuboOptions extends ParticlesOption {
  /** The order n; 2 if left out. */
  readonly order?: number
}

/** Options of a χ upper bound in exponential form. */
export interface CuboExponentialOptions extends CuboOptions {
  /** The offset c in nats, near log P(x); 0 if left out. */
  readonly offset?: number
}

const orderFaults = (order: number): readonly GiryError[] =>
  Number.isFinite(order) && order >= 1
    ? []
    : [
        giryError(
          'option',
          'order',
          `order must be a number >= 1, but ${shown(order)} was given`,
          'use 2, or renyi for a lower bound',
        ),
      ]

const offsetFaults = (offset: number): readonly GiryError[] =>
  Number.isFinite(offset)
    ? []
    : [
        giryError(
          'option',
          'offset',
          `offset must be a finite number, but ${shown(offset)} was given`,
          'use the value of elbo, in nats per datum',
        ),
      ]

/** The χ upper bound, to be minimized; does not compile unless q fits p. */
export const cubo: ImportanceBound<CuboOptions, 'cubo', PowerMethods, never, UpperBound> = (p, q, options) =>
  importanceObjective(p, q, options, powerRules('cubo'), ({ order = 2 }) => ({
    description: `CUBO_${order}`,
    upper: true,
    faults: orderFaults(order),
    evaluate: (of, env) => powerBound(of, order, env),
  })) as never

/** (1/n) mean over particles of (w e^−c)^n, per datum. */
const exponential = (of: Importance, n: number, c: number, env: Environment): Scalar => {
  const draws = drawProposal(of.q, of.methods, of.particles, env)
  const w = logWeights(of.p, proposedOf(draws), env)
  const exponent = sub(perParticle(w, n), (n * c) as number)
  const power = mul((1 / n) as number, elementwise('exp', nonNegative, tf.exp, exponent) as Scalar)
  const signal = mul((1 / of.particles) as number, stopGradient(leaveOneOut(power)))
  const scores = draws.drawn
    .filter((d) => of.methods[d.name] === 'score')
    .map((d) => mul(signal, gradientOnly(sumOver(d.logQ as Scalar, w.plates))) as Scalar)
    .map((term) => sumOver(term, [particleAxis, ...enumAxesOf(term)]))
  return meanOver(total([meanOver(power, [particleAxis]), ...scores]), [datumAxis])
}

/** The methods of the exponential form. */
type ExponentialMethods = 'pathwise' | 'score' | 'enumerate'

const exponentialRules: MethodRules = {
  bound: 'cuboExponential',
  eliminates: true,
  allowed: ['pathwise', 'score', 'enumerate'] satisfies ExponentialMethods[],
  pathwise: 'pathwise',
  otherwise: () => 'score',
}

/** The χ upper bound in exponential form, without bias, to be minimized; does not compile unless q fits p. */
export const cuboExponential: ImportanceBound<
  CuboExponentialOptions,
  'cuboExponential',
  ExponentialMethods,
  never,
  UpperBound
> = (p, q, options) =>
  importanceObjective(p, q, options, exponentialRules, ({ order = 2, offset = 0 }) => ({
    description: `exp(${order} (CUBO_${order} − ${offset})) / ${order}`,
    upper: true,
    faults: [...orderFaults(order), ...offsetFaults(offset)],
    evaluate: (of, env) => exponential(of, order, offset, env),
  })) as never
