/**
 * Errors are data.
 *
 *   GiryError = { tag, where, message, remedy }
 *
 * `message` says what is wrong and names both parties, `where` names the place (a site, a net, a file, an
 * option, an index), `remedy` says what to do about it. A check returns every failure, never the first only.
 * Pure code returns `Either<GiryErrors, A>`; a constructor, which has no other channel, throws `GiryException`,
 * whose `errors` are the same data. The texts of the typing rules are, word for word, the sentences that the
 * compiler prints (`src/dsl/rules.ts`); tested in `tests/dsl/rules.test.ts`.
 */

/** What kind of thing went wrong. */
export type GiryErrorTag =
  | 'model' // a model is not well formed, or q does not fit p
  | 'shape' // a value has another shape, or its axes do not align
  | 'domain' // a value lies outside the domain that is asked for
  | 'data' // data could not be decoded, is empty, or is smaller than a batch
  | 'params' // parameters are missing, or have another shape
  | 'nonFinite' // a NaN or an infinity turned up in training
  | 'exact' // no exact method applies
  | 'option' // an option has a value that is not allowed
  | 'file' // a file or a directory could not be read or written
  | 'aborted' // the user stopped the work
  | 'runtime' // a backend could not be loaded, or failed

/** One failure, as data: what, where, and the remedy. */
export interface GiryError {
  readonly tag: GiryErrorTag
  /** The place: a site, a net, a parameter path, a file, an option. */
  readonly where: string
  /** One sentence that says what is wrong and names both parties. */
  readonly message: string
  /** What to do about it. */
  readonly remedy: string
  /** Further facts for programs: the index of a bad datum, the step of a NaN. */
  readonly details?: Readonly<Record<string, unknown>>
}

/** Builds one `GiryError`. */
export const giryError = (
  tag: GiryErrorTag,
  where: string,
  message: string,
  remedy: string,
  details?: Readonly<Record<string, unknown>>,
): GiryError => ({ tag, where, message, remedy, ...(details === undefined ? {} : { details }) })

/** Prints one error: the sentence, then the remedy on a line of its own. */
export const showError = (error: GiryError): string =>
  error.remedy === '' ? error.message : `${error.message}\n  → ${error.remedy}`

/** Prints every error of a failed check, one after the other. */
export const showErrors = (errors: readonly GiryError[]): string => errors.map(showError).join('\n')

/** The one exception giry throws; it carries all failures of the check as data. */
export class GiryException extends Error {
  readonly errors: readonly GiryError[]
  constructor(errors: readonly GiryError[]) {
    super(showErrors(errors))
    this.name = 'GiryException'
    this.errors = errors
  }
}

/** Throws the errors, if there are any. */
export const throwAll = (errors: readonly GiryError[]): void => {
  if (errors.length > 0) throw new GiryException(errors)
}

/** Throws one error. */
export const fail = (
  tag: GiryErrorTag,
  where: string,
  message: string,
  remedy: string,
  details?: Readonly<Record<string, unknown>>,
): never => {
  throw new GiryException([giryError(tag, where, message, remedy, details)])
}

/** Turns whatever was thrown into errors: a `GiryException` keeps its own, anything else becomes one error. */
export const errorsOf = (thrown: unknown, tag: GiryErrorTag = 'runtime', where = ''): readonly GiryError[] =>
  thrown instanceof GiryException
    ? thrown.errors
    : [giryError(tag, where, thrown instanceof Error ? thrown.message : String(thrown), '')]
