/**
 * One move of one player: θ ← θ + optimizer(±∂ objective / ∂θ), the other nets frozen.
 *
 * A move whose value, gradient or result is not finite changes nothing; the error names the site and the term and carries
 * the last good parameters in `details.params`. Errors: tag `nonFinite`.
 */
import { either as E } from 'fp-ts'
import { type GiryError, giryError } from '../dsl/error.js'
import type { Player } from '../dsl/game.js'
import type { NamedArray } from '../dsl/params.js'
import type { HistoryPoint } from './fitted.js'
import type { Prepared } from './prepare.js'
import { type Batch, type Culprit, evaluateWithGradients, findCulprit } from './step.js'
import { type PlayerState, paramsNow, replace, type TrainingState } from './trainingState.js'

// A sum is finite exactly when no entry is NaN or infinite, short of an overflow of float64.
const finite = (a: Float32Array): boolean => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] as number
  return Number.isFinite(sum)
}

/** The gradients with the sign of descent: a loss exists only here. */
const descent = (gradient: Float32Array, sense: Player['sense']): Float32Array => {
  const sign = sense === 'max' ? -1 : 1
  const update = new Float32Array(gradient.length)
  for (let i = 0; i < update.length; i++) update[i] = sign * (gradient[i] as number)
  return update
}

const addTo = (update: Float32Array, params: Float32Array): void => {
  for (let i = 0; i < update.length; i++) update[i] = (update[i] as number) + (params[i] as number)
}

/** What stopped being finite, in words. */
const complaint = (culprit: Culprit | undefined, value: number): string => {
  if (culprit === undefined)
    return Number.isFinite(value) ? 'the updated parameters are not finite' : `the objective is ${value}`
  const term = `the term ${culprit.term} at site '${culprit.site}'`
  return culprit.what === 'gradient'
    ? `${term} has a gradient that is ${culprit.found}`
    : `${term} is ${culprit.found}`
}

/** Where a move happens, for its error. */
export interface MoveContext {
  readonly prepared: Prepared
  readonly state: TrainingState
  readonly step: number
  readonly history: readonly HistoryPoint[]
}

const nonFinite = (c: MoveContext, ps: PlayerState, batch: Batch, value: number): GiryError => {
  const culprit = findCulprit(ps.player.objective, c.state.tensors, ps.paths, batch)
  return giryError(
    'nonFinite',
    culprit?.site ?? ps.player.name,
    `step ${c.step}: ${complaint(culprit, value)}`,
    'lower the learning rate, or clip: optimizer(clipByGlobalNorm(1), adam(1e-3)); the last good parameters are in details.params',
    {
      step: c.step,
      site: culprit?.site,
      term: culprit?.term,
      params: paramsNow(c.state),
      history: c.history,
    },
  )
}

/** Moves one player; returns its objective, or the errors, which leave the parameters as they were. */
export const move = (
  c: MoveContext,
  ps: PlayerState,
  batch: Batch,
): E.Either<readonly GiryError[], number> => {
  const { state } = c
  const { value, gradients } = evaluateWithGradients(ps.player.objective, state.tensors, ps.paths, batch)
  const allFinite = (arrays: Readonly<Record<string, Float32Array>>) => Object.values(arrays).every(finite)
  if (!Number.isFinite(value) || !allFinite(gradients)) return E.left([nonFinite(c, ps, batch, value)])
  const updates = Object.fromEntries(
    Object.entries(gradients).map(([path, gradient]) => [path, descent(gradient, ps.player.sense)]),
  )
  const params = Object.fromEntries(ps.paths.map((path) => [path, (state.arrays[path] as NamedArray).data]))
  ps.update(updates, { step: ++ps.moves, params })
  for (const path of ps.paths) addTo(updates[path] as Float32Array, params[path] as Float32Array)
  if (!allFinite(updates)) return E.left([nonFinite(c, ps, batch, value)])
  const decay = c.prepared.optimizers[ps.player.name]?.average
  for (const path of ps.paths) replace(state, path, updates[path] as Float32Array, decay)
  return E.right(value)
}
