/** The bounds without their types, for random models, and the sentences that they refuse with. */
import { expect } from 'vitest'
import { GiryException } from '../../../src/dsl/error.js'
import type { AnyObjective } from '../../../src/dsl/objective.js'

/** A bound of any two models. */
export type AnyBound = (p: unknown, q: unknown, options?: object) => AnyObjective

/** A bound without its types. */
export const untyped = (bound: unknown): AnyBound => bound as AnyBound

/** The sentences that a construction is refused with; none, if it is not. */
export const sentences = (f: () => unknown): readonly string[] => {
  try {
    f()
  } catch (e) {
    expect(e).toBeInstanceOf(GiryException)
    return (e as GiryException).errors.map((error) => error.message)
  }
  return []
}
