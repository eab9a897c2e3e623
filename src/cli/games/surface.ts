/**
 * What a critic says of the plane, as numbers in [0, 1]: 1 real, 0 fake, ½ undecided.
 *
 *   a logit s (minimax, non-saturating, hinge)      σ(s)
 *   a label s (least squares)                       s, cut to [0, 1]
 *   a slope s (Wasserstein, or anything else)       ½ + ½ u / (1 + |u|), u = (s − c) / deviation of s over fakes and data
 *                                                   c midway between its means over fakes and data: u has no bound, and cut it would be flat
 *
 * Tested in tests/cli/games/draws.test.ts.
 */
import { cellsOf, type Surface, type Window } from '../plots/surface.js'
import { type Played, scores } from './draws.js'

/** A surface with the words for its color. */
export interface Judged {
  readonly surface: Surface
  readonly title: string
}

/** How the score of a critic is read. */
export type Reading = 'logit' | 'label' | 'slope'

const LABELS: Readonly<Record<Reading, string>> = {
  logit: 'σ(D(x))',
  label: 'D(x)',
  slope: 'D(x), ½ midway from fakes to data',
}

const READINGS: Readonly<Record<string, Reading>> = {
  minimax: 'logit',
  nonSaturating: 'logit',
  hinge: 'logit',
  leastSquares: 'label',
  wasserstein: 'slope',
}

/** How the score of a critic with this payoff is read. */
export const readingOf = (payoff: unknown): Reading => READINGS[String(payoff)] ?? 'logit'

const mean = (values: Float32Array): number => values.reduce((a, b) => a + b, 0) / values.length

const cut = (value: number): number => Math.min(1, Math.max(0, value))

const sigmoid = (s: number): number => 1 / (1 + Math.exp(-s))

/** The score as a number in [0, 1]. */
const scaleOf = (
  reading: Reading,
  scoresOf: () => readonly [real: Float32Array, fake: Float32Array],
): ((s: number) => number) => {
  if (reading === 'logit') return sigmoid
  if (reading === 'label') return cut
  const [real, fake] = scoresOf()
  const c = (mean(real) + mean(fake)) / 2
  const spread = Math.sqrt(mean(Float32Array.of(...real, ...fake).map((s) => (s - c) ** 2)))
  return (s) => (spread > 0 ? 0.5 + (0.5 * (s - c)) / (spread + Math.abs(s - c)) : 0.5)
}

/** The surface of the critic over a window; undefined where it does not judge single data. */
export const surfaceOf = (
  played: Played,
  window: Window,
  size: number,
  reading: Reading,
  { real, fake }: { readonly real: Float32Array; readonly fake: Float32Array },
): Judged | undefined => {
  const raw = scores(played, cellsOf(window, size))
  if (raw === undefined) return undefined
  const scored = (x: Float32Array) => scores(played, x) ?? new Float32Array(1)
  const read = scaleOf(reading, () => [scored(real), scored(fake)])
  return { surface: { window, size, values: raw.map(read) }, title: LABELS[reading] }
}
