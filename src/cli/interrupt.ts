/**
 * Ctrl-C: the first one asks to stop, and what was done is kept; a second one quits at once.
 *
 *   SIGINT, SIGTERM or SIGHUP at time t      aborts the signal      again, after t + 400 ms      exit code 130
 *
 * A launcher such as npm passes on a signal that the terminal has sent to this process already, so the second of
 * two signals within `ECHO` milliseconds is taken for an echo of the first. Tested in tests/cli/interrupt.test.ts.
 */
import { exitCodes } from './exitCode.js'

const ECHO = 400
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** What of a process this needs. */
export interface Interruptible {
  on(event: (typeof SIGNALS)[number], listener: () => void): unknown
  off(event: (typeof SIGNALS)[number], listener: () => void): unknown
  exit(code: number): unknown
}

/** Work that can be stopped. */
export interface Interruption {
  readonly signal: AbortSignal
  /** Gives signals back their usual effect. */
  readonly release: () => void
}

/** Turns Ctrl-C into an abort signal; `announce` is called at the first one. */
export const interruptible = (
  on: Interruptible,
  announce: () => void,
  now: () => number = () => performance.now(),
): Interruption => {
  const controller = new AbortController()
  let first = Number.POSITIVE_INFINITY
  const listener = (): void => {
    if (controller.signal.aborted) {
      if (now() - first > ECHO) on.exit(exitCodes.interrupted)
      return
    }
    first = now()
    controller.abort()
    announce()
  }
  for (const name of SIGNALS) on.on(name, listener)
  return { signal: controller.signal, release: () => SIGNALS.forEach((name) => void on.off(name, listener)) }
}
