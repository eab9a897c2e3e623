/**
 * What a training is asked to do: its options as a command line gives them, and the job they make.
 *
 *   options -> data loaded, batch checked -> model built -> directory reserved and config.json written
 *
 * Nothing is written before everything that was asked for is known to be possible. Errors: every fault of a stage.
 */
import { join } from 'node:path'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import { type GiryError, giryError } from '../dsl/error.js'
import type { BuiltFamily, BuiltGame } from '../models/family.js'
import { type Built, familyOf, isGame, modelsOf } from './built.js'
import { type DataName, type DataSource, type Loaded, sourceOf } from './dataSources.js'
import { reserve, unreserve, writeWhole } from './folder.js'
import { buildFamily, CONFIG, type OfferedRuntime, type RunConfig, showConfig, version } from './runConfig.js'

type Task<A> = TE.TaskEither<readonly GiryError[], A>

/** The options of a training. */
export interface TrainOptions {
  readonly family: string
  readonly data: DataName
  readonly epochs: number | undefined
  readonly steps: number | undefined
  readonly batch: number | undefined
  readonly seed: number
  readonly rate: number | undefined
  readonly latent: number | undefined
  readonly hidden: readonly number[] | undefined
  readonly loss: string | undefined
  readonly limit: number | undefined
  readonly runtime: OfferedRuntime
  readonly threads: number | undefined
  readonly out: string | undefined
  readonly json: boolean
  readonly quiet: boolean
}

/** A training that can begin: of a bound, of a game, or of either. */
export interface Job<B extends Built = Built> {
  readonly config: RunConfig
  readonly built: B
  readonly source: DataSource
  readonly loaded: Loaded
  readonly folder: string
}

/** A training of a bound. */
export type BoundJob = Job<BuiltFamily>

/** A training of a game. */
export type GameJob = Job<BuiltGame>

/** What is asked of the family, those left out left to it. */
export const familyOptions = (
  o: Pick<TrainOptions, 'latent' | 'hidden'> & Partial<Pick<TrainOptions, 'loss'>>,
): Readonly<Record<string, unknown>> => ({
  ...(o.latent === undefined ? {} : { latent: o.latent }),
  ...(o.hidden === undefined ? {} : { hidden: o.hidden }),
  ...(o.loss === undefined ? {} : { payoff: o.loss }),
})

const EPOCHS = 2
const BATCH = 128
/** The learning rate of Adam for a bound. */
export const RATE = 0.001

/** What a training takes where the command line leaves it out: of a game what its recipe says, its rates included. */
const defaultsOf = (built: Built) =>
  isGame(built)
    ? { epochs: undefined, steps: built.recipe.steps, batch: built.recipe.batch, rate: undefined }
    : { epochs: EPOCHS, steps: undefined, batch: BATCH, rate: RATE }

/** The options with every default in its place, so that the file says all. */
const configOf = (o: TrainOptions, size: number, built: Built): RunConfig => {
  const family = familyOf(o.family)
  const given = family.options.decode(familyOptions(o))
  const { epochs, steps, batch, rate } = defaultsOf(built)
  const told = o.epochs !== undefined || o.steps !== undefined
  return {
    giry: version,
    family: o.family,
    options: (E.isRight(given) ? given.right : familyOptions(o)) as Record<string, unknown>,
    data: { name: o.data, limit: o.limit },
    training: {
      epochs: told ? o.epochs : epochs,
      steps: told ? o.steps : steps,
      batch: o.batch ?? Math.min(batch, size),
      rate: o.rate ?? rate,
      seed: o.seed,
      runtime: o.runtime,
      threads: o.threads,
    },
  }
}

const requireBatch = (o: TrainOptions, size: number): E.Either<readonly GiryError[], void> =>
  o.batch === undefined || o.batch <= size
    ? E.right(undefined)
    : E.left([
        giryError(
          'option',
          'batch',
          `--batch is ${o.batch}, but ${o.data} has ${size} training data${o.limit === undefined ? '' : ` under --limit ${o.limit}`}`,
          `pass --batch ${size} or less`,
        ),
      ])

/** Whether every batch of an epoch, the last one too, can be cut into packs. */
const requirePacks = (o: TrainOptions, size: number, built: Built): E.Either<readonly GiryError[], void> => {
  const pack = isGame(built) ? (built.recipe.pack ?? 1) : 1
  const fault = (option: string, given: number): readonly GiryError[] =>
    given % pack === 0
      ? []
      : [
          giryError(
            'option',
            option,
            `${o.family} judges ${pack} data at once, and --${option} is ${given}, which is no multiple of ${pack}`,
            `pass --${option} ${Math.max(pack, given - (given % pack))}`,
          ),
        ]
  const faults = [
    ...(o.batch === undefined ? [] : fault('batch', o.batch)),
    ...(o.limit === undefined ? [] : fault('limit', Math.min(o.limit, size))),
  ]
  return faults.length === 0 ? E.right(undefined) : E.left(faults)
}

/** Loads, checks, builds. */
export const plan = (o: TrainOptions): Task<Omit<Job, 'folder'>> => {
  const source = sourceOf(o.data)
  const family = familyOf(o.family)
  return F.pipe(
    source.load(modelsOf(family), o.limit),
    TE.bindTo('loaded'),
    TE.tap(({ loaded }) => TE.fromEither(requireBatch(o, loaded.train.size))),
    TE.bind('built', () => TE.fromEither(buildFamily(family, source, familyOptions(o), 'the command line'))),
    TE.tap(({ loaded, built }) => TE.fromEither(requirePacks(o, loaded.train.size, built))),
    TE.let('config', ({ loaded, built }) => configOf(o, loaded.train.size, built)),
    TE.let('source', () => source),
  )
}

const nameOf = ({ family, data, training }: RunConfig): string =>
  `${family}-${data.name}-seed${training.seed}`

/** Reserves the directory, which is checked by writing the configuration into it. */
export const begin = (planned: Omit<Job, 'folder'>, out: string | undefined): Task<Job> =>
  F.pipe(
    reserve(out, nameOf(planned.config)),
    TE.tap((folder) => writeWhole(join(folder, CONFIG), showConfig(planned.config))),
    TE.map((folder) => ({ ...planned, folder })),
  )

/** Takes back what `begin` did, where nothing came of it. */
export const abandon = ({ folder }: Job): Promise<void> => unreserve(folder, [CONFIG])
