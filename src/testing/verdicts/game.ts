/**
 * laws.game(game, data): what players owe each other, as a list of verdicts.
 *
 *   each net has exactly one owner, who reads it        payoffs of a zero-sum game add up to 0
 *   while the others are frozen, a player moves its own nets and no other
 *   the payoff of each player obeys the laws of an objective that concern one evaluation
 *
 * Tested in tests/testing/verdicts/game.test.ts.
 */
import { either as E } from 'fp-ts'
import { type AnyGame, freeze } from '../../dsl/game.js'
import { type Player, payoff } from '../../dsl/games/player.js'
import type { NetParams } from '../../dsl/params.js'
import { fit } from '../../inference/fit.js'
import type { Fit } from '../../inference/fitted.js'
import { sgd } from '../../inference/optimizers/optimizers.js'
import { evaluateAt } from '../../inference/step.js'
import type { AnyParams } from '../arbitraries/boundCase.js'
import { randomParams } from '../randomParams.js'
import { agreesCompiled } from './compiled.js'
import { batchOf, type ObjectiveLawOptions, settingOf, withTensors } from './setting.js'
import { decided, judged, type Law, type LawVerdict, shown } from './verdict.js'

const nameOf = (game: AnyGame): string => `the game of ${game.players.map((p) => p.name).join(' and ')}`

const lawOf = (game: AnyGame, law: string, remedy: string): Law => ({ subject: nameOf(game), law, remedy })

const listed = (names: readonly string[]): string => names.map((n) => `'${n}'`).join(' and ') || 'nobody'

const hasOwners = (game: AnyGame): readonly LawVerdict[] =>
  Object.keys(game.nets).map((net) => {
    const owners = game.players.filter((p) => p.owns.includes(net)).map((p) => p.name)
    return decided(
      lawOf(game, 'each net has one owner', 'name each net in the owns of exactly one player'),
      owners.length === 1,
      `'${net}' is owned by ${listed(owners)}`,
    )
  })

/** Two players who pull at one objective. */
const isZeroSum = (game: AnyGame): boolean => {
  const [a, b] = game.players
  return game.players.length === 2 && a?.objective === b?.objective && a?.sense !== b?.sense
}

const payoffsOf = (game: AnyGame, data: unknown, options: ObjectiveLawOptions): readonly number[] =>
  game.players.map((player) => {
    const s = settingOf(payoff(player), dataFor(player, data), options)
    return withTensors(s, (tensors) => evaluateAt(s.o, tensors, batchOf(s, 0)))
  })

/** The columns that a player's objective takes. */
const dataFor = (player: Player, data: unknown): unknown => {
  const names = Object.keys(player.objective.data)
  if (names.length === 0) return undefined
  return typeof data === 'object' && data !== null && !('tag' in data)
    ? Object.fromEntries(Object.entries(data).filter(([name]) => names.includes(name)))
    : data
}

const addsUp = (game: AnyGame, data: unknown, options: ObjectiveLawOptions): readonly LawVerdict[] => {
  if (!isZeroSum(game)) return []
  const payoffs = payoffsOf(game, data, options)
  const sum = payoffs.reduce((a, b) => a + b, 0)
  const bound = 1e-6 * Math.max(1, ...payoffs.map(Math.abs))
  return [
    judged(
      lawOf(game, 'payoffs add up to 0', 'evaluate must draw from env.noise.child(name) only'),
      Math.abs(sum),
      bound,
      `the payoffs ${payoffs.map(shown).join(' and ')} add up to ${shown(sum)}, where ${shown(bound)} is allowed`,
    ),
  ]
}

const untyped = fit as unknown as (
  game: AnyGame,
  options: object,
) => () => Promise<E.Either<readonly { readonly message: string }[], Fit<Readonly<Record<string, unknown>>>>>

const largestMove = (a: NetParams | undefined, b: NetParams | undefined): number =>
  Object.entries(a ?? {}).reduce(
    (most, [path, { data }]) =>
      data.reduce((m, x, i) => {
        const step = Math.abs(x - (b?.[path]?.data[i] ?? Number.NaN))
        return Number.isNaN(step) ? Number.POSITIVE_INFINITY : Math.max(m, step)
      }, most),
    0,
  )

/** Two steps in which one player moves alone. */
const alone = async (game: AnyGame, player: Player, data: unknown, params: AnyParams, seed: number) => {
  const others = game.players.map((p) => p.name).filter((name) => name !== player.name)
  const { pretraining: _, ...rest } = freeze(game, others) as AnyGame
  const played = await untyped(rest as AnyGame, {
    ...(data === undefined ? {} : { data }),
    params,
    steps: 2,
    optimizer: sgd(1e-3),
    seed,
    runtime: 'current',
  })()
  return E.isLeft(played) ? played.left.map((e) => e.message).join('; ') : (played.right.params as AnyParams)
}

const holdsStill = async (
  game: AnyGame,
  player: Player,
  data: unknown,
  params: AnyParams,
  seed: number,
): Promise<readonly LawVerdict[]> => {
  const after = await alone(game, player, data, params, seed)
  const frozen = lawOf(
    game,
    'frozen nets hold still',
    'a player moves what it owns: let it own nothing of others',
  )
  if (typeof after === 'string') return [decided(frozen, false, `'${player.name}' cannot move: ${after}`)]
  return game.players
    .filter((p) => p.name !== player.name)
    .flatMap((other) =>
      other.owns.map((net) => {
        const move = largestMove(params[net], after[net])
        return judged(
          frozen,
          move,
          0,
          `while '${other.name}' is frozen and '${player.name}' makes 2 steps, its net '${net}' moves by ${shown(move)}`,
        )
      }),
    )
}

/** The laws of a game. */
export const gameLaws = async (
  of: unknown,
  data: unknown,
  options: ObjectiveLawOptions = {},
): Promise<readonly LawVerdict[]> => {
  const game = of as AnyGame
  const seed = options.seed ?? 0
  const params = options.params ?? (randomParams(game, seed) as AnyParams)
  const still: LawVerdict[] = []
  for (const player of game.players) still.push(...(await holdsStill(game, player, data, params, seed)))
  const compiled: LawVerdict[] = []
  for (const player of game.players)
    compiled.push(
      await agreesCompiled(
        {
          ...settingOf(payoff(player), dataFor(player, data), { ...options, params }),
          name: `the payoff of '${player.name}'`,
        },
        options.tolerance,
      ),
    )
  return [...hasOwners(game), ...addsUp(game, data, { ...options, params }), ...still, ...compiled]
}
