/**
 * giry train: trains a family on a data set and keeps the run in a directory.
 *
 * Whatever ends the training, what it reached is kept: at its end, at Ctrl-C (exit code 130), and at the first NaN,
 * with the last good parameters. The parameters of each epoch are written as they come, so that a process that is
 * killed loses one epoch at most; a training stopped before its first step leaves nothing. Tested in tests/cli/train.test.ts and tests/cli/faults.test.ts.
 */
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import { type GiryError, showErrors } from '../dsl/error.js'
import { boundTraining } from './boundTraining.js'
import { isGame } from './built.js'
import { exitCodeOf } from './exitCode.js'
import { keepLast, stoppedBefore } from './finish.js'
import { gameTraining } from './games/gameTraining.js'
import { interruptible } from './interrupt.js'
import { begin, type Job, plan, type TrainOptions } from './job.js'
import { type Terminal, terminalOf } from './terminal.js'
import type { Training } from './training.js'

type Task<A> = TE.TaskEither<readonly GiryError[], A>

const trainingOf = (terminal: Terminal, job: Job, quiet: boolean): Training =>
  isGame(job.built)
    ? gameTraining(terminal, { ...job, built: job.built }, quiet)
    : boundTraining(terminal, { ...job, built: job.built }, quiet)

/** Trains, and keeps whatever came of it. */
const carryOut = (job: Job, training: Training, signal: AbortSignal): Task<number> =>
  F.pipe(
    training.run(signal),
    TE.tapIO(() => training.progress.stop),
    TE.foldW(
      (errors) => {
        training.progress.stop()
        return keepLast(job, errors)
      },
      (fitted) => training.keep(fitted, signal),
    ),
  )

/** Runs the command and gives its exit code. */
export const train = async (o: TrainOptions): Promise<number> => {
  const terminal = terminalOf(process, o.json)
  let stop = (): void => undefined
  const { signal, release } = interruptible(process, () => {
    stop()
    terminal.warn('stopping …')
  })
  const task = F.pipe(
    plan(o),
    TE.filterOrElse(
      () => !signal.aborted,
      (): readonly GiryError[] => [stoppedBefore],
    ),
    TE.flatMap((planned) => begin(planned, o.out)),
    TE.flatMap((job) => {
      const training = trainingOf(terminal, job, o.quiet)
      stop = training.progress.stop
      training.introduce()
      return carryOut(job, training, signal)
    }),
  )
  const code = await task()
  release()
  if (E.isRight(code)) return code.right
  terminal.warn(showErrors(code.left))
  return exitCodeOf(code.left)
}
