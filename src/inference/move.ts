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
import { lastGood, type PlayerState, replace, type TrainingState } from './trainingState.js'

// Both passes below also add up what they write: a sum is finite exactly when no entry is NaN or infinite, short of an
// overflow of float64. A pass over all parameters of its own costs as much as either.

/** update ← the gradient with the sign of descent (a loss exists only here); whether all of it is finite. */
const descend = (update: Float32Array, gradient: Float32Array, sense: Player['sense']): boolean => {
  const sign = sense === 'max' ? -1 : 1
  let sum = 0
  for (let i = 0; i < update.length; i++) {
    const u = sign * (gradient[i] as number)
    update[i] = u
    sum += u
  }
  return Number.isFinite(sum)
}

/** update ← update + params; whether all of it is finite. */
const addTo = (update: Float32Array, params: Float32Array): boolean => {
  let sum = 0
  for (let i = 0; i < update.length; i++) {
    const next = (update[i] as number) + (params[i] as number)
    update[i] = next
    sum += update[i] as number
  }
  return Number.isFinite(sum)
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

/** What to do: an infinite log density at a finite point is a matter of support, not of the learning rate. */
const remedyFor = (culprit: Culprit | undefined, step: number): string => {
  if (culprit?.what === 'value' && culprit.found === '-Infinity')
    return `look at the support of site '${culprit.site}': a value that it was given has density 0 there`
  return step === 1
    ? 'look at the starting parameters and the data: nothing has been learnt yet'
    : 'lower the learning rate, or clip: optimizer(clipByGlobalNorm(1), adam(1e-3))'
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
    `${remedyFor(culprit, c.step)}; the last good parameters are in details.params`,
    {
      step: c.step,
      site: culprit?.site,
      term: culprit?.term,
      updates: c.state.good.updates,
      params: lastGood(c.state),
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
  const refuse = () => E.left([nonFinite(c, ps, batch, value)])
  const updates = Object.fromEntries(
    ps.paths.map((path) => [path, new Float32Array((gradients[path] as Float32Array).length)]),
  )
  const params = Object.fromEntries(ps.paths.map((path) => [path, (state.arrays[path] as NamedArray).data]))
  const all = (pass: (path: string, update: Float32Array) => boolean) =>
    ps.paths.map((path) => pass(path, updates[path] as Float32Array)).every((finite) => finite)
  const descended = all((path, u) => descend(u, gradients[path] as Float32Array, ps.player.sense))
  if (!Number.isFinite(value) || !descended) return refuse()
  // Arrays are replaced, never written, so this keeps the parameters as they are now.
  state.good = { arrays: { ...state.arrays }, updates: c.step - 1 }
  ps.update(updates, { step: ++ps.moves, params })
  if (!all((path, u) => addTo(u, params[path] as Float32Array))) return refuse()
  const decay = c.prepared.optimizers[ps.player.name]?.average
  for (const path of ps.paths) replace(state, path, updates[path] as Float32Array, decay)
  return E.right(value)
}
