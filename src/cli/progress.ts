/**
 * Progress of a fit, drawn from its events.
 *
 *   ━━━━━━━━━━╸─────────  53%  step 497/938  epoch 2/2  14.2 steps/s  0:31 left  L_b −118.2
 *
 * L_b is the running mean of the training bound over the last 100 steps, in nats per datum; the rate is that of the
 * last ten seconds. On a terminal it is one line that is drawn over; elsewhere a plain line now and then. What runs, and
 * what there is to say about it, are dim lines that stay.
 * Tested in tests/cli/progress.test.ts.
 */
import { SingleBar } from 'cli-progress'
import type { FitEvent, HistoryPoint } from '../inference/fitted.js'
import type { Terminal } from './terminal.js'

const WINDOW = 100
const RATE_SECONDS = 10
const PLAIN_SECONDS = 10

/** The one value of an objective's history point. */
export const boundAt = (point: HistoryPoint): number => Object.values(point.values)[0] ?? Number.NaN

/** A number with a true minus sign and one decimal. */
export const showNats = (nats: number): string => nats.toFixed(1).replace('-', '\u2212')

/** Seconds as 0:31, 2:05 or 1:02:05. */
export const showDuration = (seconds: number): string => {
  if (!Number.isFinite(seconds)) return '–'
  const whole = Math.ceil(seconds)
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const two = (n: number) => String(n).padStart(2, '0')
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

/** A rate with as many digits as mean something. */
export const showRate = (rate: number): string => (rate >= 100 ? rate.toFixed(0) : rate.toFixed(1))

/** What ran a training: `onnx-node, 2 threads`. */
export const showRuntime = ({
  runtime,
  threads,
}: {
  readonly runtime: string
  readonly threads: number
}): string => `${runtime}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`

/** How fast a training goes. */
export interface Speed {
  readonly step: number
  readonly epoch: number
  /** Steps a second; NaN before there are two. */
  readonly rate: number
  readonly secondsLeft: number
}

/** What a line of progress says. */
export interface Pace extends Speed {
  /** The mean of the last training bounds. */
  readonly bound: number
}

/** The mean of the last so many numbers, of which it takes one after the other. */
export const runningMean = (window = WINDOW): ((value: number) => number) => {
  const last: number[] = []
  return (value) => {
    last.push(value)
    if (last.length > window) last.shift()
    return last.reduce((a, b) => a + b, 0) / last.length
  }
}

/** A speedometer that takes one point after the other. */
export const speedometer = (steps: number): ((point: HistoryPoint) => Speed) => {
  const times: { readonly step: number; readonly seconds: number }[] = []
  return ({ step, epoch, seconds }) => {
    times.push({ step, seconds })
    while (times.length > 2 && seconds - (times[0]?.seconds ?? 0) > RATE_SECONDS) times.shift()
    const first = times[0] ?? { step, seconds }
    const rate = (step - first.step) / (seconds - first.seconds)
    return { step, epoch, rate, secondsLeft: (steps - step) / rate }
  }
}

/** A meter that takes one point after the other. */
export const meter = (steps: number): ((point: HistoryPoint) => Pace) => {
  const speed = speedometer(steps)
  const mean = runningMean()
  return (point) => ({ ...speed(point), bound: mean(boundAt(point)) })
}

/** Follows a fit. */
export interface Progress {
  readonly onEvent: (event: FitEvent) => void
  /** Clears what is drawn, so that words can follow. */
  readonly stop: () => void
}

interface Span {
  readonly steps: number
  readonly stepsPerEpoch: number
}

const words = (pace: Pace, { steps, stepsPerEpoch }: Span): string =>
  [
    `step ${pace.step}/${steps}`,
    `epoch ${pace.epoch}/${Math.ceil(steps / stepsPerEpoch)}`,
    Number.isFinite(pace.rate) ? `${showRate(pace.rate)} steps/s` : '',
    pace.step % stepsPerEpoch === 0 || pace.step === steps
      ? 'held-out …'
      : `${showDuration(pace.secondsLeft)} left`,
    `L_b ${showNats(pace.bound)}`,
  ]
    .filter((part) => part !== '')
    .join('  ')

/** Draws how far a training is, in the words of its kind. */
export interface Drawing {
  readonly draw: (step: number, steps: number, words: string) => void
  readonly clear: () => void
}

const barOn = (terminal: Terminal): Drawing => {
  const stream = terminal.progress as NodeJS.WriteStream
  const make = () =>
    new SingleBar({
      stream,
      format: `${terminal.dim('{bar}')} {percentage}%  {words}`,
      barCompleteChar: '\u2501',
      barIncompleteChar: '\u2500',
      barsize: (stream.columns ?? 80) >= 100 ? 24 : 10,
      hideCursor: true,
      gracefulExit: false,
      clearOnComplete: true,
      linewrap: false,
      fps: 10,
      formatValue: (v, _options, type) => (type === 'percentage' ? String(v).padStart(3) : String(v)),
    })
  let bar: SingleBar | undefined
  return {
    draw: (step, steps, words) => {
      if (bar !== undefined) return bar.update(step, { words })
      bar = make()
      bar.start(steps, step, { words })
    },
    clear: () => {
      bar?.stop()
      bar = undefined
    },
  }
}

const linesOn = (terminal: Terminal): Drawing => {
  let last = performance.now()
  return {
    draw: (_step, _steps, words) => {
      if (performance.now() - last < PLAIN_SECONDS * 1000) return
      last = performance.now()
      terminal.progress.write(`${words}\n`)
    },
    clear: () => undefined,
  }
}

const silent: Drawing = { draw: () => undefined, clear: () => undefined }

/** A bar on a terminal, a plain line now and then elsewhere, nothing with `quiet`. */
export const drawingOn = (terminal: Terminal, quiet: boolean): Drawing =>
  quiet ? silent : terminal.progress.isTTY === true ? barOn(terminal) : linesOn(terminal)

/** The mean training bound since the last held-out value, and that value: a line that stays. */
const epochLine = (terminal: Terminal, point: HistoryPoint, bounds: readonly number[]): string => {
  const training = bounds.reduce((a, b) => a + b, 0) / bounds.length
  const held = point.heldOut === undefined ? '' : `   held-out L_b ${terminal.bold(showNats(point.heldOut))}`
  return `epoch ${point.epoch}   step ${point.step}   training L_b ${showNats(training)}${held}   ${terminal.dim(showDuration(point.seconds))}`
}

/** Draws the progress of a fit; with `quiet` only the lines that stay. */
export const progressOn = (terminal: Terminal, quiet: boolean): Progress => {
  const drawing = drawingOn(terminal, quiet)
  let span: Span = { steps: 1, stepsPerEpoch: 1 }
  let read = meter(1)
  let bounds: number[] = []
  return {
    stop: drawing.clear,
    onEvent: (event) => {
      if (event.type === 'start') {
        span = event
        read = meter(event.steps)
        terminal.say(terminal.dim(`runtime ${showRuntime(event)}`))
      } else if (event.type === 'notice') {
        drawing.clear()
        terminal.say(terminal.dim(`note: ${event.message}`))
      } else if (event.type === 'step') {
        bounds.push(boundAt(event))
        drawing.draw(event.step, span.steps, words(read(event), span))
      } else if (event.type === 'epoch') {
        drawing.clear()
        terminal.say(epochLine(terminal, event, bounds))
        bounds = []
      } else drawing.clear()
    },
  }
}
