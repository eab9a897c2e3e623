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
import { threadFaults } from '../runtime/onnx/session/threads.js'
import { runtimeFaults } from '../runtime/runtimes.js'
import type { FitOptions } from './fitted.js'
import { init } from './init.js'
import { sgd } from './optimizers/optimizers.js'
import type { Optimizer } from './optimizers/transformation.js'
import { playersOf, type Trainable } from './players.js'
import { type Play, playNames } from './playNames.js'
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
  ...whole('monitorEvery', o.monitorEvery),
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

/** An optimizer for nobody is a misspelt name. */
const strangerFaults = (given: FitOptions['optimizer'], players: readonly Player[]): readonly GiryError[] => {
  if (typeof given !== 'object' || given === null || given.tag === 'optimizer') return []
  return Object.keys(given)
    .filter((name) => !players.some((p) => p.name === name))
    .map((name) =>
      giryError(
        'option',
        'optimizer',
        `an optimizer is given for '${name}', who is no player`,
        `the players are ${players.map((p) => p.name).join(', ')}`,
      ),
    )
}

/** Holds the arrays of a player that is frozen, and is never asked to step. */
const still = sgd(1)

const optimizersOf = (
  o: FitOptions,
  players: readonly Player[],
): E.Either<readonly GiryError[], Readonly<Record<string, Optimizer>>> => {
  const given = o.optimizer
  const one = (name: string): Optimizer | undefined =>
    (given as Partial<Optimizer>)?.tag === 'optimizer'
      ? (given as Optimizer)
      : (given as Readonly<Record<string, Optimizer>> | undefined)?.[name]
  const missing = players
    .filter((p) => p.steps > 0 && one(p.name)?.tag !== 'optimizer')
    .map((p) =>
      giryError(
        'option',
        'optimizer',
        `no optimizer is given for '${p.name}'`,
        'pass { optimizer: adam(1e-3) }, or one for each player',
      ),
    )
  const faults = [...missing, ...strangerFaults(given, players)]
  return faults.length > 0
    ? E.left(faults)
    : E.right(Object.fromEntries(players.map((p) => [p.name, one(p.name) ?? still])))
}

/** The way to play must be one, and one move a step where all move at once. */
const playFaults = (
  { play = 'alternating' }: FitOptions,
  players: readonly Player[],
): readonly GiryError[] => {
  if (!playNames.includes(play))
    return [
      giryError(
        'option',
        'play',
        `play must be one of ${playNames.join(', ')}, but '${String(play)}' was given`,
        "leave it out for 'alternating'",
      ),
    ]
  if (play === 'alternating') return []
  return players
    .filter((p) => p.steps > 1)
    .map((p) =>
      giryError(
        'option',
        'play',
        `player '${p.name}' makes ${p.steps} steps in a row, but in ${play} play all move at once`,
        "use { play: 'alternating' }, or one step each with learning rates of their own",
      ),
    )
}

/** A monitor reads nets of the game, and held-out data where it reads data. */
const monitorFaults = (
  monitors: Prepared['monitors'],
  nets: Readonly<Record<string, AnyNet>>,
  spaces: Readonly<Record<string, DataSpec>>,
  heldOut: unknown,
): readonly GiryError[] =>
  Object.entries(monitors).flatMap(([name, m]) => {
    const fault = (message: string, remedy: string) =>
      giryError('option', `monitors.${name}`, message, remedy)
    if ((m as Partial<AnyObjective> | null)?.tag !== 'objective')
      return [
        fault(
          `monitor '${name}' is no objective`,
          'pass one, for example { monitors: { accuracy } } with the accuracy of adversarial(…)',
        ),
      ]
    const strange = Object.keys(m.nets).filter((net) => nets[net] !== m.nets[net])
    const unknown = Object.keys(m.data).filter((column) => !(column in spaces))
    return [
      ...strange.map((net) =>
        fault(
          `monitor '${name}' reads the net '${net}', which is not one of those that are trained`,
          'build it from the nets of the game',
        ),
      ),
      ...unknown.map((column) =>
        fault(
          `monitor '${name}' reads the column '${column}', which the objectives do not`,
          'build it from the data of the game',
        ),
      ),
      ...(heldOut === undefined && Object.keys(m.data).length > 0
        ? [
            fault(
              `monitor '${name}' reads data, but no data is held out for it`,
              'pass { heldOut: … }: data that no player is trained on',
            ),
          ]
        : []),
    ]
  })

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

/** Each player must have something to move. */
const nothingToTrain = (
  players: readonly Player[],
  nets: Readonly<Record<string, AnyNet>>,
): readonly GiryError[] =>
  players
    .filter((p) => p.owns.every((net) => Object.keys(nets[net]?.parameters ?? {}).length === 0))
    .map((p) =>
      giryError(
        'model',
        p.name,
        `'${p.name}' has no parameters to train`,
        'give the model a net, or evaluate the objective with evaluate(…)',
      ),
    )

/** A game in which all hold still goes nowhere, unless it is about its pretraining. */
const nobodyMoves = (
  players: readonly Player[],
  pretraining: readonly Pretraining[],
): readonly GiryError[] =>
  pretraining.length > 0 || players.some((p) => p.steps > 0)
    ? []
    : [
        giryError(
          'model',
          'game',
          'every player of this game is frozen',
          'freeze those only whose nets should stay as they are',
        ),
      ]

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
