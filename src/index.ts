/**
 * giry: a mathematically typed language for probability models, and what follows from a model.
 */
export { flow, pipe } from 'fp-ts/lib/function.js'
export { condition } from './dsl/condition.js'
export { type DataOf, type Dataset, type DatasetOptions, dataset } from './dsl/dataset.js'
export type { AnyDistribution, Capability, Distribution, EventSpace } from './dsl/distribution.js'
export { bernoulli } from './dsl/distributions/bernoulli.js'
export { categorical } from './dsl/distributions/categorical.js'
export { delta } from './dsl/distributions/delta.js'
export { exponential } from './dsl/distributions/exponential.js'
export { iid } from './dsl/distributions/iid.js'
export { independent } from './dsl/distributions/independent.js'
export { laplace } from './dsl/distributions/laplace.js'
export { logNormal } from './dsl/distributions/logNormal.js'
export { mixture } from './dsl/distributions/mixture.js'
export { multivariateNormal } from './dsl/distributions/multivariateNormal.js'
export { normal, standardNormal } from './dsl/distributions/normal.js'
export { oneHotCategorical } from './dsl/distributions/oneHotCategorical.js'
export { poisson } from './dsl/distributions/poisson.js'
export { push } from './dsl/distributions/push.js'
export { standardUniform, uniform } from './dsl/distributions/uniform.js'
export type {
  Binary,
  Category,
  Cholesky,
  Circle,
  Correlation,
  Count,
  Domain,
  Interval,
  NonNegative,
  OneHot,
  Ordered,
  Positive,
  Real,
  Simplex,
  Unit,
} from './dsl/domains/marks.js'
export { graphLine, toDot } from './dsl/dot.js'
export { type GiryError, type GiryErrorTag, GiryException, showError, showErrors } from './dsl/error.js'
export { type Game, game, maximize, minimax, type Player } from './dsl/game.js'
export { compose, copy, discard, identity, marginal, product } from './dsl/kernels/category.js'
export { draw } from './dsl/kernels/draw.js'
export { matrix } from './dsl/kernels/matrix.js'
export { type KlTable, klExact, klTable } from './dsl/kl.js'
export type { Model } from './dsl/model.js'
export type { Net, NetFunction, Start } from './dsl/net.js'
export { chain } from './dsl/nets/chain.js'
export { conv2d, conv2dTranspose } from './dsl/nets/conv2d.js'
export { dense, gaussian, mlp } from './dsl/nets/dense.js'
export { fromLayers } from './dsl/nets/fromLayers.js'
export { parameter } from './dsl/nets/parameter.js'
export { bind, Do, empirical, given, letTo, nets, shared } from './dsl/notation.js'
export { constant, minus, type Objective, plus, scale } from './dsl/objective.js'
export * from './dsl/operations/arithmetic.js'
export * from './dsl/operations/comparisons.js'
export * from './dsl/operations/functions.js'
export * from './dsl/operations/joining.js'
export { lift } from './dsl/operations/lift.js'
export * from './dsl/operations/picking.js'
export * from './dsl/operations/products.js'
export * from './dsl/operations/rearranging.js'
export * from './dsl/operations/reductions.js'
export type { NamedArray, NetParams, Params } from './dsl/params.js'
export {
  binary,
  category,
  cholesky,
  circle,
  correlation,
  count,
  interval,
  nonNegative,
  oneHot,
  ordered,
  type Plain,
  positive,
  real,
  type Space,
  simplex,
  unit,
  type ValueIn,
  value,
} from './dsl/space.js'
export { type AnyValue, toArray, toTypedArray, type Value } from './dsl/value.js'
export type { Formula, Prose, Summand } from './inference/derive/formula.js'
export type { TermMethod } from './inference/derive/methods.js'
export type { Step } from './inference/derive/steps.js'
export type { DerivedTerm } from './inference/derive/terms.js'
export { type Derivation, derive } from './inference/derive.js'
export { elbo } from './inference/elbo.js'
export { type Estimate, type EstimateOptions, estimate } from './inference/estimate.js'
export { evaluate } from './inference/evaluate.js'
export type {
  FinitePosterior,
  GaussianPosterior,
  GridPosterior,
  LatentPoints,
  Posterior,
  PosteriorGrid,
} from './inference/evidence/posterior.js'
export {
  type Evidence,
  type EvidenceOptions,
  type ExactMethod,
  evidence,
  exactMethods,
  posterior,
} from './inference/evidence.js'
export { expect } from './inference/expect.js'
export { fit, orThrow } from './inference/fit.js'
export type { Fit, FitEvent, FitOptions, HistoryPoint } from './inference/fitted.js'
export { init } from './inference/init.js'
export { type Divergence, type KlOptions, kl } from './inference/kl.js'
export { logProb } from './inference/logProb.js'
export {
  adam,
  adamW,
  clipByGlobalNorm,
  clipByValue,
  ema,
  momentum,
  rmsprop,
  sgd,
} from './inference/optimizers/optimizers.js'
export { cosineSchedule, exponentialDecay, linearSchedule, warmup } from './inference/optimizers/schedule.js'
export { type Optimizer, optimizer } from './inference/optimizers/transformation.js'
export { predictive, sample } from './inference/sample.js'
