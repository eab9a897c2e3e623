/**
 * Laws of distributions, as pure predicates on plain data: numbers in, a verdict out.
 *
 *   integratesToOne   ∫ p(x) dx = 1 (Simpson)          sumsToOne       Σ_x p(x) = 1
 *   followsCdf        Kolmogorov-Smirnov               followsMasses   chi-square
 *   hasMean           |x̄ − E x| within standard errors
 *   hasGradient       ∇f agrees with central differences of f
 *   invertsCdf        quantile(cdf(x)) = x
 *
 * A verdict says whether the law holds, what was found, and the bound it was held against; the tests of a statistic
 * state their level, the probability of refusing a true law. Densities are given as functions of many points at once.
 * Tested in tests/testing/laws/distribution.test.ts.
 */

/** What came of checking a law. */
export interface Verdict {
  /** Whether `found` lies within `bound`. */
  readonly holds: boolean
  /** The statistic, or the largest error. */
  readonly found: number
  /** The largest value of it that is allowed. */
  readonly bound: number
}

/** A function of many points at once. */
export type Pointwise = (xs: readonly number[]) => ArrayLike<number>

const within = (found: number, bound: number): Verdict => ({ holds: found <= bound, found, bound })

const sumOf = (xs: ArrayLike<number>): number => Array.from(xs).reduce((a, b) => a + b, 0)

/** n + 1 equidistant points from one end to the other. */
export const grid = (from: number, to: number, n: number): readonly number[] =>
  Array.from({ length: n + 1 }, (_, i) => from + ((to - from) * i) / n)

/** ∫ f over [from, to] by Simpson's rule with n (even) intervals. */
export const integral = (f: Pointwise, from: number, to: number, n = 4000): number => {
  const ys = f(grid(from, to, n))
  const weight = (i: number) => (i === 0 || i === n ? 1 : i % 2 === 1 ? 4 : 2)
  return (sumOf(Array.from(ys, (y, i) => weight(i) * y)) * (to - from)) / (3 * n)
}

/** ∫ exp(logDensity) over [from, to] is 1; the interval must hold all but a negligible part of the mass. */
export const integratesToOne = (logDensity: Pointwise, from: number, to: number, tolerance = 1e-4): Verdict =>
  within(Math.abs(integral((xs) => Array.from(logDensity(xs), Math.exp), from, to) - 1), tolerance)

/** Σ exp(logMasses) is 1. */
export const sumsToOne = (logMasses: ArrayLike<number>, tolerance = 1e-5): Verdict =>
  within(Math.abs(sumOf(Array.from(logMasses, Math.exp)) - 1), tolerance)

/**
 * Kolmogorov-Smirnov: sqrt(n) sup |F_n − F| stays below sqrt(−½ log(level/2)), the asymptotic quantile.
 */
export const followsCdf = (samples: ArrayLike<number>, cdf: Pointwise, level = 1e-3): Verdict => {
  const sorted = Array.from(samples).sort((a, b) => a - b)
  const n = sorted.length
  const gaps = Array.from(cdf(sorted), (u, i) => Math.max(u - i / n, (i + 1) / n - u))
  const largest = gaps.reduce((a, b) => Math.max(a, b), 0)
  return within(Math.sqrt(n) * largest, Math.sqrt(-0.5 * Math.log(level / 2)))
}

/** Joins neighboring cells until each expects at least 5 draws, as the chi-square approximation asks. */
const pooled = (
  counts: readonly number[],
  expected: readonly number[],
): readonly (readonly [number, number])[] => {
  const cells: [number, number][] = []
  for (const [i, e] of expected.entries()) {
    const last = cells[cells.length - 1]
    if (last !== undefined && last[1] < 5) cells[cells.length - 1] = [last[0] + (counts[i] ?? 0), last[1] + e]
    else cells.push([counts[i] ?? 0, e])
  }
  const [tail, before] = [cells[cells.length - 1], cells[cells.length - 2]]
  if (tail === undefined || before === undefined || tail[1] >= 5) return cells
  return [...cells.slice(0, -2), [before[0] + tail[0], before[1] + tail[1]]]
}

/**
 * Chi-square: X² = Σ (count − expected)² / expected, made a standard normal z by Wilson and Hilferty's cube root;
 * z stays below 3.09 (level 1e-3). A draw in a cell of mass 0 refuses the law at once.
 */
export const followsMasses = (counts: readonly number[], masses: readonly number[]): Verdict => {
  const bound = 3.09
  if (counts.some((c, i) => c > 0 && masses[i] === 0)) return within(Number.POSITIVE_INFINITY, bound)
  const n = sumOf(counts)
  const cells = pooled(
    counts,
    masses.map((p) => n * p),
  )
  const degrees = Math.max(cells.length - 1, 1)
  const statistic = sumOf(cells.map(([c, e]) => (c - e) ** 2 / e))
  const spread = 2 / (9 * degrees)
  return within((Math.cbrt(statistic / degrees) - 1 + spread) / Math.sqrt(spread), bound)
}

/** The mean of the samples lies within so many standard errors of the expected mean. */
export const hasMean = (samples: ArrayLike<number>, expected: number, standardErrors = 5): Verdict => {
  const n = samples.length
  const mean = sumOf(samples) / n
  const variance = sumOf(Array.from(samples, (x) => (x - mean) ** 2)) / (n - 1)
  const error = Math.sqrt(variance / n) + 1e-6 * (1 + Math.abs(expected))
  return within(Math.abs(mean - expected) / error, standardErrors)
}

/** Central differences of f at a point, with steps relative to each entry. */
export const differences = (
  f: (at: readonly number[]) => number,
  at: readonly number[],
  step = 1e-2,
): readonly number[] =>
  at.map((x, i) => {
    const h = step * Math.max(Math.abs(x), 0.1)
    const moved = (d: number) => f(at.map((y, j) => (j === i ? y + d : y)))
    return (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h)
  })

/** The gradient of f at a point agrees with (fourth-order) central differences, relative to its size. */
export const hasGradient = (
  f: (at: readonly number[]) => number,
  gradient: ArrayLike<number>,
  at: readonly number[],
  tolerance = 2e-3,
): Verdict => {
  const errors = differences(f, at).map(
    (d, i) => Math.abs(d - (gradient[i] ?? Number.NaN)) / (1 + Math.abs(d)),
  )
  return within(errors.some(Number.isNaN) ? Number.POSITIVE_INFINITY : Math.max(0, ...errors), tolerance)
}

/** quantile(cdf(x)) = x, relative to the spread of the points. */
export const invertsCdf = (
  cdf: Pointwise,
  quantile: Pointwise,
  xs: readonly number[],
  tolerance = 1e-3,
): Verdict => {
  const back = quantile(Array.from(cdf(xs)))
  const spread = Math.max(...xs) - Math.min(...xs)
  const errors = xs.map((x, i) => Math.abs((back[i] ?? Number.NaN) - x) / spread)
  return within(errors.some(Number.isNaN) ? Number.POSITIVE_INFINITY : Math.max(0, ...errors), tolerance)
}
