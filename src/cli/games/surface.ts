/**
 * What a critic says of the plane, as numbers in [0, 1]: 1 real, 0 fake, ½ undecided.
 *
 *   a logit s (minimax, non-saturating, hinge)      σ(s)
 *   a label s (least squares)                       s, cut to [0, 1]
 *   a slope s (Wasserstein, or anything else)       (s − mean over fakes) / (mean over data − mean over fakes), cut to [0, 1]
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
  slope: 'D(x), 0 at its mean over fakes, 1 over data',
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
const scaleOf = (reading: Reading, real: () => number, fake: () => number): ((s: number) => number) => {
  if (reading === 'logit') return sigmoid
  if (reading === 'label') return cut
  const [low, high] = [fake(), real()]
  return (s) => (high > low ? cut((s - low) / (high - low)) : 0.5)
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
  const meanOver = (x: Float32Array) => () => mean(scores(played, x) ?? new Float32Array(1))
  const read = scaleOf(reading, meanOver(real), meanOver(fake))
  return { surface: { window, size, values: raw.map(read) }, title: LABELS[reading] }
}
