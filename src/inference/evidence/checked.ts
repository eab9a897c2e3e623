/**
 * Checks whose faults add up: Right if all are, otherwise Left with the errors of every one, in order.
 *
 *   allOf([Right a, Right b]) = Right [a, b]        allOf([Left e, Right b, Left f]) = Left [...e, ...f]
 *
 * Tested in tests/inference/evidence.test.ts.
 */
import { either as E } from 'fp-ts'
import type { GiryError } from '../../dsl/error.js'

/** Something that was checked, or every fault. */
export type Checked<A> = E.Either<readonly GiryError[], A>

/** Every part, or the faults of all. */
export const allOf = <A>(parts: readonly Checked<A>[]): Checked<readonly A[]> => {
  const faults = parts.flatMap((p) => (E.isLeft(p) ? p.left : []))
  return faults.length > 0 ? E.left(faults) : E.right(parts.flatMap((p) => (E.isRight(p) ? [p.right] : [])))
}

/** Right unless there are faults. */
export const unlessFaults = <A>(faults: readonly GiryError[], value: A): Checked<A> =>
  faults.length > 0 ? E.left(faults) : E.right(value)
