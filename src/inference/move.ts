/**
 * One move of one player: θ ← θ + optimizer(±∂ objective / ∂θ), the other nets frozen.
 *
 *   look      the objective and its gradient here, nothing moves        advance      the update by the gradient last seen
 *
 * A move whose value, gradient or result is not finite changes nothing; the error names the player, the site and the term and
 * carries the last good parameters in `details.params`. Errors: tag `nonFinite`.
 */
import * as tf from '@tensorflow/tfjs'
import { either as E } from 'fp-ts'
import { type GiryError, giryError } from '../dsl/error.js'
import type { Batch } from './batches.js'
import type { Engine } from './engine.js'
import type { HistoryPoint } from './fitted.js'
import { soloPlayer } from './players.js'
import { type Culprit, findCulprit, uploadAll } from './step.js'
import { type Buffers, lastGood, type PlayerState, type TrainingState, viewsNow } from './trainingState.js'

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
const remedyFor = (culprit: Culprit | undefined, step: number, value: number): string => {
  if (culprit?.what === 'value' && culprit.found === '-Infinity')
    return `look at the support of site '${culprit.site}': a value that it was given has density 0 there`
  if (culprit === undefined && Number.isFinite(value))
    return 'the gradient is finite: look at the learning rate and at the transformations of the optimizer'
  return step === 1
    ? 'look at the starting parameters and the data: nothing has been learnt yet'
    : 'lower the learning rate, or clip: optimizer(clipByGlobalNorm(1), adam(1e-3))'
}

/** Where a move happens, for its error. */
export interface MoveContext {
  readonly state: TrainingState
  readonly engine: Engine
  readonly step: number
  readonly history: readonly HistoryPoint[]
}

/** The culprit, found by evaluating the step once more, eagerly. */
const culpritOf = async (c: MoveContext, ps: PlayerState, batch: Batch): Promise<Culprit | undefined> => {
  const tensors = uploadAll(viewsNow(c.state))
  try {
    return findCulprit(ps.player.objective, tensors, ps.paths, batch)
  } finally {
    tf.dispose(tensors)
  }
}

const nonFinite = async (
  c: MoveContext,
  ps: PlayerState,
  batch: Batch,
  value: number,
): Promise<GiryError> => {
  const culprit = await culpritOf(c, ps, batch)
  const { name } = ps.player
  // The one player of an objective needs no name.
  const place = name === soloPlayer ? `step ${c.step}` : `step ${c.step}, player '${name}'`
  return giryError(
    'nonFinite',
    name === soloPlayer ? (culprit?.site ?? name) : name,
    `${place}: ${complaint(culprit, value)}`,
    `${remedyFor(culprit, c.step, value)}; the last good parameters are in details.params`,
    {
      step: c.step,
      player: name,
      site: culprit?.site,
      term: culprit?.term,
      updates: c.state.good.updates,
      params: lastGood(c.state),
      history: c.history,
    },
  )
}

/** What a player sees before it moves. */
export interface Look {
  /** Its objective. */
  readonly value: number
  /** Euclidean norm of the gradient over all its parameters. */
  readonly gradientNorm: number
}

type Looked = E.Either<readonly GiryError[], Look>

const refuse = async (c: MoveContext, ps: PlayerState, batch: Batch, value: number) =>
  E.left([await nonFinite(c, ps, batch, value)])

/**
 * The objective of a player and its gradient, which is left with the optimizer. A gradient that is not finite is refused here: an
 * update would write it over the buffer that the last good parameters are in.
 */
export const look = async (c: MoveContext, ps: PlayerState, batch: Batch): Promise<Looked> => {
  const value = await c.engine.gradient(ps.player.objective, ps.optimizer.gradients, batch)
  const gradientNorm = ps.optimizer.gradientNorm()
  return Number.isFinite(value) && Number.isFinite(gradientNorm)
    ? E.right({ value, gradientNorm })
    : refuse(c, ps, batch, value)
}

/**
 * Moves a player by the gradient that it saw at `batch`; the errors leave the parameters as they were. `from` has the buffers that
 * all players looked from: the last good parameters, whoever of them has moved since.
 */
export const advance = async (
  c: MoveContext,
  ps: PlayerState,
  batch: Batch,
  seen: Look,
  from: Buffers,
): Promise<Looked> => {
  c.state.good = { buffers: from, updates: c.step - 1 }
  const updated = ps.optimizer.step()
  if (!updated.finite) return refuse(c, ps, batch, seen.value)
  ps.moves++
  return E.right(seen)
}
