/**
 * What the options of a fit ask of the players: an optimizer for each, a way to play, something to move.
 *
 *   one optimizer serves all, a record has one for each; a frozen player needs none
 *
 * Errors: tags `option`, `model`, every fault. Tested in tests/inference/fit.test.ts and tests/inference/play.test.ts.
 */
import { either as E } from 'fp-ts'
import { type GiryError, giryError } from '../dsl/error.js'
import type { Pretraining } from '../dsl/game.js'
import type { Player } from '../dsl/games/player.js'
import type { AnyNet } from '../dsl/net.js'
import type { FitOptions } from './fitted.js'
import { sgd } from './optimizers/optimizers.js'
import type { Optimizer } from './optimizers/transformation.js'
import { playNames } from './playNames.js'

/** An optimizer for nobody is a misspelt name. */
const strangerFaults = (given: FitOptions['optimizer'], players: readonly Player[]): readonly GiryError[] => {
  if (typeof given !== 'object' || given === null || given.tag === 'optimizer') return []
  return Object.keys(given)
    .filter((name) => !players.some((p) => p.name === name))
    .map((name) =>
      giryError(
        'option',
        'optimizer',
        `an optimizer is given for '${name}', who is no player`,
        `the players are ${players.map((p) => p.name).join(', ')}`,
      ),
    )
}

/** Holds the arrays of a player that is frozen, and is never asked to step. */
const still = sgd(1)

/** The optimizer of each player, or every fault. */
export const optimizersOf = (
  o: FitOptions,
  players: readonly Player[],
): E.Either<readonly GiryError[], Readonly<Record<string, Optimizer>>> => {
  const given = o.optimizer
  const one = (name: string): Optimizer | undefined =>
    (given as Partial<Optimizer>)?.tag === 'optimizer'
      ? (given as Optimizer)
      : (given as Readonly<Record<string, Optimizer>> | undefined)?.[name]
  const missing = players
    .filter((p) => p.steps > 0 && one(p.name)?.tag !== 'optimizer')
    .map((p) =>
      giryError(
        'option',
        'optimizer',
        `no optimizer is given for '${p.name}'`,
        'pass { optimizer: adam(1e-3) }, or one for each player',
      ),
    )
  const faults = [...missing, ...strangerFaults(given, players)]
  return faults.length > 0
    ? E.left(faults)
    : E.right(Object.fromEntries(players.map((p) => [p.name, one(p.name) ?? still])))
}

/** The way to play must be one, and one move a step where all move at once. */
export const playFaults = (
  { play = 'alternating' }: FitOptions,
  players: readonly Player[],
): readonly GiryError[] => {
  if (!playNames.includes(play))
    return [
      giryError(
        'option',
        'play',
        `play must be one of ${playNames.join(', ')}, but '${String(play)}' was given`,
        "leave it out for 'alternating'",
      ),
    ]
  if (play === 'alternating') return []
  return players
    .filter((p) => p.steps > 1)
    .map((p) =>
      giryError(
        'option',
        'play',
        `player '${p.name}' makes ${p.steps} steps in a row, but in ${play} play all move at once`,
        "use { play: 'alternating' }, or one step each with learning rates of their own",
      ),
    )
}

/** Each player must have something to move. */
export const nothingToTrain = (
  players: readonly Player[],
  nets: Readonly<Record<string, AnyNet>>,
): readonly GiryError[] =>
  players
    .filter((p) => p.owns.every((net) => Object.keys(nets[net]?.parameters ?? {}).length === 0))
    .map((p) =>
      giryError(
        'model',
        p.name,
        `'${p.name}' has no parameters to train`,
        'give the model a net, or evaluate the objective with evaluate(…)',
      ),
    )

/** A game in which all hold still goes nowhere, unless it is about its pretraining. */
export const nobodyMoves = (
  players: readonly Player[],
  pretraining: readonly Pretraining[],
): readonly GiryError[] =>
  pretraining.length > 0 || players.some((p) => p.steps > 0)
    ? []
    : [
        giryError(
          'model',
          'game',
          'every player of this game is frozen',
          'freeze those only whose nets should stay as they are',
        ),
      ]
