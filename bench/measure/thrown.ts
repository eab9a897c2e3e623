/**
 * Errors as data become thrown errors: for scripts.
 */
import { either as E } from 'fp-ts'
import { type GiryError, GiryException } from '../../src/dsl/error.js'

/** The right side; the left is thrown. */
export const orThrowNow = <A>(e: E.Either<readonly GiryError[], A>): A => {
  if (E.isLeft(e)) throw new GiryException(e.left)
  return e.right
}
