/**
 * pretrain(game, player, { steps, maximize? }): before the game, the player moves alone for so many steps.
 *
 *   θ_player ← θ_player + optimizer(∂ J / ∂ θ_player),  J its objective in the game, or the one given
 *
 * So a discriminator is trained first, as a classifier of labelled pictures if need be, then meets the generator. Nets
 * that only the objective of the pretraining has (the head of the classifier) belong to the player from then on. Phases
 * run in the order in which they are added; each has a fresh optimizer.
 * Errors: tags `model` and `option`. Tested in tests/dsl/games/pretrain.test.ts.
 */
import { type GiryError, giryError, throwAll } from '../error.js'
import { type AnyGame, type Game, playerFaults } from '../game.js'
import type { Merge } from '../model.js'
import { type AnyObjective, type Objective, plus } from '../objective.js'
import { aimFaults, aimOf, type Player, stepFaults } from './player.js'

/** A phase of pretraining, as a user declares it. */
export interface PretrainOptions<T = unknown, D = unknown> {
  readonly steps: number
  /** In place of the player's objective in the game. */
  readonly maximize?: Objective<T, D>
  /** In place of the player's objective in the game. */
  readonly minimize?: Objective<T, D>
}

// biome-ignore lint/complexity/noBannedTypes: {} is the record without entries.
type None = {}

/** A game that one player prepares for. */
export const pretrain: {
  <T, D>(of: Game<T, D>, player: string, options: { readonly steps: number }): Game<T, D>
  <T, D, U = None, E = None>(
    of: Game<T, D>,
    player: string,
    options: PretrainOptions<U, E>,
  ): Game<Merge<T, U>, Merge<D, E>>
} = (of: Game, player: string, options: PretrainOptions): Game<never, never> => {
  throwAll([...playerFaults(of, player), ...stepFaults(player, options.steps ?? Number.NaN)])
  const own = of.players.find((p) => p.name === player) as Player
  const spec = { ...options, owns: own.owns }
  throwAll(options.maximize === undefined ? [] : aimFaults(player, spec))
  const { objective, sense } = aimOf(spec) ?? own
  throwAll(foreignFaults(own, objective))
  return withPhase(of as AnyGame, own, { player, objective, sense, steps: options.steps }) as unknown as Game<
    never,
    never
  >
}

const withPhase = (of: AnyGame, own: Player, phase: NonNullable<Game['pretraining']>[number]): AnyGame => {
  // `plus` refuses one name for two nets or two spaces.
  const { nets, data } = plus(phase.objective, { ...own.objective, nets: of.nets, data: of.data })
  const more = Object.keys(nets).filter((net) => !(net in of.nets))
  return {
    ...of,
    nets,
    data,
    players: of.players.map((p) => (p.name === own.name ? { ...p, owns: [...p.owns, ...more] } : p)),
    pretraining: [...(of.pretraining ?? []), phase],
  }
}

/** An objective in which nothing is the player's own has nothing to teach it. */
const foreignFaults = (own: Player, objective: AnyObjective): readonly GiryError[] =>
  own.owns.some((net) => net in objective.nets)
    ? []
    : [
        giryError(
          'model',
          own.name,
          `the objective of the pretraining has no net of player '${own.name}'`,
          `use one of ${own.owns.join(', ')} in it`,
        ),
      ]
