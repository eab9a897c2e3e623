/**
 * Peaks: where a function known by its logarithm f has its local maxima, however narrow.
 *
 *   grid t = center + spread · sinh(u), 129 points, |t − center| ≤ 10⁴ spreads
 *
 * Each local maximum of the grid is approached by cutting its bracket, until f varies by less than 1.5 nats within it.
 * This works on the logarithm, where the slope towards a narrow peak shows from afar.
 * Tested in tests/inference/evidence/integrate.test.ts.
 */
import { ask, type LogFunction, type Start, withoutNaN } from './logFunction.js'

/** A local maximum with its bracket. */
export interface Peak {
  t: number
  f: number
  left: number
  right: number
  fLeft: number
  fRight: number
}

const gridSize = 129
const reach = Math.asinh(1e4)

const stretched = Array.from({ length: gridSize }, (_, k) =>
  Math.sinh(reach * ((2 * k) / (gridSize - 1) - 1)),
)

/** Points that are fine at the center and reach 10⁴ spreads. */
export const gridOf = (s: Start): number[] => {
  const within = stretched.map((u) => s.center + s.spread * u).filter((t) => t > s.low && t < s.high)
  const ends = (t: number) => (Math.abs(t - s.center) <= 1e4 * s.spread ? [t] : [])
  return [...ends(s.low), ...within, ...ends(s.high)]
}

/** The local maxima of a grid, the best first. */
export const peaksOf = (t: readonly number[], f: Float64Array): Peak[] => {
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
  const [l, m, r] = [all[Math.max(0, best - 1)], all[best], all[Math.min(all.length - 1, best + 1)]]
  Object.assign(p, { t: m?.t, f: m?.f, left: l?.t, fLeft: l?.f, right: r?.t, fRight: r?.f })
}

/** Moves every peak until f varies little within its bracket. */
export const climb = (f: LogFunction, starts: readonly Start[], peaks: readonly Peak[][]): void => {
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
