/**
 * LawVerdict: what came of holding one law against something of a user's, as data that can be printed.
 *
 *   law        its name                    found <= bound    what decides
 *   sentence   what was found, what it should be, and by how much it is off
 *   remedy     where to look
 *
 * A law holds up to `tolerance` (rounding, relative to numbers above 1) and `standardErrors` of whatever was sampled.
 */
import { type Agreement, withinErrors } from '../laws/agreement.js'
import type { Verdict } from '../laws/distribution.js'

/** A verdict with its law, in words. */
export interface LawVerdict extends Verdict {
  /** The name of the law. */
  readonly law: string
  /** What it was held against. */
  readonly subject: string
  /** What was found, what it should be, and by how much it is off. */
  readonly sentence: string
  /** Where to look where it fails. */
  readonly remedy: string
}

/** What every list of laws takes. */
export interface LawOptions {
  /** Rounding that is forgiven, relative to numbers above 1; 1e-3 if left out. */
  readonly tolerance?: number
  /** Standard errors of an estimate that are forgiven; 5 if left out. */
  readonly standardErrors?: number
  /** Seed of everything that is drawn; 0 if left out. */
  readonly seed?: number
}

/** The equality that options ask for, for an estimate with a standard error. */
export const agreementOf =
  (o: LawOptions) =>
  (standardError = 0): Agreement =>
    withinErrors(standardError, o.standardErrors ?? 5, o.tolerance ?? 1e-3)

/** A number as sentences show it. */
export const shown = (x: number): string =>
  Number.isInteger(x) && Math.abs(x) < 1e6 ? String(x) : Number(x.toPrecision(4)).toString()

/** A number with its standard error, where it has one. */
export const withError = (x: number, standardError: number): string =>
  standardError > 1e-6 * Math.max(1, Math.abs(x)) ? `${shown(x)} ± ${standardError.toPrecision(2)}` : shown(x)

/** A law and how it fails: the parts of a verdict that do not depend on numbers. */
export interface Law {
  readonly subject: string
  readonly law: string
  readonly remedy: string
}

/** A verdict on found <= bound; a number that is none fails. */
export const judged = (law: Law, found: number, bound: number, sentence: string): LawVerdict => ({
  ...law,
  holds: found <= bound,
  found,
  bound,
  sentence,
})

/** A verdict on a condition. */
export const decided = (law: Law, holds: boolean, sentence: string): LawVerdict =>
  judged(law, holds ? 0 : 1, 0, sentence)

/** Two numbers that a law says are equal: what they are called, what they are, their joint standard error. */
export interface Pair {
  readonly what: string
  readonly found: number
  readonly other: string
  readonly expected: number
  readonly foundError?: number
  readonly expectedError?: number
}

/** A verdict on two numbers that should be equal. */
export const equal = (law: Law, options: LawOptions, p: Pair): LawVerdict => {
  const error = Math.hypot(p.foundError ?? 0, p.expectedError ?? 0)
  if (p.found === p.expected) return judged(law, 0, 0, `${p.what} is ${shown(p.found)}, as ${p.other} says`)
  const { found, bound } = agreementOf(options)(error)(p.found, p.expected)
  const left = withError(p.found, p.foundError ?? 0)
  const right = withError(p.expected, p.expectedError ?? 0)
  return judged(
    law,
    found,
    bound,
    `${p.what} is ${left}, and ${p.other} ${right}: off by ${shown(found)}${inErrors(found, error)}, where ${shown(bound)} is allowed`,
  )
}

/** How many standard errors a difference is, where there are any to speak of. */
export const inErrors = (found: number, error: number): string =>
  error > 1e-6 && Number.isFinite(found) ? ` (${(found / error).toFixed(1)} standard errors)` : ''

/** The verdict that is furthest beyond its bound, or nearest to it. */
export const worstOf = (verdicts: readonly LawVerdict[]): LawVerdict | undefined =>
  verdicts.find((v) => Number.isNaN(v.found)) ??
  verdicts.reduce<LawVerdict | undefined>(
    (worst, v) => (worst === undefined || excess(v) > excess(worst) ? v : worst),
    undefined,
  )

const excess = (v: LawVerdict): number => v.found / Math.max(v.bound, 1e-30)
