/**
 * A run read back from its directory: configuration, model and parameters, checked against one another.
 */
import { join } from 'node:path'
import { function as F, taskEither as TE } from 'fp-ts'
import type { GiryError } from '../dsl/error.js'
import type { Built } from './built.js'
import { findRun } from './folder.js'
import { type AllParams, readParams } from './parameterFile.js'
import { buildFrom, CONFIG, type RunConfig, readConfig } from './runConfig.js'

/** What a directory of a run says. */
export interface SavedRun {
  readonly folder: string
  readonly config: RunConfig
  readonly built: Built
  readonly params: AllParams
  /** The steps of training, where the file says so. */
  readonly steps: number | undefined
}

/** Reads a run, or says what is wrong with it. */
export const readRun = (run: string): TE.TaskEither<readonly GiryError[], SavedRun> =>
  F.pipe(
    findRun(run),
    TE.bindTo('folder'),
    TE.bind('config', ({ folder }) => readConfig(folder)),
    TE.bind('built', ({ folder, config }) => TE.fromEither(buildFrom(config, join(folder, CONFIG)))),
    TE.bind('read', ({ folder, built }) => readParams(folder, built)),
    TE.map(({ read, ...found }) => ({ ...found, ...read })),
  )
