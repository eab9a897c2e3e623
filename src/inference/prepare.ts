/**
 * prepare: checks the options and the data of a fit, and returns every fault at once. Errors: tags `option`, `data`,
 * `params`. Tested in tests/inference/fit.test.ts.
 */
import { either as E } from 'fp-ts'
import type { Dataset } from '../dsl/dataset.js'
import { type GiryError, giryError } from '../dsl/error.js'
import type { Player } from '../dsl/game.js'
import type { AnyNet } from '../dsl/net.js'
import type { DataSpec } from '../dsl/objective.js'
import { type NetParams, paramErrors } from '../dsl/params.js'
import { threadFaults } from '../runtime/onnx/session/threads.js'
import { runtimeFaults } from '../runtime/runtimes.js'
import type { FitOptions } from './fitted.js'
import { init } from './init.js'
import type { Optimizer } from './optimizers/transformation.js'
import { playersOf, type Trainable } from './players.js'
import { datasetFor } from './trainingData.js'

/** A fit whose options and data are checked. */
export interface Prepared {
  readonly players: readonly Player[]
  readonly nets: Readonly<Record<string, AnyNet>>
  readonly data: Dataset | undefined
  readonly heldOut: Dataset | undefined
  readonly batch: number
  readonly steps: number
  readonly optimizers: Readonly<Record<string, Optimizer>>
  readonly params: Readonly<Record<string, NetParams>>
  readonly seed: number
  readonly options: FitOptions
}

/** What is wrong with a count. */
export const whole = (name: string, x: number | undefined): readonly GiryError[] =>
  x === undefined || (Number.isInteger(x) && x >= 1)
    ? []
    : [
        giryError(
          'option',
          name,
          `${name} must be a whole number >= 1, but ${x} was given`,
          `pass { ${name}: 1 } or more`,
        ),
      ]

/** What is wrong with a seed. */
export const seedFaults = (seed: number | undefined): readonly GiryError[] =>
  seed === undefined || Number.isSafeInteger(seed)
    ? []
    : [
        giryError(
          'option',
          'seed',
          `the seed must be a whole number, but ${seed} was given`,
          'pass { seed: 1 }',
        ),
      ]

const optionFaults = (o: FitOptions): readonly GiryError[] => [
  ...whole('epochs', o.epochs),
  ...whole('steps', o.steps),
  ...whole('batch', o.batch),
  ...threadFaults(o.threads),
  ...(o.deterministic === undefined || typeof o.deterministic === 'boolean'
    ? []
    : [
        giryError(
          'option',
          'deterministic',
          `deterministic must be true or false, but ${String(o.deterministic)} was given`,
          'pass { deterministic: true }',
        ),
      ]),
  ...whole('checkpoint.every', o.checkpoint?.every),
  ...(o.epochs === undefined && o.steps === undefined
    ? [
        giryError(
          'option',
          'epochs',
          'neither epochs nor steps says how long to train',
          'pass { epochs: 10 } or { steps: 1000 }',
        ),
      ]
    : []),
  ...(o.epochs !== undefined && o.steps !== undefined
    ? [
        giryError(
          'option',
          'epochs',
          `both epochs (${o.epochs}) and steps (${o.steps}) were given`,
          'pass one of the two',
        ),
      ]
    : []),
  ...seedFaults(o.seed),
  ...runtimeFaults(o.runtime),
]

const batchFaults = (o: FitOptions, data: Dataset | undefined): readonly GiryError[] =>
  data !== undefined && o.batch !== undefined && o.batch > data.size
    ? [
        giryError(
          'data',
          'batch',
          `a batch of ${o.batch} was asked for, but the data set has ${data.size} data`,
          `pass { batch: ${data.size} } or less`,
        ),
      ]
    : []

const optimizersOf = (
  o: FitOptions,
  players: readonly Player[],
): E.Either<readonly GiryError[], Readonly<Record<string, Optimizer>>> => {
  const given = o.optimizer
  const one = (name: string): Optimizer | undefined =>
    (given as Partial<Optimizer>)?.tag === 'optimizer'
      ? (given as Optimizer)
      : (given as Readonly<Record<string, Optimizer>> | undefined)?.[name]
  const missing = players.filter((p) => one(p.name) === undefined)
  return missing.length > 0
    ? E.left(
        missing.map((p) =>
          giryError(
            'option',
            'optimizer',
            `no optimizer is given for '${p.name}'`,
            'pass { optimizer: adam(1e-3) }, or one for each player',
          ),
        ),
      )
    : E.right(Object.fromEntries(players.map((p) => [p.name, one(p.name) as Optimizer])))
}

const spacesOf = (players: readonly Player[]): Readonly<Record<string, DataSpec>> =>
  Object.assign({}, ...players.map((p) => p.objective.data)) as Readonly<Record<string, DataSpec>>

const netsOf = (players: readonly Player[]): Readonly<Record<string, AnyNet>> =>
  Object.assign({}, ...players.map((p) => p.objective.nets)) as Readonly<Record<string, AnyNet>>

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

/** Each player must have something to move. */
const nothingToTrain = (players: readonly Player[]): readonly GiryError[] =>
  players
    .filter((p) => p.owns.every((net) => Object.keys(p.objective.nets[net]?.parameters ?? {}).length === 0))
    .map((p) =>
      giryError(
        'model',
        p.name,
        `'${p.name}' has no parameters to train`,
        'give the model a net, or evaluate the objective with evaluate(…)',
      ),
    )

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
  const nets = netsOf(players)
  const spaces = spacesOf(players)
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
    ...nothingToTrain(players),
    ...leftOf(optimizers),
    ...batchFaults(o, set),
    ...paramErrors(nets, params),
  ]
  if (errors.length > 0 || E.isLeft(optimizers) || E.isLeft(heldOut)) return E.left(errors)
  const batch = o.batch ?? Math.min(128, set?.size ?? 128)
  const perEpoch = set === undefined ? 1 : Math.ceil(set.size / batch)
  return E.right({
    players,
    nets,
    data: set,
    heldOut: heldOut.right,
    batch,
    steps: o.steps ?? (o.epochs as number) * perEpoch,
    optimizers: optimizers.right,
    params,
    seed: o.seed ?? 0,
    options: o,
  })
}
