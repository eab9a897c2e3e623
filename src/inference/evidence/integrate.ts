/**
 * Integrals over a line of functions known by their logarithm, many at once:
 *
 *   log ∫_low^high exp f_p(t) dt        for problems p = 0, 1, …
 *
 * 1. f is seen on a grid that is fine at the center and reaches 10⁴ spreads: t = center + spread · sinh(u).
 * 2. Each local maximum is approached by cutting its bracket, until f varies by less than 1.5 nats within it. This
 *    works on the logarithm, where the slope towards a narrow peak shows from afar.
 * 3. Panels double in width away from each maximum; those that hold less than e^−40 of the mass are dropped.
 * 4. Gauss and Kronrod with 7 and 15 nodes on each panel; panels where the two differ are halved. A kink or a jump
 *    costs some halvings, a smooth function none.
 *
 * The error estimate is the sum of the panels' differences (as in QUADPACK), plus the rounding of f, which is float32.
 * All problems advance in step, so that f is asked for many (p, t) at once.
 * Piessens et al., QUADPACK, 1983, for the nodes. Tested in tests/inference/evidence/integrate.test.ts.
 */

import { logSumExp as logSum } from './logSumExp.js'

/** Where a problem lives: most of its mass is expected within some spreads of the center. */
export interface Start {
  readonly center: number
  readonly spread: number
  readonly low: number
  readonly high: number
}

/** f_p(t) of pairs of a problem and a point. */
export type LogFunction = (problems: Int32Array, t: Float64Array) => ArrayLike<number>

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
  readonly nodes: () => IntegralNodes
}

const kronrodNodes = [
  0.9914553711208126, 0.9491079123427585, 0.8648644233597691, 0.7415311855993945, 0.5860872354676911,
  0.4058451513773972, 0.20778495500789848, 0,
]
const kronrodWeights = [
  0.022935322010529224, 0.06309209262997856, 0.10479001032225019, 0.14065325971552592, 0.1690047266392679,
  0.19035057806478542, 0.20443294007529889, 0.20948214108472782,
]
/** Gauss weights of every second Kronrod node. */
const gaussWeights = [0.1294849661688697, 0.27970539148927664, 0.3818300505051189, 0.4179591836734694]

interface Node {
  readonly x: number
  readonly kronrod: number
  readonly gauss: number
}

const rule: readonly Node[] = kronrodNodes.flatMap((x, i) => {
  const node = {
    x,
    kronrod: kronrodWeights[i] as number,
    gauss: i % 2 === 1 ? (gaussWeights[(i - 1) / 2] as number) : 0,
  }
  return x === 0 ? [node] : [{ ...node, x: -x }, node]
})

interface Panel {
  readonly from: number
  readonly to: number
  /** f at the nodes of the rule. */
  readonly values: Float64Array
  readonly log: number
  readonly logError: number
  /** Whether f is NaN next to some of the mass. */
  readonly broken: boolean
}

interface Peak {
  t: number
  f: number
  left: number
  right: number
  fLeft: number
  fRight: number
}

/** Asks f for lists of points of several problems at once, and hands each its own back. */
const ask = (
  f: LogFunction,
  lists: readonly (readonly number[])[],
  problems: readonly number[],
): Float64Array[] => {
  const n = lists.reduce((sum, l) => sum + l.length, 0)
  const index = new Int32Array(n)
  const t = new Float64Array(n)
  let at = 0
  lists.forEach((list, i) => {
    for (const x of list) {
      index[at] = problems[i] as number
      t[at++] = x
    }
  })
  const values = n === 0 ? [] : f(index, t)
  at = 0
  return lists.map((list) => {
    const own = new Float64Array(list.length)
    for (let i = 0; i < own.length; i++) own[i] = values[at++] as number
    return own
  })
}

/** NaN as −Infinity: far outside of the mass it is an overflow. */
const withoutNaN = (v: Float64Array): Float64Array =>
  v.map((x) => (Number.isNaN(x) ? Number.NEGATIVE_INFINITY : x))

/** Whether NaN borders on mass: a hole that no halving would fill. */
const isBroken = (v: Float64Array, top: number): boolean => {
  const isMass = (i: number) => (v[i] ?? Number.NaN) > top - 30
  return (
    v.every((x) => Number.isNaN(x)) || v.some((x, i) => Number.isNaN(x) && (isMass(i - 1) || isMass(i + 1)))
  )
}

const gridSize = 129
const reach = Math.asinh(1e4)

const stretched = Array.from({ length: gridSize }, (_, k) =>
  Math.sinh(reach * ((2 * k) / (gridSize - 1) - 1)),
)

const gridOf = (s: Start): number[] => {
  const within = stretched.map((u) => s.center + s.spread * u).filter((t) => t > s.low && t < s.high)
  const ends = (t: number) => (Math.abs(t - s.center) <= 1e4 * s.spread ? [t] : [])
  return [...ends(s.low), ...within, ...ends(s.high)]
}

/** The local maxima of a grid, the best first. */
const peaksOf = (t: readonly number[], f: Float64Array): Peak[] => {
  const peaks: Peak[] = []
  const last = t.length - 1
  for (let k = 0; k <= last; k++) {
    const [l, r] = [Math.max(0, k - 1), Math.min(last, k + 1)]
    const [fLeft, own, fRight] = [f[l] as number, f[k] as number, f[r] as number]
    if (own > Number.NEGATIVE_INFINITY && (k === 0 || own > fLeft) && own >= fRight)
      peaks.push({ t: t[k] as number, f: own, left: t[l] as number, right: t[r] as number, fLeft, fRight })
  }
  return peaks.sort((a, b) => b.f - a.f).slice(0, 16)
}

const isNear = (p: Peak, spread: number): boolean =>
  p.f - Math.min(p.fLeft, p.fRight) < 1.5 || p.right - p.left < 1e-7 * (Math.abs(p.t) + 1e-3 * spread)

/** Three points on each side within the bracket of a peak. */
const cuts = (p: Peak): number[] =>
  [1, 2, 3].flatMap((j) => [p.left + ((p.t - p.left) * j) / 4, p.t + ((p.right - p.t) * j) / 4])

/** Moves to the best of the points, with its neighbors as the new bracket. */
const tighten = (p: Peak, t: readonly number[], f: Float64Array): void => {
  const all = [
    { t: p.left, f: p.fLeft },
    ...t.map((x, i) => ({ t: x, f: f[i] as number })),
    { t: p.t, f: p.f },
    { t: p.right, f: p.fRight },
  ].sort((a, b) => a.t - b.t)
  let best = 0
  all.forEach((x, i) => {
    if (x.f > (all[best] as { f: number }).f) best = i
  })
  const [l, m, r] = [all[Math.max(0, best - 1)], all[best], all[Math.min(all.length - 1, best + 1)]] as [
    (typeof all)[0],
    (typeof all)[0],
    (typeof all)[0],
  ]
  Object.assign(p, { t: m?.t, f: m?.f, left: l?.t, fLeft: l?.f, right: r?.t, fRight: r?.f })
}

const climb = (f: LogFunction, starts: readonly Start[], peaks: readonly Peak[][]): void => {
  for (let round = 0; round < 40; round++) {
    const open = peaks.flatMap((list, p) =>
      list.filter((k) => !isNear(k, (starts[p] as Start).spread)).map((k) => ({ k, p })),
    )
    if (open.length === 0) return
    const points = open.map(({ k }) => cuts(k))
    const values = ask(
      f,
      points,
      open.map(({ p }) => p),
    )
    open.forEach(({ k }, i) => {
      tighten(k, points[i] as number[], withoutNaN(values[i] as Float64Array))
    })
  }
}

/** Panels that hold less than this share of the mass of the peaks, in nats, are dropped. */
const negligible = 40

const logMassOf = (p: Peak): number => p.f + Math.log(Math.max(p.right - p.left, 1e-300))

/** The peaks that matter, from left to right. */
const kept = (peaks: readonly Peak[]): Peak[] => {
  const best = Math.max(...peaks.map(logMassOf))
  const sorted = peaks.filter((p) => logMassOf(p) > best - negligible).sort((a, b) => a.t - b.t)
  return sorted.filter((p, i) => i === 0 || p.t > (sorted[i - 1] as Peak).t)
}

/** Breakpoints that double their distance from each peak, up to halfway to the next one or the end. */
const breakpoints = (s: Start, peaks: readonly Peak[]): number[] => {
  const low = Math.max(s.low, s.center - 1e4 * s.spread)
  const high = Math.min(s.high, s.center + 1e4 * s.spread)
  const points = new Set<number>([low, high])
  peaks.forEach((p, i) => {
    {
      const before = peaks[i - 1]
      const after = peaks[i + 1]
      const from = before === undefined ? low : (before.t + p.t) / 2
      const to = after === undefined ? high : (after.t + p.t) / 2
      const least = Math.max((p.right - p.left) / 2, Math.abs(p.t) * 1e-12, 1e-300)
      points.add(p.t).add(from).add(to)
      for (let h = p.t - p.left || least; p.t - h > from; h *= 2) points.add(p.t - h)
      for (let h = p.right - p.t || least; p.t + h < to; h *= 2) points.add(p.t + h)
    }
  })
  return [...points].filter((t) => t >= low && t <= high).sort((a, b) => a - b)
}

const nodesOf = (from: number, to: number): number[] =>
  rule.map((n) => (from + to) / 2 + ((to - from) / 2) * n.x)

/** Both rules on one panel. */
const panelOf = (from: number, to: number, seen: Float64Array, peak: number): Panel => {
  const values = withoutNaN(seen)
  const broken = isBroken(seen, peak)
  let top = Number.NEGATIVE_INFINITY
  for (let i = 0; i < rule.length; i++) top = Math.max(top, values[i] as number)
  if (top === Number.NEGATIVE_INFINITY) return { from, to, values, log: top, logError: top, broken }
  let kronrod = 0
  let gauss = 0
  for (let i = 0; i < rule.length; i++) {
    const y = Math.exp((values[i] as number) - top)
    kronrod += (rule[i] as Node).kronrod * y
    gauss += (rule[i] as Node).gauss * y
  }
  let spread = 0
  for (let i = 0; i < rule.length; i++)
    spread += (rule[i] as Node).kronrod * Math.abs(Math.exp((values[i] as number) - top) - kronrod / 2)
  const raw = Math.abs(kronrod - gauss)
  const error = spread > 0 ? Math.min(raw, spread * Math.min(1, ((200 * raw) / spread) ** 1.5)) : raw
  const scale = top + Math.log((to - from) / 2)
  return { from, to, values, log: scale + Math.log(kronrod), logError: scale + Math.log(error), broken }
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

const resultOf = (s: State): Integral => {
  const log = logSum(s.panels.map((p) => p.log))
  if (!Number.isFinite(log))
    return { log, error: Number.POSITIVE_INFINITY, converged: false, nodes: () => ({ t: [], logMass: [] }) }
  const { panels } = s
  const difference = Math.exp(logSum(panels.map((p) => p.logError)) - log)
  const rounding = roundingOf(s.top)
  return {
    log,
    error: difference + rounding,
    converged: difference <= Math.max(1e-5, 32 * rounding) && !panels.some((p) => p.broken),
    nodes: () => ({
      t: panels.flatMap((p) => nodesOf(p.from, p.to)),
      logMass: panels.flatMap((p) =>
        rule.map((n, i) => (p.values[i] as number) + Math.log((n.kronrod * (p.to - p.from)) / 2)),
      ),
    }),
  }
}

/** The integrals of all problems. A problem whose f is −∞ everywhere it was looked at has log −∞ and infinite error. */
export const integrate = (starts: readonly Start[], f: LogFunction): Integral[] => {
  const all = starts.map((_, p) => p)
  const grids = starts.map(gridOf)
  const peaks = ask(f, grids, all).map((v, p) => peaksOf(grids[p] as number[], withoutNaN(v)))
  climb(f, starts, peaks)
  const modes = peaks.map((list) => (list.length === 0 ? [] : kept(list)))
  const points = starts.map((s, p) =>
    (modes[p] as Peak[]).length === 0 ? [] : breakpoints(s, modes[p] as Peak[]),
  )
  const heights = ask(f, points, all).map(withoutNaN)
  const states = points.map((t, p): State => {
    const list = modes[p] as Peak[]
    const top = list.reduce((a, m) => Math.max(a, m.f), Number.NEGATIVE_INFINITY)
    const mass = list.reduce((a, m) => Math.max(a, logMassOf(m)), Number.NEGATIVE_INFINITY)
    const v = heights[p] as Float64Array
    const open = t.slice(1).flatMap((to, i): (readonly [number, number])[] => {
      const from = t[i] as number
      const bound = Math.max(v[i] as number, v[i + 1] as number) + Math.log(to - from)
      return bound > mass - negligible ? [[from, to]] : []
    })
    return { panels: [], open, top }
  })
  refine(f, states)
  return states.map(resultOf)
}
