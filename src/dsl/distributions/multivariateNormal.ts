/**
 * multivariateNormal({ loc, scaleTril }) = N(x; loc, L Lᵀ),  L = scaleTril lower triangular with positive diagonal
 *
 *   log p(x) = −½ |z|² − Σ_i log L_ii − ½ n log 2π,  L z = x − loc     (nats)
 *   x = loc + L ε,  ε ~ N(0, I)                                         (pathwise)
 *   H = ½ n (1 + log 2π) + Σ_i log L_ii      E x = loc      Var x_i = Σ_j L_ij²
 *
 * On Real[n]; `loc` Real[n], `scaleTril` Cholesky[n, n]. One substitution step per row: n up to 32 or so.
 * Tested in tests/dsl/distributions/multivariateNormal.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import {
  type Distribution,
  distribution,
  type Entropy,
  type EventSpace,
  type Moments,
} from '../distribution.js'
import { cholesky, nonNegative, positive, real } from '../domain.js'
import type { Cholesky, NonNegative, Real } from '../domains/marks.js'
import { fail } from '../error.js'
import { diagPart } from '../numerics/triangular.js'
import { triangularSolve } from '../numerics/triangularSolve.js'
import type { Arg, ShapeOf, ShowArg } from '../operations/argument.js'
import { add, div, mul, square, sub } from '../operations/arithmetic.js'
import { log } from '../operations/functions.js'
import { matMul } from '../operations/products.js'
import { transpose } from '../operations/rearranging.js'
import { sum } from '../operations/reductions.js'
import { type SameShape, type Shape, type ShapeName, sameShape } from '../shape.js'
import {
  type AnyValue,
  alignTo,
  expandTo,
  makeValue,
  onEvent,
  showSpaceOf,
  unionAxes,
  unionOrigins,
  type Value,
} from '../value.js'
import { normalNoise } from './draw.js'
import { halfLog2Pi, type Normal } from './normal.js'
import { parameter, type Within } from './parameter.js'
import type { CountOf, IsVector } from './probabilities.js'

/** The parameters of a multivariate normal. */
export interface LocScaleTril<N extends number> {
  readonly loc: Value<[N], Real>
  readonly scaleTril: Value<[N, N], Cholesky>
}

/** A normal on Real[n] of any covariance. */
export type MultivariateNormal<N extends number> = Distribution<
  EventSpace<[N], Real>,
  'density' | 'pathwise',
  'multivariateNormal'
> &
  Moments<[N]> &
  Entropy & {
    readonly parameters: {
      readonly loc: Value<[N], Real>
      readonly scaleTril: Value<[N, N], Cholesky>
    }
  }

/** Accepts a square factor of the size of `loc`; otherwise a sentence. */
export type Squares<L, T> =
  SameShape<ShapeOf<T>, readonly [CountOf<L>, CountOf<L>]> extends true
    ? unknown
    : [T] extends [number]
      ? {
          readonly error: `scaleTril of multivariateNormal must be Cholesky${ShapeName<[CountOf<L>, CountOf<L>]>}, but ${T} was given`
        }
      : `scaleTril of multivariateNormal must be Cholesky${ShapeName<[CountOf<L>, CountOf<L>]>}, but ${ShowArg<T>} was given`

/** N(loc, L Lᵀ). */
export const multivariateNormal = <const L extends Arg, const T extends Arg>(p: {
  readonly loc: L & Within<L, Real, 'loc of multivariateNormal'> & IsVector<L, 'loc of multivariateNormal'>
  readonly scaleTril: T & Within<T, Cholesky, 'scaleTril of multivariateNormal'> & Squares<L, T>
}): MultivariateNormal<CountOf<L>> => {
  const loc = parameter('loc of multivariateNormal', real, p.loc)
  const scaleTril = parameter('scaleTril of multivariateNormal', cholesky, p.scaleTril)
  const [n] = loc.shape
  if (n === undefined || loc.shape.length !== 1)
    return fail(
      'shape',
      'loc of multivariateNormal',
      `loc of multivariateNormal must be a vector, but ${showSpaceOf(loc)} was given`,
      'give n numbers along one event axis',
    )
  if (!sameShape(scaleTril.shape, [n, n]))
    fail(
      'shape',
      'scaleTril of multivariateNormal',
      `scaleTril of multivariateNormal must be Cholesky[${n}, ${n}], but ${showSpaceOf(scaleTril)} was given`,
      'give the Cholesky factor of the n × n covariance',
    )
  return fromFactor(
    loc as Value<Shape, Real> as Value<[number], Real>,
    scaleTril as Value<Shape, Cholesky> as Value<[number, number], Cholesky>,
  ) as MultivariateNormal<number> as MultivariateNormal<CountOf<L>>
}

const fromFactor = (
  loc: Value<[number], Real>,
  scaleTril: Value<[number, number], Cholesky>,
): MultivariateNormal<number> => {
  const n = loc.shape[0]
  const logVolume = () => add(logDet(scaleTril), n * halfLog2Pi)
  const measure = distribution({
    family: 'multivariateNormal',
    shape: [n] as [number],
    domain: real,
    capabilities: ['density', 'pathwise'],
    parameters: { loc, scaleTril },
    sample: (noise, axes) =>
      add(loc, matMul(normalNoise(noise, axes, [n]), transpose(scaleTril))) as Value<[number], Real>,
    logProb: (x) => sub(mul(-0.5, sum(square(solveVector(scaleTril, sub(x, loc))))), logVolume()),
  })
  return {
    ...measure,
    parameters: { loc, scaleTril },
    mean: () => loc,
    variance: () =>
      sum(square(scaleTril as Value<[number, number], Real>), 1) as AnyValue as Value<[number], NonNegative>,
    entropy: () => add(logVolume(), 0.5 * n),
  }
}

/** Σ_i log L_ii. */
const logDet = (l: Value<[number, number], Cholesky>): Value<[], Real> =>
  sum(log(onEvent(l, [l.shape[0]], positive, (t) => diagPart(t))))

/** L⁻¹ v. Where L has no axes all vectors are columns of one right-hand side. */
const solveVector = (l: AnyValue, v: AnyValue): Value<[number], Real> => {
  const n = v.shape[0] as number
  const axes = unionAxes([v, l])
  const leading = axes.map((a) => a.size)
  const columns =
    l.axes.length === 0
      ? tf.transpose(triangularSolve(l.tensor, tf.transpose(tf.reshape(v.tensor, [-1, n]))))
      : triangularSolve(alignTo(l, axes), tf.expandDims(expandTo(v, axes), -1))
  return makeValue(tf.reshape(columns, [...leading, n]), [n], real, axes, unionOrigins([v, l]))
}

/** Σ_ij (Lp⁻¹ Lq)_ij², the trace of Σp⁻¹ Σq. */
const trace = (lp: AnyValue, lq: AnyValue): Value<[], NonNegative> => {
  const axes = unionAxes([lq, lp])
  const solved = triangularSolve(alignTo(lp, axes), alignTo(lq, axes))
  const full = tf.broadcastTo(
    tf.sum(tf.square(solved), [-2, -1]),
    axes.map((a) => a.size),
  )
  return makeValue<[], NonNegative>(full, [], nonNegative, axes, unionOrigins([lq, lp]))
}

type Parameters = { readonly parameters: LocScaleTril<number> }

/**
 * KL(N(m, Lq Lqᵀ) ‖ N(loc, Lp Lpᵀ)) = ½ [ |Lp⁻¹ Lq|² + |Lp⁻¹ (m − loc)|² − n ] + log det Lp − log det Lq.
 */
export const klMultivariateNormal = (q: Parameters, p: Parameters): Value<[], Real> => {
  const [a, b] = [q.parameters, p.parameters]
  const shift = square(solveVector(b.scaleTril, sub(a.loc, b.loc)))
  const spread = sub(add(trace(b.scaleTril, a.scaleTril), sum(shift)), a.loc.shape[0])
  return add(mul(0.5, spread), sub(logDet(b.scaleTril), logDet(a.scaleTril)))
}

/** A product of normals as a multivariate normal: its scales on the diagonal. */
const diagonal = (d: Normal<Shape>): Parameters => {
  const { loc, scale } = d.parameters as Normal<[number]>['parameters']
  const n = loc.shape[0]
  const scaleTril = onEvent<[number, number], Cholesky>(scale, [n, n], cholesky, (t) =>
    tf.mul(tf.expandDims(t, -1), tf.eye(n)),
  )
  return { parameters: { loc, scaleTril } }
}

/** KL from a multivariate normal to a product of normals. */
export const klToDiagonal = (q: MultivariateNormal<number>, p: Normal<Shape>): Value<[], Real> => {
  const { loc, scale } = p.parameters as Normal<[number]>['parameters']
  const spread = div(add(q.variance(), square(sub(q.mean(), loc))), square(scale))
  return sub(sum(add(mul(0.5, sub(spread, 1)), log(scale))), logDet(q.parameters.scaleTril))
}

/** KL from a product of normals to a multivariate normal. */
export const klFromDiagonal = (q: Normal<Shape>, p: MultivariateNormal<number>): Value<[], Real> =>
  klMultivariateNormal(diagonal(q), p)
