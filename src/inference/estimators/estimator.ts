/**
 * SiteEstimator: what a gradient method does at one site z ~ q_θ, for the gradient of E_q[f(z)].
 *
 *   draw        the value that later sites and the terms see, and what is kept of the draw
 *   surrogate   a scalar that is 0 in value, and whose gradient is the method's part of ∇_θ E_q[f]
 *   reduce      takes away the axis of values of its own that the site was drawn along
 *
 * expectation.ts goes through the sites from the last to the first: `surrogate` is given the sum of all terms, in which
 * the axes of later sites are reduced already. A method is one file with one estimator, and one line in table.ts.
 */
import type { AnyDistribution } from '../../dsl/distribution.js'
import type { GradientMethod } from '../../dsl/gradientMethods.js'
import type { Environment } from '../../dsl/objective.js'
import type { Axis } from '../../dsl/value.js'
import type { Drawn, Scalar } from './draws.js'

/** Where a site is drawn. */
export interface Place {
  readonly name: string
  readonly distribution: AnyDistribution
  /** Particles, data and plates of the site. */
  readonly axes: readonly Axis[]
  /** The method as it was asked for, with its options. */
  readonly asked: GradientMethod
  readonly env: Environment
}

/** What a draw consists of. */
export type Draw = Pick<Drawn, 'value' | 'logQ' | 'axis' | 'relaxed' | 'kept'>

/** Where a gradient is estimated. */
export interface At {
  /** The plates that are summed over. */
  readonly plates: readonly string[]
  /** The values of all sites and inputs. */
  readonly context: Readonly<Record<string, unknown>>
  /** All sites, in the order of q. */
  readonly drawn: readonly Drawn[]
  readonly env: Environment
}

/** A gradient method. */
export interface SiteEstimator {
  readonly draw: (place: Place) => Draw
  /** `signal` is Σ_t f_t over the terms, with plates summed, and with the site's own axis. */
  readonly surrogate?: (s: Drawn, signal: Scalar, at: At) => Scalar
  /**
   * Set where `surrogate` differentiates its signal by the site's value. The surrogates of later sites then belong to it, since
   * their distributions depend on the value; and it is one number for all elements of a plate.
   */
  readonly differentiates?: true
  /** Reduces the site's own axis of f. */
  readonly reduce?: (s: Drawn, f: Scalar) => Scalar
}
