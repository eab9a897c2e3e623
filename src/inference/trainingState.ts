/**
 * The state of a training run: the players, each with an optimizer that owns the arrays of its parameters.
 *
 * An update writes parameters into the other of two buffers, so those before it stay; whatever is handed out is copied.
 */
import type { Player } from '../dsl/games/player.js'
import { flattenParams, type NamedArray, type Params, unflattenParams } from '../dsl/params.js'
import type { ParameterSource } from './engine.js'
import { type Averages, type RunningOptimizer, startOptimizer } from './optimizers/running.js'
import type { Optimizer } from './optimizers/transformation.js'
import type { Prepared } from './prepare.js'

/** Arrays by full path. */
export type NamedArrays = Readonly<Record<string, NamedArray>>

/** One player in a run: the paths it owns and its running optimizer. */
export interface PlayerState {
  readonly player: Player
  readonly paths: readonly string[]
  readonly optimizer: RunningOptimizer
  moves: number
}

/** One of the two buffers of each player. */
export type Buffers = readonly (0 | 1)[]

/** Everything that a step may change. */
export interface TrainingState {
  readonly shapes: Readonly<Record<string, readonly number[]>>
  readonly players: readonly PlayerState[]
  /** Which buffers held the last parameters at which an objective and its gradient were finite, and after how many updates. */
  good: { readonly buffers: Buffers; readonly updates: number }
}

/** The moving averages among parameters. */
const averagesOf = (nets: Prepared['nets'], paths: readonly string[]): Averages =>
  Object.fromEntries(
    paths.flatMap((path) => {
      const cut = path.indexOf('/')
      const follows = nets[path.slice(0, cut)]?.parameters[path.slice(cut + 1)]?.follows
      return follows === undefined ? [] : [[path, follows]]
    }),
  )

/** The state before the first step. */
export const startState = (p: Prepared): TrainingState => {
  const flat = flattenParams(p.params)
  const players = p.players.map((player): PlayerState => {
    const paths = Object.keys(flat).filter((path) => player.owns.includes(path.slice(0, path.indexOf('/'))))
    const own = Object.fromEntries(paths.map((path) => [path, flat[path] as NamedArray]))
    const optimizer = startOptimizer(
      p.optimizers[player.name] as Optimizer,
      own,
      player.sense,
      averagesOf(p.nets, paths),
    )
    return { player, paths, optimizer, moves: 0 }
  })
  const shapes = Object.fromEntries(Object.entries(flat).map(([path, a]) => [path, a.shape]))
  return { shapes, players, good: { buffers: buffersNow(players), updates: 0 } }
}

/** Which buffer of each player holds its parameters. */
export const buffersNow = (players: readonly PlayerState[]): Buffers =>
  players.map((ps) => ps.optimizer.bufferIndex)

const arraysAt = (
  s: TrainingState,
  viewsOf: (ps: PlayerState, at: number) => Readonly<Record<string, Float32Array>>,
): NamedArrays =>
  Object.fromEntries(
    s.players.flatMap((ps, at) =>
      Object.entries(viewsOf(ps, at)).map(([path, data]) => [path, { shape: s.shapes[path] ?? [], data }]),
    ),
  )

/** The parameters now, as views that later updates write: not to be handed out. */
export const viewsNow = (s: TrainingState): NamedArrays => arraysAt(s, (ps) => ps.optimizer.parameters())

/** The parameters as an engine sees them. */
export const sourceOf = (s: TrainingState): ParameterSource => ({
  home: () => buffersNow(s.players).join(),
  now: () =>
    Object.fromEntries(
      s.players.flatMap((ps) =>
        Object.entries(ps.optimizer.parameters()).map(([path, data]) => [
          path,
          { shape: s.shapes[path] ?? [], data, version: ps.moves },
        ]),
      ),
    ),
})

const copied = (arrays: NamedArrays): Params<unknown> =>
  unflattenParams(
    Object.fromEntries(
      Object.entries(arrays).map(([path, a]) => [path, { shape: a.shape, data: a.data.slice() }]),
    ),
  )

/** The last parameters at which everything was finite. */
export const lastGood = (s: TrainingState): Params<unknown> =>
  copied(arraysAt(s, (ps, at) => ps.optimizer.buffers[s.good.buffers[at] ?? 0]))

/** The parameters now. */
export const paramsNow = (s: TrainingState): Params<unknown> => copied(viewsNow(s))

/** The averaged parameters, where an optimizer keeps an average; those of the other players as they are. */
export const averagedNow = (s: TrainingState): Params<unknown> | undefined =>
  s.players.some((ps) => ps.optimizer.average !== undefined)
    ? copied(arraysAt(s, (ps) => ps.optimizer.average ?? ps.optimizer.parameters()))
    : undefined

/** Number of parameters. */
export const countOf = (s: TrainingState): number =>
  Object.values(viewsNow(s)).reduce((n, a) => n + a.data.length, 0)
