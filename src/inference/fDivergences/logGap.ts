/**
 * logGap(v) = log softplus(−v): the logarithm of the distance that the activation b − softplus(−v) keeps from b.
 *
 *   v <= 17: as written          v > 17: −v, since softplus(−v) = e^−v (1 − e^−v/2 + …) and e^−17/2 < 2^−24
 *   logGap'(v) = −σ(−v)/softplus(−v), one ratio, so that no product of it overflows before it is small again
 *
 * Laws: tests/inference/fDivergences/table.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { real } from '../../dsl/domain.js'
import type { Real } from '../../dsl/domains/marks.js'
import { unary } from '../../dsl/numerics/customGradient.js'
import { softplus } from '../../dsl/numerics/softplus.js'
import { elementwise, type Value } from '../../dsl/value.js'

/** From here on softplus(−v) is e^−v in float32. */
const FAR = 17

/** f(v) up to `FAR`, beyond it what f tends to. */
const nearOr =
  (
    beyond: (v: tf.Tensor) => tf.Tensor,
    near: (minusV: tf.Tensor) => tf.Tensor,
  ): ((v: tf.Tensor) => tf.Tensor) =>
  (v) =>
    tf.where(tf.greater(v, FAR), beyond(v), near(tf.neg(tf.minimum(v, FAR))))

const slope = nearOr(
  (v) => tf.mul(tf.onesLike(v), -1),
  (w) => tf.neg(tf.div(tf.sigmoid(w), softplus(w))),
)

const onTensor = unary(
  nearOr(tf.neg, (w) => tf.log(softplus(w))),
  slope,
)

/** log softplus(−v), accurate at every v. */
export const logGap = (v: Value<[], Real>): Value<[], Real> =>
  elementwise('logGap', real, (t) => onTensor(t as tf.Tensor), v)
