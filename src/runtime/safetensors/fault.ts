/**
 * Faults of a safetensors file: a sentence that says what is wrong, and the remedy. Reading never throws.
 *
 * Their wording is tested in tests/runtime/safetensors.test.ts.
 */
import { either as E } from 'fp-ts'

/** What is wrong with a file, and what to do about it. */
export type FileFault = { readonly what: string; readonly remedy: string }

/** The remedy where bytes are missing or misplaced. */
export const COPY_AGAIN = 'Copy the file again from where it was written, or write it again.'

/** The remedy where the bytes are of another format. */
export const NOT_OURS = 'Give a safetensors file, such as the params.safetensors of a run.'

/** The remedy where an array has other numbers than float32. */
export const FLOAT32_ONLY = 'Convert the array to float32 (dtype "F32") where the file is made.'

/** Left: what is wrong, and what to do. */
export const fault = (what: string, remedy: string): E.Either<FileFault, never> => E.left({ what, remedy })
