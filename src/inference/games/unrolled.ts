/**
 * unrolled(game, player, { over, steps, rate }): the player looks `steps` moves of its opponent ahead.
 *
 *   θ_0 = θ_over,   θ_{j+1} = θ_j + rate · ∂ payoff_over(θ_player, θ_j) / ∂ θ_j        payoff_player(θ_player, θ_k)
 *
 * The gradient flows through the moves, so the player foresees how the opponent answers, and does not run into one mode. The
 * opponent looks ahead by plain ascent on the same minibatch and noise; its own moves in the game are as before. The cost is one
 * second-order gradient for each step. Errors: tags `model`, `option`. Metz et al., 2017, "Unrolled GANs", equations 5 to 9.
 * Tested in tests/inference/games/unrolled.test.ts.
 */

import * as tf from '@tensorflow/tfjs'
import { type GiryError, giryError, throwAll } from '../../dsl/error.js'
import { type AnyGame, type Game, playerFaults } from '../../dsl/game.js'
import { type Player, payoff, stepFaults } from '../../dsl/games/player.js'
import type { AnyObjective, Environment } from '../../dsl/objective.js'
import type { ParameterTensors } from '../../dsl/params.js'
import { shown } from '../../dsl/shown.js'
import { atParameters, pathsOf, slopesOf } from './slopes.js'

/** How far a player looks ahead. */
export interface UnrolledOptions {
  /** The opponent whose moves it foresees. */
  readonly over: string
  /** Moves ahead. */
  readonly steps: number
  /** Rate of the foreseen ascent. */
  readonly rate: number
}

const optionFaults = (
  of: Pick<Game, 'players'>,
  player: string,
  o: UnrolledOptions,
): readonly GiryError[] => [
  ...playerFaults(of, player),
  ...playerFaults(of, o.over),
  ...(player === o.over
    ? [giryError('model', player, `player '${player}' cannot look ahead of itself`, 'name its opponent')]
    : []),
  ...stepFaults(o.over, o.steps),
  ...(o.rate > 0 && o.rate < Infinity
    ? []
    : [
        giryError(
          'option',
          'rate',
          `the rate of the foreseen moves must be a number > 0, but ${shown(o.rate)} was given`,
          'use the learning rate of plain ascent that the opponent would take',
        ),
      ]),
]

/** The parameters of the opponent after one foreseen move. */
const ahead = (opponent: Player, env: Environment, rate: number): ParameterTensors => {
  const slopes = slopesOf(payoff(opponent), env, pathsOf(opponent.owns, env.parameters))
  const moved = Object.entries(slopes).map(([path, slope]) => [
    path,
    tf.add(env.parameters[path] as tf.Tensor, tf.mul(rate, slope)),
  ])
  return { ...env.parameters, ...Object.fromEntries(moved) }
}

const foreseeing = (of: AnyGame, own: Player, opponent: Player, o: UnrolledOptions): AnyObjective => ({
  ...own.objective,
  description: `${own.objective.description}, ${o.steps} moves of ${o.over} ahead`,
  nets: of.nets,
  data: of.data,
  evaluate: (env) => {
    let parameters = env.parameters
    for (let k = 0; k < o.steps; k++) parameters = ahead(opponent, { ...env, parameters }, o.rate)
    return own.objective.evaluate(atParameters(own.objective, env, parameters))
  },
})

/** The game in which the player looks ahead. */
export const unrolled = <T, D>(of: Game<T, D>, player: string, options: UnrolledOptions): Game<T, D> => {
  throwAll(optionFaults(of, player, options))
  const named = (name: string) => of.players.find((p) => p.name === name) as Player
  const objective = foreseeing(of as AnyGame, named(player), named(options.over), options)
  return { ...of, players: of.players.map((p) => (p.name === player ? { ...p, objective } : p)) }
}
