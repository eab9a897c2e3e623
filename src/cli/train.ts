/**
 * giry train: trains a family on a data set and keeps the run in a directory.
 *
 * Whatever ends the training, what it reached is kept: at its end, at Ctrl-C (exit code 130), and at the first NaN,
 * with the last good parameters. The parameters of each epoch are written as they come, so that a process that is
 * killed loses one epoch at most; a training stopped before its first step leaves nothing. Tested in tests/cli/train.test.ts and tests/cli/faults.test.ts.
 */
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import { type GiryError, showErrors } from '../dsl/error.js'
import { fit } from '../inference/fit.js'
import type { Fit } from '../inference/fitted.js'
import { adam } from '../inference/optimizers/optimizers.js'
import { derivationOf, graphOf } from './describe.js'
import { exitCodeOf } from './exitCode.js'
import { keepFit, keepLast, stoppedBefore } from './finish.js'
import { interruptible } from './interrupt.js'
import { begin, type Job, plan, type TrainOptions } from './job.js'
import { writeOutcome } from './keep.js'
import type { AllParams } from './parameterFile.js'
import { type Progress, progressOn } from './progress.js'
import { type Terminal, terminalOf } from './terminal.js'

type Task<A> = TE.TaskEither<readonly GiryError[], A>

const show = (n: number): string => n.toLocaleString('en-US')

const counted = (n: number, what: string): string => `${show(n)} ${what}${n === 1 ? '' : 's'}`

const sizesOf = ({ config: { training: t }, loaded, source }: Job): string => {
  const length = t.steps === undefined ? counted(t.epochs ?? 1, 'epoch') : counted(t.steps, 'step')
  const data = `${show(loaded.train.size)} training and ${show(loaded.test.size)} held-out ${source.datum}s`
  return `${data}, ${length}, batch ${t.batch}, Adam ${t.rate}, seed ${t.seed}`
}

const introduce = (terminal: Terminal, job: Job): void => {
  terminal.say(terminal.bold(`${job.config.family} on ${job.source.title}`))
  terminal.say(graphOf(job.built))
  terminal.say()
  terminal.say(derivationOf(job.built).trimEnd())
  terminal.say()
  terminal.say(terminal.dim(sizesOf(job)))
}

/** Keeps the parameters of each epoch, for an end that cannot be caught; where that fails, says so once. */
const checkpointOf = (terminal: Terminal, job: Job) => {
  let failed = false
  return {
    every: Math.ceil(job.loaded.train.size / job.config.training.batch),
    write: async ({ params, diagnostics }: Fit): Promise<void> => {
      const written = await writeOutcome(job, { params: params as AllParams, steps: diagnostics.steps })()
      if (E.isRight(written) || failed) return
      failed = true
      const [fault] = written.left
      terminal.warn(`the parameters so far cannot be kept, the training goes on: ${fault?.message ?? ''}`)
    },
  }
}

const trained = (terminal: Terminal, job: Job, progress: Progress, signal: AbortSignal): Task<Fit> => {
  const { built, loaded, config } = job
  const { epochs, steps, batch, rate, seed, runtime, threads } = config.training
  return fit(built.objective, {
    data: loaded.train,
    heldOut: loaded.test,
    optimizer: adam(rate),
    ...(steps === undefined ? { epochs: epochs ?? 1 } : { steps }),
    batch,
    seed,
    runtime,
    ...(threads === undefined ? {} : { threads }),
    signal,
    checkpoint: checkpointOf(terminal, job),
    onEvent: progress.onEvent,
  } as never) as Task<Fit>
}

/** Runs the command and gives its exit code. */
export const train = async (o: TrainOptions): Promise<number> => {
  const terminal = terminalOf(process, o.json)
  const progress = progressOn(terminal, o.quiet)
  const { signal, release } = interruptible(process, () => {
    progress.stop()
    terminal.warn('stopping …')
  })
  const task = F.pipe(
    plan(o),
    TE.filterOrElse(
      () => !signal.aborted,
      (): readonly GiryError[] => [stoppedBefore],
    ),
    TE.flatMap((planned) => begin(planned, o.out)),
    TE.tapIO((job) => () => introduce(terminal, job)),
    TE.flatMap((job) =>
      F.pipe(
        trained(terminal, job, progress, signal),
        TE.tapIO(() => progress.stop),
        TE.foldW(
          (errors) => {
            progress.stop()
            return keepLast(job, errors)
          },
          (fitted) => keepFit(terminal, job, fitted, signal),
        ),
      ),
    ),
  )
  const code = await task()
  release()
  if (E.isRight(code)) return code.right
  terminal.warn(showErrors(code.left))
  return exitCodeOf(code.left)
}
