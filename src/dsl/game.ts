/**
 * Game<T, D>: players who own nets and maximize or minimize objectives.
 *
 *   maximize(J)                                   max_θ J(θ)
 *   minimax(V, { max: ['D'], min: ['G'] })        min_G max_D V(D, G): zero-sum, the payoffs V and −V sum to 0
 *   game({ player: { objective, owns, sense } })  each player has an objective of its own
 *
 * Every net of the objectives has exactly one owner; it is frozen while another player moves. Players move in the order
 * in which they are listed, in minimax max before min: the discriminator is trained before the generator. `steps` says
 * how many steps a player makes in a row. Goodfellow et al., 2014, "Generative adversarial nets", algorithm 1.
 * Errors: tags `model` and `option`, every fault, in the compiler's words. Tested in tests/dsl/game.test.ts and
 * tests/types/game.test-d.ts.
 */
import { type GiryError, giryError, throwAll } from './error.js'
import type { Nets } from './model.js'
import { type AnyObjective, type Objective, plus, scale } from './objective.js'

/** Whether a player maximizes or minimizes its objective. */
export type Sense = 'max' | 'min'

/** One player. */
export interface Player {
  readonly name: string
  readonly objective: AnyObjective
  /** The nets it moves. */
  readonly owns: readonly string[]
  readonly sense: Sense
  /** Steps in a row before the next player moves. */
  readonly steps: number
}

/** Players in the order of their moves, with all their nets T and data D. */
export interface Game<out T = unknown, out D = unknown> {
  readonly tag: 'game'
  readonly players: readonly Player[]
  readonly nets: T
  readonly data: D
}

/** One player, as a user declares it. */
export interface PlayerSpec<T = unknown, D = unknown> {
  readonly objective: Objective<T, D>
  readonly owns: readonly string[]
  /** `max` unless named. */
  readonly sense?: Sense
  /** 1 unless named. */
  readonly steps?: number
}

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

type Keys<A> = Extract<keyof A, string>

/** The nets that two players own, of `Owns`: the nets of each player by name. */
type OwnedTwice<Owns> = {
  [P in keyof Owns]: { [Q in Exclude<keyof Owns, P>]: Extract<Owns[P], Owns[Q]> }[Exclude<keyof Owns, P>]
}[keyof Owns]

type Sentence<N extends string, Owned, Twice, Names> = N extends Names
  ? N extends Twice
    ? `two players own '${N}'`
    : N extends Owned
      ? never
      : `no player owns '${N}'`
  : `'${N}' is no net of this game`

/** The sentences that say why the nets are not divided among the players; never, if they are. */
export type OwnershipFault<Names extends string, Owns> = string extends
  | Names
  | Extract<Owns[keyof Owns], string>
  ? never
  : Sentence<Names | Extract<Owns[keyof Owns], string>, Owns[keyof Owns], OwnedTwice<Owns>, Names>

/** Accepts players of whom each net has exactly one; otherwise the sentences. */
export type Owned<Names extends string, Owns> = [OwnershipFault<Names, Owns>] extends [never]
  ? unknown
  : OwnershipFault<Names, Owns>

type Specs = { readonly [player: string]: PlayerSpec }

/** All that the players' objectives have under `What`, as one record. */
type Together<P, What extends 'nets' | 'data'> = Flat<
  Intersection<
    {
      [K in keyof P]: P[K] extends { readonly objective: { readonly [W in What]: infer A } } ? A : never
    }[keyof P]
  >
>
type Intersection<U> = (U extends unknown ? (x: U) => void : never) extends (x: infer I) => void ? I : never
type Flat<A> = { readonly [K in keyof A]: A[K] }
type OwnsOf<P> = { [K in keyof P]: P[K] extends { readonly owns: readonly (infer N)[] } ? N : never }

/** One player who owns every net and maximizes. */
export const maximize = <T, D>(objective: Objective<T, D>): Game<T, D> =>
  assemble([playerOf('max', { objective, owns: Object.keys(objective.nets as Nets) })]) as Game<T, D>

/** The zero-sum game of a value: `max` moves first. Does not compile unless each net has exactly one owner. */
export const minimax = <T, D, const Max extends readonly string[], const Min extends readonly string[]>(
  value: Objective<T, D>,
  sides: Sides<Max, Min> & Owned<Keys<T>, { readonly max: Max[number]; readonly min: Min[number] }>,
): Game<T, D> => {
  const { max, min, steps = {} } = sides as Sides
  return assemble([
    playerOf('max', { objective: value, owns: max, sense: 'max', steps: steps.max ?? 1 }),
    playerOf('min', { objective: value, owns: min, sense: 'min', steps: steps.min ?? 1 }),
  ]) as Game<T, D>
}

/** A game of any players. Does not compile unless each net of the objectives has exactly one owner. */
export const game = <const P extends Specs>(
  players: P & Owned<Keys<Together<P, 'nets'>>, OwnsOf<P>>,
): Game<Together<P, 'nets'>, Together<P, 'data'>> =>
  assemble(Object.entries<PlayerSpec>(players).map(([name, spec]) => playerOf(name, spec))) as Game<
    never,
    never
  >

/** What a player maximizes: its objective, or minus it where it minimizes. */
export const payoff = (player: Player): AnyObjective =>
  player.sense === 'max' ? player.objective : scale(-1, player.objective)

const playerOf = (name: string, spec: PlayerSpec): Player => ({
  name,
  objective: spec.objective as AnyObjective,
  owns: [...new Set(spec.owns)],
  sense: spec.sense ?? 'max',
  steps: spec.steps ?? 1,
})

const assemble = (players: readonly Player[]): Game<AnyObjective['nets'], AnyObjective['data']> => {
  if (players.length === 0)
    throwAll([
      giryError(
        'model',
        'game',
        'a game has at least one player',
        'name a player with its objective and nets',
      ),
    ])
  const { nets, data } = players.map((p) => p.objective).reduce((a, b) => (a === b ? a : plus(a, b)))
  throwAll([...ownershipFaults(Object.keys(nets), players), ...players.flatMap(playerFaults)])
  return { tag: 'game', players, nets, data }
}

const fault = (net: string, message: string, remedy: string): GiryError =>
  giryError('model', net, message, remedy)

/** The run-time twin of `OwnershipFault`. */
const ownershipFaults = (nets: readonly string[], players: readonly Player[]): readonly GiryError[] => {
  const owners = (net: string): readonly string[] =>
    players.filter((p) => p.owns.includes(net)).map((p) => p.name)
  const names = new Set([...nets, ...players.flatMap((p) => p.owns)])
  return [...names].flatMap((net) => {
    const by = owners(net)
    if (!nets.includes(net))
      return [fault(net, `'${net}' is no net of this game`, `its nets are ${nets.join(', ') || 'none'}`)]
    if (by.length === 0)
      return [
        fault(
          net,
          `no player owns '${net}'`,
          `add '${net}' to the nets of ${players.map((p) => `'${p.name}'`).join(' or ')}`,
        ),
      ]
    return by.length > 1
      ? [fault(net, `two players own '${net}'`, `leave it to one of ${by.map((p) => `'${p}'`).join(', ')}`)]
      : []
  })
}

const playerFaults = (p: Player): readonly GiryError[] => [
  ...(Number.isInteger(p.steps) && p.steps >= 1
    ? []
    : [
        giryError(
          'option',
          `steps of ${p.name}`,
          `steps of '${p.name}' must be a whole number >= 1, but ${p.steps} was given`,
          'use 1, or more for a player that should stay ahead',
        ),
      ]),
  ...(p.sense === 'max' || p.sense === 'min'
    ? []
    : [
        giryError(
          'option',
          `sense of ${p.name}`,
          `sense of '${p.name}' must be 'max' or 'min', but '${String(p.sense)}' was given`,
          'say what the player does to its objective',
        ),
      ]),
]
