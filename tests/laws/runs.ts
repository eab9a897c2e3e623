/**
 * How many random cases, and which: 1,000 of the seed 1, or of GIRY_SEED; GIRY_SHARE=0.2 takes a fifth of them.
 * `scripts/seeds.mjs` runs the laws with many seeds.
 */
import { vi } from 'vitest'
import { environmentSeed } from '../../src/testing/seed.js'

// A thousand cases take seconds where the cores are free, and minutes where they are not.
vi.setConfig({ testTimeout: 600_000 })

const share = Number(process.env.GIRY_SHARE ?? 1)

/** The settings of a property that is held against so many random cases. */
export const runs = (numRuns = 1000) => ({
  numRuns: Math.max(1, Math.ceil(numRuns * share)),
  seed: environmentSeed(),
})
