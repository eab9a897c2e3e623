/**
 * Beyond the ends of a line that is cut where float32 can no longer tell the points of the domain apart: what an integral leaves out,
 * as a share of it. log z or log(1 − z) is a coordinate there, in which densities with a power at the end fall like a line:
 *
 *   ∫_high^∞ exp f dt ≈ exp f(high) / slope,   slope = (f(high − h) − f(high)) / h          at `low` likewise
 *
 * A slope that is not downhill counts as the least one, so that what might be without bound counts as much. An estimate: half of the
 * share may be missing, since f is rounded there as well. Tested in tests/inference/evidence/beyond.test.ts.
 */
import { ask, type LogFunction, type Start, withoutNaN } from './logFunction.js'

/** An end that panels reach, and the problem it belongs to. */
interface End {
  readonly problem: number
  readonly t: number
  /** Towards the middle. */
  readonly step: number
}

/** Wide enough for a slope where 1 − z has few bits left. */
const width = 4
const leastSlope = 0.01

/** What is known of an integral: where its panels are, and its logarithm. */
export interface Covered {
  readonly panels: readonly { readonly from: number; readonly to: number }[]
  readonly log: number
}

const endsOf = (s: Start, { panels }: Covered, problem: number): readonly End[] =>
  s.cut !== true
    ? []
    : [
        ...(panels.some((p) => p.to === s.high) ? [{ problem, t: s.high, step: -width }] : []),
        ...(panels.some((p) => p.from === s.low) ? [{ problem, t: s.low, step: width }] : []),
      ]

/** The share of each integral that lies beyond the ends of its line. */
export const sharesBeyond = (
  f: LogFunction,
  starts: readonly Start[],
  covered: readonly Covered[],
): readonly number[] => {
  const ends = starts.flatMap((s, p) => endsOf(s, covered[p] as Covered, p))
  const seen = ask(
    f,
    ends.map((e) => [e.t, e.t + e.step]),
    ends.map((e) => e.problem),
  ).map(withoutNaN)
  const shares = starts.map(() => 0)
  ends.forEach(({ problem }, i) => {
    const [at, before] = seen[i] as unknown as readonly [number, number]
    if (!Number.isFinite(at)) return
    const slope = Math.max(leastSlope, (before - at) / width)
    shares[problem] =
      (shares[problem] as number) + Math.exp(at - Math.log(slope) - (covered[problem] as Covered).log)
  })
  return shares
}
