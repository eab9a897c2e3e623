/**
 * Agreement of two numbers: the equality that the laws take as a parameter.
 *
 *   exactly(t)          |found − expected| <= t · max(1, |expected|)
 *   withinErrors(s, k)  |found − expected| <= k · s,  s a standard error
 */
import type { Verdict } from './distribution.js'

/** Decides whether what was found is what was expected. */
export type Agreement = (found: number, expected: number) => Verdict

const verdict = (found: number, bound: number): Verdict => ({ holds: found <= bound, found, bound })

/** Agreement up to rounding, relative to the size of the number but for small ones. */
export const exactly =
  (tolerance = 1e-4): Agreement =>
  (found, expected) =>
    verdict(Math.abs(found - expected), tolerance * Math.max(1, Math.abs(expected)))

/** Agreement of an estimate; `rounding` is what float32 leaves of a standard error of 0. */
export const withinErrors =
  (standardError: number, errors = 5, rounding = 1e-5): Agreement =>
  (found, expected) =>
    verdict(Math.abs(found - expected), errors * standardError + rounding * Math.max(1, Math.abs(expected)))
