/**
 * The exact expectation of the logarithm of a mean of K independent weights with finitely many values:
 *
 *   E[log (1/K) Σ_k w_k] = ∫_0^∞ (e^{-t} − φ(t/K)^K) dt/t,     φ(s) = E[e^{-s w}]     (E w = 1; Frullani)
 *
 * On t = e^u the integrand is analytic where |Im u| < π/2, so the trapezoidal rule of step h errs by e^{-π²/h}; h = ½ log 2 gives
 * 4e-13, and lets all K that are powers of 2 share one table of φ. Tested in tests/laws/logMeans.test.ts.
 */
import { logSumExp } from './oracle.js'

const step = Math.log(2) / 2
/** Where e^{-t} − φ^K, of the order of t², is lost in rounding. */
const first = -24

/** A distribution of weights: the logarithm of each value, and its probability. */
export interface Weights {
  readonly log: readonly number[]
  readonly probability: readonly number[]
}

/** The weights given that they are no rarer than this: itself a distribution of weights, with moments that float64 can hold. */
export const commonOf = ({ log, probability }: Weights, least = 1e-7): Weights => {
  const kept = log.flatMap((_, i) => ((probability[i] as number) >= least ? [i] : []))
  const total = kept.reduce((sum, i) => sum + (probability[i] as number), 0)
  return {
    log: kept.map((i) => log[i] as number),
    probability: kept.map((i) => (probability[i] as number) / total),
  }
}

/** log E[w^s]. */
export const logMomentOf = ({ log, probability }: Weights, s: number): number =>
  logSumExp(log.map((a, i) => s * a + Math.log(probability[i] as number)))

/** The weights to the power s. */
export const powerOf = ({ log, probability }: Weights, s: number): Weights => ({
  log: log.map((a) => s * a),
  probability,
})

/** E[log w]. */
const meanLog = ({ log, probability }: Weights): number =>
  log.reduce((sum, a, i) => sum + (probability[i] as number) * a, 0)

/** (1/s) log E[w^s], or E[log w] for s = 0. */
export const powerMeanOf = (w: Weights, s: number): number => (s === 0 ? meanLog(w) : logMomentOf(w, s) / s)

/** Σ_i (β_i+1 − β_i) E[w^β log w] / E[w^β] over n intervals of equal length, at their left ends or their right ones. */
export const thermodynamicOf = (
  { log, probability }: Weights,
  n: number,
  side: 'lower' | 'upper',
): number => {
  const tilted = (beta: number) => {
    const mass = log.map((a, i) => beta * a + Math.log(probability[i] as number))
    const total = logSumExp(mass)
    return log.reduce((sum, a, i) => sum + Math.exp((mass[i] as number) - total) * a, 0)
  }
  const ends = Array.from({ length: n }, (_, i) => (side === 'lower' ? i : i + 1) / n)
  return ends.reduce((sum, beta) => sum + tilted(beta) / n, 0)
}

/** Weights that are equally likely: what a bound makes of K draws. */
export const drawnOf = (logs: readonly number[]): Weights => ({
  log: logs,
  probability: logs.map(() => 1 / logs.length),
})

/** 1 − e^{-x}. */
const decay = (x: number): number => (x < 1e-8 ? x - 0.5 * x * x : x > 40 ? 1 : -Math.expm1(-x))

/** log φ(e^u) at u = from, from + step, …, for weights of mean 1. */
const laplace = (logs: readonly number[], { probability }: Weights, from: number, count: number) => {
  const xs = Float64Array.from(logs, (a) => Math.exp(from + a))
  const p = Float64Array.from(probability)
  return Float64Array.from({ length: count }, () => {
    let sum = 0
    for (let i = 0; i < xs.length; i++) {
      sum += (p[i] as number) * decay(xs[i] as number)
      xs[i] = (xs[i] as number) * Math.SQRT2
    }
    // The probabilities add up to 1 but for rounding.
    return Math.log1p(-Math.min(1, sum))
  })
}

/** E[log of the mean of K weights] for each K = 2^k. */
export const logMeansOf = (w: Weights, powers: readonly number[]): readonly number[] => {
  const mean = logMomentOf(w, 1)
  const logs = w.log.map((a) => a - mean)
  // Of what is rarer than 1e-12 nothing is left in φ^K, K >= 2.
  const least = logs.reduce((a, b, i) => ((w.probability[i] as number) > 1e-12 ? Math.min(a, b) : a), 0)
  const most = Math.max(...powers)
  const from = first - 2 * most * step
  const table = laplace(logs, w, from, Math.ceil((4 - least - from) / step) + 1)
  return powers.map((k) => {
    if (k === 0) return meanLog(w)
    const shift = 2 * (most - k)
    let sum = 0
    for (let j = shift; j < table.length; j++) {
      const u = from + (j + 2 * k) * step
      sum += Math.exp(-Math.exp(u)) - Math.exp(2 ** k * (table[j] as number))
    }
    return mean + step * sum
  })
}
