/**
 * Functions of concentrations, in nats, written with what Stirling's formulas leave over (numerics/stirling.ts), so that
 * nothing cancels at 1e3 and beyond:  δ = stirlingError,  c = digammaError,  D(x, y) = x/y − 1 − log(x/y)
 *
 *   gammaEntropy(a)   =  a + log Γ(a) + (1 − a) ψ(a)  =  ½ log 2πa + δ(a) + (a − 1)(1/(2a) + c(a))
 *   Σ partEntropy(a_i) − totalEntropy(n, k)       the entropy of a Dirichlet of k concentrations of sum n
 *   concentrationKl(a, b, x, y)  =  b D(x, y) + ½ D(b, a) + (b − a) c(a) + δ(b) − δ(a)
 *                                =  KL(Gamma(a, r) ‖ Gamma(b, s))  where (a/r)/(b/s) = x/y
 *   logPart, logTotal            what the log density of a Dirichlet consists of (numerics/betaMass.ts)
 *
 * Tested in tests/dsl/distributions/concentration.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { real } from '../domain.js'
import type { Positive, Real } from '../domains/marks.js'
import { partMass, totalMass } from '../numerics/betaMass.js'
import { relativeDeviance } from '../numerics/deviance.js'
import { HALF_LOG_2PI } from '../numerics/lgamma.js'
import { digammaError, stirlingError } from '../numerics/stirling.js'
import type { Shape } from '../shape.js'
import { elementwise, type Value } from '../value.js'

/** log a − ψ(a). */
export const logMinusPsi = (a: tf.Tensor): tf.Tensor => tf.add(tf.div(0.5, a), digammaError(a))

/** The terms of one concentration in the entropy of a Dirichlet: ½ log a + δ(a) + (a − 1)(log a − ψ(a)). */
const partEntropyOf = (a: tf.Tensor): tf.Tensor =>
  tf.add(tf.add(tf.mul(0.5, tf.log(a)), stirlingError(a)), tf.mul(tf.sub(a, 1), logMinusPsi(a)))

/** The entropy of Gamma(a, 1), entry by entry. */
export const gammaEntropy = (a: Value<Shape, Positive>): Value<Shape, Real> =>
  elementwise('entropy', real, (t) => tf.add(partEntropyOf(t as tf.Tensor), HALF_LOG_2PI), a)

const klOf = (a: tf.Tensor, b: tf.Tensor, x: tf.Tensor, y: tf.Tensor): tf.Tensor => {
  const shapes = tf.add(tf.mul(0.5, relativeDeviance(b, a)), tf.mul(tf.sub(b, a), digammaError(a)))
  const rest = tf.add(shapes, tf.sub(stirlingError(b), stirlingError(a)))
  return tf.add(tf.mul(b, relativeDeviance(x, y)), rest)
}

/** KL of two gammas of concentrations a and b whose means have the ratio x/y, entry by entry. */
export const concentrationKl = (
  a: Value<Shape, Positive>,
  b: Value<Shape, Positive>,
  x: Value<Shape, Positive>,
  y: Value<Shape, Positive>,
): Value<Shape, Real> =>
  elementwise('kl', real, (...t) => klOf(...(t as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor])), a, b, x, y)

/** The terms of the total of k concentrations: (k − ½) log n + δ(n) + (n − k)(log n − ψ(n)) − ½ (k − 1) log 2π. */
const totalEntropyOf = (n: tf.Tensor, k: number): tf.Tensor =>
  tf.add(
    tf.add(tf.mul(k - 0.5, tf.log(n)), stirlingError(n)),
    tf.sub(tf.mul(tf.sub(n, k), logMinusPsi(n)), (k - 1) * HALF_LOG_2PI),
  )

/** What each concentration adds to the entropy of a Dirichlet, entry by entry. */
export const partEntropy = (a: Value<Shape, Positive>): Value<Shape, Real> =>
  elementwise('entropy', real, (t) => partEntropyOf(t as tf.Tensor), a)

/** What the total of k concentrations takes from it. */
export const totalEntropy = (n: Value<Shape, Positive>, k: number): Value<Shape, Real> =>
  elementwise('entropy', real, (t) => totalEntropyOf(t as tf.Tensor, k), n)

/** What one entry x of concentration a adds to the log density, times x, of a Dirichlet of total n. */
export const logPart = (
  n: Value<Shape, Positive>,
  a: Value<Shape, Positive>,
  x: Value<Shape, Real>,
): Value<Shape, Real> =>
  elementwise('logPart', real, (...t) => partMass(...(t as [tf.Tensor, tf.Tensor, tf.Tensor])), n, a, x)

/** What the total n adds. */
export const logTotal = (n: Value<Shape, Positive>): Value<Shape, Real> =>
  elementwise('logTotal', real, (t) => totalMass(t as tf.Tensor), n)
