/**
 * Runners: the laws as tests, in one line each.
 *
 *   testDistribution('triangular', triangular, { low: 0, high: 2 })          one example, a list of them, or an arbitrary
 *   testKl('triangular', () => [q, p])        testFamily(vaeFamily)          testLaws('bound', () => laws.evidenceBound(p, q, x))
 *
 * They call `describe` and `it` of the test runner. Where these are no globals (vitest without `globals: true`, node:test),
 * they are passed once: `const { testDistribution } = runner({ describe, it })`. `lawProperty` is for fast-check alone.
 * Seeds are fixed, so a test that passes keeps passing; GIRY_SEED in the environment chooses others.
 * Tested in tests/testing/runner.test.ts.
 */
import * as fc from 'fast-check'
import type { AnyDistribution } from '../dsl/distribution.js'
import { fail } from '../dsl/error.js'
import type { Family, GameFamily } from '../models/family.js'
import { check, type Verdicts } from './check.js'
import { laws } from './laws.js'
import { environmentSeed } from './seed.js'
import type { DistributionLawOptions } from './verdicts/distribution/case.js'
import type { FamilyLawOptions } from './verdicts/family.js'
import type { KlLawOptions } from './verdicts/kl.js'
import { tidily } from './verdicts/tidily.js'

/** What a test runner supplies. */
export interface TestFunctions {
  readonly describe: (name: string, body: () => void) => unknown
  readonly it: (name: string, body: () => Promise<void>, timeout?: number) => unknown
}

/** A law for every value of an arbitrary, as a property of fast-check. */
export const lawProperty = <A>(
  arbitrary: fc.Arbitrary<A>,
  law: (x: A) => Verdicts,
): fc.IAsyncPropertyWithHooks<[A]> => fc.asyncProperty(arbitrary, async (x) => void (await check(law(x))))

/** One example, several, or an arbitrary of them. */
export type Examples<A> = A | readonly A[] | fc.Arbitrary<A>

/** Options of a runner, besides those of the laws. */
export interface RunOptions {
  /** Examples that are drawn of an arbitrary; 10 if left out. */
  readonly runs?: number
  /** Milliseconds that one test may take; 60,000 if left out. */
  readonly timeout?: number
}

const isArbitrary = <A>(x: Examples<A>): x is fc.Arbitrary<A> => x instanceof fc.Arbitrary

const globals = globalThis as unknown as Partial<TestFunctions>

const functionsOf = (given: TestFunctions | undefined): TestFunctions => {
  const { describe, it } = given ?? globals
  return describe === undefined || it === undefined
    ? fail(
        'option',
        'runner',
        'the test runner has no global describe and it',
        "pass them: const { testDistribution } = runner({ describe, it }), or set `globals: true` in vitest's configuration",
      )
    : { describe, it }
}

/** The one-line tests, for the describe and it of a test runner; the global ones if left out. */
export const runner = (functions?: TestFunctions) => {
  const testLaws = (name: string, verdicts: () => Verdicts, options: RunOptions = {}): void => {
    functionsOf(functions).it(name, async () => void (await check(verdicts())), options.timeout ?? 60_000)
  }
  const eachOf = <A>(examples: Examples<A>, law: (x: A) => Verdicts, options: RunOptions): void => {
    const { it } = functionsOf(functions)
    if (isArbitrary(examples)) {
      const settings = { seed: environmentSeed(), numRuns: options.runs ?? 10, includeErrorInReport: true }
      it(
        `at ${settings.numRuns} random examples, seed ${settings.seed}`,
        async () => fc.assert(lawProperty(examples, law), settings),
        options.timeout ?? 60_000,
      )
      return
    }
    const list = (Array.isArray(examples) ? examples : [examples]) as readonly A[]
    list.forEach((x, i) => {
      testLaws(list.length === 1 ? 'obeys the laws' : `obeys the laws at example ${i}`, () => law(x), options)
    })
  }
  return {
    /** Any laws, as one test. */
    testLaws,
    /** Any laws, at each example. */
    testEach: <A>(
      name: string,
      examples: Examples<A>,
      law: (x: A) => Verdicts,
      options: RunOptions = {},
    ): void => void functionsOf(functions).describe(name, () => eachOf(examples, law, options)),
    /** The laws of a distribution, by its constructor and examples of its parameters. */
    testDistribution: <const P extends Readonly<Record<string, unknown>>>(
      name: string,
      make: (parameters: NoInfer<P>) => AnyDistribution,
      examples: Examples<P>,
      options: DistributionLawOptions & RunOptions = {},
    ): void =>
      void functionsOf(functions).describe(name, () =>
        eachOf(
          examples,
          (parameters) =>
            tidily(() => laws.distribution(make as (p: P) => AnyDistribution, parameters as never, options)),
          options,
        ),
      ),
    /** The laws of a closed form, for each pair q, p. */
    testKl: (
      name: string,
      pair: () => readonly [q: AnyDistribution, p: AnyDistribution],
      options: KlLawOptions & RunOptions = {},
    ): void => testLaws(name, () => tidily(() => laws.kl(...pair(), options)), options),
    /** The laws of a model family. */
    testFamily: <O>(family: Family<O> | GameFamily<O>, options: FamilyLawOptions & RunOptions = {}): void =>
      testLaws(`the family ${family.name} obeys the laws`, () => laws.family(family, options), {
        timeout: 120_000,
        ...options,
      }),
  } as const
}

/** The one-line tests with the global describe and it of a test runner. */
export const { testLaws, testEach, testDistribution, testKl, testFamily } = runner()
