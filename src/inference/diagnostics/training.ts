/**
 * trainingReport(fit): what the history of a run says about each player.
 *
 *   growth = median |objective| over the last tenth of the steps / median |objective| over the first half
 *   gradientNorm = median over the last tenth
 *
 * The values of a game may go either way when it goes well, so only their size is looked at: where it grows without bound,
 * the game diverges. Tested in tests/inference/diagnostics/training.test.ts.
 */
import type { Fit, HistoryPoint } from '../fitted.js'

/** One player, over the run. */
export interface PlayerReport {
  /** The median of its objective over the last tenth of the steps. */
  readonly value: number
  readonly growth: number
  readonly gradientNorm?: number
}

/** The run. */
export interface TrainingReport {
  readonly steps: number
  readonly stopped: Fit['diagnostics']['stopped']
  readonly players: Readonly<Record<string, PlayerReport>>
}

const median = (x: readonly number[]): number =>
  [...x].sort((a, b) => a - b)[Math.floor((x.length - 1) / 2)] ?? Number.NaN

/** The numbers of one player, of the steps in which it moved. */
const series = (
  history: readonly HistoryPoint[],
  what: 'values' | 'gradientNorms',
  player: string,
): readonly number[] =>
  history.flatMap((h) => {
    const x = h[what]?.[player]
    return x === undefined ? [] : [x]
  })

const lastTenth = (x: readonly number[]): readonly number[] => x.slice(-Math.ceil(x.length / 10))

const playerReport = (history: readonly HistoryPoint[], player: string): PlayerReport => {
  const values = series(history, 'values', player)
  const norms = series(history, 'gradientNorms', player)
  const size = (x: readonly number[]): number => median(x.map(Math.abs))
  const early = size(values.slice(0, Math.ceil(values.length / 2)))
  return {
    value: median(lastTenth(values)),
    growth: early > 0 ? size(lastTenth(values)) / early : 1,
    ...(norms.length === 0 ? {} : { gradientNorm: median(lastTenth(norms)) }),
  }
}

/** What the history says. */
export const trainingReport = ({
  history,
  diagnostics,
}: Pick<Fit, 'history' | 'diagnostics'>): TrainingReport => ({
  steps: diagnostics.steps,
  stopped: diagnostics.stopped,
  players: Object.fromEntries(
    Object.keys(history.at(-1)?.values ?? {}).map((name) => [name, playerReport(history, name)]),
  ),
})
