/** What every options codec must do, asked of one family. */
import { either as E } from 'fp-ts'
import type { Family } from '../../src/models/family.js'

/** The sentences for wrong options, or nothing. */
export const sentences = <O>(family: Family<O>, options: unknown): readonly (string | undefined)[] => {
  const decoded = family.options.decode(options)
  return E.isLeft(decoded) ? decoded.left.map((fault) => fault.message) : []
}

/** The decoded options; fails on wrong ones. */
export const decoded = <O>(family: Family<O>, options: unknown): O => {
  const result = family.options.decode(options)
  if (E.isLeft(result)) throw new Error(result.left.map((fault) => fault.message).join('; '))
  return result.right
}
