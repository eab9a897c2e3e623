/**
 * The players of a training run. An objective has one, which owns every net and maximizes; a game has its own.
 */
import { type AnyGame, maximize } from '../dsl/game.js'
import type { Player } from '../dsl/games/player.js'
import type { AnyObjective } from '../dsl/objective.js'

/** What can be trained, at run time. */
export type Trainable = AnyObjective | AnyGame

/** The name of the one player of an objective. */
export const soloPlayer = 'objective'

/** The players of an objective or a game, in the order of their moves. */
export const playersOf = (target: Trainable): readonly Player[] =>
  target.tag === 'game' ? target.players : maximize(target).players.map((p) => ({ ...p, name: soloPlayer }))
