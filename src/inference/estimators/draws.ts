/**
 * Draws: the values of all sites in one run of q, with what the gradient estimator of each site keeps of its draw.
 *
 *   axes of a site = [particle] ∪ [datum] ∪ plates            term t of an objective: f_t(draws), a scalar per element
 *
 * Filled by drawSites, read by expectation (../expectation.ts); each method is a file beside this one.
 */
import type { AnyDistribution, Distribution, EventSpace } from '../../dsl/distribution.js'
import type { Real } from '../../dsl/domains/marks.js'
import type { GradientMethod, MethodName } from '../../dsl/gradientMethods.js'
import { datumAxis, type Site } from '../../dsl/model.js'
import { add } from '../../dsl/operations/arithmetic.js'
import type { Shape } from '../../dsl/shape.js'
import { type AnyValue, type Axis, constant, type Value } from '../../dsl/value.js'
import type { Dependent } from '../dependence.js'

/** A number per element of the axes. */
export type Scalar = Value<[], Real>

/** The axis of the particles. */
export const particleAxis = 'particle'

/** One drawn site. */
export interface Drawn {
  readonly name: string
  readonly site: Site
  /** The name of its gradient method. */
  readonly method: MethodName
  /** The method as it was asked for, with its options. */
  readonly asked: GradientMethod
  readonly distribution: AnyDistribution
  /** The value that later sites and the terms see. */
  readonly value: AnyValue
  /** log q of the value, where the method needs it. */
  readonly logQ?: Scalar
  /** Set where values lie between those of the support: densities are then continued there. */
  readonly relaxed?: true
  /** What the method keeps for itself. */
  readonly kept?: unknown
  /** An axis along which the site has values of its own, which `reduce` of its method takes away again. */
  readonly axis?: string
}

/** All draws of one run of q. */
export interface Draws {
  readonly context: Readonly<Record<string, unknown>>
  /** In the order of q. */
  readonly drawn: readonly Drawn[]
  readonly plates: readonly string[]
}

/** A summand of an expectation: its site decides how it scales. */
export interface Term {
  readonly site: string
  readonly label: string
  readonly shared: boolean
  readonly plates: readonly Axis[]
  readonly value: Scalar
  /** What it depends on; everything, where nothing is said. */
  readonly dependent?: Dependent
}

/** The axes that a site is drawn along. */
export const axesOfSite = (site: Site, batch: number, particles: number): readonly Axis[] => [
  ...(particles > 1 ? [{ name: particleAxis, size: particles }] : []),
  ...(site.scope === 'datum' ? [{ name: datumAxis, size: batch }] : []),
  ...site.plates,
]

/** log density of a distribution whose capability was checked at construction. */
export const logDensity = (d: AnyDistribution, x: AnyValue): Scalar =>
  (d as unknown as Distribution<EventSpace<Shape, Real>, 'density'>).logProb(x as Value<Shape, Real>)

/** The same, continued to values between those of the support where the distribution says how. */
export const relaxedDensity = (d: AnyDistribution, x: AnyValue): Scalar =>
  d.relaxation === undefined ? logDensity(d, x) : d.relaxation.logProb(d.relaxation.location(), x)

/** Adds up scalars of any axes. */
export const total = (values: readonly Scalar[]): Scalar =>
  values.length === 0 ? (constant(0) as Scalar) : values.reduce((a, b) => add(a, b))
