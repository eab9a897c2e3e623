/**
 * Breakpoints: the first panels of an integral, from the peaks of its function.
 *
 *   t_peak ± h, ± 2 h, ± 4 h, …        up to halfway to the next peak or the end; h is the bracket of the peak
 *
 * Peaks and panels that hold less than e^−40 of the mass are dropped. Tested in
 * tests/inference/evidence/integrate.test.ts.
 */
import type { Start } from './logFunction.js'
import type { Peak } from './peaks.js'

/** Panels that hold less than this share of the mass of the peaks, in nats, are dropped. */
export const negligible = 40

/** A rough log mass of a peak. */
export const logMassOf = (p: Peak): number => p.f + Math.log(Math.max(p.right - p.left, 1e-300))

/** The peaks that matter, from left to right. */
export const kept = (peaks: readonly Peak[]): Peak[] => {
  const best = Math.max(...peaks.map(logMassOf))
  const sorted = peaks.filter((p) => logMassOf(p) > best - negligible).sort((a, b) => a.t - b.t)
  return sorted.filter((p, i) => i === 0 || p.t > (sorted[i - 1] as Peak).t)
}

/** Breakpoints that double their distance from each peak, up to halfway to the next one or the end. */
export const breakpoints = (s: Start, peaks: readonly Peak[]): number[] => {
  const low = Math.max(s.low, s.center - 1e4 * s.spread)
  const high = Math.min(s.high, s.center + 1e4 * s.spread)
  const points = new Set<number>([low, high])
  peaks.forEach((p, i) => {
    const before = peaks[i - 1]
    const after = peaks[i + 1]
    const from = before === undefined ? low : (before.t + p.t) / 2
    const to = after === undefined ? high : (after.t + p.t) / 2
    for (const t of around(p, from, to)) points.add(t)
  })
  return [...points].filter((t) => t >= low && t <= high).sort((a, b) => a - b)
}

/** The peak, both ends, and points between that double their distance from the peak. */
const around = (p: Peak, from: number, to: number): readonly number[] => {
  const points = [p.t, from, to]
  const least = Math.max((p.right - p.left) / 2, Math.abs(p.t) * 1e-12, 1e-300)
  for (let h = p.t - p.left || least; p.t - h > from; h *= 2) points.push(p.t - h)
  for (let h = p.right - p.t || least; p.t + h < to; h *= 2) points.push(p.t + h)
  return points
}
