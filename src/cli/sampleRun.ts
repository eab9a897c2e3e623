/**
 * giry sample: draws from the prior of a trained model, as a picture beside that of the training, samples.png.
 * Tested in tests/cli/train.test.ts and tests/cli/faults.test.ts.
 */
import { join } from 'node:path'
import { function as F, taskEither as TE } from 'fp-ts'
import { errorsOf, showErrors } from '../dsl/error.js'
import { useRuntime } from '../runtime/backend.js'
import { sourceOf } from './dataSources.js'
import { exitCodeOf, exitCodes } from './exitCode.js'
import { requireFilePlace, writeWhole } from './folder.js'
import { samples } from './gallery.js'
import { readRun } from './savedRun.js'
import { terminalOf } from './terminal.js'

/** The options of the command. */
export interface SampleOptions {
  readonly run: string
  readonly n: number
  readonly seed: number
  readonly out: string | undefined
}

/** Writes the picture. */
export const sampleRun = async (o: SampleOptions): Promise<number> => {
  const terminal = terminalOf(process, false)
  const task = F.pipe(
    readRun(o.run),
    TE.let('path', ({ folder }) => o.out ?? join(folder, `samples-seed${o.seed}-n${o.n}.png`)),
    TE.tap(({ path }) => requireFilePlace(path, 'samples.png')),
    TE.tap(({ config }) => useRuntime(config.training.runtime)),
    TE.bind('png', ({ built, params, config }) =>
      TE.tryCatch(
        async () => samples({ built, params, source: sourceOf(config.data.name), seed: o.seed }, o.n).png,
        (e) => errorsOf(e),
      ),
    ),
    TE.tap(({ path, png }) => writeWhole(path, png)),
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
