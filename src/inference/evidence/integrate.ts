/**
 * Integrals over a line of functions known by their logarithm, many at once:
 *
 *   log ∫_low^high exp f_p(t) dt        for problems p = 0, 1, …
 *
 * 1. f is seen on a grid that is fine at the center and reaches 10⁴ spreads (peaks.ts).
 * 2. Each local maximum is approached by cutting its bracket, until f varies by less than 1.5 nats within it. This
 *    works on the logarithm, where the slope towards a narrow peak shows from afar.
 * 3. Panels double in width away from each maximum; those that hold less than e^−40 of the mass are dropped
 *    (breakpoints.ts).
 * 4. Gauss and Kronrod with 7 and 15 nodes on each panel; panels where the two differ are halved. A kink or a jump
 *    costs some halvings, a smooth function none (panel.ts).
 *
 * The error estimate is the sum of the panels' differences (as in QUADPACK), plus the rounding of f, which is float32.
 * Where a line is cut, what lies beyond is estimated by itself (beyond.ts).
 * All problems advance in step, so that f is asked for many (p, t) at once.
 * Piessens et al., QUADPACK, 1983, for the nodes. Tested in tests/inference/evidence/integrate.test.ts.
 */
import { sharesBeyond } from './beyond.js'
import { breakpoints, kept, logMassOf, negligible } from './breakpoints.js'
import { ask, type LogFunction, type Start, withoutNaN } from './logFunction.js'
import { logSumExp as logSum } from './logSumExp.js'
import { nodesOf, type Panel, panelOf, rule } from './panel.js'
import { climb, gridOf, type Peak, peaksOf } from './peaks.js'

/** Nodes of an integral: log(weight · exp f) of each. */
export interface IntegralNodes {
  readonly t: readonly number[]
  readonly logMass: readonly number[]
}

/** An integral: its logarithm, and the estimated error of the logarithm. */
export interface Integral {
  readonly log: number
  readonly error: number
  /** Whether the panels converged to the rounding of f. */
  readonly converged: boolean
  /** The share of it that lies beyond the ends of a cut line, and is left out; no part of `error`. */
  readonly beyond: number
  readonly nodes: () => IntegralNodes
}

/** The rounding of a float32 log density near its peak. */
const roundingOf = (top: number): number => 2 ** -23 * (1 + Math.abs(top))

interface State {
  panels: Panel[]
  open: (readonly [number, number])[]
  top: number
}

const mostPanels = 1024
const rounds = 60

/** Halves panels until both rules agree. */
const refine = (f: LogFunction, states: readonly State[]): void => {
  for (let round = 0; round < rounds; round++) {
    const active = states.flatMap((s, p) => s.open.map((span) => ({ s, p, span })))
    if (active.length === 0) return
    const values = ask(
      f,
      active.map(({ span }) => nodesOf(...span)),
      active.map(({ p }) => p),
    )
    for (const s of states) s.open = []
    active.forEach(({ s, span }, i) => {
      s.panels.push(panelOf(...span, values[i] as Float64Array, s.top))
    })
    if (round < rounds - 1) for (const s of new Set(active.map((a) => a.s))) reopen(s)
  }
}

/** Takes out the panels whose two rules differ, as halves to be looked at again. */
const reopen = (s: State): void => {
  const total = logSum(s.panels.map((p) => p.log))
  if (!Number.isFinite(total) || s.panels.length > mostPanels) return
  const tolerance = Math.log(Math.max(1e-9, roundingOf(s.top) / 4)) + total
  const isOpen = (p: Panel) =>
    p.logError > tolerance && p.to - p.from > 1e-13 * Math.max(Math.abs(p.from), Math.abs(p.to))
  for (const p of s.panels.filter(isOpen)) {
    const middle = (p.from + p.to) / 2
    s.open.push([p.from, middle], [middle, p.to])
  }
  if (s.open.length > 0) s.panels = s.panels.filter((p) => !isOpen(p))
}

const resultOf = (s: State, log: number, beyond: number): Integral => {
  if (!Number.isFinite(log))
    return {
      log,
      error: Number.POSITIVE_INFINITY,
      converged: false,
      beyond: 0,
      nodes: () => ({ t: [], logMass: [] }),
    }
  const { panels } = s
  const difference = Math.exp(logSum(panels.map((p) => p.logError)) - log)
  const rounding = roundingOf(s.top)
  return {
    log,
    error: difference + rounding,
    beyond,
    converged: difference <= Math.max(1e-5, 32 * rounding) && !panels.some((p) => p.broken),
    nodes: () => ({
      t: panels.flatMap((p) => nodesOf(p.from, p.to)),
      logMass: panels.flatMap((p) =>
        rule.map((n, i) => (p.values[i] as number) + Math.log((n.kronrod * (p.to - p.from)) / 2)),
      ),
    }),
  }
}

/** The peaks of every problem that matter, from left to right. */
const modesOf = (f: LogFunction, starts: readonly Start[]): readonly (readonly Peak[])[] => {
  const grids = starts.map(gridOf)
  const all = starts.map((_, p) => p)
  const peaks = ask(f, grids, all).map((v, p) => peaksOf(grids[p] as number[], withoutNaN(v)))
  climb(f, starts, peaks)
  return peaks.map((list) => (list.length === 0 ? [] : kept(list)))
}

/** The panels between points where f is `heights`, except those without mass. */
const stateOf = (modes: readonly Peak[], points: readonly number[], heights: Float64Array): State => {
  const top = modes.reduce((a, m) => Math.max(a, m.f), Number.NEGATIVE_INFINITY)
  const mass = modes.reduce((a, m) => Math.max(a, logMassOf(m)), Number.NEGATIVE_INFINITY)
  const open = points.slice(1).flatMap((to, i): (readonly [number, number])[] => {
    const from = points[i] as number
    const bound = Math.max(heights[i] as number, heights[i + 1] as number) + Math.log(to - from)
    return bound > mass - negligible ? [[from, to]] : []
  })
  return { panels: [], open, top }
}

/** The integrals of all problems. A problem whose f is −∞ everywhere it was looked at has log −∞ and infinite error. */
export const integrate = (starts: readonly Start[], f: LogFunction): Integral[] => {
  const modes = modesOf(f, starts)
  const points = modes.map((list, p) => (list.length === 0 ? [] : breakpoints(starts[p] as Start, list)))
  const heights = ask(f, points, [...points.keys()]).map(withoutNaN)
  const states = points.map((t, p) => stateOf(modes[p] as Peak[], t, heights[p] as Float64Array))
  refine(f, states)
  const logs = states.map((s) => logSum(s.panels.map((p) => p.log)))
  const shares = sharesBeyond(
    f,
    starts,
    states.map(({ panels }, p) => ({ panels, log: logs[p] as number })),
  )
  return states.map((s, p) => resultOf(s, logs[p] as number, shares[p] as number))
}
