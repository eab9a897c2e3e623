/**
 * Posterior: P(z | x) of every datum, as plain data.
 *
 *   finite     probabilities of every configuration of the latents
 *   gaussian   N(mean, covariance), one for each datum
 *   conjugate  a product of beta, gamma, dirichlet, normal and normal-gamma laws, one for each datum
 *   grid       points with their log density and mass, from quadrature
 *
 * `coordinates` says which number of a point belongs to which latent: site by site in the order of the model, plates
 * before events, row-major. `logDensity(z)` is log P(z | x), in nats: z holds one point for all data, one per datum, or
 * k per datum one draw after the other (points.ts).
 * Tested in tests/inference/evidence.test.ts.
 */
import type { Plain } from '../../dsl/space.js'
import type { AnyValue } from '../../dsl/value.js'
import type { Problem } from './problem.js'

/** A value or plain data for every latent. */
export type LatentPoints = Readonly<Record<string, Plain | AnyValue>>

/** What every posterior has. */
interface Common {
  /** The name of the latent that each number of a point belongs to. */
  readonly coordinates: readonly string[]
  /** log P(x), in nats, for each datum. */
  readonly logEvidence: readonly number[]
  /** log P(z | x), in nats. */
  readonly logDensity: (z: LatentPoints) => number[]
}

/** The posterior of finitely many configurations. */
export interface FinitePosterior extends Common {
  readonly kind: 'finite'
  /** Every configuration: one number for each coordinate. */
  readonly configurations: readonly (readonly number[])[]
  /** P(configuration | x): a row for each datum. */
  readonly probabilities: readonly (readonly number[])[]
}

/** A Gaussian posterior for each datum. */
export interface GaussianPosterior extends Common {
  readonly kind: 'gaussian'
  readonly mean: readonly (readonly number[])[]
  readonly covariance: readonly (readonly (readonly number[])[])[]
  /** The standard deviation of each coordinate. */
  readonly scale: readonly (readonly number[])[]
}

/** One of the independent laws that make up a conjugate posterior. */
export interface PosteriorFactor {
  readonly family: 'beta' | 'gamma' | 'dirichlet' | 'normal' | 'normalGamma'
  /** Its coordinates among those of a point; of a normal-gamma, the mean and then the precision. */
  readonly coordinates: readonly number[]
  /** By the names of the distribution; of a normal-gamma N(loc, 1/(count τ)) Gamma(τ; concentration, rate). */
  readonly parameters: Readonly<Record<string, number | readonly number[]>>
}

/** A conjugate posterior for each datum. */
export interface ConjugatePosterior extends Common {
  readonly kind: 'conjugate'
  readonly mean: readonly (readonly number[])[]
  readonly variance: readonly (readonly number[])[]
  readonly factors: readonly (readonly PosteriorFactor[])[]
}

/** A posterior on the nodes of a quadrature, for each datum. */
export interface GridPosterior extends Common {
  readonly kind: 'grid'
  readonly mean: readonly (readonly number[])[]
  readonly variance: readonly (readonly number[])[]
  readonly grid: readonly PosteriorGrid[]
}

/** The nodes of one datum: E[f(z) | x] = Σ_i mass_i f(points_i). */
export interface PosteriorGrid {
  readonly points: readonly (readonly number[])[]
  /** log P(z | x) at each point, in nats. */
  readonly logDensity: readonly number[]
  /** The probability that the node stands for; they sum to 1. */
  readonly mass: readonly number[]
}

/** P(z | x) of every datum. */
export type Posterior = FinitePosterior | GaussianPosterior | ConjugatePosterior | GridPosterior

/** The name of each coordinate. */
export const coordinateNames = (problem: Problem): readonly string[] =>
  problem.latents.flatMap((l) => new Array<string>(l.size).fill(l.name))
