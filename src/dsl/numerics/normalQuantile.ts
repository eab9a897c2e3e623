/**
 * Phi(normalQuantile(u)) = u,  u in (0, 1),   normalQuantile(u) = sqrt(2) erfinv(2u - 1)
 *
 * Computed from y = 2u - 1 and p = 2 min(u, 1 - u), so the lower tail is accurate down to the smallest float32.
 * Derivatives: z' = sqrt(2 pi) exp(z^2 / 2), z'' = z z'^2. Limits: 0 and 1 give -Infinity and Infinity; outside, NaN.
 * Laws: tests/dsl/numerics/normalQuantile.test.ts
 */
import * as tf from '@tensorflow/tfjs'
import { inverseOf } from './erfinv.js'

/** The quantile function of the standard normal distribution. */
export const normalQuantile: (u: tf.Tensor) => tf.Tensor = inverseOf(
  (u) => ({ y: tf.sub(tf.mul(u, 2), 1), p: tf.mul(tf.minimum(u, tf.sub(1, u)), 2) }),
  2,
  Math.SQRT2,
)
