/**
 * What the sampled diagnostics share: a seed, a number of permutations, and errors as data.
 */
import { taskEither as TE } from 'fp-ts'
import { errorsOf, type GiryError, throwAll } from '../../dsl/error.js'
import { seedFaults, whole } from '../optionFaults.js'

/** Options of every test with randomness of its own. */
export interface TestOptions {
  /** Fixes subsamples, starts and permutations; 0 if left out. */
  readonly seed?: number
  /** Divisions of the data that the p-value is taken from; 999 if left out. Its smallest value is 1 / (1 + permutations). */
  readonly permutations?: number
}

/** Permutations unless asked for: the error of a p-value near 0.05 is then 0.007. */
export const PERMUTATIONS = 999

/** Throws what is wrong with the options: a seed, and counts by name. */
export const requireOptions = (
  seed: number | undefined,
  counts: Readonly<Record<string, number | undefined>>,
): void => {
  const faults = [...seedFaults(seed), ...Object.entries(counts).flatMap(([name, n]) => whole(name, n))]
  throwAll(faults)
}

/** Work that may throw, as a task whose errors are data. */
export const task = <A>(work: () => Promise<A>): TE.TaskEither<readonly GiryError[], A> =>
  TE.tryCatch(work, (e) => errorsOf(e))
