/**
 * Probability masses that may be 0, with the convention 0 log 0 = 0 and gradients that stay finite.
 *
 *   safeLog(p)               log p, −Infinity at 0 (gradient 0 there)
 *   plogp(p)                 p log p, 0 at 0
 *   selected(x, p)           log p where x = 1, 0 where x = 0 (whatever p is there)
 *   relativeEntropy(q, …)    q (log q − log p), 0 where q = 0, Infinity where p = 0 < q
 *
 * Entry by entry, in nats. Tested in tests/dsl/distributions/masses.test.ts.
 */

import { binary, isWithin, positive } from '../domain.js'
import type { Binary, Real, Unit } from '../domains/marks.js'
import { mul, sub } from '../operations/arithmetic.js'
import { greater, where } from '../operations/comparisons.js'
import { log } from '../operations/functions.js'
import type { Shape } from '../shape.js'
import { type Value, withDomain } from '../value.js'

type Reals = Value<Shape, Real>

/** Masses of independent counts. */
export interface EntryMasses {
  /** log P(X_i = x_i) in nats, entry by entry. */
  readonly logMasses: (x: Value<Shape, Real>) => Value<Shape, Real>
}

/** log of the masses where the condition holds, 0 elsewhere. */
const logWhere = (condition: Value<Shape, Binary>, p: Value<Shape, Unit>): Reals =>
  log(withDomain(where(condition, p, 1) as Reals, positive))

/** log p, with −Infinity where p = 0. */
export const safeLog = (p: Value<Shape, Unit>): Reals => {
  const present = greater(p, 0)
  return where(present, logWhere(present, p), Number.NEGATIVE_INFINITY) as Reals
}

/** p log p, 0 where p = 0. */
export const plogp = (p: Value<Shape, Unit>): Reals => mul(p, logWhere(greater(p, 0), p)) as Reals

/** log p where x = 1, 0 where x = 0; a mixture also passes counts, which are coins where they lie in the support. */
export const selected = (x: Value<Shape, Binary>, p: Value<Shape, Unit>): Reals =>
  logWhere(isWithin(x.domain, binary) ? x : greater(x, 0), p)

/** q (log q − log p), entry by entry. */
export const relativeEntropy = (q: Value<Shape, Unit>, logQ: Reals, logP: Reals): Reals => {
  const present = greater(q, 0)
  return mul(q, sub(where(present, logQ, 0) as Reals, where(present, logP, 0) as Reals)) as Reals
}
