/**
 * normal({ loc, scale }) = Π_i N(x_i; loc_i, scale_i²)
 *
 *   log p(x) = −½ Σ_i z_i² − Σ_i [ log scale_i + ½ log 2π ],  z = (x − loc) / scale  (nats)
 *   x = loc + scale · ε,  ε ~ N(0, I)                                                (pathwise)
 *   H = Σ_i [ ½ (1 + log 2π) + log scale_i ]
 *
 * On Real, entries independent. Shapes: `loc` and `scale` agree, or one is a scalar. `scale` must be Positive.
 * Tested in tests/dsl/distributions/normal.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import {
  type Cdf,
  type Distribution,
  distribution,
  type Entropy,
  type EventSpace,
  type Moments,
  type Quantile,
} from '../distribution.js'
import { positive, real, unit } from '../domain.js'
import type { Positive, Real, Unit } from '../domains/marks.js'
import { erfc } from '../numerics/erf.js'
import { normalQuantile } from '../numerics/normalQuantile.js'
import type { Arg, Both, Meets } from '../operations/argument.js'
import { add, div, mul, square, sub } from '../operations/arithmetic.js'
import { log } from '../operations/functions.js'
import { sum } from '../operations/reductions.js'
import { type Shape, sizeOf } from '../shape.js'
import { type AnyValue, elementwise, makeValue, type Value } from '../value.js'
import { normalNoise } from './draw.js'
import { parametersOf, requireSizes, type Within } from './parameter.js'
import { weakNormal } from './weak.js'

/** The parameters of a normal. */
export interface LocScale<S extends Shape> {
  readonly loc: Value<S, Real>
  readonly scale: Value<S, Positive>
}

/** A product of independent normals of event shape S. */
export type Normal<S extends Shape> = Distribution<
  EventSpace<S, Real>,
  'density' | 'pathwise' | 'weakDerivative',
  'normal'
> &
  Moments<S> &
  Entropy &
  Cdf<S> &
  Quantile<S> & {
    readonly parameters: { readonly loc: Value<S, Real>; readonly scale: Value<S, Positive> }
    /** Whether it was declared as N(0, I), which saves work. */
    readonly standard: boolean
  }

/** ½ log 2π. */
export const halfLog2Pi = 0.5 * Math.log(2 * Math.PI)

/** N(loc, scale²), entry by entry. */
export const normal = <const L extends Arg, const Sc extends Arg>(p: {
  readonly loc: L & Within<L, Real, 'loc of normal'>
  readonly scale: Sc & Within<Sc, Positive, 'scale of normal'> & Meets<L, Sc, 'normal'>
}): Normal<Both<L, Sc>> =>
  fromLocScale(parametersOf('normal', { loc: real, scale: positive }, p)) as Normal<Both<L, Sc>>

/** N(0, I) of event shape [n], or of a whole shape; without arguments a scalar. */
export const standardNormal = <const S extends number[]>(...shape: S): Normal<S> => {
  requireSizes('standardNormal', shape)
  const n = sizeOf(shape)
  const loc = makeValue<Shape, Real>(tf.zeros([...shape]), shape, real)
  const scale = makeValue<Shape, Positive>(tf.ones([...shape]), shape, positive)
  const measure = distribution({
    family: 'normal',
    shape: shape as Shape,
    domain: real,
    capabilities: ['density', 'pathwise', 'weakDerivative'],
    weakDerivatives: weakNormal(loc, scale),
    parameters: { loc, scale },
    sample: (noise, axes) => normalNoise(noise, axes, shape),
    logProb: (x) => sub(mul(-0.5, sum(square(x))), n * halfLog2Pi),
  })
  return {
    ...fromLocScale({ loc, scale }),
    ...measure,
    parameters: { loc, scale },
    standard: true,
  } as Normal<Shape> as Normal<S>
}

/** The standard normal cdf Φ, entry by entry, accurate in the lower tail. */
export const normalCdf = <S extends Shape>(z: Value<S, Real>): Value<S, Unit> =>
  elementwise('cdf', unit, (t) => tf.mul(0.5, erfc(tf.mul(t as tf.Tensor, -Math.SQRT1_2))), z)

/** Its inverse. */
export const standardQuantile = <S extends Shape>(u: Value<S, Real>): Value<S, Real> =>
  elementwise('quantile', real, (t) => normalQuantile(t as tf.Tensor), u)

const fromLocScale = ({ loc, scale }: LocScale<Shape>): Normal<Shape> => {
  const shape = loc.shape
  const standardized = (x: Value<Shape, Real>) => div(sub(x, loc), scale)
  const logVolume = () => add(sum(log(scale)), sizeOf(shape) * halfLog2Pi)
  const measure = distribution({
    family: 'normal',
    shape,
    domain: real,
    capabilities: ['density', 'pathwise', 'weakDerivative'],
    weakDerivatives: weakNormal(loc, scale),
    parameters: { loc, scale },
    sample: (noise, axes) => add(loc, mul(scale, normalNoise(noise, axes, shape))),
    logProb: (x) => sub(mul(-0.5, sum(square(standardized(x)))), logVolume()),
  })
  return {
    ...measure,
    parameters: { loc, scale },
    standard: false,
    mean: () => loc,
    variance: () => square(scale),
    entropy: () => add(logVolume(), 0.5 * sizeOf(shape)),
    cdf: (x) => normalCdf(standardized(x)),
    quantile: (u) => add(loc, mul(scale, standardQuantile(u))),
  }
}

/** ½ (r² + d² − 1) − log r, entry by entry, for r = s/scale and d = (m − loc)/scale. */
const penalty = (ratio: Value<Shape, Positive>, shift: AnyValue): Value<[], Real> =>
  sum(sub(mul(0.5, sub(add(square(ratio), square(shift)), 1)), log(ratio)))

/**
 * KL(N(m, s²) ‖ N(loc, scale²)) = Σ_i [ ½ (s² + (m − loc)²) / scale² − ½ − log(s/scale) ].
 * Against N(0, 1) and with s² = exp σ it is the penalty ½ Σ (exp σ − (1 + σ) + m²).
 */
export const klNormal = (
  q: { readonly parameters: LocScale<Shape> },
  p: { readonly parameters: LocScale<Shape>; readonly standard?: boolean },
): Value<[], Real> =>
  p.standard === true
    ? penalty(q.parameters.scale, q.parameters.loc)
    : penalty(
        div(q.parameters.scale, p.parameters.scale),
        div(sub(q.parameters.loc, p.parameters.loc), p.parameters.scale),
      )

/** What has moments and an entropy, and no more is needed to compare it with a normal. */
export type WithMoments = Moments<Shape> & Entropy

/**
 * KL(q ‖ N(loc, scale²)) = −H(q) + Σ_i [ ½ (Var q_i + (E q_i − loc_i)²) / scale_i² + log scale_i + ½ log 2π ],
 * for every q whose entropy and moments are known in closed form.
 */
export const klToNormal = (q: WithMoments, p: Normal<Shape>): Value<[], Real> => {
  const { loc, scale } = p.parameters
  const spread = div(add(q.variance(), square(sub(q.mean(), loc))), square(scale))
  return sub(sum(add(add(mul(0.5, spread), log(scale)), halfLog2Pi)), q.entropy())
}
