/**
 * KL(q ‖ p) on the positive numbers by E log x, Var log x, E x and E 1/x of q, since log p is linear in these:
 *
 *   p = Gamma(b, r):          Σ [ log Γ(b) − b log r − (b − 1) E log x + r E x ] − H(q)         (exponential: b = 1)
 *   p = InverseGamma(b, s):   Σ [ log Γ(b) − b log s + (b + 1) E log x + s E 1/x ] − H(q)
 *   p = LogNormal(μ, s²):     Σ [ E log x + log s + ½ log 2π + ½ (Var log x + (E log x − μ)²) / s² ] − H(q)
 *
 * In nats. Infinite where a moment is: E 1/x of a gamma of concentration <= 1, E x of such an inverse gamma. The rows of one
 * family against itself are written without cancellation, in its own file or by concentrationKl.
 * Tested in tests/dsl/kl.test.ts.
 */
import { positive } from '../domain.js'
import type { Positive, Real } from '../domains/marks.js'
import { add, div, mul, square, sub } from '../operations/arithmetic.js'
import { digamma, exp, lgamma, log, trigamma } from '../operations/functions.js'
import { sum } from '../operations/reductions.js'
import type { Shape } from '../shape.js'
import { constant, type Value, withDomain } from '../value.js'
import { concentrationKl } from './concentration.js'
import type { Exponential } from './exponential.js'
import type { Gamma } from './gamma.js'
import { type InverseGamma, ifAbove } from './inverseGamma.js'
import type { LogNormal } from './logNormal.js'
import { halfLog2Pi } from './normal.js'

type Reals = Value<Shape, Real>

/** What the closed forms need to know of q, computed when asked for. */
interface LogMoments {
  readonly logMean: () => Reals
  readonly logVariance: () => Reals
  readonly mean: () => Reals
  readonly inverseMean: () => Reals
  readonly entropy: () => Value<[], Real>
}

/** The families of q. */
type Source = Gamma<Shape> | Exponential<Shape> | InverseGamma<Shape> | LogNormal<Shape>

const one = withDomain(constant(1), positive) as Value<Shape, Positive>

/** Concentration and rate of a gamma; an exponential is that of concentration 1. */
const shapeAndRate = (
  d: Gamma<Shape> | Exponential<Shape>,
): { readonly a: Value<Shape, Positive>; readonly r: Value<Shape, Positive> } => ({
  a: d.family === 'gamma' ? (d as Gamma<Shape>).parameters.concentration : one,
  r: d.parameters.rate,
})

const ofGamma = (q: Gamma<Shape> | Exponential<Shape>): LogMoments => {
  const { a, r } = shapeAndRate(q)
  return {
    logMean: () => sub(digamma(a), log(r)),
    logVariance: () => trigamma(a),
    mean: q.mean,
    inverseMean: () => ifAbove(a, 1, (c) => div(r, sub(c, 1))),
    entropy: q.entropy,
  }
}

const ofInverseGamma = (q: InverseGamma<Shape>): LogMoments => {
  const { concentration, scale } = q.parameters
  return {
    logMean: () => sub(log(scale), digamma(concentration)),
    logVariance: () => trigamma(concentration),
    mean: q.mean,
    inverseMean: () => div(concentration, scale),
    entropy: q.entropy,
  }
}

const ofLogNormal = (q: LogNormal<Shape>): LogMoments => {
  const { loc, scale } = q.parameters
  return {
    logMean: () => loc,
    logVariance: () => square(scale),
    mean: q.mean,
    inverseMean: () => exp(sub(mul(0.5, square(scale)), loc)),
    entropy: q.entropy,
  }
}

const momentsOf = (q: Source): LogMoments => {
  switch (q.family) {
    case 'inverseGamma':
      return ofInverseGamma(q as InverseGamma<Shape>)
    case 'logNormal':
      return ofLogNormal(q as LogNormal<Shape>)
    default:
      return ofGamma(q as Gamma<Shape>)
  }
}

/** KL to a gamma or an exponential, by moments. */
export const klToGamma = (q: Source, p: Gamma<Shape> | Exponential<Shape>): Value<[], Real> => {
  const { a, r } = shapeAndRate(p)
  const m = momentsOf(q)
  const linear = sub(mul(r, m.mean()), mul(sub(a, 1), m.logMean()))
  return sub(sum(add(sub(lgamma(a), mul(a, log(r))), linear) as Reals), m.entropy())
}

/** KL to an inverse gamma, by moments. */
export const klToInverseGamma = (q: Source, p: InverseGamma<Shape>): Value<[], Real> => {
  const { concentration: a, scale } = p.parameters
  const m = momentsOf(q)
  const linear = add(mul(scale, m.inverseMean()), mul(add(a, 1), m.logMean()))
  return sub(sum(add(sub(lgamma(a), mul(a, log(scale))), linear) as Reals), m.entropy())
}

/** KL to a log-normal, by moments. */
export const klToLogNormal = (q: Source, p: LogNormal<Shape>): Value<[], Real> => {
  const { loc, scale } = p.parameters
  const m = momentsOf(q)
  const spread = div(add(m.logVariance(), square(sub(m.logMean(), loc))), square(scale))
  const terms = add(add(m.logMean(), log(scale)), add(mul(0.5, spread), halfLog2Pi))
  return sub(sum(terms as Reals), m.entropy())
}

/** KL between gammas, exponentials among them: concentrationKl at the ratio of the means. */
export const klGamma = (
  q: Gamma<Shape> | Exponential<Shape>,
  p: Gamma<Shape> | Exponential<Shape>,
): Value<[], Real> => {
  const [own, other] = [shapeAndRate(q), shapeAndRate(p)]
  return sum(concentrationKl(own.a, other.a, product(own.a, other.r), product(other.a, own.r)))
}

/** KL between inverse gammas: that of the gammas of which they are the inverses. */
export const klInverseGamma = (q: InverseGamma<Shape>, p: InverseGamma<Shape>): Value<[], Real> => {
  const [own, other] = [q.parameters, p.parameters]
  return sum(
    concentrationKl(
      own.concentration,
      other.concentration,
      product(own.concentration, other.scale),
      product(other.concentration, own.scale),
    ),
  )
}

const product = (x: Value<Shape, Positive>, y: Value<Shape, Positive>): Value<Shape, Positive> =>
  mul(x, y) as Value<Shape, Positive>
