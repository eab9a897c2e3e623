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
import type { BuiltFamily, Family } from '../models/family.js'
import { families } from '../models/registry.js'
import { type DataSource, dataSources, type Loaded } from './dataSources.js'
import { reserve, unreserve, writeWhole } from './folder.js'
import { buildFrom, CONFIG, type OfferedRuntime, type RunConfig, showConfig, version } from './runConfig.js'

type Task<A> = TE.TaskEither<readonly GiryError[], A>

/** The options of a training. */
export interface TrainOptions {
  readonly family: string
  readonly data: keyof typeof dataSources
  readonly epochs: number | undefined
  readonly steps: number | undefined
  readonly batch: number | undefined
  readonly seed: number
  readonly rate: number
  readonly latent: number | undefined
  readonly hidden: readonly number[] | undefined
  readonly limit: number | undefined
  readonly runtime: OfferedRuntime
  readonly threads: number | undefined
  readonly out: string | undefined
  readonly json: boolean
  readonly quiet: boolean
}

/** A training that can begin. */
export interface Job {
  readonly config: RunConfig
  readonly built: BuiltFamily
  readonly source: DataSource
  readonly loaded: Loaded
  readonly folder: string
}

/** What is asked of the family, those left out left to it. */
export const familyOptions = (
  o: Pick<TrainOptions, 'latent' | 'hidden'>,
): Readonly<Record<string, unknown>> => ({
  ...(o.latent === undefined ? {} : { latent: o.latent }),
  ...(o.hidden === undefined ? {} : { hidden: o.hidden }),
})

const EPOCHS = 2
const BATCH = 128

/** The options with every default in its place, so that the file says all. */
const configOf = (o: TrainOptions, size: number): RunConfig => {
  const family = families[o.family] as Family
  const given = family.options.decode(familyOptions(o))
  return {
    giry: version,
    family: o.family,
    options: (E.isRight(given) ? given.right : familyOptions(o)) as Record<string, unknown>,
    data: { name: o.data, limit: o.limit },
    training: {
      epochs: o.epochs ?? (o.steps === undefined ? EPOCHS : undefined),
      steps: o.steps,
      batch: o.batch ?? Math.min(BATCH, size),
      rate: o.rate,
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

/** Loads, checks, builds. */
export const plan = (o: TrainOptions): Task<Omit<Job, 'folder'>> => {
  const source = dataSources[o.data]
  return F.pipe(
    source.load((families[o.family] as Family).models, o.limit),
    TE.bindTo('loaded'),
    TE.tap(({ loaded }) => TE.fromEither(requireBatch(o, loaded.train.size))),
    TE.let('config', ({ loaded }) => configOf(o, loaded.train.size)),
    TE.bind('built', ({ config }) => TE.fromEither(buildFrom(config, 'the command line'))),
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
