/**
 * giry: a mathematically typed language for probability models, and what follows from a model.
 *
 * Every type that can appear in an inferred type is exported, so that a user's module can emit declarations. So are the
 * constraints that functions put on their arguments (Fits, Accepts, HasDensity, NeedsParams, …): a generic helper asks
 * for them as the function does, `<T, D, A>(objective: Objective<T, D>, data: A & Accepts<A, D>) => …`.
 */
export { flow, pipe } from 'fp-ts/lib/function.js'
export type { Conditioned, ConditionFault, Conditions } from './dsl/condition.js'
export { condition } from './dsl/condition.js'
export { type DataOf, type Dataset, type DatasetOptions, dataset } from './dsl/dataset.js'
export type {
  AnyDistribution,
  AnyEventSpace,
  Capability,
  Cdf,
  Definition,
  Distribution,
  Entropy,
  EventSpace,
  Moments,
  Quantile,
  Relaxation,
  WeakDerivative,
  WeakDraw,
} from './dsl/distribution.js'
export { distribution } from './dsl/distribution.js'
export type { Bernoulli, BernoulliParameters } from './dsl/distributions/bernoulli.js'
export { bernoulli } from './dsl/distributions/bernoulli.js'
export type { AlphaBeta, Beta } from './dsl/distributions/beta.js'
export { beta } from './dsl/distributions/beta.js'
export type { Binomial, BinomialCapability, BinomialParameters } from './dsl/distributions/binomial.js'
export { binomial } from './dsl/distributions/binomial.js'
export type { Categorical } from './dsl/distributions/categorical.js'
export { categorical } from './dsl/distributions/categorical.js'
export type { ChanceParameters } from './dsl/distributions/chance.js'
export type { Delta, DeltaCapability } from './dsl/distributions/delta.js'
export { delta } from './dsl/distributions/delta.js'
export type { Dirichlet } from './dsl/distributions/dirichlet.js'
export { dirichlet } from './dsl/distributions/dirichlet.js'
export type { Exponential } from './dsl/distributions/exponential.js'
export { exponential } from './dsl/distributions/exponential.js'
export type { ConcentrationRate, Gamma } from './dsl/distributions/gamma.js'
export { gamma } from './dsl/distributions/gamma.js'
export type { Geometric } from './dsl/distributions/geometric.js'
export { geometric } from './dsl/distributions/geometric.js'
export type { Iid } from './dsl/distributions/iid.js'
export { iid } from './dsl/distributions/iid.js'
export type { Distributions, Independent } from './dsl/distributions/independent.js'
export { independent } from './dsl/distributions/independent.js'
export type { InverseGamma } from './dsl/distributions/inverseGamma.js'
export { inverseGamma } from './dsl/distributions/inverseGamma.js'
export type { Laplace } from './dsl/distributions/laplace.js'
export { laplace } from './dsl/distributions/laplace.js'
export type { LogNormal } from './dsl/distributions/logNormal.js'
export { logNormal } from './dsl/distributions/logNormal.js'
export type { EntryMasses } from './dsl/distributions/masses.js'
export type { AsMany, Mixture } from './dsl/distributions/mixture.js'
export { mixture } from './dsl/distributions/mixture.js'
export type { Multinomial, MultinomialParameters, ScalarTrials } from './dsl/distributions/multinomial.js'
export { multinomial } from './dsl/distributions/multinomial.js'
export type { LocScaleTril, MultivariateNormal, Squares } from './dsl/distributions/multivariateNormal.js'
export { multivariateNormal } from './dsl/distributions/multivariateNormal.js'
export type { NegativeBinomial, NegativeBinomialParameters } from './dsl/distributions/negativeBinomial.js'
export { negativeBinomial } from './dsl/distributions/negativeBinomial.js'
export type { LocScale, Normal } from './dsl/distributions/normal.js'
export { normal, standardNormal } from './dsl/distributions/normal.js'
export type { OneHotCategorical } from './dsl/distributions/oneHotCategorical.js'
export { oneHotCategorical } from './dsl/distributions/oneHotCategorical.js'
export type { Within } from './dsl/distributions/parameter.js'
export type {
  Alike,
  CapabilitiesOf,
  DomainIn,
  EntropyIf,
  Families,
  MomentsIf,
  ShapeIn,
} from './dsl/distributions/parts.js'
export type { Poisson, PoissonParameters } from './dsl/distributions/poisson.js'
export { poisson } from './dsl/distributions/poisson.js'
export type {
  CountOf,
  IsVector,
  LogitsOf,
  ProbabilityParameters,
  ProbsOf,
} from './dsl/distributions/probabilities.js'
export type { Push } from './dsl/distributions/push.js'
export { push } from './dsl/distributions/push.js'
export type { RelaxedBernoulli, RelaxedBernoulliParameters } from './dsl/distributions/relaxedBernoulli.js'
export { relaxedBernoulli } from './dsl/distributions/relaxedBernoulli.js'
export type {
  RelaxedOneHotCategorical,
  RelaxedOneHotParameters,
  ScalarTemperature,
} from './dsl/distributions/relaxedOneHotCategorical.js'
export { relaxedOneHotCategorical } from './dsl/distributions/relaxedOneHotCategorical.js'
export type { StudentT } from './dsl/distributions/studentT.js'
export { studentT } from './dsl/distributions/studentT.js'
export type { TruncatedNormal, TruncatedNormalParameters } from './dsl/distributions/truncatedNormal.js'
export { truncatedNormal } from './dsl/distributions/truncatedNormal.js'
export type { Uniform } from './dsl/distributions/uniform.js'
export { standardUniform, uniform } from './dsl/distributions/uniform.js'
export type { VonMises } from './dsl/distributions/vonMises.js'
export { vonMises } from './dsl/distributions/vonMises.js'
export type { Whole } from './dsl/distributions/whole.js'
export type {
  AddDomain,
  DivDomain,
  DomainOfNumber,
  EntriesDomain,
  MixedDomain,
  MulDomain,
} from './dsl/domains/arithmetic.js'
export type {
  AnyDomain,
  Binary,
  Category,
  Cholesky,
  Circle,
  Correlation,
  Count,
  Domain,
  DomainName,
  Interval,
  Measure,
  NonNegative,
  OneHot,
  Ordered,
  OutsideDomain,
  Positive,
  Real,
  Simplex,
  Unit,
} from './dsl/domains/marks.js'
export { graphLine, toDot } from './dsl/dot.js'
export { type GiryError, type GiryErrorTag, GiryException, showError, showErrors } from './dsl/error.js'
export type { AnyGame, Playable, Pretraining, Sides, Together } from './dsl/game.js'
export { freeze, type Game, game, maximize, minimax, minimize } from './dsl/game.js'
export type { Owned, OwnershipFault, UnusedFault } from './dsl/games/ownership.js'
export type { AimFault, KeyFault, Player, PlayerSpec, Sense } from './dsl/games/player.js'
export { payoff } from './dsl/games/player.js'
export { type PretrainOptions, pretrain } from './dsl/games/pretrain.js'
export type {
  AllowedMethods,
  AskedMethod,
  GradientMethod,
  ImportanceMethodName,
  MethodFault,
  MethodName,
} from './dsl/gradientMethods.js'
export type {
  AnyKernel,
  Arrow,
  ArrowEnvironment,
  InputsOf,
  Kernel,
  NetsOf,
  ObstaclesOf,
  OutputsOf,
  Values,
} from './dsl/kernel.js'
export type { AreOutputs, Composes, Disjoint } from './dsl/kernels/category.js'
export { copy, discard, identity, product } from './dsl/kernels/category.js'
export type { DrawInputs } from './dsl/kernels/draw.js'
export { draw } from './dsl/kernels/draw.js'
export type { InfiniteFault } from './dsl/kernels/finite.js'
export type { HasMatrix, MatrixFault, TransitionMatrix } from './dsl/kernels/matrix.js'
export { matrix } from './dsl/kernels/matrix.js'
export type { ClosedForm, HasKl, KlRule } from './dsl/kl.js'
export { type KlTable, klExact, klTable } from './dsl/kl.js'
export type {
  Baseline,
  Learned,
  MethodNets,
  MovingAverage,
  RebarMethod,
  RelaxedMethod,
  RelaxMethod,
  ScoreMethod,
  Sighted,
  WithMethodNets,
} from './dsl/methods.js'
export { learned, movingAverage, relax, score } from './dsl/methods.js'
export type {
  AnyModel,
  Context,
  Entries,
  Extend,
  Givens,
  Let,
  Merge,
  Model,
  Nets,
  Observed,
  Scope,
  Site,
  SiteNames,
  Statement,
} from './dsl/model.js'
export type {
  AnyNet,
  Feeds,
  FunctionOf,
  Net,
  NetFunction,
  NetTensors,
  ParameterSpec,
  Start,
} from './dsl/net.js'
export type { Activation } from './dsl/nets/activation.js'
export { chain } from './dsl/nets/chain.js'
export type { ConvolutionOptions, Pair } from './dsl/nets/conv2d.js'
export { conv2d, conv2dTranspose } from './dsl/nets/conv2d.js'
export type { LocScale as GaussianOutput, MlpOptions, OnReal } from './dsl/nets/dense.js'
export { dense, gaussian, mlp } from './dsl/nets/dense.js'
export { fromLayers } from './dsl/nets/fromLayers.js'
export type { ParameterOptions } from './dsl/nets/parameter.js'
export { parameter } from './dsl/nets/parameter.js'
export { reshaped } from './dsl/nets/reshaped.js'
export type { SpectralNormOptions } from './dsl/nets/spectralNorm.js'
export { spectralNorm } from './dsl/nets/spectralNorm.js'
export type { Noise } from './dsl/noise.js'
export type { Fresh, FreshAll, NameTaken, SiteOptions } from './dsl/notation.js'
export { bind, Do, empirical, given, letTo, nets, shared } from './dsl/notation.js'
export type {
  AnyObjective,
  DataSpec,
  Environment,
  Maximizable,
  StepSchedule,
  UpperBound,
  UpperFault,
} from './dsl/objective.js'
export { constant, minus, type Objective, plus, scale } from './dsl/objective.js'
export type { Arg, Both, DomainOf, Meets, ShapeOf, ShowArg, Takes } from './dsl/operations/argument.js'
export * from './dsl/operations/arithmetic.js'
export * from './dsl/operations/comparisons.js'
export * from './dsl/operations/functions.js'
export { gradient } from './dsl/operations/gradient.js'
export * from './dsl/operations/incomplete.js'
export * from './dsl/operations/joining.js'
export { type LiftOptions, lift } from './dsl/operations/lift.js'
export { norm, squaredNorm } from './dsl/operations/norms.js'
export { pack } from './dsl/operations/packing.js'
export * from './dsl/operations/picking.js'
export * from './dsl/operations/plates.js'
export * from './dsl/operations/products.js'
export * from './dsl/operations/rearranging.js'
export * from './dsl/operations/reductions.js'
export type { NamedArray, NetParams, Params } from './dsl/params.js'
export { bindEach, type Numbered, nth, numbered, type Row } from './dsl/repeat.js'
export type { FitFault, Fits, Latents } from './dsl/rules.js'
export type { Broadcast, Init, Last, RemoveAxis, SameShape, Shape, ShapeName } from './dsl/shape.js'
export type { AnySpace, Elements, ShowSpace, SpaceLike } from './dsl/space.js'
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
export type { Axis, Nested, ShowValue } from './dsl/value.js'
export { type AnyValue, toArray, toTypedArray, type Value } from './dsl/value.js'
export type { Adversaries, Payoff, PayoffName } from './inference/adversarial.js'
export { adversarial, payoffs } from './inference/adversarial.js'
export type { AggregateOptions } from './inference/aggregate.js'
export { type BetaTcvaeOptions, betaTcvae } from './inference/betaTcvae.js'
export type { Resampling } from './inference/combinators/ancestors.js'
export { resamplings } from './inference/combinators/ancestors.js'
export type { BothKinds, Composed, Unfed } from './inference/combinators/compose.js'
export { compose } from './inference/combinators/compose.js'
export type {
  NeedsColumns,
  NeedsNets,
  NormalizerEstimate,
  TargetMean,
  WeightedOptions,
} from './inference/combinators/estimates.js'
export { logNormalizer, targetMean } from './inference/combinators/estimates.js'
export type { ParticleOptions, SourceData } from './inference/combinators/evidenceBound.js'
export { evidenceBound } from './inference/combinators/evidenceBound.js'
export type { Extended } from './inference/combinators/extend.js'
export { extend } from './inference/combinators/extend.js'
export type { FactorContext, Factored } from './inference/combinators/factor.js'
export { factor } from './inference/combinators/factor.js'
export type { AreSites, Marginal } from './inference/combinators/marginal.js'
export { marginal } from './inference/combinators/marginal.js'
export type {
  ObservedFault,
  ObservedSpaces,
  Observes,
  SharedFault,
  Weighs,
} from './inference/combinators/primitive.js'
export { primitive } from './inference/combinators/primitive.js'
export type {
  AnyProgram,
  Kind,
  Offered,
  Program,
  Source,
  SourceAuxiliary,
  SourceInputs,
  SourceKind,
  SourceNets,
  SourceObserved,
  SourceSites,
  Spaces,
  Weighing,
} from './inference/combinators/program.js'
export type { Proposed } from './inference/combinators/propose.js'
export { propose } from './inference/combinators/propose.js'
export type { Renamed, RenamedSites, RenameFault, Renames } from './inference/combinators/rename.js'
export { rename } from './inference/combinators/rename.js'
export type { Resampled } from './inference/combinators/resample.js'
export { resample } from './inference/combinators/resample.js'
export type {
  Covers,
  Extends,
  Follows,
  IsTarget,
  ProposeFault,
  SequenceFault,
} from './inference/combinators/rules.js'
export type { StepwiseDivergence, StepwiseOptions } from './inference/combinators/stepwise.js'
export { stepwise, stepwiseDivergences } from './inference/combinators/stepwise.js'
export type { Common, Contest, Critic, OfBoth, OfFake, Seen } from './inference/contest.js'
export { contest } from './inference/contest.js'
export { type CuboExponentialOptions, type CuboOptions, cubo, cuboExponential } from './inference/cubo.js'
export type { Formula, Prose, Summand } from './inference/derive/formula.js'
export type { TermMethod } from './inference/derive/methods.js'
export type { Step } from './inference/derive/steps.js'
export type { DerivedTerm } from './inference/derive/terms.js'
export { type Derivation, derive } from './inference/derive.js'
export type { C2stOptions, C2stReport } from './inference/diagnostics/c2st.js'
export { c2st } from './inference/diagnostics/c2st.js'
export { diagnose } from './inference/diagnostics/diagnose.js'
export type { Diagnosis, DiscriminatorReport, ManifoldReference } from './inference/diagnostics/diagnosis.js'
export { metricsOf } from './inference/diagnostics/diagnosis.js'
export type { DualityGapOptions, DualityGapReport } from './inference/diagnostics/dualityGap.js'
export { dualityGap } from './inference/diagnostics/dualityGap.js'
export type { Finding, FindingName, Severity } from './inference/diagnostics/finding.js'
export type { Features, FrechetReport } from './inference/diagnostics/frechet.js'
export { frechet } from './inference/diagnostics/frechet.js'
export type { Verdict } from './inference/diagnostics/judge.js'
export { judge } from './inference/diagnostics/judge.js'
export type { ManifoldReport } from './inference/diagnostics/manifold.js'
export { expectedCoverage, manifold } from './inference/diagnostics/manifold.js'
export type { MemorizationOptions, MemorizationReport } from './inference/diagnostics/memorization.js'
export { memorization } from './inference/diagnostics/memorization.js'
export type { MmdOptions, MmdReport } from './inference/diagnostics/mmd.js'
export { mmdTest } from './inference/diagnostics/mmd.js'
export type { KnownModes, ModeReport } from './inference/diagnostics/modes.js'
export { modes } from './inference/diagnostics/modes.js'
export type { NeighborOptions, Neighbors } from './inference/diagnostics/neighbors.js'
export { nearest } from './inference/diagnostics/neighbors.js'
export { netFeatures } from './inference/diagnostics/netFeatures.js'
export type { ColumnLike, Points, Samples } from './inference/diagnostics/points.js'
export type { Compared, SamplesByColumn, Setting } from './inference/diagnostics/setting.js'
export type { TestOptions } from './inference/diagnostics/settings.js'
export type { PlayerReport, TrainingReport } from './inference/diagnostics/training.js'
export { verdict } from './inference/diagnostics/verdict.js'
export type { BoundData, BoundOptions } from './inference/elbo.js'
export { elbo } from './inference/elbo.js'
export type { EntrywiseFamily } from './inference/entrywise.js'
export type { NeedsData } from './inference/estimate.js'
export { type Estimate, type EstimateOptions, estimate } from './inference/estimate.js'
export type { EvaluateOptions } from './inference/evaluate.js'
export { evaluate } from './inference/evaluate.js'
export type {
  ConjugatePosterior,
  FinitePosterior,
  GaussianPosterior,
  GridPosterior,
  LatentPoints,
  Posterior,
  PosteriorFactor,
  PosteriorGrid,
} from './inference/evidence/posterior.js'
export type { ObservedData } from './inference/evidence.js'
export {
  type Evidence,
  type EvidenceOptions,
  type ExactMethod,
  evidence,
  exactMethods,
  posterior,
} from './inference/evidence.js'
export type { ExpectOptions, Integrand } from './inference/expect.js'
export { expect } from './inference/expect.js'
export { fDivergence } from './inference/fDivergence.js'
export type { OpenInterval } from './inference/fDivergences/activation.js'
export { fDivergences } from './inference/fDivergences/fDivergences.js'
export { fDivergenceExact, optimalCritic } from './inference/fDivergences/finite.js'
export type { FDivergence } from './inference/fDivergences/table.js'
export { fit, type NeedsData as FitData, orThrow } from './inference/fit.js'
export type { Fit, FitEvent, FitOptions, HistoryPoint } from './inference/fitted.js'
export type { FreeBits, LatentNames } from './inference/freeBits.js'
export { consensus } from './inference/games/consensus.js'
export { type UnrolledOptions, unrolled } from './inference/games/unrolled.js'
export { hvi, type NetsOfThree } from './inference/hvi.js'
export type { ImportanceBound, ParticlesOption } from './inference/importance/bound.js'
export type {
  AllAllow,
  ImportanceMethodFault,
  NeedFault,
  SitesOption,
} from './inference/importance/methods.js'
export type { PowerMethods } from './inference/importance/powerRules.js'
export { type InfoVaeOptions, infoVae } from './inference/infoVae.js'
export { init } from './inference/init.js'
export type { GivenOf, NeedsGiven, NeedsParams } from './inference/inputs.js'
export { type ImportanceOptions, iwae } from './inference/iwae.js'
export type { ArePathwise, HierarchicalOptions, PathwiseFault } from './inference/iwhvi.js'
export { iwhvi } from './inference/iwhvi.js'
export type { Comparable } from './inference/kl.js'
export { type Divergence, type KlOptions, kl } from './inference/kl.js'
export type { EntriesFault, FitsInParts, KlParts, PartsOptions } from './inference/klParts.js'
export { klParts } from './inference/klParts.js'
export type { HasDensity, RecordOf } from './inference/logProb.js'
export { logProb } from './inference/logProb.js'
export { missing, type PartlyMissing } from './inference/missing.js'
export { type DiscrepancyOptions, maximumMeanDiscrepancy } from './inference/mmd.js'
export type { AdamOptions } from './inference/optimizers/optimizers.js'
export {
  adam,
  adamW,
  clipByGlobalNorm,
  clipByValue,
  ema,
  momentum,
  optimistic,
  optimisticAdam,
  rmsprop,
  sgd,
} from './inference/optimizers/optimizers.js'
export type { Cycles, Rate, Schedule } from './inference/optimizers/schedule.js'
export {
  cosineSchedule,
  cyclicalSchedule,
  exponentialDecay,
  linearSchedule,
  warmup,
} from './inference/optimizers/schedule.js'
export type { Arrays, StepContext, Transformation } from './inference/optimizers/transformation.js'
export { type Optimizer, optimizer } from './inference/optimizers/transformation.js'
export { type ParticlePosterior, particlesOf } from './inference/particles.js'
export type { DraganOptions, NormOptions, SlopeOptions } from './inference/penalties.js'
export { dragan, gradientPenalty, r1, r2 } from './inference/penalties.js'
export type { Trainable } from './inference/players.js'
export type { Play } from './inference/playNames.js'
export { predictive } from './inference/predictive.js'
export { type RenyiOptions, renyi } from './inference/renyi.js'
export type { FitsWith, ReverseFault, Reverses, WithReverse } from './inference/reverse.js'
export type { Apart, PhiPhase, SharedNetFault, WakeSleepOptions } from './inference/reweightedWakeSleep.js'
export { reweightedWakeSleep } from './inference/reweightedWakeSleep.js'
export type { DrawOptions, SiteValues } from './inference/sample.js'
export { sample } from './inference/sample.js'
export type {
  IsLabel,
  LabelFault,
  LabelledData,
  LabelMethodFault,
  NotOfLabel,
  SemiSupervisedOptions,
} from './inference/semiSupervised.js'
export { semiSupervised } from './inference/semiSupervised.js'
export { type Similarity, similarities } from './inference/similarities/table.js'
export { type SleepData, type SleepOptions, sleep } from './inference/sleep.js'
export type { Moves, ParticleFault, SiteData, SvgdOptions, WithParticles } from './inference/svgd.js'
export { svgd } from './inference/svgd.js'
export { type TailAdaptiveOptions, tailAdaptive } from './inference/tailAdaptive.js'
export type { NetToOnnx, SamplerToOnnx } from './inference/toOnnx/options.js'
export { toOnnx } from './inference/toOnnx.js'
export type { Accepts, DataFault } from './inference/trainingData.js'
export { type Costs, type Transport, transport, wasserstein1 } from './inference/transport.js'
export { logPartitions, type TvoOptions, type TvoSide, tvo } from './inference/tvo.js'
export { type AsDense, type WaeOptions, wae } from './inference/wae.js'
export { wakePhi, wakeTheta } from './inference/wake.js'
export { wasserstein } from './inference/wasserstein.js'
export type { Weight } from './inference/weight.js'
export type { Key } from './runtime/keys.js'
export type { RuntimeName } from './runtime/runtimes.js'
