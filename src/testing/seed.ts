/**
 * The seed of random tests: 1, or GIRY_SEED of the environment, so that a suite repeats itself and can be told not to.
 *
 *   GIRY_SEED=7 npx vitest run
 */
import { fail } from '../dsl/error.js'

/** The seed that the environment asks for. */
export const environmentSeed = (): number => {
  const given = typeof process === 'undefined' ? undefined : process.env.GIRY_SEED
  const seed = Number(given ?? 1)
  return Number.isSafeInteger(seed)
    ? seed
    : fail('option', 'GIRY_SEED', `GIRY_SEED must be a whole number, but ${given} was given`, 'GIRY_SEED=7')
}
