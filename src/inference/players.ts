/**
 * The players of a training run. An objective has one, which owns every net and maximizes; a game has its own.
 */
import type { AnyObjective } from '../dsl/objective.js'

/** One player: it moves the nets it owns, all others are frozen meanwhile. */
export interface TrainingPlayer {
  readonly name: string
  readonly objective: AnyObjective
  readonly owns: readonly string[]
  readonly sense: 'max' | 'min'
  /** Moves in a row. */
  readonly steps: number
}

/** What can be trained, at run time. */
export type Trainable = AnyObjective | { readonly tag: 'game'; readonly players: readonly TrainingPlayer[] }

/** The players of an objective or a game, in the order of their moves. */
export const playersOf = (target: Trainable): readonly TrainingPlayer[] =>
  target.tag === 'game'
    ? target.players
    : [{ name: 'objective', objective: target, owns: Object.keys(target.nets), sense: 'max', steps: 1 }]
