/**
 * enumerate: the site takes every value of its finite support, along an axis of its own, and is summed out exactly.
 *
 *   E_q[f(z)] = Σ_z q(z) f(z),     with gradient through q(z)
 *
 * Sites are summed out from the last to the first, each with its conditional weight q(z | parents), and all terms that
 * depend on a site at once: the cost of a chain grows with its length, not with its square.
 * Tested in tests/inference/expectation.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { enumPrefix } from '../../dsl/axes.js'
import type { Distribution, EventSpace } from '../../dsl/distribution.js'
import { nonNegative } from '../../dsl/domain.js'
import type { NonNegative, Real } from '../../dsl/domains/marks.js'
import { mul } from '../../dsl/operations/arithmetic.js'
import { greater, where } from '../../dsl/operations/comparisons.js'
import type { Shape } from '../../dsl/shape.js'
import { type AnyValue, elementwise, sumOver, type Value } from '../../dsl/value.js'
import { logDensity, type Scalar } from './draws.js'
import type { SiteEstimator } from './estimator.js'

/** The axis along which a site takes every value. */
export const enumAxis = (name: string): string => `${enumPrefix}${name}`

/** The probability itself: 0 where its logarithm is −Infinity, which the operation `exp`, Positive by type, never is. */
const massOf = (logQ: Scalar): Value<[], NonNegative> => elementwise('mass', nonNegative, tf.exp, logQ)

/** w · g, and 0 where w = 0 though g is infinite there (log q − log p outside the support of q). */
const weighted = (g: Scalar, w: Scalar): Scalar => mul(where(greater(w, 0), g, 0), w) as Scalar

/** Exact summation over the support. */
export const enumerate: SiteEstimator = {
  draw: ({ name, distribution }) => {
    const axis = enumAxis(name)
    const value: AnyValue = (
      distribution as unknown as Distribution<EventSpace<Shape, Real>, 'enumerable'>
    ).enumerate(axis)
    return { value, axis, logQ: logDensity(distribution, value) }
  },
  reduce: (s, f) => sumOver(weighted(f, massOf(s.logQ as Scalar)), [s.axis as string]),
}
