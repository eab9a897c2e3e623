/**
 * Learning rates as functions of the step t = 1, 2, …; a number is a constant one. t counts the updates of one optimizer: a player that
 * makes k steps in a row has k for each step of the game, and extragradient play two, so T is as many times the steps of the fit.
 *
 *   constant(r) = r                                   linearSchedule(a, b, T): from a to b over T steps, then b
 *   exponentialDecay(r, d, T) = r d^(t / T)           cosineSchedule(r, T) = ½ r (1 + cos(π min(t, T) / T))
 *   warmup(n, s) = s(t) min(1, t / n)
 *
 * Tested in tests/inference/optimizers/optimizers.test.ts.
 */
import { fail } from '../../dsl/error.js'

/** A learning rate for each step. */
export type Schedule = (step: number) => number

/** A learning rate: a number, or a schedule. */
export type Rate = number | Schedule

/** A rate as a schedule; a number must be positive and finite. */
export const scheduleOf = (rate: Rate): Schedule => {
  if (typeof rate === 'function') return rate
  if (!(rate > 0 && rate < Infinity))
    fail(
      'option',
      'learning rate',
      `a learning rate must be a positive number, but ${rate} was given`,
      'a usual one for adam is 1e-3',
    )
  return () => rate
}

/** From `begin` to `end` over `steps` steps. */
export const linearSchedule =
  (begin: number, end: number, steps: number): Schedule =>
  (t) =>
    begin + (end - begin) * Math.min(1, t / steps)

/** rate · decay^(t / steps). */
export const exponentialDecay =
  (rate: number, decay: number, steps: number): Schedule =>
  (t) =>
    rate * decay ** (t / steps)

/** Half a cosine from `rate` to 0 over `steps` steps. */
export const cosineSchedule =
  (rate: number, steps: number): Schedule =>
  (t) =>
    0.5 * rate * (1 + Math.cos((Math.PI * Math.min(t, steps)) / steps))

/** Grows linearly over the first `steps` steps. */
export const warmup = (steps: number, rate: Rate): Schedule => {
  const after = scheduleOf(rate)
  return (t) => after(t) * Math.min(1, t / steps)
}
