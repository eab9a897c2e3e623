/**
 * Adaptive quadrature of functions of one number, many points at once.
 *
 *   ∫ f(x) dx = ∫ f(x(u)) x'(u) du,  u ∈ (−1, 1)        Gauss-Kronrod with 7 and 15 points on each panel
 *
 * Every round splits the panels whose error counts, and those that hold much of the first integral, so that jumps,
 * singular ends and peaks are closed in on by bisection. Several integrals share their nodes. Nodes are rounded to
 * float32, which is what the integrands compute with.
 * Kronrod, 1965; nodes as in QUADPACK (dqk15). Tested in tests/testing/verdicts/distribution/quadrature.test.ts.
 */

/** A change of variables from (−1, 1). */
export interface LineMap {
  readonly x: (u: number) => number
  readonly dx: (u: number) => number
  readonly u: (x: number) => number
}

/** t = u / (1 − u²) maps (−1, 1) onto the line, with the tails of a Cauchy distribution. */
const line = {
  t: (u: number) => u / (1 - u * u),
  dt: (u: number) => (1 + u * u) / (1 - u * u) ** 2,
  u: (t: number) => (t === 0 ? 0 : (2 * t) / (1 + Math.sqrt(1 + 4 * t * t))),
}

/** Onto the real line, around `center`. */
export const realMap = (center: number, scale: number): LineMap => ({
  x: (u) => center + scale * line.t(u),
  dx: (u) => scale * line.dt(u),
  u: (x) => line.u((x - center) / scale),
})

/** Onto x > 0: the logarithm runs over the line, so a singularity at 0 does no harm. */
export const positiveMap = (center: number, scale: number): LineMap => ({
  x: (u) => Math.exp(center + scale * line.t(u)),
  dx: (u) => Math.exp(center + scale * line.t(u)) * scale * line.dt(u),
  u: (x) => line.u((Math.log(Math.max(x, 1e-300)) - center) / scale),
})

const sigmoid = (t: number): number => 1 / (1 + Math.exp(-t))

/** Onto (0, 1): the log odds run over the line. */
export const unitMap = (center: number, scale: number): LineMap => ({
  x: (u) => sigmoid(center + scale * line.t(u)),
  dx: (u) => {
    const t = center + scale * line.t(u)
    return sigmoid(t) * sigmoid(-t) * scale * line.dt(u)
  },
  u: (x) => line.u((Math.log(Math.max(x, 1e-300)) - Math.log(Math.max(1 - x, 1e-300)) - center) / scale),
})

/** Onto [low, high], evenly. */
export const intervalMap = (low: number, high: number): LineMap => ({
  x: (u) => low + ((high - low) * (u + 1)) / 2,
  dx: () => (high - low) / 2,
  u: (x) => (2 * (x - low)) / (high - low) - 1,
})

const kronrod = [
  0.9914553711208126, 0.9491079123427585, 0.8648644233597691, 0.7415311855993943, 0.5860872354676911,
  0.4058451513773972, 0.2077849550078985, 0,
]
const kronrodWeights = [
  0.02293532201052922, 0.06309209262997856, 0.1047900103222502, 0.1406532597159259, 0.1690047266392679,
  0.1903505780647854, 0.2044329400752989, 0.2094821410847278,
]
const gaussWeights = [
  0, 0.1294849661688697, 0, 0.2797053914892767, 0, 0.3818300505051189, 0, 0.4179591836734694,
]

const nodes = [...kronrod.map((x) => -x), ...kronrod.slice(0, 7).reverse()]
const mirrored = (w: readonly number[]) => [...w, ...w.slice(0, 7).reverse()]
const wide = mirrored(kronrodWeights)
const narrow = mirrored(gaussWeights)

/** One panel in u: its integrals, their errors, and its nodes. */
interface Panel {
  readonly from: number
  readonly to: number
  readonly integrals: readonly number[]
  readonly errors: readonly number[]
  readonly xs: readonly number[]
  /** Weights of the nodes, dx included. */
  readonly weights: readonly number[]
}

/** Several functions at many points: one row for each function. */
export type Integrands = (xs: readonly number[]) => readonly ArrayLike<number>[]

/** Integrals with their errors, the nodes and weights that gave them, and the first integral as a cdf. */
export interface Quadrature {
  readonly integrals: readonly number[]
  readonly errors: readonly number[]
  readonly xs: readonly number[]
  readonly weights: readonly number[]
  /** ∫ of the first function up to each x. */
  readonly cumulative: (xs: readonly number[]) => number[]
}

const finite = (y: number): number => (Number.isFinite(y) ? y : 0)

const evaluated = (map: LineMap, f: Integrands, spans: readonly (readonly [number, number])[]): Panel[] => {
  const us = spans.flatMap(([a, b]) => nodes.map((n) => (a + b) / 2 + (n * (b - a)) / 2))
  const xs = us.map((u) => Math.fround(map.x(u)))
  const rows = f(xs)
  return spans.map(([from, to], k) => {
    const at = (i: number) => 15 * k + i
    const half = (to - from) / 2
    const slopes = nodes.map((_, i) => half * finite(map.dx(us[at(i)] as number)))
    const sums = (w: readonly number[]) =>
      rows.map((ys) =>
        w.reduce((s, wi, i) => s + wi * (slopes[i] as number) * finite(ys[at(i)] as number), 0),
      )
    const integrals = sums(wide)
    const coarse = sums(narrow)
    return {
      from,
      to,
      integrals,
      errors: integrals.map((s, j) => Math.abs(s - (coarse[j] as number))),
      xs: nodes.map((_, i) => xs[at(i)] as number),
      weights: wide.map((w, i) => w * (slopes[i] as number)),
    }
  })
}

const total = (panels: readonly Panel[], of: (p: Panel) => readonly number[]): number[] =>
  (panels[0] === undefined ? [] : of(panels[0])).map((_, j) =>
    panels.reduce((s, p) => s + (of(p)[j] as number), 0),
  )

/** Whether a panel is worth splitting: its error counts, or it holds much of the first integral. */
const isCoarse = (p: Panel, limit: number): boolean =>
  p.to - p.from > 1e-12 &&
  (p.errors.some((e) => e > limit) || (Math.abs(p.integrals[0] as number) > 0.008 && p.to - p.from > 1e-9))

const halves = ({ from, to }: Panel): readonly (readonly [number, number])[] => [
  [from, (from + to) / 2],
  [(from + to) / 2, to],
]

/** ∫ of each function to an absolute error, all of order 1. */
export const quadrature = (map: LineMap, f: Integrands, tolerance = 3e-6): Quadrature => {
  const n = 32
  const start = Array.from({ length: n }, (_, i) => [-1 + (2 * i) / n, -1 + (2 * (i + 1)) / n] as const)
  let panels = evaluated(map, f, start)
  for (let round = 0; round < 50 && panels.length < 800; round++) {
    const limit = tolerance / n
    const coarse = panels.filter((p) => isCoarse(p, limit))
    if (coarse.length === 0) break
    panels = [...panels.filter((p) => !coarse.includes(p)), ...evaluated(map, f, coarse.flatMap(halves))]
  }
  const sorted = [...panels].sort((a, b) => a.from - b.from)
  return {
    integrals: total(sorted, (p) => p.integrals),
    errors: total(sorted, (p) => p.errors),
    xs: sorted.flatMap((p) => p.xs),
    weights: sorted.flatMap((p) => p.weights),
    cumulative: cumulativeOf(map, sorted),
  }
}

/** Linear in u within a panel, which holds little of the integral. */
const cumulativeOf = (map: LineMap, panels: readonly Panel[]) => {
  const before: number[] = []
  let sum = 0
  for (const p of panels) {
    before.push(sum)
    sum += p.integrals[0] as number
  }
  return (xs: readonly number[]): number[] =>
    xs.map((x) => {
      const u = Math.min(1, Math.max(-1, map.u(x)))
      const k = panelAt(panels, u)
      const p = panels[k] as Panel
      return (
        (before[k] as number) + ((p.integrals[0] as number) * (u - p.from)) / Math.max(p.to - p.from, 1e-300)
      )
    })
}

const panelAt = (panels: readonly Panel[], u: number): number => {
  let [low, high] = [0, panels.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((panels[middle] as Panel).to < u) low = middle + 1
    else high = middle
  }
  return low
}
