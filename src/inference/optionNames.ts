/**
 * Names among options that a function does not have. Types refuse them at compile time; from JavaScript they would be left out
 * without a word:
 *
 *   fit has no option 'sede'      → its options are data, heldOut, optimizer, epochs, steps, batch, seed, …
 *
 * Errors: tag `option`, one for each name. Tested in tests/inference/optionNames.test.ts.
 */
import { type GiryError, giryError } from '../dsl/error.js'

/** The options of a function by name: all that the type O has and no others, which the compiler checks. */
export type NamesOf<O> = Readonly<Record<keyof O & string, true>>

/** The names of the options that `of` does not have. */
export const nameFaults = (of: string, known: readonly string[], options: object): readonly GiryError[] =>
  Object.keys(options)
    .filter((name) => !known.includes(name))
    .map((name) =>
      giryError('option', name, `${of} has no option '${name}'`, `its options are ${known.join(', ')}`),
    )
