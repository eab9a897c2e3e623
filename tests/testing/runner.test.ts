/** The one-line tests: they declare tests that pass for what is right, and fail with the sentence for what is wrong. */
import * as fc from 'fast-check'
import * as g from 'giry'
import { linearGaussianFamily } from 'giry/models'
import {
  check,
  distributionFamilies,
  environmentSeed,
  lawProperty,
  laws,
  runner,
  type TestFunctions,
} from 'giry/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { tidily } from '../../src/testing/verdicts/tidily.js'

// These lines declare tests of their own.
const { testDistribution, testKl, testLaws, testEach } = runner({ describe, it })
testDistribution('exponential', g.exponential, [{ rate: 2 }, { rate: 0.5 }])
testDistribution(
  'coin',
  g.bernoulli,
  fc.record({ probs: fc.double({ min: 0.05, max: 0.95, noNaN: true }) }),
  {
    runs: 2,
  },
)
testKl('exponentials', () => [g.exponential({ rate: 2 }), g.exponential({ rate: 1 })])
testLaws('a coin obeys the laws', () => laws.distribution(g.bernoulli, { logits: 0.3 }))
testEach(
  'random labels',
  distributionFamilies.labels,
  (c) => tidily(() => laws.distribution(c.make, c.parameters())),
  { runs: 2 },
)

/** A test runner that only records. */
const recorded = () => {
  const tests: { readonly name: string; readonly body: () => Promise<void> }[] = []
  const functions: TestFunctions = {
    describe: (_, body) => body(),
    it: (name, body) => void tests.push({ name, body }),
  }
  return { tests, ...runner(functions) }
}

const heavy = (p: { readonly rate: number }): g.AnyDistribution => {
  const d = g.exponential(p)
  return { ...d, logProb: (x: g.Value<[], g.Positive>) => g.add(d.logProb(x), 0.25) } as never
}

describe('runner', () => {
  it('declares one test for each example', () => {
    const r = recorded()
    r.testDistribution('heavy', heavy, [{ rate: 1 }, { rate: 2 }])
    r.testFamily(linearGaussianFamily)
    expect(r.tests.map((t) => t.name)).toEqual([
      'obeys the laws at example 0',
      'obeys the laws at example 1',
      'the family linearGaussian obeys the laws',
    ])
  })

  it('fails with the sentence', async () => {
    const r = recorded()
    r.testDistribution('heavy', heavy, { rate: 1 })
    await expect(r.tests[0]?.body()).rejects.toThrow(
      'breaks the law "the density integrates to 1": the density integrates to 1.284',
    )
  })

  it('fails at a random example, and tells the seed', async () => {
    const r = recorded()
    r.testDistribution('heavy', heavy, fc.record({ rate: fc.constantFrom(1, 2) }), { runs: 2 })
    expect(r.tests[0]?.name).toBe(`at 2 random examples, seed ${environmentSeed()}`)
    await expect(r.tests[0]?.body()).rejects.toThrow(/the density integrates to 1\.284/)
  })

  it('says what to do where describe and it are no globals', () => {
    expect(() => runner().testLaws('x', () => [])).toThrow(
      'the test runner has no global describe and it\n  → pass them: const { testDistribution } = runner({ describe, it })',
    )
  })
})

describe('lawProperty', () => {
  it('is a property of fast-check', async () => {
    await fc.assert(
      lawProperty(fc.constantFrom(0.5, 2), (rate) => laws.distribution(g.exponential, { rate })),
      { numRuns: 2, seed: 1 },
    )
    expect(check([])).toEqual([])
  })
})

describe('environmentSeed', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  it('is 1, or what GIRY_SEED says', () => {
    vi.stubEnv('GIRY_SEED', undefined)
    expect(environmentSeed()).toBe(1)
    vi.stubEnv('GIRY_SEED', '7')
    expect(environmentSeed()).toBe(7)
    vi.stubEnv('GIRY_SEED', 'seven')
    expect(() => environmentSeed()).toThrow('GIRY_SEED must be a whole number, but seven was given')
  })
})
