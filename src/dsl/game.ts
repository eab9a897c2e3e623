/**
 * Game<T, D>: players who own nets and maximize or minimize objectives.
 *
 *   maximize(J)                                max_θ J(θ)                minimize(J)     min_θ J(θ)
 *   minimax(V, { max: ['D'], min: ['G'] })     min_G max_D V(D, G): zero-sum, the payoffs V and −V sum to 0
 *   game({ D: { owns: ['D'], maximize: J }, G: { owns: ['G'], minimize: K } })      each player has an objective of its own
 *
 * Every net of the objectives has exactly one owner; it is frozen while another player moves. Players move in the order
 * in which they are listed, in minimax max before min: the discriminator is trained before the generator. `steps` says
 * how many steps a player makes in a row; how the moves of the players are put together is a matter of the solution, the
 * option `play` of `fit`. Goodfellow et al., 2014, "Generative adversarial nets", algorithm 1.
 * Errors: tags `model` and `option`, every fault, in the compiler's words. Tested in tests/dsl/game.test.ts and
 * tests/types/game.test-d.ts.
 */
import { giryError, throwAll } from './error.js'
import { type Owned, ownershipFaults, type UnusedFault, unusedFaults } from './games/ownership.js'
import {
  type AimFault,
  aimFaults,
  aimOf,
  type KeyFault,
  keyFaults,
  type Player,
  type PlayerSpec,
  type Sense,
  stepFaults,
} from './games/player.js'
import type { Nets } from './model.js'
import { type AnyObjective, type Maximizable, type Objective, plus } from './objective.js'
import type { Keys } from './records.js'

/** A phase before the game: one player moves alone, on an objective that may be its own. */
export interface Pretraining {
  readonly player: string
  readonly objective: AnyObjective
  readonly sense: Sense
  readonly steps: number
}

/** Players in the order of their moves, with all their nets T and data D. */
export interface Game<out T = unknown, out D = unknown> {
  readonly tag: 'game'
  readonly players: readonly Player[]
  readonly nets: T
  readonly data: D
  /** What comes before the game, in order (src/dsl/games/pretrain.ts). */
  readonly pretraining?: readonly Pretraining[]
}

/** Any game. */
export type AnyGame = Game<AnyObjective['nets'], AnyObjective['data']>

/** Who owns what in a zero-sum game. */
export interface Sides<
  Max extends readonly string[] = readonly string[],
  Min extends readonly string[] = readonly string[],
> {
  readonly max: Max
  readonly min: Min
  /** Steps in a row of each side; 1 unless named. */
  readonly steps?: { readonly max?: number; readonly min?: number }
}

type Specs = { readonly [player: string]: PlayerSpec }

/** The objectives of declared players. */
type ObjectivesOf<P> = {
  [K in keyof P]: P[K] extends { readonly maximize: infer O extends Objective }
    ? O
    : P[K] extends { readonly minimize: infer O extends Objective }
      ? O
      : never
}[keyof P]

/** All that the players' objectives have under `What`, as one record. */
export type Together<P, What extends 'nets' | 'data'> = Flat<
  Intersection<
    ObjectivesOf<P> extends infer O ? (O extends { readonly [W in What]: infer A } ? A : never) : never
  >
>
type Intersection<U> = (U extends unknown ? (x: U) => void : never) extends (x: infer I) => void ? I : never
type Flat<A> = { readonly [K in keyof A]: A[K] }
type OwnsOf<P> = { [K in keyof P]: P[K] extends { readonly owns: readonly (infer N)[] } ? N : never }

/** The sentences about players without an objective, and about keys that no player has. */
type AimFaults<P> = { [K in Keys<P>]: AimFault<K, P[K]> | KeyFault<K, P[K]> }[Keys<P>]

/** The sentences about nets that their owners do not use. */
type UnusedFaults<P> = {
  [K in Keys<P>]: UnusedFault<K, OwnsOf<P>[K], keyof Together<Pick<P, K>, 'nets'>, keyof Together<P, 'nets'>>
}[Keys<P>]

/** Accepts players who use what they own; otherwise the sentences. */
type Used<P> = [UnusedFaults<P>] extends [never] ? unknown : UnusedFaults<P>

/** Accepts players that each have one objective, and each net of these one owner who uses it; otherwise the sentences. */
export type Playable<P> = [AimFaults<P>] extends [never]
  ? Owned<Keys<Together<P, 'nets'>>, OwnsOf<P>> & Used<P>
  : AimFaults<P>

/** One player who owns every net and maximizes. */
export const maximize = <T, D, O = unknown>(objective: O & Objective<T, D> & Maximizable<O>): Game<T, D> =>
  alone('max', { maximize: objective, owns: Object.keys(objective.nets as Nets) }) as Game<T, D>

/** One player who owns every net and minimizes. */
export const minimize = <T, D>(objective: Objective<T, D>): Game<T, D> =>
  alone('min', { minimize: objective, owns: Object.keys(objective.nets as Nets) }) as Game<T, D>

/** The zero-sum game of a value: `max` moves first. Does not compile unless each net has exactly one owner. */
export const minimax = <
  T,
  D,
  const Max extends readonly string[],
  const Min extends readonly string[],
  O = unknown,
>(
  value: O & Objective<T, D> & Maximizable<O>,
  sides: Sides<Max, Min> & Owned<Keys<T>, { readonly max: Max[number]; readonly min: Min[number] }>,
): Game<T, D> => {
  const { max, min, steps = {} } = sides as Sides
  return assemble({
    max: { maximize: value, owns: max, steps: steps.max ?? 1 },
    min: { minimize: value, owns: min, steps: steps.min ?? 1 },
  }) as Game<T, D>
}

/** A game of any players. Does not compile unless each has an objective, and each net of these exactly one owner. */
export const game = <const P extends Specs>(
  players: P & Playable<P>,
): Game<Together<P, 'nets'>, Together<P, 'data'>> => assemble(players as Specs) as Game<never, never>

/** A game in which these players hold still: their nets stay as they are while the others play. */
export const freeze = <T, D>(of: Game<T, D>, players: readonly string[]): Game<T, D> => {
  throwAll(players.flatMap((name) => playerFaults(of, name)))
  return { ...of, players: of.players.map((p) => (players.includes(p.name) ? { ...p, steps: 0 } : p)) }
}

/** What is wrong with the name of a player. */
export const playerFaults = (of: Pick<Game, 'players'>, name: string) =>
  of.players.some((p) => p.name === name)
    ? []
    : [
        giryError(
          'model',
          name,
          `'${name}' is no player of this game`,
          `its players are ${of.players.map((p) => p.name).join(', ')}`,
        ),
      ]

const alone = (name: string, spec: PlayerSpec): AnyGame => assemble({ [name]: spec })

const playersOf = (specs: Specs): readonly Player[] =>
  Object.entries(specs).flatMap(([name, spec]) => {
    const aim = aimOf(spec)
    return aim === undefined ? [] : [{ name, ...aim, owns: [...new Set(spec.owns)], steps: spec.steps ?? 1 }]
  })

const assemble = (specs: Specs): AnyGame => {
  const named = Object.entries(specs)
  if (named.length === 0)
    throwAll([
      giryError(
        'model',
        'game',
        'a game has at least one player',
        'name a player with its objective and nets',
      ),
    ])
  throwAll(named.flatMap(([name, spec]) => [...aimFaults(name, spec), ...keyFaults(name, spec)]))
  const players = playersOf(specs)
  const { nets, data } = players.map((p) => p.objective).reduce((a, b) => (a === b ? a : plus(a, b)))
  throwAll([
    ...ownershipFaults(Object.keys(nets), players),
    ...unusedFaults(Object.keys(nets), players),
    ...named.flatMap(([name, spec]) => stepFaults(name, spec.steps)),
  ])
  return { tag: 'game', players, nets, data }
}
