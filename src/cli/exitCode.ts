/**
 * The exit code of a command.
 *
 *   0 done      1 it could not be done      2 the command line asks for what cannot be      130 interrupted
 */
import type { GiryError } from '../dsl/error.js'

/** Exit codes by their meaning. */
export const exitCodes = { done: 0, failed: 1, wrongOption: 2, interrupted: 130 } as const

/** The exit code for errors: 130 where the user stopped the work, 2 where an option is to blame. */
export const exitCodeOf = (errors: readonly GiryError[]): number =>
  errors.some(({ tag }) => tag === 'aborted')
    ? exitCodes.interrupted
    : errors.some(({ tag }) => tag === 'option')
      ? exitCodes.wrongOption
      : exitCodes.failed
