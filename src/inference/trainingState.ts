/**
 * The state of a training run: each parameter as one float32 array and one tensor, and the optimizers of the players.
 *
 * Arrays are replaced by an update, never written, so parameters can be handed out as they are.
 */
import type * as tf from '@tensorflow/tfjs'
import type { Player } from '../dsl/game.js'
import { flattenParams, type NamedArray, type Params, unflattenParams } from '../dsl/params.js'
import type { Optimizer, Running } from './optimizers/transformation.js'
import type { Prepared } from './prepare.js'
import { upload, uploadAll } from './step.js'

/** One player in a run: the paths it owns and its running optimizer. */
export interface PlayerState {
  readonly player: Player
  readonly paths: readonly string[]
  readonly update: Running
  moves: number
}

/** Everything that a step may change. */
export interface TrainingState {
  readonly arrays: Record<string, NamedArray>
  readonly average: Record<string, Float32Array>
  readonly tensors: Record<string, tf.Tensor>
  readonly players: readonly PlayerState[]
  /** The last parameters at which an objective and its gradient were finite, and the updates that led to them. */
  good: { readonly arrays: Readonly<Record<string, NamedArray>>; readonly updates: number }
}

/** The state before the first step. */
export const startState = (p: Prepared): TrainingState => {
  const flat = flattenParams(p.params)
  const arrays = Object.fromEntries(
    Object.entries(flat).map(([path, a]) => [path, { shape: a.shape, data: a.data.slice() }]),
  )
  const players = p.players.map((player): PlayerState => {
    const paths = Object.keys(arrays).filter((path) => player.owns.includes(path.slice(0, path.indexOf('/'))))
    const own = Object.fromEntries(paths.map((path) => [path, (arrays[path] as NamedArray).data]))
    return {
      player,
      paths,
      update: (p.optimizers[player.name] as Optimizer).init(own),
      moves: 0,
    }
  })
  const averaged = p.players.some((player) => p.optimizers[player.name]?.average !== undefined)
  const average = averaged
    ? Object.fromEntries(Object.entries(arrays).map(([path, a]) => [path, a.data.slice()]))
    : {}
  return { arrays, average, tensors: uploadAll(arrays), players, good: { arrays: { ...arrays }, updates: 0 } }
}

/** The last parameters at which everything was finite. */
export const lastGood = (s: TrainingState): Params<unknown> => unflattenParams(s.good.arrays)

/** The parameters now. */
export const paramsNow = (s: TrainingState): Params<unknown> => unflattenParams(s.arrays)

/** Puts a new array in the place of a parameter, and moves its average. */
export const replace = (
  s: TrainingState,
  path: string,
  data: Float32Array,
  decay: number | undefined,
): void => {
  const { shape } = s.arrays[path] as NamedArray
  s.arrays[path] = { shape, data }
  s.tensors[path]?.dispose()
  s.tensors[path] = upload({ shape, data })
  const average = s.average[path]
  if (decay === undefined || average === undefined) return
  s.average[path] = average.map((x, i) => decay * x + (1 - decay) * (data[i] as number))
}

/** The averaged parameters, where an optimizer keeps an average. */
export const averagedNow = (s: TrainingState): Params<unknown> | undefined =>
  Object.keys(s.average).length === 0
    ? undefined
    : unflattenParams(
        Object.fromEntries(
          Object.entries(s.arrays).map(([path, a]) => [
            path,
            { shape: a.shape, data: s.average[path] as Float32Array },
          ]),
        ),
      )

/** Number of parameters. */
export const countOf = (s: TrainingState): number =>
  Object.values(s.arrays).reduce((n, a) => n + a.data.length, 0)
