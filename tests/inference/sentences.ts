/** The sentences of the errors that a construction throws. */
import { expect } from 'vitest'
import { GiryException } from '../../src/dsl/error.js'

export const sentences = (f: () => unknown): readonly string[] => {
  try {
    f()
  } catch (e) {
    expect(e).toBeInstanceOf(GiryException)
    return (e as GiryException).errors.map((error) => error.message)
  }
  return []
}
