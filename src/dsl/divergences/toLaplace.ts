/**
 * KL(q ‖ Laplace(loc, scale)) = Σ_i [ E|x_i − loc_i| / scale_i + log 2 scale_i ] − H(q), in nats, summed over the event
 *
 *   normal(m, s)           E|x − k| = s √(2/π) exp(−½ d²) + (m − k) erf(d/√2),  d = (m − k)/s
 *   multivariateNormal     likewise, of each entry alone
 *   uniform(a, b)          E|x − k| = |k − c| + ((c − a)² + (b − c)²) / (2 (b − a)),  c = clip(k, a, b)
 *   exponential(rate)      E|x − k| = |k − c| + c − 1/rate + 2 exp(−rate c)/rate,  c = max(k, 0)
 *   logNormal(m, s)        E|x − k| = |k − c| + c erf(d/√2) − E x erf((d − s)/√2),  d = (log c − m)/s,  c = max(k, 0)
 *   truncatedNormal        E|x − k| = |k − c| + 2 F(c) (c − E[x | x < c]) + E x − c,  c = clip(k, low, high)
 *
 *   gamma(a, r)            likewise, F(c) = P(a, r c), F(c) E[x | x < c] = P(a + 1, r c) a/r,  c = max(k, 0)
 *   beta(a, b)             likewise, F(c) = I_c(a, b), F(c) E[x | x < c] = I_c(a + 1, b) a/(a + b),  c = clip(k, 0, 1)
 *   inverseGamma(a, s)     likewise, F(c) = Q(a, s/c), F(c) E[x | x < c] = Q(a − 1, s/c) s/(a − 1),  Infinity for a <= 1
 *   studentT(ν, m, s)      E|x − k| = s [ z (2 F(z) − 1) + 2 (ν + z²)/(ν − 1) t(z) ],  z = (k − m)/s,  Infinity for ν <= 1
 *
 * P, Q, I: the incomplete gamma and beta functions. Laplace against Laplace: distributions/laplace.ts. Tested in tests/dsl/kl.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import type { Entropy } from '../distribution.js'
import type { Beta } from '../distributions/beta.js'
import type { Exponential } from '../distributions/exponential.js'
import type { Gamma } from '../distributions/gamma.js'
import { type InverseGamma, ifAbove } from '../distributions/inverseGamma.js'
import type { Laplace } from '../distributions/laplace.js'
import type { LogNormal } from '../distributions/logNormal.js'
import type { MultivariateNormal } from '../distributions/multivariateNormal.js'
import type { LocScale } from '../distributions/normal.js'
import { meanAbsoluteT, type StudentT } from '../distributions/studentT.js'
import { type TruncatedNormal, truncatedNormal } from '../distributions/truncatedNormal.js'
import type { Uniform } from '../distributions/uniform.js'
import { positive, real } from '../domain.js'
import type { Real } from '../domains/marks.js'
import { erf } from '../numerics/erf.js'
import { betainc } from '../numerics/incompleteBeta.js'
import { igamma, igammac } from '../numerics/incompleteGamma.js'
import { abs, add, div, maximum, minimum, mul, sub } from '../operations/arithmetic.js'
import { log, sqrt } from '../operations/functions.js'
import { sum } from '../operations/reductions.js'
import type { Shape } from '../shape.js'
import { elementwise, type Value, withDomain } from '../value.js'

type Entries = Value<Shape, Real>

/** KL(q ‖ Laplace), from E|x − k| of q, entry by entry. */
export const klToLaplace =
  <Q extends Entropy>(deviation: (q: Q, from: Entries) => Entries) =>
  (q: Q, p: Laplace<Shape>): Value<[], Real> => {
    const { loc, scale } = p.parameters
    const cross = add(div(deviation(q, loc), scale), log(mul(2, scale)))
    return sub(sum(cross as Entries), q.entropy())
  }

const SQRT_HALF = Math.SQRT1_2

/** E|x − k|, x ~ N(m, s²). */
export const normalDeviation = (q: { readonly parameters: LocScale<Shape> }, from: Entries): Entries =>
  elementwise<Shape, Real>(
    'kl',
    real,
    (...[m, s, k]) => {
      const shift = tf.sub(m as tf.Tensor, k as tf.Tensor)
      const d = tf.div(shift, s as tf.Tensor)
      const peak = tf.mul(Math.sqrt(2 / Math.PI), tf.exp(tf.mul(-0.5, tf.square(d))))
      return tf.add(tf.mul(s as tf.Tensor, peak), tf.mul(shift, erf(tf.mul(d, SQRT_HALF))))
    },
    q.parameters.loc,
    q.parameters.scale,
    from,
  )

/** E|x_i − k_i|, x ~ N(m, Σ): entry i alone is normal. */
export const multivariateDeviation = (q: MultivariateNormal<number>, from: Entries): Entries =>
  normalDeviation(
    { parameters: { loc: q.mean(), scale: sqrt(withDomain(q.variance(), positive)) } } as never,
    from,
  )

/** E|x − k|, x ~ U(a, b). */
export const uniformDeviation = (q: Uniform<Shape, Real>, from: Entries): Entries =>
  elementwise<Shape, Real>(
    'kl',
    real,
    (...[a, b, k]) => {
      const [low, high] = [a as tf.Tensor, b as tf.Tensor]
      const c = tf.minimum(tf.maximum(k as tf.Tensor, low), high)
      const squares = tf.add(tf.square(tf.sub(c, low)), tf.square(tf.sub(high, c)))
      return tf.add(tf.abs(tf.sub(k as tf.Tensor, c)), tf.div(tf.mul(0.5, squares), tf.sub(high, low)))
    },
    q.parameters.low,
    q.parameters.high,
    from,
  )

/** E|x − k|, x ~ Exp(rate). */
export const exponentialDeviation = (q: Exponential<Shape>, from: Entries): Entries =>
  elementwise<Shape, Real>(
    'kl',
    real,
    (...[r, k]) => {
      const rate = r as tf.Tensor
      const c = tf.maximum(k as tf.Tensor, 0)
      const beyond = tf.div(tf.sub(tf.mul(2, tf.exp(tf.neg(tf.mul(rate, c)))), 1), rate)
      return tf.add(tf.abs(tf.sub(k as tf.Tensor, c)), tf.add(c, beyond))
    },
    q.parameters.rate,
    from,
  )

/** Logarithms of less than this are not taken. */
const TINY = 1e-30

/** E|x − k|, x ~ LogNormal(m, s²). */
export const logNormalDeviation = (q: LogNormal<Shape>, from: Entries): Entries =>
  elementwise<Shape, Real>(
    'kl',
    real,
    (...[m, s, k, mean]) => {
      const scale = s as tf.Tensor
      const c = tf.maximum(k as tf.Tensor, TINY)
      const d = tf.div(tf.sub(tf.log(c), m as tf.Tensor), scale)
      const own = tf.mul(c, erf(tf.mul(d, SQRT_HALF)))
      const mass = tf.mul(mean as tf.Tensor, erf(tf.mul(tf.sub(d, scale), SQRT_HALF)))
      return tf.add(tf.abs(tf.sub(k as tf.Tensor, c)), tf.sub(own, mass))
    },
    q.parameters.loc,
    q.parameters.scale,
    from,
    q.mean(),
  )

/** E|x − k|, x ~ N(loc, scale²) on [low, high]. */
export const truncatedDeviation = (q: TruncatedNormal<Shape>, from: Entries): Entries => {
  const { loc, scale, low, high } = q.parameters
  const c = minimum(maximum(from, low), high) as Entries
  const below = truncatedNormal({ loc, scale, low, high: c })
  return beside(from, c, mul(q.cdf(c), sub(c, below.mean())) as Entries, q.mean())
}

/** E|x − k| from E max(c − x, 0), c the point of the support next to k. */
const beside = (k: Entries, c: Entries, below: Entries, mean: Entries): Entries =>
  add(abs(sub(k, c)), add(mul(2, below), sub(mean, c))) as Entries

/** F at c, and the part of the mean that lies below: F(c) E[x | x < c] / E x. */
type PartialMean = (c: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => readonly [tf.Tensor, tf.Tensor]

type Four = readonly [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]

/** E|x − k|, x with parameters a and b, by E max(c − x, 0) = c F(c) − F(c) E[x | x < c]. */
const byPartialMean = (
  at: PartialMean,
  [a, b]: readonly [Entries, Entries],
  mean: Entries,
  k: Entries,
  c: Entries,
): Entries => {
  const below = elementwise<Shape, Real>(
    'kl',
    real,
    (...tensors) => {
      const [point, average, ...parameters] = tensors as unknown as Four
      const [cdf, part] = at(point, ...parameters)
      return tf.sub(tf.mul(point, cdf), tf.mul(average, part))
    },
    c,
    mean,
    a,
    b,
  )
  return beside(k, c, below, mean)
}

const ofGamma: PartialMean = (c, a, r) => [igamma(a, tf.mul(r, c)), igamma(tf.add(a, 1), tf.mul(r, c))]

const ofBeta: PartialMean = (c, a, b) => [betainc(a, b, c), betainc(tf.add(a, 1), b, c)]

const ofInverseGamma: PartialMean = (c, a, s) => [
  igammac(a, tf.div(s, c)),
  igammac(tf.sub(a, 1), tf.div(s, c)),
]

/** E|x − k|, x ~ Gamma(a, rate r). */
export const gammaDeviation = (q: Gamma<Shape>, from: Entries): Entries => {
  const { concentration, rate } = q.parameters
  return byPartialMean(ofGamma, [concentration, rate], q.mean(), from, maximum(from, 0) as Entries)
}

/** The largest float32 below 1, where the density of a beta with b < 1 is infinite: its slope there would be one large number less another. */
const BELOW_ONE = 1 - 2 ** -24

/** E|x − k|, x ~ Beta(a, b). */
export const betaDeviation = (q: Beta<Shape>, from: Entries): Entries => {
  const { alpha, beta } = q.parameters
  const within = minimum(maximum(from, 0), BELOW_ONE as number) as Entries
  return byPartialMean(ofBeta, [alpha, beta], q.mean(), from, within)
}

/** No inverse gamma has mass below this; the slope of s/c is still a float32 there. */
const NO_MASS = 1e-12

/** E|x − k|, x ~ InvGamma(a, s). */
export const inverseGammaDeviation = (q: InverseGamma<Shape>, from: Entries): Entries => {
  const { concentration, scale } = q.parameters
  return ifAbove(concentration, 1, (safe) => {
    const mean = div(scale, sub(safe, 1)) as Entries
    return byPartialMean(ofInverseGamma, [safe, scale], mean, from, maximum(from, NO_MASS) as Entries)
  })
}

/** E|x − k|, x ~ t(ν, m, s). */
export const studentTDeviation = (q: StudentT<Shape>, from: Entries): Entries =>
  mul(q.parameters.scale, meanAbsoluteT(q, div(sub(from, q.parameters.loc), q.parameters.scale))) as Entries
