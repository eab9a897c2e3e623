/**
 * giry/testing: the laws of the library for what you add to it, and random models to test them on.
 *
 *   testDistribution('triangular', triangular, { low: 0, high: 2 })             every law of a distribution
 *   test('triangular', () => check(laws.distribution(triangular, …)))            the same, in any test runner
 *   test('my bound', () => assertBound(p, q, { data }))                          log P(x) >= L_b, at random parameters
 *
 * The guide is docs/testing.md. The random models are arbitraries of fast-check, an optional peer dependency that this entry point needs.
 */
export { type AnyContext, type AnyParams, type BoundCase, seeds } from './arbitraries/boundCase.js'
export {
  type ConjugateFacts,
  type ConjugateKind,
  conjugateCase,
  conjugatePairs,
} from './arbitraries/conjugate.js'
export {
  type ConjugateCountFacts,
  type ConjugateCountKind,
  conjugateCountCase,
  conjugateCounts,
} from './arbitraries/conjugateCounts.js'
export {
  type DistributionCase,
  distributionFamilies,
  distributions,
} from './arbitraries/distributions.js'
export { elements, spaces } from './arbitraries/elements.js'
export { type FiniteFacts, type FiniteNode, finiteCase, finiteModels } from './arbitraries/finite.js'
export { finiteKernel as finiteKernels, type Labels } from './arbitraries/finiteKernel.js'
export { gaussianMixtures, type MixtureFacts, mixtureCase } from './arbitraries/gaussianMixture.js'
export {
  type AffineGaussian,
  factorAnalyses,
  factorAnalysisCase,
  type LinearGaussianFacts,
  pcaCase,
  pcas,
} from './arbitraries/linearGaussian.js'
export { networks, type RealNet } from './arbitraries/nets.js'
export { type NonlinearFacts, nonlinearCase, nonlinearModels } from './arbitraries/nonlinear.js'
export { assertBound, type BoundCheck, type BoundCheckOptions, checkBound } from './assertBound.js'
export { check, lawErrors, type Verdicts } from './check.js'
export { type Agreement, exactly, withinErrors } from './laws/agreement.js'
export { betaWeighs, identityHolds, isTight, keepsMean, liesBelow } from './laws/bound.js'
export * from './laws/distribution.js'
export { isAdditive, isDivergence, isSeedPenalty, seedPenalty, vanishesAt } from './laws/divergence.js'
export {
  boundsDivergence,
  hasMinimaxValue,
  isBestDiscriminator,
  isConvexConjugate,
  isStationary,
  isZeroSum,
  obeysLipschitzBound,
  touchesDivergence,
} from './laws/game.js'
export * as kernelLaws from './laws/kernel.js'
export { type At, type DataFor, laws } from './laws.js'
export { randomParams } from './randomParams.js'
export {
  type Examples,
  lawProperty,
  type RunOptions,
  runner,
  type TestFunctions,
  testDistribution,
  testEach,
  testFamily,
  testKl,
  testLaws,
} from './runner.js'
export { environmentSeed } from './seed.js'
export type { Bijection } from './verdicts/bijection.js'
export type { DistributionLawOptions } from './verdicts/distribution/case.js'
export type { EstimatorLawOptions } from './verdicts/estimator.js'
export type { EvidenceLawOptions } from './verdicts/evidence.js'
export type { FamilyLawOptions } from './verdicts/family.js'
export type { KernelLawOptions } from './verdicts/kernel.js'
export type { KlLawOptions } from './verdicts/kl.js'
export type { ObjectiveLawsOptions } from './verdicts/objective.js'
export type { ObjectiveLawOptions } from './verdicts/setting.js'
export type { LawOptions, LawVerdict } from './verdicts/verdict.js'
