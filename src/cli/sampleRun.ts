/**
 * giry sample: draws from the prior of a trained model, as a picture beside that of the training, samples.png.
 * Tested in tests/cli/train.test.ts and tests/cli/faults.test.ts.
 */
import { join } from 'node:path'
import { function as F, taskEither as TE } from 'fp-ts'
import { errorsOf, type GiryError, showErrors } from '../dsl/error.js'
import { useRuntime } from '../runtime/backend.js'
import { familyOf, isGame, modelsOf } from './built.js'
import { type Loaded, sourceOf } from './dataSources.js'
import { exitCodeOf, exitCodes } from './exitCode.js'
import { requireFilePlace, writeWhole } from './folder.js'
import { type GalleryPicture, pointsPicture, samples } from './gallery.js'
import { exhibitOf } from './games/exhibit.js'
import { sampleGame } from './games/pictures.js'
import type { RunConfig } from './runConfig.js'
import { readRun, type SavedRun } from './savedRun.js'
import { terminalOf } from './terminal.js'

/** The options of the command. */
export interface SampleOptions {
  readonly run: string
  readonly n: number
  readonly seed: number
  readonly out: string | undefined
}

/** Points are drawn over the data; pictures need none. */
const dataBeside = ({ family, data }: RunConfig): TE.TaskEither<readonly GiryError[], Loaded | undefined> => {
  const source = sourceOf(data.name)
  return source.picture === undefined
    ? source.load(modelsOf(familyOf(family)), data.limit)
    : TE.right(undefined)
}

const drawing = async (
  { built, params, config }: Pick<SavedRun, 'built' | 'params' | 'config'>,
  loaded: Loaded | undefined,
  { n, seed }: SampleOptions,
): Promise<GalleryPicture> => {
  const source = sourceOf(config.data.name)
  if (isGame(built)) return sampleGame(exhibitOf({ built, source, config, loaded }, params, seed), n)
  const exhibit = { built, params, source, seed }
  return loaded === undefined ? samples(exhibit, n) : pointsPicture(exhibit, loaded, n)
}

/** Writes the picture. */
export const sampleRun = async (o: SampleOptions): Promise<number> => {
  const terminal = terminalOf(process, false)
  const task = F.pipe(
    readRun(o.run),
    TE.let('path', ({ folder }) => o.out ?? join(folder, `samples-seed${o.seed}-n${o.n}.png`)),
    TE.tap(({ path }) => requireFilePlace(path, 'samples.png')),
    TE.tap(({ config }) => useRuntime(config.training.runtime)),
    TE.bind('loaded', ({ config }) => dataBeside(config)),
    TE.bind('picture', ({ loaded, ...run }) =>
      TE.tryCatch(
        () => drawing(run, loaded, o),
        (e) => errorsOf(e),
      ),
    ),
    TE.tap(({ path, picture }) => writeWhole(path, picture.png)),
    TE.match(
      (errors) => {
        terminal.warn(showErrors(errors))
        return exitCodeOf(errors)
      },
      ({ path }) => {
        terminal.say(`${o.n} ${o.n === 1 ? 'sample' : 'samples'} in ${path}`)
        return exitCodes.done as number
      },
    ),
  )
  return task()
}
