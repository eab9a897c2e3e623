// biome-ignore-all lint/suspicious/noApproximativeNumericConstant: reference values are written as SciPy prints them.
/**
 * Reference values of log densities, moments and entropies, in nats: SciPy 1.17.1, each with the call that made it.
 * `norm`, `laplace`, … are those of scipy.stats. All parameters and points are exact in float32.
 */

/** A log density. */
export interface Reference {
  readonly parameters: Readonly<Record<string, number | readonly number[]>>
  readonly x: number | readonly number[]
  readonly logProb: number
}

/** Moments, and the entropy where SciPy has a closed one. */
export interface Summary {
  readonly parameters: Readonly<Record<string, number | readonly number[]>>
  readonly mean: number
  readonly variance: number
  readonly entropy?: number
}

/** Log densities of normal. */
export const normalLogProbs: readonly Reference[] = [
  // norm(0.0, 1.0).logpdf(0.0)
  { parameters: { loc: 0, scale: 1 }, x: 0, logProb: -0.9189385332046727 },
  // norm(0.5, 2.0).logpdf(-3.0)
  { parameters: { loc: 0.5, scale: 2 }, x: -3, logProb: -3.143335713764618 },
  // norm(0.5, 2.0).logpdf(4.5)
  { parameters: { loc: 0.5, scale: 2 }, x: 4.5, logProb: -3.612085713764618 },
  // norm(-1.25, 0.5).logpdf(2.0)
  { parameters: { loc: -1.25, scale: 0.5 }, x: 2, logProb: -21.35079135264473 },
  // norm(0.0, 1.0).logpdf(12.0)
  { parameters: { loc: 0, scale: 1 }, x: 12, logProb: -72.91893853320467 },
  // norm(3.0, 8192.0).logpdf(-20000.0)
  { parameters: { loc: 3, scale: 8192 }, x: -20000, logProb: -12.910978255980348 },
  // norm(0.25, 0.0001220703125).logpdf(0.25048828125)
  { parameters: { loc: 0.25, scale: 0.0001220703125 }, x: 0.25048828125, logProb: 0.09197481407461616 },
  // norm(100.0, 0.125).logpdf(99.0)
  { parameters: { loc: 100, scale: 0.125 }, x: 99, logProb: -30.83949699152484 },
]

/** Moments and entropy of normal. */
export const normalSummaries: readonly Summary[] = [
  // d = norm(0.0, 1.0); d.mean(), d.var(), d.entropy()
  { parameters: { loc: 0, scale: 1 }, mean: 0, variance: 1, entropy: 1.4189385332046727 },
  // d = norm(0.5, 2.0); d.mean(), d.var(), d.entropy()
  { parameters: { loc: 0.5, scale: 2 }, mean: 0.5, variance: 4, entropy: 2.112085713764618 },
  // d = norm(-1.25, 0.5); d.mean(), d.var(), d.entropy()
  { parameters: { loc: -1.25, scale: 0.5 }, mean: -1.25, variance: 0.25, entropy: 0.7257913526447274 },
  // d = norm(3.0, 8192.0); d.mean(), d.var(), d.entropy()
  { parameters: { loc: 3, scale: 8192 }, mean: 3, variance: 67108864, entropy: 10.42985188048396 },
  // d = norm(0.25, 0.0001220703125); d.mean(), d.var(), d.entropy()
  {
    parameters: { loc: 0.25, scale: 0.0001220703125 },
    mean: 0.25,
    variance: 1.4901161193847656e-8,
    entropy: -7.591974814074616,
  },
  // d = norm(100.0, 0.125); d.mean(), d.var(), d.entropy()
  { parameters: { loc: 100, scale: 0.125 }, mean: 100, variance: 0.015625, entropy: -0.6605030084751631 },
]

/** Log densities of laplace. */
export const laplaceLogProbs: readonly Reference[] = [
  // laplace(0.0, 1.0).logpdf(0.0)
  { parameters: { loc: 0, scale: 1 }, x: 0, logProb: -0.6931471805599453 },
  // laplace(0.5, 2.0).logpdf(-3.0)
  { parameters: { loc: 0.5, scale: 2 }, x: -3, logProb: -3.136294361119891 },
  // laplace(0.5, 2.0).logpdf(4.5)
  { parameters: { loc: 0.5, scale: 2 }, x: 4.5, logProb: -3.386294361119891 },
  // laplace(-1.25, 0.5).logpdf(2.0)
  { parameters: { loc: -1.25, scale: 0.5 }, x: 2, logProb: -6.5 },
  // laplace(0.0, 1.0).logpdf(12.0)
  { parameters: { loc: 0, scale: 1 }, x: 12, logProb: -12.693147180559945 },
  // laplace(3.0, 8192.0).logpdf(-20000.0)
  { parameters: { loc: 3, scale: 8192 }, x: -20000, logProb: -12.145832988776734 },
  // laplace(0.25, 0.0001220703125).logpdf(0.25048828125)
  { parameters: { loc: 0.25, scale: 0.0001220703125 }, x: 0.25048828125, logProb: 4.317766166719343 },
  // laplace(100.0, 0.125).logpdf(99.0)
  { parameters: { loc: 100, scale: 0.125 }, x: 99, logProb: -6.613705638880109 },
]

/** Moments and entropy of laplace. */
export const laplaceSummaries: readonly Summary[] = [
  // d = laplace(0.0, 1.0); d.mean(), d.var(), d.entropy()
  { parameters: { loc: 0, scale: 1 }, mean: 0, variance: 2, entropy: 1.6931471805599454 },
  // d = laplace(0.5, 2.0); d.mean(), d.var(), d.entropy()
  { parameters: { loc: 0.5, scale: 2 }, mean: 0.5, variance: 8, entropy: 2.386294361119891 },
  // d = laplace(-1.25, 0.5); d.mean(), d.var(), d.entropy()
  { parameters: { loc: -1.25, scale: 0.5 }, mean: -1.25, variance: 0.5, entropy: 1 },
  // d = laplace(3.0, 8192.0); d.mean(), d.var(), d.entropy()
  { parameters: { loc: 3, scale: 8192 }, mean: 3, variance: 134217728, entropy: 10.704060527839234 },
  // d = laplace(0.25, 0.0001220703125); d.mean(), d.var(), d.entropy()
  {
    parameters: { loc: 0.25, scale: 0.0001220703125 },
    mean: 0.25,
    variance: 2.9802322387695312e-8,
    entropy: -7.317766166719343,
  },
  // d = laplace(100.0, 0.125); d.mean(), d.var(), d.entropy()
  { parameters: { loc: 100, scale: 0.125 }, mean: 100, variance: 0.03125, entropy: -0.38629436111989035 },
]

/** Log densities of logNormal. */
export const logNormalLogProbs: readonly Reference[] = [
  // lognorm(1.0, scale=np.exp(0.0)).logpdf(1.0)
  { parameters: { loc: 0, scale: 1 }, x: 1, logProb: -0.9189385332046727 },
  // lognorm(2.0, scale=np.exp(0.5)).logpdf(0.03125)
  { parameters: { loc: 0.5, scale: 2 }, x: 0.03125, logProb: -0.11223246730923675 },
  // lognorm(2.0, scale=np.exp(0.5)).logpdf(100.0)
  { parameters: { loc: 0.5, scale: 2 }, x: 100, logProb: -8.323808681743397 },
  // lognorm(0.5, scale=np.exp(-1.25)).logpdf(2.0)
  { parameters: { loc: -1.25, scale: 0.5 }, x: 2, logProb: -8.470580463840802 },
  // lognorm(1.0, scale=np.exp(0.0)).logpdf(9.313225746154785e-10)
  { parameters: { loc: 0, scale: 1 }, x: 9.313225746154785e-10, logProb: -196.32837937959695 },
  // lognorm(0.125, scale=np.exp(2.0)).logpdf(7.5)
  { parameters: { loc: 2, scale: 0.125 }, x: 7.5, logProb: -0.8615072127481627 },
  // lognorm(1.5, scale=np.exp(0.25)).logpdf(30000.0)
  { parameters: { loc: 0.25, scale: 1.5 }, x: 30000, logProb: -34.118362663975546 },
]

/** Moments and entropy of logNormal. */
export const logNormalSummaries: readonly Summary[] = [
  // d = lognorm(1.0, scale=np.exp(0.0)); d.mean(), d.var(), d.entropy()
  {
    parameters: { loc: 0, scale: 1 },
    mean: 1.6487212707001282,
    variance: 4.670774270471604,
    entropy: 1.4189385332046727,
  },
  // d = lognorm(2.0, scale=np.exp(0.5)); d.mean(), d.var(), d.entropy()
  {
    parameters: { loc: 0.5, scale: 2 },
    mean: 12.182493960703473,
    variance: 7954.670768472807,
    entropy: 2.612085713764618,
  },
  // d = lognorm(0.5, scale=np.exp(-1.25)); d.mean(), d.var(), d.entropy()
  {
    parameters: { loc: -1.25, scale: 0.5 },
    mean: 0.32465246735834974,
    variance: 0.029936058674748342,
    entropy: -0.5242086473552726,
  },
  // d = lognorm(0.125, scale=np.exp(2.0)); d.mean(), d.var(), d.entropy()
  {
    parameters: { loc: 2, scale: 0.125 },
    mean: 7.447009184178461,
    variance: 0.8733355691051402,
    entropy: 1.339496991524837,
  },
  // d = lognorm(1.5, scale=np.exp(0.25)); d.mean(), d.var(), d.entropy()
  {
    parameters: { loc: 0.25, scale: 1.5 },
    mean: 3.955076722920577,
    variance: 132.77052721838842,
    entropy: 2.074403641312837,
  },
]

/** Log densities of exponential. */
export const exponentialLogProbs: readonly Reference[] = [
  // expon(scale=1/1.0).logpdf(0.0)
  { parameters: { rate: 1 }, x: 0, logProb: 0 },
  // expon(scale=1/1.0).logpdf(0.5)
  { parameters: { rate: 1 }, x: 0.5, logProb: -0.5 },
  // expon(scale=1/2.0).logpdf(4.0)
  { parameters: { rate: 2 }, x: 4, logProb: -7.306852819440055 },
  // expon(scale=1/0.125).logpdf(100.0)
  { parameters: { rate: 0.125 }, x: 100, logProb: -14.579441541679836 },
  // expon(scale=1/8192.0).logpdf(0.0009765625)
  { parameters: { rate: 8192 }, x: 0.0009765625, logProb: 1.0109133472792884 },
  // expon(scale=1/0.0001220703125).logpdf(20000.0)
  { parameters: { rate: 0.0001220703125 }, x: 20000, logProb: -11.452319597279288 },
  // expon(scale=1/3.0).logpdf(30.0)
  { parameters: { rate: 3 }, x: 30, logProb: -88.90138771133189 },
]

/** Moments and entropy of exponential. */
export const exponentialSummaries: readonly Summary[] = [
  // d = expon(scale=1/1.0); d.mean(), d.var(), d.entropy()
  { parameters: { rate: 1 }, mean: 1, variance: 1, entropy: 1 },
  // d = expon(scale=1/2.0); d.mean(), d.var(), d.entropy()
  { parameters: { rate: 2 }, mean: 0.5, variance: 0.25, entropy: 0.3068528194400547 },
  // d = expon(scale=1/0.125); d.mean(), d.var(), d.entropy()
  { parameters: { rate: 0.125 }, mean: 8, variance: 64, entropy: 3.0794415416798357 },
  // d = expon(scale=1/8192.0); d.mean(), d.var(), d.entropy()
  {
    parameters: { rate: 8192 },
    mean: 0.0001220703125,
    variance: 1.4901161193847656e-8,
    entropy: -8.010913347279288,
  },
  // d = expon(scale=1/0.0001220703125); d.mean(), d.var(), d.entropy()
  { parameters: { rate: 0.0001220703125 }, mean: 8192, variance: 67108864, entropy: 10.010913347279288 },
  // d = expon(scale=1/3.0); d.mean(), d.var(), d.entropy()
  {
    parameters: { rate: 3 },
    mean: 0.3333333333333333,
    variance: 0.1111111111111111,
    entropy: -0.09861228866810978,
  },
]

/** Log densities of uniform. */
export const uniformLogProbs: readonly Reference[] = [
  // uniform(0.0, 1.0-0.0).logpdf(0.5)
  { parameters: { low: 0, high: 1 }, x: 0.5, logProb: 0 },
  // uniform(-2.0, 3.0--2.0).logpdf(2.75)
  { parameters: { low: -2, high: 3 }, x: 2.75, logProb: -1.6094379124341003 },
  // uniform(-2.0, 3.0--2.0).logpdf(-2.0)
  { parameters: { low: -2, high: 3 }, x: -2, logProb: -1.6094379124341003 },
  // uniform(-2.0, 3.0--2.0).logpdf(3.0)
  { parameters: { low: -2, high: 3 }, x: 3, logProb: -1.6094379124341003 },
  // uniform(0.25, 0.5-0.25).logpdf(0.125)
  { parameters: { low: 0.25, high: 0.5 }, x: 0.125, logProb: Number.NEGATIVE_INFINITY },
  // uniform(0.25, 0.5-0.25).logpdf(0.75)
  { parameters: { low: 0.25, high: 0.5 }, x: 0.75, logProb: Number.NEGATIVE_INFINITY },
  // uniform(-8192.0, 8192.0--8192.0).logpdf(0.0)
  { parameters: { low: -8192, high: 8192 }, x: 0, logProb: -9.704060527839234 },
  // uniform(1.0, 1.0001220703125-1.0).logpdf(1.00006103515625)
  { parameters: { low: 1, high: 1.0001220703125 }, x: 1.00006103515625, logProb: 9.010913347279288 },
]

/** Moments and entropy of uniform. */
export const uniformSummaries: readonly Summary[] = [
  // d = uniform(0.0, 1.0-0.0); d.mean(), d.var(), d.entropy()
  { parameters: { low: 0, high: 1 }, mean: 0.5, variance: 0.08333333333333333, entropy: 0 },
  // d = uniform(-2.0, 3.0--2.0); d.mean(), d.var(), d.entropy()
  { parameters: { low: -2, high: 3 }, mean: 0.5, variance: 2.083333333333333, entropy: 1.6094379124341003 },
  // d = uniform(0.25, 0.5-0.25); d.mean(), d.var(), d.entropy()
  {
    parameters: { low: 0.25, high: 0.5 },
    mean: 0.375,
    variance: 0.005208333333333333,
    entropy: -1.3862943611198906,
  },
  // d = uniform(-8192.0, 8192.0--8192.0); d.mean(), d.var(), d.entropy()
  {
    parameters: { low: -8192, high: 8192 },
    mean: 0,
    variance: 22369621.333333332,
    entropy: 9.704060527839234,
  },
  // d = uniform(1.0, 1.0001220703125-1.0); d.mean(), d.var(), d.entropy()
  {
    parameters: { low: 1, high: 1.0001220703125 },
    mean: 1.00006103515625,
    variance: 1.241763432820638e-9,
    entropy: -9.010913347279288,
  },
]

/** Log densities of poisson. */
export const poissonLogProbs: readonly Reference[] = [
  // poisson(1.0).logpmf(0)
  { parameters: { rate: 1 }, x: 0, logProb: -1 },
  // poisson(1.0).logpmf(7)
  { parameters: { rate: 1 }, x: 7, logProb: -9.525161361065415 },
  // poisson(0.125).logpmf(3)
  { parameters: { rate: 0.125 }, x: 3, logProb: -8.155084094267561 },
  // poisson(12.5).logpmf(12)
  { parameters: { rate: 12.5 }, x: 12, logProb: -2.1784707639628174 },
  // poisson(12.5).logpmf(40)
  { parameters: { rate: 12.5 }, x: 40, logProb: -21.791493942427167 },
  // poisson(1000.0).logpmf(1020)
  { parameters: { rate: 1000 }, x: 1020, logProb: -4.581479027791829 },
  // poisson(1000.0).logpmf(800)
  { parameters: { rate: 1000 }, x: 800, logProb: -25.746507512331846 },
  // poisson(0.0001220703125).logpmf(1)
  { parameters: { rate: 0.0001220703125 }, x: 1, logProb: -9.011035417591788 },
]

/** Moments of poisson. */
export const poissonSummaries: readonly Summary[] = [
  // d = poisson(1.0); d.mean(), d.var()
  { parameters: { rate: 1 }, mean: 1, variance: 1 },
  // d = poisson(0.125); d.mean(), d.var()
  { parameters: { rate: 0.125 }, mean: 0.125, variance: 0.125 },
  // d = poisson(12.5); d.mean(), d.var()
  { parameters: { rate: 12.5 }, mean: 12.5, variance: 12.5 },
  // d = poisson(1000.0); d.mean(), d.var()
  { parameters: { rate: 1000 }, mean: 1000, variance: 1000 },
  // d = poisson(0.0001220703125); d.mean(), d.var()
  { parameters: { rate: 0.0001220703125 }, mean: 0.0001220703125, variance: 0.0001220703125 },
]

/** Log densities of bernoulli. */
export const bernoulliLogProbs: readonly Reference[] = [
  // bernoulli(0.5).logpmf(0)
  { parameters: { probs: 0.5 }, x: 0, logProb: -0.6931471805599453 },
  // bernoulli(0.5).logpmf(1)
  { parameters: { probs: 0.5 }, x: 1, logProb: -0.6931471805599453 },
  // bernoulli(0.125).logpmf(1)
  { parameters: { probs: 0.125 }, x: 1, logProb: -2.0794415416798357 },
  // bernoulli(0.125).logpmf(0)
  { parameters: { probs: 0.125 }, x: 0, logProb: -0.13353139262452263 },
  // bernoulli(9.5367431640625e-07).logpmf(1)
  { parameters: { probs: 9.5367431640625e-7 }, x: 1, logProb: -13.862943611198906 },
  // bernoulli(9.5367431640625e-07).logpmf(0)
  { parameters: { probs: 9.5367431640625e-7 }, x: 0, logProb: -9.5367477115389e-7 },
  // bernoulli(0.96875).logpmf(0)
  { parameters: { probs: 0.96875 }, x: 0, logProb: -3.4657359027997265 },
]

/** Moments and entropy of bernoulli. */
export const bernoulliSummaries: readonly Summary[] = [
  // d = bernoulli(0.5); d.mean(), d.var(), d.entropy()
  { parameters: { probs: 0.5 }, mean: 0.5, variance: 0.25, entropy: 0.6931471805599453 },
  // d = bernoulli(0.125); d.mean(), d.var(), d.entropy()
  { parameters: { probs: 0.125 }, mean: 0.125, variance: 0.109375, entropy: 0.37677016125643675 },
  // d = bernoulli(9.5367431640625e-07); d.mean(), d.var(), d.entropy()
  {
    parameters: { probs: 9.5367431640625e-7 },
    mean: 9.5367431640625e-7,
    variance: 9.536734069115482e-7,
    entropy: 1.4174407133447263e-5,
  },
  // d = bernoulli(0.96875); d.mean(), d.var(), d.entropy()
  { parameters: { probs: 0.96875 }, mean: 0.96875, variance: 0.0302734375, entropy: 0.13906079845474112 },
]

/** Log densities of bernoulli by logits. */
export const bernoulliLogitLogProbs: readonly Reference[] = [
  // scipy.special.log_expit(-0.0)
  { parameters: { logits: 0 }, x: 0, logProb: -0.6931471805599453 },
  // scipy.special.log_expit(0.0)
  { parameters: { logits: 0 }, x: 1, logProb: -0.6931471805599453 },
  // scipy.special.log_expit(-1.5)
  { parameters: { logits: 1.5 }, x: 0, logProb: -1.7014132779827524 },
  // scipy.special.log_expit(1.5)
  { parameters: { logits: 1.5 }, x: 1, logProb: -0.2014132779827524 },
  // scipy.special.log_expit(4.0)
  { parameters: { logits: -4 }, x: 0, logProb: -0.018149927917809738 },
  // scipy.special.log_expit(-4.0)
  { parameters: { logits: -4 }, x: 1, logProb: -4.0181499279178094 },
  // scipy.special.log_expit(-100.0)
  { parameters: { logits: 100 }, x: 0, logProb: -100 },
  // scipy.special.log_expit(100.0)
  { parameters: { logits: 100 }, x: 1, logProb: -3.720075976020836e-44 },
  // scipy.special.log_expit(100.0)
  { parameters: { logits: -100 }, x: 0, logProb: -3.720075976020836e-44 },
  // scipy.special.log_expit(-100.0)
  { parameters: { logits: -100 }, x: 1, logProb: -100 },
]

/** Log densities of categorical and oneHotCategorical, by logits; x is the label. */
export const categoricalLogProbs: readonly Reference[] = [
  // [0.5, -1.0, 2.0][0] - scipy.special.logsumexp([0.5, -1.0, 2.0])
  { parameters: { logits: [0.5, -1, 2] }, x: 0, logProb: -1.7413112966571571 },
  // [0.5, -1.0, 2.0][1] - scipy.special.logsumexp([0.5, -1.0, 2.0])
  { parameters: { logits: [0.5, -1, 2] }, x: 1, logProb: -3.241311296657157 },
  // [0.5, -1.0, 2.0][2] - scipy.special.logsumexp([0.5, -1.0, 2.0])
  { parameters: { logits: [0.5, -1, 2] }, x: 2, logProb: -0.24131129665715711 },
  // [100.0, 0.0, -100.0][0] - scipy.special.logsumexp([100.0, 0.0, -100.0])
  { parameters: { logits: [100, 0, -100] }, x: 0, logProb: 0 },
  // [100.0, 0.0, -100.0][1] - scipy.special.logsumexp([100.0, 0.0, -100.0])
  { parameters: { logits: [100, 0, -100] }, x: 1, logProb: -100 },
  // [100.0, 0.0, -100.0][2] - scipy.special.logsumexp([100.0, 0.0, -100.0])
  { parameters: { logits: [100, 0, -100] }, x: 2, logProb: -200 },
  // [3.0, 3.0, 3.0][1] - scipy.special.logsumexp([3.0, 3.0, 3.0])
  { parameters: { logits: [3, 3, 3] }, x: 1, logProb: -1.09861228866811 },
]

/** Moments (of the label) and entropy of categorical. */
export const categoricalSummaries: readonly Summary[] = [
  // d = rv_discrete(values=(range(3), [0.5, 0.25, 0.25])); d.mean(), d.var(), scipy.stats.entropy([0.5, 0.25, 0.25])
  { parameters: { probs: [0.5, 0.25, 0.25] }, mean: 0.75, variance: 0.6875, entropy: 1.0397207708399179 },
  // d = rv_discrete(values=(range(3), [0.125, 0.0, 0.875])); d.mean(), d.var(), scipy.stats.entropy([0.125, 0.0, 0.875])
  { parameters: { probs: [0.125, 0, 0.875] }, mean: 1.75, variance: 0.4375, entropy: 0.37677016125643675 },
  // d = rv_discrete(values=(range(3), [0.03125, 0.46875, 0.5])); d.mean(), d.var(), scipy.stats.entropy([0.03125, 0.46875, 0.5])
  {
    parameters: { probs: [0.03125, 0.46875, 0.5] },
    mean: 1.46875,
    variance: 0.3115234375,
    entropy: 0.810043009913175,
  },
]

/** Log densities and entropies of multivariateNormal; parameters are loc and the rows of scaleTril. */
export const multivariateNormalLogProbs: readonly (Reference & { readonly entropy: number })[] = [
  // L = np.array([[1, 0], [0, 1]]); multivariate_normal([0, 0], L @ L.T).logpdf([0, 0]) and .entropy()
  {
    parameters: { loc: [0, 0], scaleTril: [1, 0, 0, 1] },
    x: [0, 0],
    logProb: -1.8378770664093453,
    entropy: 2.8378770664093453,
  },
  // L = np.array([[2, 0], [0.5, 0.25]]); multivariate_normal([1, -2], L @ L.T).logpdf([0, 1]) and .entropy()
  {
    parameters: { loc: [1, -2], scaleTril: [2, 0, 0.5, 0.25] },
    x: [0, 1],
    logProb: -85.7697298858494,
    entropy: 2.1447298858494,
  },
  // L = np.array([[2, 0], [0.5, 0.25]]); multivariate_normal([1, -2], L @ L.T).logpdf([3, -1.5]) and .entropy()
  {
    parameters: { loc: [1, -2], scaleTril: [2, 0, 0.5, 0.25] },
    x: [3, -1.5],
    logProb: -1.6447298858494,
    entropy: 2.1447298858494,
  },
  // L = np.array([[0.5, 0], [-1, 4]]); multivariate_normal([0, 0], L @ L.T).logpdf([6, -6]) and .entropy()
  {
    parameters: { loc: [0, 0], scaleTril: [0.5, 0, -1, 4] },
    x: [6, -6],
    logProb: -75.65602424696925,
    entropy: 3.5310242469692907,
  },
  // L = np.array([[1, 0, 0], [0.5, 2, 0], [-1, 0.25, 0.125]]); multivariate_normal([1, 2, 3], L @ L.T).logpdf([0, 0, 0]) and .entropy()
  {
    parameters: { loc: [1, 2, 3], scaleTril: [1, 0, 0, 0.5, 2, 0, -1, 0.25, 0.125] },
    x: [0, 0, 0],
    logProb: -467.2767712384254,
    entropy: 2.8705212384942023,
  },
  // L = np.array([[1, 0, 0], [0.5, 2, 0], [-1, 0.25, 0.125]]); multivariate_normal([1, 2, 3], L @ L.T).logpdf([2, 4, 2]) and .entropy()
  {
    parameters: { loc: [1, 2, 3], scaleTril: [1, 0, 0, 0.5, 2, 0, -1, 0.25, 0.125] },
    x: [2, 4, 2],
    logProb: -3.2767712384940086,
    entropy: 2.8705212384942023,
  },
  // L = np.array([[0.0078125, 0], [0, 64]]); multivariate_normal([0, 0], L @ L.T).logpdf([0.0078125, -64]) and .entropy()
  {
    parameters: { loc: [0, 0], scaleTril: [0.0078125, 0, 0, 64] },
    x: [0.0078125, -64],
    logProb: -2.1447298858494,
    entropy: 2.1447298858494,
  },
]

/** Log densities of a mixture of a normal, a Laplace and an exponential. */
export const mixtureLogProbs: readonly Reference[] = [
  // logsumexp(np.log([0.25, 0.5, 0.25]) + [norm(-1, 0.5).logpdf(-30.0), laplace(2, 1).logpdf(-30.0), expon(scale=2).logpdf(-30.0)])
  { parameters: { probs: [0.25, 0.5, 0.25] }, x: -30, logProb: -33.386294361119894 },
  // logsumexp(np.log([0.25, 0.5, 0.25]) + [norm(-1, 0.5).logpdf(-1.0), laplace(2, 1).logpdf(-1.0), expon(scale=2).logpdf(-1.0)])
  { parameters: { probs: [0.25, 0.5, 0.25] }, x: -1, logProb: -1.5515563090544235 },
  // logsumexp(np.log([0.25, 0.5, 0.25]) + [norm(-1, 0.5).logpdf(0.0), laplace(2, 1).logpdf(0.0), expon(scale=2).logpdf(0.0)])
  { parameters: { probs: [0.25, 0.5, 0.25] }, x: 0, logProb: -1.6829267467084483 },
  // logsumexp(np.log([0.25, 0.5, 0.25]) + [norm(-1, 0.5).logpdf(0.5), laplace(2, 1).logpdf(0.5), expon(scale=2).logpdf(0.5)])
  { parameters: { probs: [0.25, 0.5, 0.25] }, x: 0.5, logProb: -1.8620838988859338 },
  // logsumexp(np.log([0.25, 0.5, 0.25]) + [norm(-1, 0.5).logpdf(3.0), laplace(2, 1).logpdf(3.0), expon(scale=2).logpdf(3.0)])
  { parameters: { probs: [0.25, 0.5, 0.25] }, x: 3, logProb: -2.121421453732781 },
  // logsumexp(np.log([0.25, 0.5, 0.25]) + [norm(-1, 0.5).logpdf(50.0), laplace(2, 1).logpdf(50.0), expon(scale=2).logpdf(50.0)])
  { parameters: { probs: [0.25, 0.5, 0.25] }, x: 50, logProb: -27.079441541474598 },
]
