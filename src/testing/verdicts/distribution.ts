/**
 * laws.distribution(d) or laws.distribution(make, parameters): what a probability measure owes, as a list of verdicts.
 *
 *   laws.distribution(normal, { loc: 0, scale: 1 })
 *
 *   density      mass 1, 0 outside of the domain, finite at draws, batches as their elements        distribution/density.ts
 *   sampler      in the domain, by the density, by the cdf, one seed one sample, nothing left       distribution/sampling.ts
 *   summaries    mean, variance, entropy, cdf, quantile: those of the density                       distribution/moments.ts
 *   gradients    of log p by x and by the parameters, and of draws by the parameters                distribution/gradients.ts
 *
 * What a distribution does not have is not asked for. Gradients by parameters need `make`: a distribution that is built
 * already has lost the way from its parameters. Where there is no way to sum over the support (more than 16 coins,
 * Cholesky factors) the laws that need one are left out. About 0.1 to 1 s.
 * Tested in tests/testing/verdicts/distribution.test.ts.
 */
import type { AnyDistribution } from '../../dsl/distribution.js'
import { type Case, caseOf, type DistributionLawOptions } from './distribution/case.js'
import {
  alignsParameters,
  hasMassOne,
  isFiniteAtDraws,
  listsSupport,
  vanishesOutside,
} from './distribution/density.js'
import { hasSlopes, isPathwise } from './distribution/gradients.js'
import { hasCdf, hasEntropy, hasMoments } from './distribution/moments.js'
import {
  followsDensity,
  followsOwnCdf,
  invertsOwnCdf,
  leavesNothing,
  repeatsBySeed,
  staysInDomain,
} from './distribution/sampling.js'
import { type Make, subjectOf } from './distribution/subject.js'
import { tidily } from './tidily.js'
import type { LawVerdict } from './verdict.js'

/** Every law, in the order of a report. */
const all: readonly ((c: Case) => readonly LawVerdict[])[] = [
  staysInDomain,
  repeatsBySeed,
  leavesNothing,
  isFiniteAtDraws,
  hasMassOne,
  vanishesOutside,
  listsSupport,
  alignsParameters,
  followsDensity,
  followsOwnCdf,
  invertsOwnCdf,
  hasMoments,
  hasEntropy,
  hasCdf,
  hasSlopes,
  isPathwise,
]

/** The laws of a distribution. */
export const distributionLaws: {
  (d: AnyDistribution | (() => AnyDistribution), options?: DistributionLawOptions): readonly LawVerdict[]
  <const P extends Readonly<Record<string, unknown>>>(
    make: (parameters: NoInfer<P>) => AnyDistribution,
    parameters: P,
    options?: DistributionLawOptions,
  ): readonly LawVerdict[]
} = (
  d: AnyDistribution | Make,
  second: Readonly<Record<string, unknown>> | DistributionLawOptions = {},
  third?: DistributionLawOptions,
): readonly LawVerdict[] => {
  const takes = typeof d === 'function' && d.length > 0
  const parameters = takes ? (second as Readonly<Record<string, unknown>>) : undefined
  const options = ((takes ? third : second) ?? {}) as DistributionLawOptions
  return tidily(() => {
    const c = caseOf(subjectOf(d, parameters, options.seed ?? 0), options)
    return all.flatMap((law) => law(c))
  })
}
