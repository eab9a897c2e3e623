/**
 * consensus(game, γ): every player also wants the game to come to rest.
 *
 *   payoff_i − γ ½ ‖v‖²,   v the gradients of all payoffs, each in its player's own parameters
 *
 * On a bilinear game v only turns around the equilibrium; −∇ ½ ‖v‖² points into it. Each player computes the gradients of all,
 * and differentiates them once more. A player that is frozen counts in v, as what it would do.
 * v is that of the minibatch: ½ ‖v‖² is larger than that of all data by half the variance of v.
 * Errors: tag `option`; `model` at the first step, where a site is drawn by its score function. Mescheder, Nowozin and Geiger, 2017, "The numerics of GANs", equation 8.
 * Tested in tests/inference/games/consensus.test.ts.
 */

import * as tf from '@tensorflow/tfjs'
import { real } from '../../dsl/domain.js'
import { fail } from '../../dsl/error.js'
import type { AnyGame, Game } from '../../dsl/game.js'
import type { Player } from '../../dsl/games/player.js'
import { type AnyObjective, type Environment, minus, plus, scale } from '../../dsl/objective.js'
import { shown } from '../../dsl/shown.js'
import { makeValue } from '../../dsl/value.js'
import { pathsOf, slopesOf } from './slopes.js'

/** ½ ‖v‖². */
const restlessness = (of: AnyGame): AnyObjective => ({
  tag: 'objective',
  description: '½ ‖v‖²',
  nets: of.nets,
  data: of.data,
  evaluate: (env) => {
    const squares = of.players.flatMap((p) => squaresOf(p, env))
    return makeValue(
      tf.mul(
        0.5,
        squares.reduce((a, b) => tf.add(a, b), tf.scalar(0)),
      ),
      [],
      real,
    )
  },
})

/** The squared gradient of one player; the sign of its sense does not matter. */
const squaresOf = (p: Player, env: Environment): readonly tf.Tensor[] =>
  Object.values(slopesOf(p.objective, env, pathsOf(p.owns, env.parameters))).map((g) => tf.sum(tf.square(g)))

/** The game with consensus of weight γ. */
export const consensus = <T, D>(of: Game<T, D>, gamma: number): Game<T, D> => {
  if (!(gamma >= 0 && gamma < Infinity))
    fail(
      'option',
      'gamma',
      `gamma of consensus must be a number >= 0, but ${shown(gamma)} was given`,
      'a usual one is 0.1 to 10',
    )
  const penalty = scale(gamma, restlessness(of as AnyGame))
  const with_ = (p: Player): Player => ({
    ...p,
    objective: (p.sense === 'max' ? minus(p.objective, penalty) : plus(p.objective, penalty)) as AnyObjective,
  })
  return { ...of, players: of.players.map(with_) }
}
