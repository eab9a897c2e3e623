/**
 * check(verdicts): throws unless every law holds, with one sentence for each that does not.
 *
 *   test('triangular', () => check(laws.distribution(triangular, { low: 0, high: 2 })))
 *
 * It takes a list of verdicts, or a promise of one, and returns it. Works in every test runner: a test fails that throws.
 * Errors: tag `model`; `details` has the verdict. Tested in tests/testing/check.test.ts.
 */
import { type GiryError, GiryException, giryError } from '../dsl/error.js'
import type { LawVerdict } from './verdicts/verdict.js'

/** Verdicts, now or later. */
export type Verdicts = readonly LawVerdict[] | Promise<readonly LawVerdict[]>

const failure = (v: LawVerdict): GiryError =>
  giryError('model', v.subject, `${v.subject} breaks the law "${v.law}": ${v.sentence}`, v.remedy, { ...v })

/** The verdicts that do not hold, as errors. */
export const lawErrors = (verdicts: readonly LawVerdict[]): readonly GiryError[] =>
  verdicts.filter((v) => !v.holds).map(failure)

const checkNow = (verdicts: readonly LawVerdict[]): readonly LawVerdict[] => {
  const errors = lawErrors(verdicts)
  if (errors.length > 0) throw new GiryException(errors)
  return verdicts
}

/** Throws unless every law holds. */
export const check: {
  (verdicts: readonly LawVerdict[]): readonly LawVerdict[]
  (verdicts: Promise<readonly LawVerdict[]>): Promise<readonly LawVerdict[]>
  (verdicts: Verdicts): readonly LawVerdict[] | Promise<readonly LawVerdict[]>
} = ((verdicts: Verdicts) =>
  'then' in verdicts ? verdicts.then(checkNow) : checkNow(verdicts)) as typeof check
