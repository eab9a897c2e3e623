/**
 * Progress of a game, drawn from its events.
 *
 *   ━━━━━━━━╸─────  53%  step 497/938  14.2 steps/s  0:31 left  D −1.38  G −0.69  D acc 0.52
 *
 * What each player maximizes is a running mean over the last 100 steps; the accuracy of D on held-out real and fresh fake data
 * is that of the last look. Ten lines of a run stay, and what runs. Tested in tests/cli/games/progress.test.ts.
 */
import type { FitEvent, HistoryPoint } from '../../inference/fitted.js'
import {
  drawingOn,
  type Progress,
  runningMean,
  type Speed,
  showDuration,
  showRate,
  showRuntime,
  speedometer,
} from '../progress.js'
import type { Terminal } from '../terminal.js'

const LINES = 10

/** A number with a true minus sign and two decimals. */
export const showValue = (value: number): string => value.toFixed(2).replace('-', '\u2212')

type Means = Readonly<Record<string, number>>

/** What the players have, and how well the critic tells apart. */
const showPlayers = (means: Means, critic: string, accuracy: number | undefined): string =>
  [
    ...Object.entries(means).map(([player, value]) => `${player} ${showValue(value)}`),
    ...(accuracy === undefined ? [] : [`${critic} acc ${accuracy.toFixed(2)}`]),
  ].join('  ')

const words = (speed: Speed, steps: number, players: string): string =>
  [
    `step ${speed.step}/${steps}`,
    ...(Number.isFinite(speed.rate)
      ? [`${showRate(speed.rate)} steps/s`, `${showDuration(speed.secondsLeft)} left`]
      : []),
    players,
  ].join('  ')

/** Running means by player. */
const meters = (): ((values: Means) => Means) => {
  const of: Record<string, (value: number) => number> = {}
  return (values) =>
    Object.fromEntries(
      Object.entries(values).map(([player, value]) => {
        of[player] ??= runningMean()
        return [player, of[player](value)]
      }),
    )
}

type Phase = Extract<FitEvent, { readonly type: 'pretrain' }>

/** Draws the progress of a game; with `quiet` only the lines that stay. `critic` is the player whose accuracy is shown. */
export const gameProgress = (terminal: Terminal, quiet: boolean, critic = 'D'): Progress => {
  const drawing = drawingOn(terminal, quiet)
  let steps = 1
  let speed = speedometer(1)
  let mean = meters()
  let accuracy: number | undefined
  const begin = (total: number): void => {
    steps = total
    speed = speedometer(total)
    mean = meters()
  }
  const stay = (point: HistoryPoint, text: string): void => {
    drawing.clear()
    terminal.say(`step ${point.step}   ${text}   ${terminal.dim(showDuration(point.seconds))}`)
  }
  const onStep = (point: HistoryPoint): void => {
    accuracy = point.monitors?.accuracy ?? accuracy
    const players = showPlayers(mean(point.values), critic, accuracy)
    drawing.draw(point.step, steps, words(speed(point), steps, players))
    const every = Math.ceil(steps / LINES)
    if (point.step % every === 0 || point.step === steps) stay(point, players.replaceAll('  ', '   '))
  }
  const onPhase = (point: Phase): void => {
    if (point.step === 1) begin(point.steps)
    const alone = showPlayers(
      mean({ [point.player]: point.values[point.player] ?? Number.NaN }),
      critic,
      undefined,
    )
    drawing.draw(point.step, steps, words(speed(point), steps, `${point.player} alone  ${alone}`))
    if (point.step === steps) stay(point, `${point.player} alone   ${alone}`)
  }
  return {
    stop: drawing.clear,
    onEvent: (event) => {
      if (event.type === 'start') {
        begin(event.steps)
        terminal.say(terminal.dim(`runtime ${showRuntime(event)}`))
      } else if (event.type === 'notice') {
        drawing.clear()
        terminal.say(terminal.dim(`note: ${event.message}`))
      } else if (event.type === 'step') onStep(event)
      else if (event.type === 'pretrain') onPhase(event)
      else if (event.type === 'end') drawing.clear()
    },
  }
}
