/**
 * The thermodynamic variational objective of a model p(x, z) and a variational family q(z | x), in nats per datum:
 *
 *   log P(x) = ∫_0^1 E_π_β[log w] dβ,     w = p(x, z) / q(z | x),   π_β ∝ q(z | x)^(1 − β) p(x, z)^β
 *
 *   lower    Σ_i (β_i+1 − β_i) E_π_β_i[log w] <= log P(x) <= Σ_i (β_i+1 − β_i) E_π_β_i+1[log w]    upper
 *
 * over a partition 0 = β_0 < β_1 < … < β_n = 1: the integrand does not decrease. One interval is elbo below, and elbo +
 * KL(q ‖ P(z | x)) + KL(P(z | x) ‖ q) above. Expectations are self-normalized means Σ_k W_k log w_k, W_k ∝ w_k^β, of K draws of q; so
 * estimated, the lower sum stays below L_K of the same draws, hence below log P(x) in expectation, while the upper sum is certain to
 * be above L_K only. The gradient needs none of the draws,
 *
 *   ∇ E_π_β[f] = E_π_β[∇ f] + Cov_π_β[f, ∇ log (q^(1 − β) p^β)],     f = log w
 *
 * so latents may be discrete; for β = 0 each particle is compared with the others, without bias. Finite sites are summed out.
 * Errors: those of iwae, but no method that needs a gradient through draws. Tag `option`: partitions, bound, particles.
 * Masrani, Le and Wood, 2019, "The thermodynamic variational objective", equations 8, 9 and 12.
 * Tested in tests/inference/tvo.test.ts.
 */

import { fail, type GiryError, giryError } from '../dsl/error.js'
import type { AskedMethod } from '../dsl/gradientMethods.js'
import { datumAxis, type Merge, type Model } from '../dsl/model.js'
import type { Environment, Objective, UpperBound } from '../dsl/objective.js'
import { add, mul, sub } from '../dsl/operations/arithmetic.js'
import { greater, where } from '../dsl/operations/comparisons.js'
import { stopGradient } from '../dsl/operations/functions.js'
import type { Fits, Latents } from '../dsl/rules.js'
import { shown } from '../dsl/shown.js'
import { meanOver } from '../dsl/value.js'
import type { BoundData } from './elbo.js'
import { particleAxis, type Scalar, total } from './estimators/draws.js'
import { importanceObjective, type ParticlesOption, wholeNumberFaults } from './importance/bound.js'
import { normalized } from './importance/doubly.js'
import { logWeights } from './importance/logWeight.js'
import type { ImportanceMethods, SitesOption } from './importance/methods.js'
import { constantDraws, logProposal, weightedMean } from './importance/posteriorMean.js'
import type { Importance } from './importance/powerBound.js'
import { expectedOver, exponents, particlesOf } from './importance/powerMean.js'
import { drawProposal, proposedOf } from './importance/proposal.js'

/** The side of the integral that a sum lies on. */
export type TvoSide = 'lower' | 'upper'

/** Options of the thermodynamic objective. */
export interface TvoOptions<B extends TvoSide = TvoSide> extends ParticlesOption {
  /** The number of intervals of equal length, or the points β between 0 and 1, in order. */
  readonly partitions: number | readonly number[]
  /** The left sum, or the right one; `lower` if left out. */
  readonly bound?: B
}

/** The points 0 = β_0 < … < β_n = 1. */
const pointsOf = (partitions: number | readonly number[]): readonly number[] =>
  typeof partitions === 'number'
    ? Array.from({ length: partitions + 1 }, (_, i) => i / partitions)
    : [0, ...partitions, 1]

const intervalsOf = (partitions: TvoOptions['partitions'] | null): number | undefined =>
  typeof partitions === 'object' ? (partitions?.length ?? 0) + 1 : partitions

/** n − 1 points between 0 and 1 whose logarithms are evenly spaced from `first` on: most of the integrand's rise is near 0. */
export const logPartitions = (n: number, first: number): readonly number[] => {
  if (!(Number.isInteger(n) && n >= 1 && first > 0 && first < 1))
    fail(
      'option',
      'logPartitions',
      `logPartitions takes a whole number >= 1 and a point within (0, 1), but ${n} and ${first} were given`,
      'use logPartitions(5, 0.05)',
    )
  return Array.from({ length: n - 1 }, (_, i) => first ** (1 - i / (n - 1)))
}

const partitionFaults = (partitions: number | readonly number[]): readonly GiryError[] => {
  if (typeof partitions !== 'object' || partitions === null)
    return wholeNumberFaults('partitions', partitions, 1, 'use 5, or the points between 0 and 1')
  const points = pointsOf(partitions)
  return points.every((b, i) => i === 0 || b > (points[i - 1] as number))
    ? []
    : [
        giryError(
          'option',
          'partitions',
          `partitions must rise strictly between 0 and 1, but ${shown(partitions)} was given`,
          'use 5, or logPartitions(5, 0.05)',
        ),
      ]
}

/** One particle has nothing to covary with. */
const aloneFaults = (methods: ImportanceMethods): readonly GiryError[] =>
  Object.keys(methods)
    .filter((name) => methods[name] !== 'enumerate')
    .map((name) =>
      giryError(
        'option',
        'particles',
        `site '${name}' is drawn, and the covariance of one particle is 0`,
        'ask for 2 particles or more',
      ),
    )

const boundFaults = (bound: string): readonly GiryError[] =>
  bound === 'lower' || bound === 'upper'
    ? []
    : [giryError('option', 'bound', `'${bound}' is no side of the integral`, "use 'lower' or 'upper'")]

/** log w less what it is compared with: its mean, or for β = 0 the mean over the other particles. */
const centered = (logW: Scalar, mean: Scalar, mass: Scalar, beta: number): Scalar => {
  const k = particlesOf(logW)
  if (beta > 0 || k === 1) return sub(logW, mean)
  const own = expectedOver(logW, mass)
  return add(sub(logW, own), mul(k / (k - 1), sub(own, meanOver(own, [particleAxis]))))
}

/** Log weights in full, log q, and the weights and masses they came from. */
interface Logs {
  readonly logW: Scalar
  readonly logQ: Scalar
  readonly mass: Scalar
  readonly weights: (beta: number) => Scalar
}

/** E_π_β[log w], with the covariance gradient. */
const expected = ({ logW, logQ, mass, weights }: Logs, beta: number): Scalar => {
  const w = weights(beta)
  const mean = weightedMean(w, logW)
  const signal = stopGradient(where(greater(w, 0), centered(logW, mean, mass, beta), 0))
  const covariance = weightedMean(w, mul(signal, add(mul(beta as number, logW), logQ)) as Scalar)
  return add(mean, sub(covariance, stopGradient(covariance)))
}

const estimate = (of: Importance, o: TvoOptions, env: Environment): Scalar => {
  const draws = drawProposal(of.q, of.methods, of.particles, env)
  const sites = proposedOf(draws)
  const w = logWeights(of.p, sites, env)
  const logs: Logs = {
    logW: sub(w.weight, w.mass),
    logQ: logProposal(sites, w.plates),
    mass: w.mass,
    weights: (beta) => normalized(exponents(w, beta)),
  }
  const points = pointsOf(o.partitions)
  const terms = points.slice(1).map((end, i) => {
    const start = points[i] as number
    return mul((end - start) as number, expected(logs, o.bound === 'upper' ? end : start))
  })
  return meanOver(total(terms), [datumAxis])
}

/** The thermodynamic objective; does not compile unless q fits p. */
export const tvo = <
  TP,
  GP,
  RP,
  TQ,
  GQ,
  RQ,
  const M extends {
    readonly [K in Latents<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>]?: AskedMethod
  } = object,
  const B extends TvoSide = 'lower',
>(
  p: Model<TP, GP, RP>,
  q: Model<TQ, GQ, RQ> & Fits<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>,
  options: TvoOptions<B> & SitesOption<Model<TQ, GQ, RQ>, M, 'tvo', 'score' | 'enumerate'>,
): Objective<Merge<TP, TQ>, BoundData<Model<TP, GP, RP>, Model<TQ, GQ, RQ>>> &
  (B extends 'upper' ? UpperBound : unknown) =>
  importanceObjective(p, q, options as TvoOptions, constantDraws('tvo'), (o) => {
    const { partitions, bound = 'lower', particles } = o
    return {
      description: `TVO ${bound}, ${intervalsOf(partitions)} intervals, ${particles} particles`,
      upper: bound === 'upper',
      faults: [...partitionFaults(partitions), ...boundFaults(bound)],
      methodFaults: (methods) => (particles === 1 ? aloneFaults(methods) : []),
      evaluate: (of, env) => estimate(of, o, env),
    }
  }) as never
