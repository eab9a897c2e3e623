/**
 * How an objective, or an estimate, evaluates a program: explicit noise, a batch of data, K particles.
 *
 *   inputs and observed sites read the data; draws have the axes [particle, datum]
 */

import { type GiryError, giryError } from '../../dsl/error.js'
import { datumAxis } from '../../dsl/model.js'
import type { Environment } from '../../dsl/objective.js'
import { shown } from '../../dsl/shown.js'
import { type Axis, expandAxes } from '../../dsl/value.js'
import { particleAxis } from '../estimators/draws.js'
import type { AnyProgram, Scalar, Weighing } from './program.js'

/** The program's environment within that of an objective. */
export const weighing = (
  env: Pick<Environment, 'functions' | 'data' | 'noise' | 'batch'>,
  particles: number,
  how: Pick<Weighing, 'hold' | 'onLevel'>,
): Weighing => ({
  functions: env.functions,
  data: env.data,
  given: env.data,
  noise: env.noise,
  batch: env.batch,
  particles,
  ...how,
})

/** A weight for each particle and datum, also where it is the same for all. */
export const spread = (v: Scalar, { batch, particles }: Pick<Weighing, 'batch' | 'particles'>): Scalar => {
  const axes: readonly Axis[] = [
    ...(particles > 1 ? [{ name: particleAxis, size: particles }] : []),
    { name: datumAxis, size: batch },
  ]
  return expandAxes(v, axes)
}

/** Faults of a number of particles. */
export const particleFaults = (particles: unknown): readonly GiryError[] =>
  Number.isInteger(particles) && (particles as number) >= 1
    ? []
    : [
        giryError(
          'option',
          'particles',
          `particles must be a whole number >= 1, but ${shown(particles)} was given`,
          'use 1, or more for less variance',
        ),
      ]

/** Sites whose gradient the objective cannot give. */
export const roughFaults = (
  program: AnyProgram,
  objective: string,
  detached: boolean,
): readonly GiryError[] =>
  program
    .dependence(new Set(), detached)
    .rough.map(({ name, family }) =>
      giryError(
        'model',
        name,
        `site '${name}' is drawn from ${family}, whose gradient would need the score function, which ${objective} does not have`,
        "draw it from a pathwise distribution, or train its proposal by stepwise(program, { divergence: 'forward' })",
      ),
    )
