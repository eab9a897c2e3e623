/**
 * prepare: checks the options and the data of a fit, and returns every fault at once. Errors: tags `option`, `data`,
 * `params`. Tested in tests/inference/fit.test.ts.
 */
import { either as E } from 'fp-ts'
import type { Dataset } from '../dsl/dataset.js'
import { type GiryError, giryError } from '../dsl/error.js'
import type { Pretraining } from '../dsl/game.js'
import type { Player } from '../dsl/games/player.js'
import type { AnyNet } from '../dsl/net.js'
import type { AnyObjective, DataSpec } from '../dsl/objective.js'
import { type NetParams, paramErrors } from '../dsl/params.js'
import type { FitOptions } from './fitted.js'
import { init } from './init.js'
import { monitorFaults } from './monitors.js'
import type { Optimizer } from './optimizers/transformation.js'
import { batchFaults, optionFaults } from './optionFaults.js'
import { nobodyMoves, nothingToTrain, optimizersOf, playFaults } from './playerOptions.js'
import { playersOf, type Trainable } from './players.js'
import type { Play } from './playNames.js'
import { datasetFor } from './trainingData.js'

/** A fit whose options and data are checked. */
export interface Prepared {
  readonly players: readonly Player[]
  readonly pretraining: readonly Pretraining[]
  readonly monitors: Readonly<Record<string, AnyObjective>>
  readonly nets: Readonly<Record<string, AnyNet>>
  readonly data: Dataset | undefined
  readonly heldOut: Dataset | undefined
  readonly batch: number
  readonly steps: number
  readonly play: Play
  readonly optimizers: Readonly<Record<string, Optimizer>>
  readonly params: Readonly<Record<string, NetParams>>
  readonly seed: number
  /** The stream of noise and order that this run draws from. */
  readonly stream: string
  readonly options: FitOptions
}

const targetSpaces = (target: Trainable): Readonly<Record<string, DataSpec>> => target.data

const targetNets = (target: Trainable): Readonly<Record<string, AnyNet>> => target.nets

/** A target that can be trained, or the reason why not. */
const targetFaults = (target: unknown): readonly GiryError[] => {
  const tag = (target as { readonly tag?: unknown } | null | undefined)?.tag
  return tag === 'objective' || tag === 'game'
    ? []
    : [
        giryError(
          'model',
          'fit',
          `fit takes an objective or a game, but ${target === null ? 'null' : typeof target} was given`,
          'pass elbo(p, q), or minimax(…)',
        ),
      ]
}

/** Minibatches of one step: each move of the player that moves most often has one of its own. */
export const movesOf = (players: readonly Player[]): number => Math.max(1, ...players.map((p) => p.steps))

const leftOf = (e: E.Either<readonly GiryError[], unknown>): readonly GiryError[] =>
  E.isLeft(e) ? e.left : []

/** Checks everything, and returns every fault. */
export const prepare = (
  target: Trainable,
  o: FitOptions & { readonly data?: unknown; readonly heldOut?: unknown },
): E.Either<readonly GiryError[], Prepared> => {
  const wrongTarget = targetFaults(target)
  if (wrongTarget.length > 0) return E.left(wrongTarget)
  const players = playersOf(target)
  const nets = targetNets(target)
  const spaces = targetSpaces(target)
  const pretraining = target.tag === 'game' ? (target.pretraining ?? []) : []
  const monitors = (o.monitors ?? {}) as Prepared['monitors']
  const data = datasetFor(spaces, o.data)
  const heldOut = o.heldOut === undefined ? E.right(undefined) : datasetFor(spaces, o.heldOut)
  const optimizers = optimizersOf(o, players)
  const params = (o.params ??
    init({ nets }, Number.isSafeInteger(o.seed) ? (o.seed as number) : 0)) as Readonly<
    Record<string, NetParams>
  >
  const set = E.isRight(data) ? data.right : undefined
  const errors = [
    ...optionFaults(o),
    ...leftOf(data),
    ...leftOf(heldOut).map((e) => ({
      ...e,
      where: `heldOut: ${e.where}`,
      message: `held-out data: ${e.message}`,
    })),
    ...nothingToTrain(players, nets),
    ...nobodyMoves(players, pretraining),
    ...playFaults(o, players),
    ...monitorFaults(monitors, nets, spaces, o.heldOut),
    ...leftOf(optimizers),
    ...batchFaults(o, set),
    ...paramErrors(nets, params),
  ]
  if (errors.length > 0 || E.isLeft(optimizers) || E.isLeft(heldOut)) return E.left(errors)
  const batch = o.batch ?? Math.min(128, set?.size ?? 128)
  const perEpoch = set === undefined ? 1 : Math.ceil(set.size / batch)
  return E.right({
    players,
    pretraining,
    monitors,
    play: o.play ?? 'alternating',
    nets,
    data: set,
    heldOut: heldOut.right,
    batch,
    steps: o.steps ?? Math.ceil(((o.epochs as number) * perEpoch) / movesOf(players)),
    optimizers: optimizers.right,
    params,
    seed: o.seed ?? 0,
    stream: 'fit',
    options: o,
  })
}
