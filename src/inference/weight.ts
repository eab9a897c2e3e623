/**
 * Weight: a number, or a schedule of the update t = 1, 2, …, by which a part of an objective counts.
 *
 *   β        or        β_t = linearSchedule(0, 1, 1000)(t)
 *
 * t is the step of the fit. Outside of a fit, on held-out data and for monitors, t = Infinity: the end of the schedule, so that
 * what is measured does not change with the time at which it is. Errors: tag `option`. Tested in tests/inference/weight.test.ts.
 */

import type { Real } from '../dsl/domains/marks.js'
import { type GiryError, giryError } from '../dsl/error.js'
import type { Environment, StepSchedule } from '../dsl/objective.js'
import { shown } from '../dsl/shown.js'
import { constant, type Value } from '../dsl/value.js'

/** A number, or a schedule of the step. */
export type Weight = number | StepSchedule

/** The weight now, a constant of every gradient. */
export const weightAt = (weight: Weight, env: Environment): Value<[], Real> =>
  typeof weight === 'function' ? env.step(weight) : (constant(weight) as Value<[], Real>)

/** The weight once training is over. */
export const finalWeight = (weight: Weight): number =>
  typeof weight === 'function' ? weight(Infinity) : weight

const isWeight = (x: unknown): boolean => typeof x === 'number' && x >= 0 && x < Infinity

/** What is wrong with a weight that cannot follow the updates. */
export const numberFaults = (name: string, weight: unknown, remedy: string): readonly GiryError[] =>
  isWeight(weight)
    ? []
    : [giryError('option', name, `${name} must be a number >= 0, but ${shown(weight)} was given`, remedy)]

/** What is wrong with a weight: a number that is negative or infinite, a schedule that begins or ends so. */
export const weightFaults = (
  name: string,
  weight: unknown,
  remedy = 'use 1 for the evidence bound',
): readonly GiryError[] => {
  if (weight === undefined || isWeight(weight)) return []
  if (typeof weight !== 'function') return numberFaults(name, weight, remedy)
  return [1, Infinity]
    .filter((t) => !isWeight(weight(t)))
    .map((t) =>
      giryError(
        'option',
        name,
        `${name} is a schedule that must give a number >= 0, but at step ${t} it gives ${String(weight(t))}`,
        t === 1
          ? remedy
          : 'let it end: its number for Infinity is the weight on held-out data and in evaluate',
      ),
    )
}
