/**
 * The exact methods, and the first of them that applies.
 *
 *   firstOf(problem, asked, ways) = ways[m](problem) for the first m with Right; only `asked` is tried if given
 *
 * Errors: tag `exact`, one error with the reason of every method. Tested in tests/inference/evidence.test.ts.
 */
import { either as E } from 'fp-ts'
import { type GiryError, giryError } from '../../dsl/error.js'
import type { Checked } from './checked.js'
import type { Problem } from './problem.js'

/** The exact methods. */
export type ExactMethod = 'enumeration' | 'linear-Gaussian' | 'conjugate' | 'quadrature'

/** Every exact method, in the order in which they are tried. */
export const exactMethods: readonly ExactMethod[] = [
  'enumeration',
  'linear-Gaussian',
  'conjugate',
  'quadrature',
]

/** What each method computes; Left is the reason why it does not apply. */
export type Ways<A> = Readonly<Record<ExactMethod, (problem: Problem) => E.Either<string, A>>>

type Reasons = readonly (readonly [ExactMethod, string])[]

/** Tries the methods in order; all reasons in one error if none applies. */
export const firstOf = <A>(problem: Problem, asked: ExactMethod | undefined, ways: Ways<A>): Checked<A> => {
  const reasons: (readonly [ExactMethod, string])[] = []
  for (const method of asked === undefined ? exactMethods : [asked]) {
    const result = ways[method](problem)
    if (E.isRight(result)) return result
    reasons.push([method, result.left])
  }
  return E.left([asked === undefined ? noneApplies(reasons) : doesNotApply(asked, reasons)])
}

const noneApplies = (reasons: Reasons): GiryError =>
  giryError(
    'exact',
    'evidence',
    `no exact method applies to this model (${reasons.map(([method, why]) => `${method}: ${why}`).join('; ')})`,
    'bound it from below with elbo',
    { reasons: Object.fromEntries(reasons) },
  )

const doesNotApply = (asked: ExactMethod, reasons: Reasons): GiryError =>
  giryError(
    'exact',
    asked,
    `the method '${asked}' does not apply to this model: ${reasons[0]?.[1]}`,
    'leave `method` out, and giry takes one that applies',
    { reasons: Object.fromEntries(reasons) },
  )
