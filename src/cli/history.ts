/**
 * history.jsonl: one line for each step.
 *
 *   {"step":469,"epoch":1,"seconds":27.1,"elbo":-130.2,"testElbo":-127.4}
 *
 *   {"step":100,"epoch":1,"seconds":0.9,"values":{"D":-1.38,"G":-0.69},"gradientNorms":{"D":0.02,"G":0.01},"accuracy":0.52}
 *
 * elbo is the bound on the minibatch of the step, testElbo the one on the held-out data where it was measured, both in
 * nats per datum. Of a game: what each player maximizes, the norm of its gradient, and what was watched, where it was.
 * Tested in tests/cli/train.test.ts and tests/cli/games/train.test.ts.
 */
import type { HistoryPoint } from '../inference/fitted.js'
import type { HistoryPoint as PlotPoint } from './plots/lossCurve.js'
import { boundAt } from './progress.js'

/** The file's name. */
export const HISTORY = 'history.jsonl'

const boundOf = (point: HistoryPoint) => ({
  elbo: boundAt(point),
  ...(point.heldOut === undefined ? {} : { testElbo: point.heldOut }),
})

const gameOf = ({ values, gradientNorms, monitors }: HistoryPoint) => ({ values, gradientNorms, ...monitors })

/** A point of a game has gradient norms. */
const lineOf = (point: HistoryPoint): string =>
  JSON.stringify({
    step: point.step,
    epoch: point.epoch,
    seconds: Number(point.seconds.toFixed(3)),
    ...(point.gradientNorms === undefined ? boundOf(point) : gameOf(point)),
  })

/** The history as the text of a file. */
export const showHistory = (history: readonly HistoryPoint[]): string =>
  history.map((point) => `${lineOf(point)}\n`).join('')

/** The history as points of the loss curve. */
export const plotted = (history: readonly HistoryPoint[]): readonly PlotPoint[] =>
  history.map((point) => ({
    step: point.step,
    epoch: point.epoch,
    trainElbo: boundAt(point),
    ...(point.heldOut === undefined ? {} : { heldOutElbo: point.heldOut }),
  }))

/** The mean training bound over the last epoch that has a point, in nats per datum; NaN for an empty history. */
export const lastTrainingBound = (history: readonly HistoryPoint[]): number => {
  const last = history.at(-1)?.epoch
  const bounds = history.filter(({ epoch }) => epoch === last).map(boundAt)
  return bounds.reduce((a, b) => a + b, 0) / bounds.length
}
