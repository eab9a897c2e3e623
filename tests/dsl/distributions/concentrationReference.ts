// biome-ignore-all lint/suspicious/noApproximativeNumericConstant: reference values are written as SciPy prints them.
/** Log densities, moments and entropies, in nats, of scipy.stats 1.17.1: gamma(a, scale=1/rate), invgamma(a, scale), beta(a, b), t(df, loc, scale), vonmises(kappa, loc), dirichlet(alpha). */
import type { Reference, Summary } from './reference.js'

/** Log densities of gamma. */
export const gammaLogProbs: readonly Reference[] = [
  {
    parameters: { concentration: 0.05000000074505806, rate: 2.0 },
    x: 9.999999974752427e-7,
    logProb: 10.190511195936011,
  },
  { parameters: { concentration: 0.05000000074505806, rate: 2.0 }, x: 0.25, logProb: -2.117242184204188 },
  { parameters: { concentration: 1.0, rate: 1.5 }, x: 0.5, logProb: -0.34453489189183556 },
  { parameters: { concentration: 1.0, rate: 1.5 }, x: 3.0, logProb: -4.094534891891835 },
  { parameters: { concentration: 3.5, rate: 0.25 }, x: 2.0, logProb: -4.820135914866828 },
  { parameters: { concentration: 3.5, rate: 0.25 }, x: 40.0, logProb: -6.83080523098185 },
  { parameters: { concentration: 1000.0, rate: 8.0 }, x: 120.0, logProb: -3.074630490080898 },
  { parameters: { concentration: 1000.0, rate: 8.0 }, x: 130.0, logProb: -3.1119655242178568 },
  { parameters: { concentration: 0.5, rate: 1.0 }, x: 9.999999682655225e-21, logProb: 22.453486002882997 },
  { parameters: { concentration: 0.5, rate: 1.0 }, x: 4.0, logProb: -5.265512123484646 },
]

/** Moments and entropy of gamma. */
export const gammaSummaries: readonly Summary[] = [
  {
    parameters: { concentration: 0.05000000074505806, rate: 2.0 },
    mean: 0.02500000037252903,
    variance: 0.012500000186264515,
    entropy: -17.147220436291363,
  },
  {
    parameters: { concentration: 1.0, rate: 1.5 },
    mean: 0.6666666666666666,
    variance: 0.4444444444444444,
    entropy: 0.5945348918918356,
  },
  { parameters: { concentration: 3.5, rate: 0.25 }, mean: 14.0, variance: 56.0, entropy: 3.329376361853857 },
  {
    parameters: { concentration: 1000.0, rate: 8.0 },
    mean: 125.0,
    variance: 15.625,
    entropy: 2.793041214338135,
  },
  { parameters: { concentration: 0.5, rate: 1.0 }, mean: 0.5, variance: 0.5, entropy: 0.0906099299139882 },
]

/** Log densities of inverseGamma. */
export const inverseGammaLogProbs: readonly Reference[] = [
  { parameters: { concentration: 0.5, scale: 2.0 }, x: 0.25, logProb: -6.146349810964892 },
  { parameters: { concentration: 0.5, scale: 2.0 }, x: 1000000.0, logProb: -20.949059189591136 },
  { parameters: { concentration: 3.0, scale: 1.5 }, x: 0.5, logProb: 0.29583686600432935 },
  { parameters: { concentration: 3.0, scale: 1.5 }, x: 3.0, logProb: -4.371201010907891 },
  { parameters: { concentration: 500.0, scale: 4000.0 }, x: 8.0, logProb: 0.10875730768200143 },
  { parameters: { concentration: 500.0, scale: 4000.0 }, x: 9.0, logProb: -3.3449880006102397 },
]

/** Moments and entropy of inverseGamma. */
export const inverseGammaSummaries: readonly Summary[] = [
  {
    parameters: { concentration: 0.5, scale: 2.0 },
    mean: Number.POSITIVE_INFINITY,
    variance: Number.POSITIVE_INFINITY,
    entropy: 4.710777162516781,
  },
  {
    parameters: { concentration: 3.0, scale: 1.5 },
    mean: 0.75,
    variance: 0.5625,
    entropy: 0.40747494827424113,
  },
  {
    parameters: { concentration: 500.0, scale: 4000.0 },
    mean: 8.016032064128256,
    variance: 0.12902965874122954,
    entropy: 0.39240969225105626,
  },
]

/** Log densities of beta. */
export const betaLogProbs: readonly Reference[] = [
  { parameters: { alpha: 0.5, beta: 0.25 }, x: 9.5367431640625e-7, logProb: 5.274366004664049 },
  { parameters: { alpha: 0.5, beta: 0.25 }, x: 0.75, logProb: -0.4735447091256739 },
  { parameters: { alpha: 1.0, beta: 1.0 }, x: 0.5, logProb: 0.0 },
  { parameters: { alpha: 2.5, beta: 4.0 }, x: 0.125, logProb: 0.06636322976284603 },
  { parameters: { alpha: 2.5, beta: 4.0 }, x: 0.9375, logProb: -4.828454228269532 },
  { parameters: { alpha: 1000.0, beta: 500.0 }, x: 0.625, logProb: -2.2107319095894127 },
  { parameters: { alpha: 1000.0, beta: 500.0 }, x: 0.6875, logProb: 2.02568087474765 },
]

/** Moments and entropy of beta. */
export const betaSummaries: readonly Summary[] = [
  {
    parameters: { alpha: 0.5, beta: 0.25 },
    mean: 0.6666666666666666,
    variance: 0.12698412698412698,
    entropy: -1.1379125471183382,
  },
  { parameters: { alpha: 1.0, beta: 1.0 }, mean: 0.5, variance: 0.08333333333333333, entropy: 0.0 },
  {
    parameters: { alpha: 2.5, beta: 4.0 },
    mean: 0.38461538461538464,
    variance: 0.03155818540433925,
    entropy: -0.3411066996197345,
  },
  {
    parameters: { alpha: 1000.0, beta: 500.0 },
    mean: 0.6666666666666666,
    variance: 0.00014804944851580428,
    entropy: -2.9901551458642643,
  },
]

/** Log densities of studentT. */
export const studentTLogProbs: readonly Reference[] = [
  { parameters: { degrees: 1.0, loc: 0.0, scale: 1.0 }, x: 0.0, logProb: -1.1447298858494 },
  { parameters: { degrees: 1.0, loc: 0.0, scale: 1.0 }, x: 1000.0, logProb: -14.960241443813175 },
  { parameters: { degrees: 4.5, loc: 1.0, scale: 0.5 }, x: -2.0, logProb: -6.323281096404955 },
  { parameters: { degrees: 4.5, loc: 1.0, scale: 0.5 }, x: 1.25, logProb: -0.42959836722360956 },
  { parameters: { degrees: 1000.0, loc: 0.0, scale: 2.0 }, x: 0.5, logProb: -1.6436159862249973 },
  { parameters: { degrees: 1000.0, loc: 0.0, scale: 2.0 }, x: -8.0, logProb: -9.556946966446551 },
  { parameters: { degrees: 0.5, loc: 0.0, scale: 1.0 }, x: 3.0, logProb: -3.5188621602863397 },
]

/** Moments and entropy of studentT; SciPy calls the mean of a Cauchy infinite, here it is NaN. */
export const studentTSummaries: readonly Summary[] = [
  {
    parameters: { degrees: 1.0, loc: 0.0, scale: 1.0 },
    mean: Number.NaN,
    variance: Number.NaN,
    entropy: 2.5310242469692907,
  },
  {
    parameters: { degrees: 4.5, loc: 1.0, scale: 0.5 },
    mean: 1.0,
    variance: 0.45,
    entropy: 0.9583885441975198,
  },
  {
    parameters: { degrees: 1000.0, loc: 0.0, scale: 2.0 },
    mean: 0.0,
    variance: 4.008016032064128,
    entropy: 2.1130859635978263,
  },
  {
    parameters: { degrees: 0.5, loc: 0.0, scale: 1.0 },
    mean: Number.NaN,
    variance: Number.NaN,
    entropy: 3.6667274161038543,
  },
]

/** Log densities of vonMises. */
export const vonMisesLogProbs: readonly Reference[] = [
  { parameters: { loc: 0.0, concentration: 1.0 }, x: 0.5, logProb: -1.1962088630261514 },
  { parameters: { loc: 0.0, concentration: 1.0 }, x: -3.0, logProb: -3.0637839215169693 },
  { parameters: { loc: 1.0, concentration: 0.125 }, x: 2.0, logProb: -1.7742417200879899 },
  { parameters: { loc: -2.0, concentration: 50.0 }, x: -2.25, logProb: -0.5198314827489106 },
  { parameters: { loc: -2.0, concentration: 50.0 }, x: 2.5, logProb: -59.50524253982013 },
  { parameters: { loc: 0.5, concentration: 4096.0 }, x: 0.53125, logProb: 1.2400767839692044 },
]

/** Entropy of vonMises. */
export const vonMisesSummaries: readonly Summary[] = [
  { parameters: { loc: 0.0, concentration: 1.0 }, mean: 0, variance: 0, entropy: 1.6274014590199892 },
  { parameters: { loc: 1.0, concentration: 0.125 }, mean: 0, variance: 0, entropy: 1.833982227480567 },
  { parameters: { loc: -2.0, concentration: 50.0 }, mean: 0, variance: 0, entropy: -0.5319958006437417 },
  { parameters: { loc: 0.5, concentration: 4096.0 }, mean: 0, variance: 0, entropy: -2.7398835038193283 },
]

/** Dirichlet: log density at x, moments and entropy. */
export const dirichletReference = [
  {
    concentration: [0.5, 1.0, 2.5],
    x: [0.25, 0.25, 0.5],
    logProb: 0.5881380655504632,
    mean: [0.125, 0.25, 0.625],
    variance: [0.021875, 0.0375, 0.046875],
    entropy: -1.715083961377212,
  },
  {
    concentration: [10.0, 20.0, 3.0],
    x: [0.125, 0.75, 0.125],
    logProb: 0.38328427321208736,
    mean: [0.30303030303030304, 0.6060606060606061, 0.09090909090909091],
    variance: [0.006211851131637228, 0.00702209258358991, 0.0024307243558580457],
    entropy: -2.836012516622759,
  },
  {
    concentration: [1000.0, 500.0, 250.0, 250.0],
    x: [0.5, 0.25, 0.125, 0.125],
    logProb: 11.762825402598082,
    mean: [0.5, 0.25, 0.125, 0.125],
    variance: [0.0001249375312343828, 9.37031484257871e-5, 5.466016991504248e-5, 5.466016991504248e-5],
    entropy: -10.266453403733976,
  },
  {
    concentration: [0.05000000074505806, 0.10000000149011612],
    x: [0.0009765625, 0.9990234375],
    logProb: 3.1919994843771633,
    mean: [0.3333333333333333, 0.6666666666666666],
    variance: [0.1932367146002648, 0.1932367146002648],
    entropy: -12.47171619304994,
  },
] as const
