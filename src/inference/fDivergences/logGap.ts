/**
 * logGap(v) = log softplus(−v): the logarithm of the distance that the activation b − softplus(−v) keeps from b.
 *
 *   v <= 17: as written          v > 17: −v, since softplus(−v) = e^−v (1 − e^−v/2 + …) and e^−17/2 < 2^−24
 *
 * Laws: tests/inference/fDivergences/table.test.ts.
 */
import type { Real } from '../../dsl/domains/marks.js'
import { minimum, neg } from '../../dsl/operations/arithmetic.js'
import { greater, where } from '../../dsl/operations/comparisons.js'
import { log, softplus } from '../../dsl/operations/functions.js'
import type { Value } from '../../dsl/value.js'

/** From here on softplus(−v) is e^−v in float32. */
const FAR = 17

/** log softplus(−v), accurate at every v. */
export const logGap = (v: Value<[], Real>): Value<[], Real> =>
  where(greater(v, FAR), neg(v), log(softplus(neg(minimum(v, FAR)))))
