/**
 * Ownership: every net of the players' objectives has exactly one owner.
 *
 *   no player owns 'G'     two players own 'D'     'H' is no net of this game     player 'D' owns 'G', which its objective does not use
 *
 * The compiler says it as the type of a refused argument; `ownershipFaults` says it again at construction, in the same words.
 * Tested in tests/types/game.test-d.ts and tests/dsl/game.test.ts.
 */
import { type GiryError, giryError } from '../error.js'
import type { Player } from './player.js'

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

/** The sentence for nets that would never move, since the gradient of their owner's objective in them is 0. */
export type UnusedFault<Player extends string, Owns, Uses, All> = string extends Owns | Uses
  ? never
  : Owns extends All & string
    ? Owns extends Uses
      ? never
      : `player '${Player}' owns '${Owns}', which its objective does not use`
    : never

/** The run-time twin of `UnusedFault`. */
export const unusedFaults = (nets: readonly string[], players: readonly Player[]): readonly GiryError[] =>
  players.flatMap((p) =>
    p.owns
      .filter((net) => nets.includes(net) && !(net in p.objective.nets))
      .map((net) =>
        giryError(
          'model',
          net,
          `player '${p.name}' owns '${net}', which its objective does not use`,
          `leave '${net}' to ${quoted(players.filter((q) => net in q.objective.nets).map((q) => q.name))}`,
        ),
      ),
  )

/** Accepts players of whom each net has exactly one; otherwise the sentences. */
export type Owned<Names extends string, Owns> = [OwnershipFault<Names, Owns>] extends [never]
  ? unknown
  : OwnershipFault<Names, Owns>

const quoted = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ')

const faultOf = (net: string, nets: readonly string[], players: readonly Player[]): readonly GiryError[] => {
  const owners = players.filter((p) => p.owns.includes(net)).map((p) => p.name)
  const fault = (message: string, remedy: string) => [giryError('model', net, message, remedy)]
  if (!nets.includes(net))
    return fault(`'${net}' is no net of this game`, `its nets are ${nets.join(', ') || 'none'}`)
  if (owners.length === 0)
    return fault(
      `no player owns '${net}'`,
      `add '${net}' to the nets of ${players.map((p) => `'${p.name}'`).join(' or ')}`,
    )
  return owners.length > 1 ? fault(`two players own '${net}'`, `leave it to one of ${quoted(owners)}`) : []
}

/** The run-time twin of `OwnershipFault`. */
export const ownershipFaults = (nets: readonly string[], players: readonly Player[]): readonly GiryError[] =>
  [...new Set([...nets, ...players.flatMap((p) => p.owns)])].flatMap((net) => faultOf(net, nets, players))
