/**
 * How the moves of the players make one step of a game. With v the gradient of each player's payoff in its own parameters:
 *
 *   alternating      θ_1 ← θ_1 + η v_1(θ_1, θ_2),  then  θ_2 ← θ_2 + η v_2(θ_1, θ_2): each as often as its `steps` say
 *   simultaneous     θ ← θ + η v(θ): all look, then all move
 *   extragradient    θ' = θ + η v(θ),  θ ← θ + η v(θ'): all move, look there, go back, and move by what they saw there
 *
 * On the bilinear game max_ψ min_θ θψ with steps η the first circles, the second spirals out by √(1 + η²) and the third
 * spirals in. Extragradient with Adam keeps its moments through both moves (ExtraAdam: Gidel et al., 2019, algorithm 4); so does
 * a moving average, and a schedule counts both. A frozen player (`steps` 0) never moves. Korpelevich, 1976; Mescheder et al., 2017.
 * The rates that theory gives are measured from `fit` in tests/inference/play.test.ts.
 */
import { either as E } from 'fp-ts'
import type { GiryError } from '../dsl/error.js'
import { fold } from '../runtime/keys.js'
import type { Batch } from './batches.js'
import { advance, type Look, look, type MoveContext } from './move.js'
import { soloPlayer } from './players.js'
import type { Play } from './playNames.js'
import { type Buffers, buffersNow, type PlayerState } from './trainingState.js'

type Errors = readonly GiryError[]
/** What each player saw, by name. */
export type Looks = Readonly<Record<string, Look>>
/** The minibatch of the k-th move of a step. */
type BatchOf = (k: number) => Batch
type Moves = (c: MoveContext, batch: BatchOf) => Promise<E.Either<Errors, Looks>>

/** Every move of every player has noise of its own; the one player of an objective takes that of the batch. */
export const ownNoise = (batch: Batch, { player }: PlayerState, k: number): Batch => ({
  ...batch,
  noise: player.name === soloPlayer ? batch.noise : fold(batch.noise, `${player.name}/${k}`),
})

const moving = ({ state }: MoveContext): readonly PlayerState[] =>
  state.players.filter((ps) => ps.player.steps > 0)

const alternating: Moves = async (c, batch) => {
  const looks: Record<string, Look> = {}
  for (const ps of moving(c))
    for (let k = 0; k < ps.player.steps; k++) {
      const own = ownNoise(batch(k), ps, k)
      const seen = await look(c, ps, own)
      if (E.isLeft(seen)) return seen
      const moved = await advance(c, ps, own, seen.right, buffersNow(c.state.players))
      if (E.isLeft(moved)) return moved
      looks[ps.player.name] = moved.right
    }
  return E.right(looks)
}

const lookAll = async (c: MoveContext, batch: Batch, k: number): Promise<E.Either<Errors, Looks>> => {
  const looks: Record<string, Look> = {}
  for (const ps of moving(c)) {
    const seen = await look(c, ps, ownNoise(batch, ps, k))
    if (E.isLeft(seen)) return seen
    looks[ps.player.name] = seen.right
  }
  return E.right(looks)
}

const advanceAll = async (
  c: MoveContext,
  batch: Batch,
  k: number,
  looks: Looks,
  from: Buffers,
): Promise<E.Either<Errors, Looks>> => {
  for (const ps of moving(c)) {
    const moved = await advance(c, ps, ownNoise(batch, ps, k), looks[ps.player.name] as Look, from)
    if (E.isLeft(moved)) return moved
  }
  return E.right(looks)
}

const simultaneous: Moves = async (c, batch) => {
  const looks = await lookAll(c, batch(0), 0)
  return E.isLeft(looks) ? looks : advanceAll(c, batch(0), 0, looks.right, buffersNow(c.state.players))
}

const extragradient: Moves = async (c, batch) => {
  const from = buffersNow(c.state.players)
  const ahead = await simultaneous(c, batch)
  if (E.isLeft(ahead)) return ahead
  const there = await lookAll(c, batch(0), 1)
  if (E.isLeft(there)) return there
  for (const ps of moving(c)) ps.optimizer.rewind()
  const moved = await advanceAll(c, batch(0), 1, there.right, from)
  return E.isLeft(moved) ? moved : ahead
}

/** The ways to play, by name. */
export const plays: Readonly<Record<Play, Moves>> = { alternating, simultaneous, extragradient }
