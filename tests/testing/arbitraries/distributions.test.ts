/** The laws of a distribution, at random parameters of every family that giry has. */
import * as fc from 'fast-check'
import { distributionFamilies, distributions, laws, runner } from 'giry/testing'
import { describe, expect, it } from 'vitest'
import { tidily } from '../../../src/testing/verdicts/tidily.js'

const { testEach } = runner({ describe, it })

for (const [name, family] of Object.entries(distributionFamilies))
  testEach(name, family, (c) => tidily(() => laws.distribution(c.make, c.parameters(), { draws: 8000 })), {
    runs: 2,
    timeout: 300_000,
  })

describe('distributions', () => {
  it('draw of every family', () => {
    const names = fc
      .sample(distributions(), { seed: 1, numRuns: 200 })
      .map((c) => tidily(() => c.make(c.parameters()).family))
    expect(new Set(names).size).toBeGreaterThanOrEqual(14)
  })
})
