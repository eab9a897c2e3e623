/**
 * The Euclidean norm of an event, over all of its axes:
 *
 *   squaredNorm(v) = Σ_i v_i²        norm(v) = √(Σ_i v_i² + 1e-12)
 *
 * The root alone has no derivative at 0 (0 · ∞ is NaN). The summand gives it one, v / norm(v), which is 0 there; it changes
 * no float32 norm above 4e-3, and none by more than 1e-6; and a v of 1e-7, the rounding noise of what is exactly 0, keeps a
 * small derivative instead of one of length 1. Tested in tests/dsl/operations/norms.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { nonNegative, positive } from '../domain.js'
import type { NonNegative, Positive, Real } from '../domains/marks.js'
import type { Shape } from '../shape.js'
import { elementwise, type Value, withDomain } from '../value.js'
import { square } from './arithmetic.js'
import { sum } from './reductions.js'

const SMALLEST_SQUARE = 1e-12

/** Σ v², over the event. */
export const squaredNorm = <S extends Shape>(v: Value<S, Real>): Value<[], NonNegative> =>
  withDomain(sum(square(v)) as Value<[], unknown>, nonNegative)

/** √(Σ v² + 1e-12), over the event: the length of v, differentiable at 0. */
export const norm = <S extends Shape>(v: Value<S, Real>): Value<[], Positive> =>
  elementwise('norm', positive, (s) => tf.sqrt(tf.add(s as tf.Tensor, SMALLEST_SQUARE)), squaredNorm(v))
