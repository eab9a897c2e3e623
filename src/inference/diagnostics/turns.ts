/**
 * Long loops let the event loop turn: signals, progress bars and timers are served in between.
 */

/** Milliseconds of work between two turns. */
const INTERVAL = 50

/** A function to be awaited in a loop: every 50 ms it lets the event loop turn. */
export const turns = (): (() => Promise<void> | undefined) => {
  let rested = performance.now()
  return () => {
    if (performance.now() - rested < INTERVAL) return undefined
    return new Promise((resolve) =>
      setTimeout(() => {
        rested = performance.now()
        resolve()
      }, 0),
    )
  }
}
