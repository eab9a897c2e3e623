/**
 * Densities outside their support: log p(x) = −Infinity there, never NaN, with finite gradients elsewhere.
 *
 * Two steps: `inside(condition, x, safe)` puts a harmless number where x lies outside, so that neither the density nor
 * its gradient meets log 0 or worse; `onSupport(condition, logDensity)` then writes −Infinity there.
 * Tested with every distribution of bounded support.
 */
import { positive } from '../domain.js'
import type { Binary, Positive, Real } from '../domains/marks.js'
import { greater, where } from '../operations/comparisons.js'
import { sum } from '../operations/reductions.js'
import type { Shape } from '../shape.js'
import { type Value, withDomain } from '../value.js'

/** x where the condition is 1, else a number that the density can take. */
export const inside = (
  condition: Value<Shape, Binary>,
  x: Value<Shape, Real>,
  safe: number,
): Value<Shape, Real> => where(condition, x, safe) as Value<Shape, Real>

/** The log density where the condition is 1, −Infinity elsewhere. */
export const onSupport = (
  condition: Value<Shape, Binary>,
  logDensity: Value<Shape, Real>,
): Value<Shape, Real> => where(condition, logDensity, Number.NEGATIVE_INFINITY) as Value<Shape, Real>

/** Whether each entry is positive. */
export const isPositive = (x: Value<Shape, Real>): Value<Shape, Binary> => greater(x, 0)

/** x where it is positive, 1 elsewhere. */
export const positiveOf = (x: Value<Shape, Real>): Value<Shape, Positive> =>
  withDomain(inside(isPositive(x), x, 1), positive)

/** The log density of independent entries on Positive, from that of each. */
export const sumOnPositive =
  (logDensity: (x: Value<Shape, Positive>) => Value<Shape, Real>) =>
  (x: Value<Shape, Real>): Value<[], Real> =>
    sum(onSupport(isPositive(x), logDensity(positiveOf(x))))
