/**
 * Learning rates as functions of the step t = 1, 2, …; a number is a constant one. t counts the updates of one optimizer: a player that
 * makes k steps in a row has k for each step of the game, and extragradient play two, so T is as many times the steps of the fit.
 *
 *   constant(r) = r                                   linearSchedule(a, b, T): from a to b over T steps, then b
 *   exponentialDecay(r, d, T) = r d^(t / T)           cosineSchedule(r, T) = ½ r (1 + cos(π min(t, T) / T))
 *   warmup(n, s) = s(t) min(1, t / n)
 *   cyclicalSchedule: rises from a to b in each of M cycles over T steps, then stays at b
 *
 * The weight of a divergence may be one too (elbo's `beta`, `scale`); there t is the step of the fit, and t = Infinity outside of one.
 *
 * Errors: tag `option`, numbers of which no schedule can be made. Tested in tests/inference/optimizers/optimizers.test.ts.
 */

import { fail } from '../../dsl/error.js'
import { shown } from '../../dsl/shown.js'

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
      `a learning rate must be a positive number, but ${shown(rate)} was given`,
      'a usual one for adam is 1e-3',
    )
  return () => rate
}

const requireFinite = (schedule: string, numbers: Readonly<Record<string, number>>): void => {
  for (const [name, x] of Object.entries(numbers))
    if (!Number.isFinite(x))
      fail(
        'option',
        name,
        `${name} of ${schedule} must be a finite number, but ${shown(x)} was given`,
        'give numbers, as in linearSchedule(0, 1, 1000)',
      )
}

const requireSteps = (schedule: string, steps: number): void => {
  if (!(Number.isFinite(steps) && steps > 0))
    fail(
      'option',
      'steps',
      `steps of ${schedule} must be a number > 0, but ${shown(steps)} was given`,
      'use the number of updates that it takes, for example 1000; for none, write the number it ends at',
    )
}

/** From `begin` to `end` over `steps` steps. */
export const linearSchedule = (begin: number, end: number, steps: number): Schedule => {
  requireFinite('linearSchedule', { begin, end })
  requireSteps('linearSchedule', steps)
  return (t) => begin + (end - begin) * Math.min(1, t / steps)
}

/** rate · decay^(t / steps). */
export const exponentialDecay = (rate: number, decay: number, steps: number): Schedule => {
  requireFinite('exponentialDecay', { rate, decay })
  requireSteps('exponentialDecay', steps)
  return (t) => rate * decay ** (t / steps)
}

/** Half a cosine from `rate` to 0 over `steps` steps. */
export const cosineSchedule = (rate: number, steps: number): Schedule => {
  requireFinite('cosineSchedule', { rate })
  requireSteps('cosineSchedule', steps)
  return (t) => 0.5 * rate * (1 + Math.cos((Math.PI * Math.min(t, steps)) / steps))
}

/** Grows linearly over the first `steps` steps. */
export const warmup = (steps: number, rate: Rate): Schedule => {
  if (steps !== 0) requireSteps('warmup', steps)
  const after = scheduleOf(rate)
  return (t) => after(t) * Math.min(1, t / steps)
}

/** The cycles of an annealed weight. */
export interface Cycles {
  /** Where each cycle begins; 0 if left out. */
  readonly from?: number
  /** Where each ends, and where the schedule stays; 1 if left out. */
  readonly to?: number
  /** Steps of all cycles together. */
  readonly steps: number
  /** Number of cycles; 4 if left out. */
  readonly cycles?: number
  /** The part of a cycle in which it rises; ½ if left out. */
  readonly rise?: number
}

/** Linear from `from` to `to` in the first part of each cycle, then flat (Fu et al., 2019, equation 6). */
export const cyclicalSchedule = ({ from = 0, to = 1, steps, cycles = 4, rise = 0.5 }: Cycles): Schedule => {
  if (!(steps > 0 && Number.isInteger(cycles) && cycles >= 1 && rise > 0 && rise <= 1))
    fail(
      'option',
      'cycles',
      `a cyclical schedule has steps > 0, a whole number of cycles >= 1 and 0 < rise <= 1, but ${steps}, ${cycles} and ${rise} were given`,
      'use { steps: 10000, cycles: 4, rise: 0.5 }',
    )
  requireFinite('cyclicalSchedule', { from, to })
  const length = steps / cycles
  return (t) => (t > steps ? to : from + (to - from) * Math.min(1, ((t - 1) % length) / length / rise))
}
