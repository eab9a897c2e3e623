/**
 * giry/testing: the laws of the library for models of your own, and random models to test them on.
 *
 *   test('my bound', () => assertBound(p, q, { data }))        log P(x) >= L_b, at random parameters
 *
 * The random models are arbitraries of fast-check, an optional peer dependency that this entry point needs.
 */
export { type AnyContext, type AnyParams, type BoundCase, seeds } from './arbitraries/boundCase.js'
export {
  type ConjugateFacts,
  type ConjugateKind,
  conjugateCase,
  conjugatePairs,
} from './arbitraries/conjugate.js'
export { type FiniteFacts, type FiniteNode, finiteCase, finiteModels } from './arbitraries/finite.js'
export { gaussianMixtures, type MixtureFacts, mixtureCase } from './arbitraries/gaussianMixture.js'
export {
  type AffineGaussian,
  factorAnalyses,
  factorAnalysisCase,
  type LinearGaussianFacts,
  pcaCase,
  pcas,
} from './arbitraries/linearGaussian.js'
export { type NonlinearFacts, nonlinearCase, nonlinearModels } from './arbitraries/nonlinear.js'
export { assertBound, type BoundCheck, type BoundCheckOptions, checkBound } from './assertBound.js'
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
export { randomParams } from './randomParams.js'
