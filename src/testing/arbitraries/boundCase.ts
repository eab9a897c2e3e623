/**
 * BoundCase: a random model p, a random variational family q that fits it, data and parameters; and, where it can be
 * written down, the exact posterior as a variational family, at which the bound is tight.
 *
 *   log P(x) = L_b + KL(q(z|x) ‖ P(z|x)) >= L_b,     L_b = log P(x) where q = posterior
 *
 * `facts` are the numbers the case was made of, for oracles. Built here and not by `bind` with its types, since the
 * sites of a random model are not known to the compiler.
 */
import * as tf from '@tensorflow/tfjs'
import * as fc from 'fast-check'
import type { AnyDistribution, AnyEventSpace } from '../../dsl/distribution.js'
import type { Domain, Real } from '../../dsl/domains/marks.js'
import type { GradientMethod } from '../../dsl/gradientMethods.js'
import type { AnyModel } from '../../dsl/model.js'
import type { AnyNet } from '../../dsl/net.js'
import { bind, Do, given, nets, shared } from '../../dsl/notation.js'
import type { AnyObjective } from '../../dsl/objective.js'
import type { NetParams } from '../../dsl/params.js'
import type { Shape } from '../../dsl/shape.js'
import { type AnyValue, makeValue, type Nested, type Value } from '../../dsl/value.js'
import { type BoundOptions, elbo } from '../../inference/elbo.js'

/** Parameters of nets that the compiler does not know. */
export type AnyParams = Readonly<Record<string, NetParams>>

/** A model, a family that fits it, and data. */
export interface BoundCase<F = unknown> {
  /** What it is, in one line. */
  readonly description: string
  readonly p: AnyModel
  readonly q: AnyModel
  /** The exact posterior as a variational family, where it has one. */
  readonly posterior: AnyModel | undefined
  /** Parameters of p and q. */
  readonly params: AnyParams
  /** Parameters of p and of the posterior. */
  readonly posteriorParams: AnyParams
  /** Columns of data. */
  readonly data: Readonly<Record<string, readonly Nested[]>>
  /** Whether p has latents shared by all data; its evidence is then one number for the whole data set. */
  readonly shared: boolean
  /** The numbers it was made of. */
  readonly facts: F
}

/** Options of a bound whose sites the compiler does not know. */
export type AnyBoundOptions = Omit<BoundOptions, 'sites'> & {
  readonly sites?: Readonly<Record<string, GradientMethod>>
}

/** `elbo` of models that the compiler does not know; every rule is checked at run time. */
export const boundOf = elbo as unknown as (
  p: AnyModel,
  q: AnyModel,
  options?: AnyBoundOptions,
) => AnyObjective

/** A value of any shape. */
export type AnyReal = Value<Shape, Real>

/** What a callback of a random model sees: values, and the functions of nets. */
export type AnyContext = Readonly<Record<string, AnyReal & ((...xs: readonly AnyValue[]) => AnyReal)>>

type Draw = (context: AnyContext) => AnyDistribution
type Step = (m: AnyModel) => AnyModel

/** `bind` without types. */
export const bindAny = bind as unknown as (name: string, draw: Draw) => Step
/** `shared` without types. */
export const sharedAny = shared as unknown as (name: string, draw: Draw) => Step
/** `nets` without types. */
export const netsAny = nets as unknown as (named: Readonly<Record<string, AnyNet>>) => Step
/** `given` without types. */
export const givenAny = given as unknown as (spaces: Readonly<Record<string, AnyEventSpace>>) => AnyModel
/** `Do` without types. */
export const emptyModel: AnyModel = Do

/** One array of parameters. */
export const arrayOf = (shape: readonly number[], data: readonly number[]): NetParams[string] => ({
  shape,
  data: Float32Array.from(data),
})

/** A constant of any shape; made inside a callback, so that it is disposed with the run. */
export const constantOf = <D>(
  domain: Domain<D>,
  shape: readonly number[],
  data: readonly number[],
): Value<Shape, D> => makeValue(tf.tensor(Float32Array.from(data), [...shape]), [...shape], domain)

/** A whole number that seeds a random model. Without fast-check's preference for small numbers, which repeats a fifth of the cases. */
export const seeds = (): fc.Arbitrary<number> => fc.noBias(fc.nat(2 ** 31 - 1))
