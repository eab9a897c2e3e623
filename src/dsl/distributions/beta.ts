/**
 * beta({ alpha, beta }) = Π_i Beta(x_i; α_i, β_i)
 *
 *   log p(x) = Σ_i [ (α_i − 1) log x_i + (β_i − 1) log(1 − x_i) − log B(α_i, β_i) ],  −Infinity outside [0, 1]   (nats)
 *   y = log z − log w,  z ~ Gamma(α, 1), w ~ Gamma(β, 1)  (standardGamma.ts),   x = 1 / (1 + e^−y)
 *   dy/dα, dy/dβ at a fixed value of the cdf  (betaSlopes)                                           (pathwise, implicit)
 *   H = Σ_i [ log B(α_i, β_i) − (α_i − 1) ψ(α_i) − (β_i − 1) ψ(β_i) + (α_i + β_i − 2) ψ(α_i + β_i) ]
 *   E x = α / (α + β)      Var x = α β / ((α + β)² (α + β + 1))
 *
 * On Unit, entries independent. Shapes: `alpha` and `beta` agree, or one is a scalar; both must be Positive. Densities at
 * 0 and 1 are those of the nearest float32 inside, 1.2e-38 and 1 − 6e-8, so they are finite; draws lie between these.
 * Tested in tests/dsl/distributions/beta.test.ts.
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
import type { Positive, Real, Unit } from '../domains/marks.js'
import { together } from '../numerics/broadcast.js'
import { linearized3 } from '../numerics/customGradient.js'
import { betaSlopes } from '../numerics/incompleteBeta.js'
import { lgamma as lgammaOf } from '../numerics/lgamma.js'
import { lgammaRatio } from '../numerics/lgammaRatio.js'
import type { Arg, Both, Meets } from '../operations/argument.js'
import { add, clip, div, mul, sub } from '../operations/arithmetic.js'
import { greaterEqual, lessEqual, where } from '../operations/comparisons.js'
import { log, sigmoid } from '../operations/functions.js'
import { betainc } from '../operations/incomplete.js'
import { sum } from '../operations/reductions.js'
import type { Shape } from '../shape.js'
import { elementwise, type Value, withDomain } from '../value.js'
import { concentrationKl, logPart, logTotal, partEntropy, totalEntropy } from './concentration.js'
import { overEvent, parametersOf, type Within } from './parameter.js'
import { constantLogGamma } from './standardGamma.js'
import { inside, onSupport } from './support.js'
import type { Uniform } from './uniform.js'

/** The parameters of a beta. */
export interface AlphaBeta<S extends Shape> {
  readonly alpha: Value<S, Positive>
  readonly beta: Value<S, Positive>
}

/** A product of independent betas of event shape S. */
export type Beta<S extends Shape> = Distribution<EventSpace<S, Unit>, 'density' | 'pathwise', 'beta'> &
  Moments<S> &
  Entropy &
  Cdf<S> & {
    readonly parameters: { readonly alpha: Value<S, Positive>; readonly beta: Value<S, Positive> }
  }

/** Beta(alpha, beta), entry by entry. */
export const beta = <const A extends Arg, const B extends Arg>(p: {
  readonly alpha: A & Within<A, Positive, 'alpha of beta'>
  readonly beta: B & Within<B, Positive, 'beta of beta'> & Meets<A, B, 'beta'>
}): Beta<Both<A, B>> =>
  fromParameters(parametersOf('beta', { alpha: positive, beta: positive }, p)) as Beta<Both<A, B>>

/** The float32 numbers next to 0 and 1. */
const LOWEST = 1.1754944e-38
const HIGHEST = 1 - 2 ** -24

type Three = [tf.Tensor, tf.Tensor, tf.Tensor]

/** The log odds as a function of alpha and beta at a fixed value of the cdf. */
const held = linearized3(
  (_a, _b, y) => tf.clone(y),
  (dy, a, b, y) => {
    const [byA, byB] = betaSlopes(a, b, held(a, b, y))
    return [tf.mul(dy, byA), tf.mul(dy, byB), tf.zerosLike(dy)]
  },
)

const along = (...t: Three): tf.Tensor => held(...together(...t))

const fromParameters = ({ alpha, beta }: AlphaBeta<Shape>): Beta<Shape> => {
  const total = add(alpha, beta) as Value<Shape, Positive>
  const isMember = (x: Value<Shape, Real>) => mul(greaterEqual(x, 0), lessEqual(x, 1))
  const member = (x: Value<Shape, Real>) =>
    withDomain(clip(inside(isMember(x), x, 0.5), LOWEST, HIGHEST), positive)
  const logDensity = (x: Value<Shape, Positive>) => {
    const y = withDomain(sub(1, x), positive)
    const mass = add(add(logPart(total, alpha, x), logPart(total, beta, y)), logTotal(total))
    return sub(mass, add(log(x), log(y))) as Value<Shape, Real>
  }
  const measure = distribution({
    family: 'beta',
    shape: alpha.shape,
    domain: unit,
    capabilities: ['density', 'pathwise'],
    parameters: { alpha, beta },
    sample: (noise, axes) => {
      const odds = sub(
        constantLogGamma(noise.child('alpha'), axes, alpha),
        constantLogGamma(noise.child('beta'), axes, beta),
      )
      const y = elementwise<Shape, Real>('sample', real, (...t) => along(...(t as Three)), alpha, beta, odds)
      return withDomain(clip(sigmoid(y), LOWEST, HIGHEST), unit) as Value<Shape, Unit>
    },
    logProb: (x) => sum(onSupport(isMember(x), logDensity(member(x)))),
  })
  return {
    ...measure,
    parameters: { alpha, beta },
    mean: () => div(alpha, total) as Value<Shape, Real>,
    variance: () => div(mul(div(alpha, total), div(beta, total)), add(total, 1)) as Value<Shape, Real>,
    entropy: () => sum(sub(add(partEntropy(alpha), partEntropy(beta)), totalEntropy(total, 2))),
    cdf: (x) => betainc(alpha, beta, clip(x, 0, 1)),
  }
}

const sumOf = (d: Beta<Shape>): Value<Shape, Positive> =>
  add(d.parameters.alpha, d.parameters.beta) as Value<Shape, Positive>

const scaled = (a: Value<Shape, Positive>, by: Value<Shape, Positive>): Value<Shape, Positive> =>
  mul(a, by) as Value<Shape, Positive>

/** KL of two betas: that of Dirichlet distributions of two entries. */
export const klBeta = (q: Beta<Shape>, p: Beta<Shape>): Value<[], Real> => {
  const [n, m] = [sumOf(q), sumOf(p)]
  const part = (a: Value<Shape, Positive>, b: Value<Shape, Positive>) =>
    concentrationKl(a, b, scaled(a, m), scaled(b, n))
  const { alpha, beta } = q.parameters
  const parts = add(part(alpha, p.parameters.alpha), part(beta, p.parameters.beta))
  return sum(sub(parts, concentrationKl(n, m, n, n)))
}

/** KL(Beta ‖ U(low, high)) = Σ_i log(high − low) − H where [low, high] holds [0, 1], else Infinity. */
export const klBetaUniform = (q: Beta<Shape>, p: Uniform<Shape, Real>): Value<[], Real> => {
  const { low, high } = p.parameters
  const covers = mul(lessEqual(low, 0), greaterEqual(high, 1))
  const width = log(withDomain(sub(high, low), positive))
  const widths = where(covers, width, Number.POSITIVE_INFINITY) as Value<Shape, Real>
  return sub(sum(overEvent(widths, q.space.shape)), q.entropy())
}

/** −∫ log x over [0, t] = t − t log t. */
const negativeLogs = (t: Value<Shape, Real>): Value<Shape, Real> =>
  sub(t, mul(t, log(withDomain(clip(t, LOWEST, 1), positive))))

/**
 * KL(U(low, high) ‖ Beta(α, β)) = Σ_i [ log B(α, β) − log w + (α − 1)(F(high) − F(low))/w + (β − 1)(F(1 − low) − F(1 − high))/w ]
 * where [low, high] lies within [0, 1], else Infinity; w = high − low, F(t) = t − t log t.
 */
export const klUniformBeta = (q: Uniform<Shape, Real>, p: Beta<Shape>): Value<[], Real> => {
  const { low, high } = q.parameters
  const { alpha, beta } = p.parameters
  const width = withDomain(sub(high, low), positive)
  const over = (from: Value<Shape, Real>, to: Value<Shape, Real>) =>
    div(sub(negativeLogs(to), negativeLogs(from)), width)
  const linear = add(mul(sub(alpha, 1), over(low, high)), mul(sub(beta, 1), over(sub(1, high), sub(1, low))))
  const inner = mul(greaterEqual(low, 0), lessEqual(high, 1))
  const terms = sub(add(logBeta(alpha, beta), linear), log(width))
  return sum(where(inner, terms, Number.POSITIVE_INFINITY) as Value<Shape, Real>)
}

/** log B(α, β), entry by entry. */
const logBeta = (a: Value<Shape, Positive>, b: Value<Shape, Positive>): Value<Shape, Real> =>
  elementwise(
    'logBeta',
    real,
    (s, t) => tf.sub(lgammaOf(s as tf.Tensor), lgammaRatio(t as tf.Tensor, s as tf.Tensor)),
    a,
    b,
  )
