/**
 * Conjugate factors: the laws of independent groups of coordinates, and how one observation turns prior into posterior.
 *
 *   beta(α, β)            bernoulli, binomial, geometric, negativeBinomial of chance z         α += successes, β += failures
 *   gamma(a, b)           poisson, exponential, gamma of rate c z                              a += events,    b += exposure
 *                         normal of precision c z                                              a += ½, b += ½ c (x − m)²
 *   dirichlet(a)          categorical, oneHotCategorical, multinomial of probabilities z       a += counts
 *   normal(m, v)          normal of mean z + c
 *   normalGamma(m, k, a, b)   (z, τ) ~ N(m, 1/(k τ)) Gamma(a, b): normal of mean z + c and precision w τ
 *
 * Each update returns the log predictive density of the observation, log P(x_j | x_1 … x_{j−1}), in nats; their sum is
 * log P(x). All in float64. Bernardo and Smith (1994), section 5.2 and appendix A.2.
 * Tested in tests/inference/evidence/conjugate.test.ts.
 */
import { logBeta, logChoose, logGamma } from './logGamma.js'

const log2Pi = Math.log(2 * Math.PI)

/** The law of a group of coordinates. */
export type Factor =
  | { readonly family: 'beta'; readonly coordinates: readonly [number]; alpha: number; beta: number }
  | { readonly family: 'gamma'; readonly coordinates: readonly [number]; concentration: number; rate: number }
  | { readonly family: 'normal'; readonly coordinates: readonly [number]; loc: number; variance: number }
  | {
      readonly family: 'dirichlet'
      readonly coordinates: readonly number[]
      readonly concentration: Float64Array
    }
  | {
      readonly family: 'normalGamma'
      /** Those of the mean and of the precision. */
      readonly coordinates: readonly [number, number]
      loc: number
      count: number
      concentration: number
      rate: number
    }

/** A factor of one family. */
export type FactorOf<F extends Factor['family']> = Extract<Factor, { readonly family: F }>

/** Counts successes and failures whose order is one of e^logWays. */
const seeTrials = (f: FactorOf<'beta'>, successes: number, failures: number, logWays: number): number => {
  if (logWays === Number.NEGATIVE_INFINITY) return logWays
  const before = logBeta(f.alpha, f.beta)
  f.alpha += successes
  f.beta += failures
  return logBeta(f.alpha, f.beta) - before + logWays
}

/** Sees `events` in an exposure; `logBase` is what of the density does not depend on z. */
const seeEvents = (f: FactorOf<'gamma'>, events: number, exposure: number, logBase: number): number => {
  const { concentration: a, rate: b } = f
  f.concentration += events
  f.rate += exposure
  const ratio = -a * Math.log1p(exposure / b) - events * Math.log(f.rate)
  return logGamma(f.concentration) - logGamma(a) + ratio + logBase
}

/** What is known of one entry of an observed site: x, its known parameter (trials, failures, …), the constant of its link. */
export interface Observation {
  readonly x: number
  readonly known: number
  readonly constant: number
}

/** The updates of a beta. */
export const seeChance: Readonly<Record<string, (f: FactorOf<'beta'>, o: Observation) => number>> = {
  bernoulli: (f, { x }) => seeTrials(f, x, 1 - x, 0),
  binomial: (f, { x, known: n }) => seeTrials(f, x, n - x, logChoose(n, x)),
  geometric: (f, { x }) => seeTrials(f, 1, x, 0),
  negativeBinomial: (f, { x, known: r }) =>
    seeTrials(f, x, r, logGamma(x + r) - logGamma(r) - logGamma(x + 1)),
}

/** The updates of a gamma. */
export const seeRate: Readonly<Record<string, (f: FactorOf<'gamma'>, o: Observation) => number>> = {
  poisson: (f, { x, constant: c }) => seeEvents(f, x, c, x * Math.log(c) - logGamma(x + 1)),
  exponential: (f, { x, constant: c }) => seeEvents(f, 1, c * x, Math.log(c)),
  gamma: (f, { x, known: k, constant: c }) =>
    seeEvents(f, k, c * x, k * Math.log(c) + (k - 1) * Math.log(x) - logGamma(k)),
  normal: (f, { x, known: m, constant: c }) =>
    seeEvents(f, 0.5, 0.5 * c * (x - m) ** 2, 0.5 * (Math.log(c) - log2Pi)),
}

/** Updates a normal by x ~ N(z + c, s²), `known` being s. */
export const seeMean = (f: FactorOf<'normal'>, { x, known: s, constant: c }: Observation): number => {
  const total = f.variance + s ** 2
  const miss = x - c - f.loc
  f.loc += (f.variance / total) * miss
  f.variance *= s ** 2 / total
  return -0.5 * (miss ** 2 / total + Math.log(total) + log2Pi)
}

/** Updates a normal-gamma by x ~ N(z + c, 1/(w τ)), `known` being w. */
export const seeMeanAndPrecision = (
  f: FactorOf<'normalGamma'>,
  { x, known: w, constant: c }: Observation,
): number => {
  const { count, concentration: a, rate: b } = f
  const miss = x - c - f.loc
  const exposure = 0.5 * ((count * w) / (count + w)) * miss ** 2
  f.count += w
  f.loc += (w / f.count) * miss
  f.concentration += 0.5
  f.rate += exposure
  const ratio = -a * Math.log1p(exposure / b) - 0.5 * Math.log(f.rate)
  return (
    logGamma(f.concentration) - logGamma(a) + ratio + 0.5 * (Math.log(count / f.count) + Math.log(w) - log2Pi)
  )
}

/** Updates a dirichlet by the counts of labels, in an order that is one of e^logWays. */
export const seeCounts = (f: FactorOf<'dirichlet'>, counts: ArrayLike<number>, logWays: number): number => {
  let before = 0
  let seen = 0
  let log = logWays
  f.concentration.forEach((a, k) => {
    const n = counts[k] as number
    before += a
    seen += n
    if (n > 0) log += logGamma(a + n) - logGamma(a)
    f.concentration[k] = a + n
  })
  return log + logGamma(before) - logGamma(before + seen)
}

/** log of the number of orders of counts: log n! − Σ_k log n_k!. */
export const logOrders = (counts: ArrayLike<number>): number =>
  Array.from(counts).reduce(
    (log, n) => log - logGamma(n + 1),
    logGamma(Array.from(counts).reduce((a, b) => a + b, 1)),
  )

/** Mean and variance of each coordinate of a factor, in its order. */
export const momentsOf = (
  f: Factor,
): { readonly mean: readonly number[]; readonly variance: readonly number[] } => {
  switch (f.family) {
    case 'beta': {
      const n = f.alpha + f.beta
      return { mean: [f.alpha / n], variance: [(f.alpha * f.beta) / (n * n * (n + 1))] }
    }
    case 'gamma':
      return { mean: [f.concentration / f.rate], variance: [f.concentration / f.rate ** 2] }
    case 'normal':
      return { mean: [f.loc], variance: [f.variance] }
    case 'dirichlet': {
      const n = f.concentration.reduce((a, b) => a + b, 0)
      const each = Array.from(f.concentration)
      return { mean: each.map((a) => a / n), variance: each.map((a) => (a * (n - a)) / (n * n * (n + 1))) }
    }
    case 'normalGamma': {
      // The mean is a Student t with 2a degrees: no variance unless a > 1.
      const spread =
        f.concentration > 1 ? f.rate / ((f.concentration - 1) * f.count) : Number.POSITIVE_INFINITY
      return {
        mean: [f.loc, f.concentration / f.rate],
        variance: [spread, f.concentration / f.rate ** 2],
      }
    }
  }
}

const logGammaDensity = (x: number, a: number, b: number): number =>
  x > 0 ? a * Math.log(b) - logGamma(a) + (a - 1) * Math.log(x) - b * x : Number.NEGATIVE_INFINITY

const logNormalDensity = (x: number, loc: number, variance: number): number =>
  -0.5 * ((x - loc) ** 2 / variance + Math.log(variance) + log2Pi)

/** x log y, 0 where x = 0. */
const times = (x: number, y: number): number => (x === 0 ? 0 : x * Math.log(y))

/** The log density of a factor at a point z of all coordinates, in nats. */
export const logDensityOf = (f: Factor, z: ArrayLike<number>): number => {
  const x = z[f.coordinates[0] as number] as number
  switch (f.family) {
    case 'beta':
      return x < 0 || x > 1
        ? Number.NEGATIVE_INFINITY
        : times(f.alpha - 1, x) + times(f.beta - 1, 1 - x) - logBeta(f.alpha, f.beta)
    case 'gamma':
      return logGammaDensity(x, f.concentration, f.rate)
    case 'normal':
      return logNormalDensity(x, f.loc, f.variance)
    case 'dirichlet': {
      let log = logGamma(f.concentration.reduce((a, b) => a + b, 0))
      f.concentration.forEach((a, k) => {
        log += times(a - 1, z[f.coordinates[k] as number] as number) - logGamma(a)
      })
      return log
    }
    case 'normalGamma': {
      const tau = z[f.coordinates[1]] as number
      return logNormalDensity(x, f.loc, 1 / (f.count * tau)) + logGammaDensity(tau, f.concentration, f.rate)
    }
  }
}
