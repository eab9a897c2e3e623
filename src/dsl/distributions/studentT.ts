/**
 * studentT({ degrees, loc, scale }) = Π_i t(x_i; ν_i, loc_i, scale_i)
 *
 *   log p(x) = −Σ_i [ ½ (ν_i + 1) log(1 + z_i²/ν_i) + log scale_i + ½ log πν_i − log Γ(½ν_i + ½) + log Γ(½ν_i) ]   (nats)
 *   z = (x − loc) / scale
 *   x = loc + scale · ε √(½ν / w),  ε ~ N(0, 1), w ~ Gamma(½ν, 1)  (standardGamma.ts)            (pathwise, implicit)
 *   H = Σ_i [ ½ (ν_i + 1)(ψ(½ν_i + ½) − ψ(½ν_i)) + ½ log ν_i + log B(½ν_i, ½) + log scale_i ]
 *   E x = loc, NaN for ν <= 1      Var x = scale² ν/(ν − 2), Infinity for ν <= 2, NaN for ν <= 1
 *
 * On Real, entries independent. Shapes: all agree, or are scalars; `degrees` (of any size > 0) and `scale` must be Positive.
 * Tested in tests/dsl/distributions/studentT.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import {
  type Cdf,
  type Distribution,
  distribution,
  type Entropy,
  type EventSpace,
  type Moments,
} from '../distribution.js'
import { positive, real, unit } from '../domain.js'
import type { Positive, Real } from '../domains/marks.js'
import { betainc, betaincc } from '../numerics/incompleteBeta.js'
import { digammaStep, lgammaRatio } from '../numerics/lgammaRatio.js'
import { log1p } from '../numerics/log1p.js'
import type { Arg, Both, Meets } from '../operations/argument.js'
import { add, div, minimum, mul, square, sub } from '../operations/arithmetic.js'
import { greater, where } from '../operations/comparisons.js'
import { exp, log } from '../operations/functions.js'
import { sum } from '../operations/reductions.js'
import type { Shape } from '../shape.js'
import { elementwise, type Value } from '../value.js'
import { normalNoise } from './draw.js'
import { klToNormal, type Normal, type WithMoments } from './normal.js'
import { parametersOf, type Within } from './parameter.js'
import { logStandardGamma } from './standardGamma.js'
import { inside } from './support.js'

/** A product of independent Student t distributions of event shape S. */
export type StudentT<S extends Shape> = Distribution<
  EventSpace<S, Real>,
  'density' | 'pathwise',
  'studentT'
> &
  Moments<S> &
  Entropy &
  Cdf<S> & {
    readonly parameters: {
      readonly degrees: Value<S, Positive>
      readonly loc: Value<S, Real>
      readonly scale: Value<S, Positive>
    }
  }

/** Student's t with so many degrees of freedom, entry by entry. */
export const studentT = <const N extends Arg, const L extends Arg, const Sc extends Arg>(p: {
  readonly degrees: N & Within<N, Positive, 'degrees of studentT'>
  readonly loc: L & Within<L, Real, 'loc of studentT'> & Meets<N, L, 'studentT'>
  readonly scale: Sc &
    Within<Sc, Positive, 'scale of studentT'> &
    Meets<N, Sc, 'studentT'> &
    Meets<L, Sc, 'studentT'>
}): StudentT<Both<Value<Both<N, L>, unknown>, Sc>> =>
  fromParameters(
    parametersOf('studentT', { degrees: positive, loc: real, scale: positive }, p),
  ) as StudentT<never>

/** e^60 = 1e26: a draw and its derivatives are finite in float32. */
const HIGHEST_EXPONENT = 60

const half = (t: tf.Tensor): tf.Tensor => tf.fill(t.shape, 0.5)

/** log Γ(h + ½) − log Γ(h), entry by entry. */
const logRatio = (h: Value<Shape, Positive>): Value<Shape, Real> =>
  elementwise('logRatio', real, (t) => lgammaRatio(t as tf.Tensor, half(t as tf.Tensor)), h)

/** ψ(h + ½) − ψ(h), entry by entry. */
const psiStep = (h: Value<Shape, Positive>): Value<Shape, Real> =>
  elementwise('psiStep', real, (t) => digammaStep(t as tf.Tensor, half(t as tf.Tensor)), h)

/** From here on 1 + y² is y² in float32; squares of larger numbers overflow. */
const LARGE = 1e9

/** log(1 + z²/ν), entry by entry. */
const logOnePlusSquare = (z: Value<Shape, Real>, degrees: Value<Shape, Positive>): Value<Shape, Real> =>
  elementwise(
    'logOnePlusSquare',
    real,
    (t, n) => {
      const y = tf.div(tf.abs(t as tf.Tensor), tf.sqrt(n as tf.Tensor))
      const far = tf.mul(2, tf.log(tf.div(tf.maximum(y, LARGE), LARGE)))
      return tf.add(log1p(tf.square(tf.minimum(y, LARGE))), far)
    },
    z,
    degrees,
  )

/** P(T <= z) for z <= 0 is ½ I(½ν, ½; ν/(ν + z²)) = ½ [1 − I(½, ½ν; z²/(ν + z²))], by the smaller of the two arguments. */
const cdfOf = (z: tf.Tensor, n: tf.Tensor): tf.Tensor => {
  const total = tf.add(tf.square(z), n)
  const [y, w] = [tf.div(tf.square(z), total), tf.div(n, total)]
  const near = betaincc(half(y), tf.mul(0.5, n), tf.minimum(y, 0.5))
  const far = betainc(tf.mul(0.5, n), half(y), tf.minimum(w, 0.5))
  const tail = tf.mul(0.5, tf.where(tf.less(y, 0.5), near, far))
  return tf.where(tf.lessEqual(z, 0), tail, tf.sub(1, tail))
}

const fromParameters = ({ degrees, loc, scale }: StudentT<Shape>['parameters']): StudentT<Shape> => {
  const shape = loc.shape
  const halfDegrees = mul(0.5, degrees) as Value<Shape, Positive>
  const standardized = (x: Value<Shape, Real>) => div(sub(x, loc), scale)
  /** log of the height of the density at loc. */
  const logPeak = () =>
    sub(logRatio(halfDegrees), add(log(scale), add(mul(0.5, log(degrees)), 0.5 * Math.log(Math.PI))))
  const spread = (log_w: Value<Shape, Real>) =>
    exp(minimum(mul(0.5, sub(log(halfDegrees), log_w)), HIGHEST_EXPONENT))
  const above = (k: number) => greater(degrees, k)
  const measure = distribution({
    family: 'studentT',
    shape,
    domain: real,
    capabilities: ['density', 'pathwise'],
    parameters: { degrees, loc, scale },
    sample: (noise, axes) => {
      const log_w = logStandardGamma(noise.child('gamma'), axes, halfDegrees)
      const t = mul(normalNoise(noise.child('normal'), axes, shape), spread(log_w))
      return add(loc, mul(scale, t)) as Value<Shape, Real>
    },
    logProb: (x) =>
      sum(sub(logPeak(), mul(add(halfDegrees, 0.5), logOnePlusSquare(standardized(x), degrees)))),
  })
  return {
    ...measure,
    parameters: { degrees, loc, scale },
    mean: () => where(above(1), loc, Number.NaN) as Value<Shape, Real>,
    variance: () => where(above(1), spreadAbout(degrees, scale), Number.NaN) as Value<Shape, Real>,
    cdf: (x) => {
      const z = standardized(x)
      return elementwise('cdf', unit, (...t) => cdfOf(...(t as [tf.Tensor, tf.Tensor])), z, degrees)
    },
    entropy: () => sum(sub(mul(add(halfDegrees, 0.5), psiStep(halfDegrees)), logPeak())),
  }
}

/** E[(x − loc)²], which is infinite for ν <= 2, whether x has a mean or not. */
const spreadAbout = (degrees: Value<Shape, Positive>, scale: Value<Shape, Positive>): Value<Shape, Real> => {
  const finite = greater(degrees, 2)
  const safe = inside(finite, degrees, 3)
  const spread = mul(square(scale), div(safe, sub(safe, 2)))
  return where(finite, spread, Number.POSITIVE_INFINITY) as Value<Shape, Real>
}

/** Its moments about `loc`, the second of which is infinite where a divergence is. */
export const aboutLoc = (q: StudentT<Shape>): WithMoments => ({
  mean: () => q.parameters.loc,
  variance: () => spreadAbout(q.parameters.degrees, q.parameters.scale),
  entropy: q.entropy,
})

/** E|T − z|, T ~ t(ν), which is infinite for ν <= 1. */
export const meanAbsoluteT = (q: StudentT<Shape>, z: Value<Shape, Real>): Value<Shape, Real> => {
  const { degrees, loc, scale } = q.parameters
  const finite = greater(degrees, 1)
  const nu = inside(finite, degrees, 2) as Value<Shape, Positive>
  const [half_nu, inner] = [mul(0.5, nu) as Value<Shape, Positive>, sub(mul(0.5, nu), 0.5)]
  // 2 (ν + z²)/(ν − 1) t(z) = 2/(ν − 1) √(ν/π) Γ(½ν + ½)/Γ(½ν) (1 + z²/ν)^−½(ν − 1)
  const peak = add(logRatio(half_nu), sub(mul(0.5, log(nu)), 0.5 * Math.log(Math.PI)))
  const density = exp(sub(peak, mul(inner, logOnePlusSquare(z, nu))))
  const centered = sub(mul(2, q.cdf(add(loc, mul(scale, z)) as Value<Shape, Real>)), 1)
  const mean = add(mul(z, centered), div(density, inner))
  return where(finite, mean, Number.POSITIVE_INFINITY) as Value<Shape, Real>
}

/** KL(t ‖ N(loc, scale²)), infinite for ν <= 2, where t has no variance. */
export const klStudentTNormal = (q: StudentT<Shape>, p: Normal<Shape>): Value<[], Real> =>
  klToNormal(aboutLoc(q), p)
