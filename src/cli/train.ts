/**
 * giry train: trains a family on a data set and keeps the run in a directory.
 *
 * Whatever ends the training, what it reached is kept: at its end, at Ctrl-C (exit code 130), and at the first NaN,
 * with the last good parameters. Tested in tests/cli/train.test.ts and tests/cli/faults.test.ts.
 */
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import { type GiryError, giryError, showErrors } from '../dsl/error.js'
import { evaluate } from '../inference/evaluate.js'
import { fit as fitObjective } from '../inference/fit.js'
import type { Fit, HistoryPoint } from '../inference/fitted.js'
import { adam } from '../inference/optimizers/optimizers.js'
import { derivationOf, graphOf } from './describe.js'
import { exitCodeOf, exitCodes } from './exitCode.js'
import { lastTrainingBound } from './history.js'
import { interruptible } from './interrupt.js'
import { abandon, begin, type Job, plan, type TrainOptions } from './job.js'
import { type KeptFile, keepPages, keepParams, type Outcome, type Result } from './keep.js'
import type { AllParams } from './parameterFile.js'
import { progressOn, showDuration, showNats } from './progress.js'
import { type Terminal, terminalOf } from './terminal.js'

type Task<A> = TE.TaskEither<readonly GiryError[], A>

const introduce = (terminal: Terminal, { built, config, loaded, source }: Job): void => {
  const { training } = config
  const length = training.steps === undefined ? `${training.epochs} epochs` : `${training.steps} steps`
  terminal.say(terminal.bold(`${config.family} on ${source.title}`))
  terminal.say(graphOf(built))
  terminal.say()
  terminal.say(derivationOf(built).trimEnd())
  terminal.say()
  terminal.say(
    terminal.dim(
      `${loaded.train.size.toLocaleString('en-US')} training and ${loaded.test.size.toLocaleString('en-US')} held-out ${source.datum}s, ${length}, batches of ${training.batch}, Adam at ${training.rate}, seed ${training.seed}; bounds in nats per ${source.datum}`,
    ),
  )
}

/** Trains and shows it. */
const trained = (job: Job, terminal: Terminal, quiet: boolean, signal: AbortSignal): Task<Fit> => {
  const { epochs, steps, batch, rate, seed, runtime } = job.config.training
  const progress = progressOn(terminal, quiet)
  const task = fitObjective(job.built.objective, {
    data: job.loaded.train,
    heldOut: job.loaded.test,
    optimizer: adam(rate),
    ...(steps === undefined ? { epochs: epochs ?? 1 } : { steps }),
    batch,
    seed,
    runtime,
    signal,
    onEvent: progress.onEvent,
  } as never) as Task<Fit>
  return F.pipe(
    task,
    TE.mapLeft((errors) => {
      progress.stop()
      return errors
    }),
  )
}

/** The held-out bound of a fit, measured now where its training was stopped before it was. */
const heldOutBound = (job: Job, fitted: Fit): Task<number> => {
  const { heldOut, seed } = fitted.diagnostics
  const { training } = job.config
  return heldOut !== undefined && fitted.history.at(-1)?.heldOut === heldOut
    ? TE.right(heldOut)
    : (evaluate(job.built.objective, {
        params: fitted.params,
        data: job.loaded.test,
        seed,
        runtime: training.runtime,
      } as never) as Task<number>)
}

const resultOf = (job: Job, { diagnostics, history }: Fit, testElbo: number): Result => ({
  family: job.config.family,
  data: job.config.data.name,
  steps: diagnostics.steps,
  seed: diagnostics.seed,
  runtime: diagnostics.runtime,
  seconds: Number(diagnostics.seconds.toFixed(3)),
  metrics: { testElbo, ...(history.length === 0 ? {} : { trainElbo: lastTrainingBound(history) }) },
  stopped: diagnostics.stopped,
  run: job.folder,
})

const conclude = (terminal: Terminal, job: Job, result: Result, files: readonly KeptFile[]): void => {
  const width = Math.max(...files.map(({ file }) => file.length))
  terminal.say()
  terminal.say(
    `held-out L_b ${terminal.bold(showNats(result.metrics.testElbo))} nats per ${job.source.datum}, after ${result.steps} steps in ${showDuration(result.seconds)} on ${result.runtime}`,
  )
  terminal.say()
  terminal.say(terminal.bold(`${job.folder}/`))
  for (const { file, about } of files) terminal.say(`  ${file.padEnd(width)}   ${terminal.dim(about)}`)
  terminal.json(result)
}

/** Keeps a fit: its parameters at once, then all that can be made from them. */
const keepFit = (terminal: Terminal, job: Job, fitted: Fit): Task<number> => {
  const outcome: Outcome = {
    params: fitted.params as AllParams,
    history: fitted.history,
    steps: fitted.diagnostics.steps,
  }
  const aborted = fitted.diagnostics.stopped === 'aborted'
  return F.pipe(
    keepParams(job, outcome),
    TE.tapIO(() => () => {
      if (aborted)
        terminal.warn(
          `stopped at step ${outcome.steps}; the run so far is saved in ${job.folder}. Measuring and drawing it; Ctrl-C again to leave that out.`,
        )
    }),
    TE.flatMap(() => heldOutBound(job, fitted)),
    TE.map((testElbo) => resultOf(job, fitted, testElbo)),
    TE.bindTo('result'),
    TE.bind('files', ({ result }) => keepPages(job, outcome, result)),
    TE.map(({ result, files }) => {
      conclude(terminal, job, result, files)
      return aborted ? exitCodes.interrupted : exitCodes.done
    }),
  )
}

/** The last good parameters, where an error carries them. */
const salvaged = (errors: readonly GiryError[]): Outcome | undefined => {
  const details = errors.find(({ tag }) => tag === 'nonFinite')?.details
  if (details?.params === undefined) return undefined
  const history = (details.history ?? []) as readonly HistoryPoint[]
  return { params: details.params as AllParams, history, steps: history.at(-1)?.step ?? 0 }
}

/** The remedy in words of the command line, where the one of `fit` is code. */
const forCommandLine = (e: GiryError): GiryError =>
  e.tag === 'nonFinite' ? { ...e, remedy: 'train with a lower --rate' } : e

/** Says what went wrong, keeping the last good parameters, or nothing where there are none. */
const keepLast = (job: Job, errors: readonly GiryError[]): Task<number> => {
  const outcome = salvaged(errors)
  if (outcome === undefined)
    return F.pipe(
      TE.fromTask(() => abandon(job)),
      TE.flatMap(() => TE.left(errors)),
    )
  return F.pipe(
    keepParams(job, outcome),
    TE.flatMap(() =>
      TE.left([
        ...errors.map(forCommandLine),
        giryError(
          'nonFinite',
          job.folder,
          `training stopped; the parameters of step ${outcome.steps}, the last good ones, are saved in ${job.folder}`,
          '',
        ),
      ]),
    ),
  )
}

/** Runs the command and gives its exit code. */
export const train = async (o: TrainOptions): Promise<number> => {
  const terminal = terminalOf(process, o.json)
  const interruption = interruptible(process, () => terminal.warn('\nstopping after this step …'))
  const task = F.pipe(
    plan(o),
    TE.flatMap((planned) => begin(planned, o.out)),
    TE.tapIO((job) => () => introduce(terminal, job)),
    TE.flatMap((job) =>
      F.pipe(
        trained(job, terminal, o.quiet, interruption.signal),
        TE.foldW(
          (errors) => keepLast(job, errors),
          (fitted) => keepFit(terminal, job, fitted),
        ),
      ),
    ),
  )
  const code = await task()
  interruption.release()
  if (E.isRight(code)) return code.right
  terminal.warn(showErrors(code.left))
  return exitCodeOf(code.left)
}
