/**
 * The end of a training, whatever it was: at its last step, at Ctrl-C, or at the first NaN. What was reached is kept
 * at once; then it is measured, drawn and reported.
 */
import { join } from 'node:path'
import { function as F, taskEither as TE } from 'fp-ts'
import { type GiryError, giryError } from '../dsl/error.js'
import type { Fit, HistoryPoint } from '../inference/fitted.js'
import { exitCodes } from './exitCode.js'
import { lastTrainingBound } from './history.js'
import { abandon, type Job } from './job.js'
import {
  type KeptFile,
  keepHistory,
  keepPages,
  keepParams,
  type Metrics,
  type Outcome,
  type Result,
} from './keep.js'
import { heldOutBound, heldOutLogLikelihood, type Measured } from './measure.js'
import { type AllParams, PARAMS } from './parameterFile.js'
import { showDuration, showNats, showRuntime } from './progress.js'
import type { Terminal } from './terminal.js'

type Task<A> = TE.TaskEither<readonly GiryError[], A>

const measured = ({ built, loaded, config }: Job, { params, diagnostics }: Fit): Measured => ({
  built,
  params: params as AllParams,
  test: loaded.test,
  seed: diagnostics.seed,
  runtime: config.training.runtime,
  threads: config.training.threads,
})

/** The held-out bound, measured now where the training was stopped before it was. */
const boundOf = (job: Job, fitted: Fit): Task<number> => {
  const last = fitted.history.at(-1)?.heldOut
  return last !== undefined ? TE.right(last) : heldOutBound(measured(job, fitted))
}

const metricsOf = (job: Job, fitted: Fit, signal: AbortSignal): Task<Metrics> =>
  F.pipe(
    boundOf(job, fitted),
    TE.bindTo('testElbo'),
    TE.bind('log', () => heldOutLogLikelihood(measured(job, fitted), signal)),
    TE.map(({ testElbo, log }) => ({
      testElbo,
      ...(log === undefined ? {} : { testLogLikelihood: log }),
      ...(fitted.history.length === 0 ? {} : { trainElbo: lastTrainingBound(fitted.history) }),
    })),
  )

const resultOf = (job: Job, { diagnostics }: Fit, metrics: Metrics): Result => ({
  family: job.config.family,
  data: job.config.data.name,
  steps: diagnostics.steps,
  seed: diagnostics.seed,
  runtime: diagnostics.runtime,
  threads: diagnostics.threads,
  notices: diagnostics.notices,
  seconds: Number(diagnostics.seconds.toFixed(3)),
  metrics,
  stopped: diagnostics.stopped,
  run: job.folder,
})

/** The figures of the held-out data in one line. */
export const showMetrics = (
  terminal: Terminal,
  { testElbo, testLogLikelihood }: Metrics,
  datum: string,
): string =>
  `held-out L_b ${terminal.bold(showNats(testElbo))}${testLogLikelihood === undefined ? '' : ` ≤ log P(x) = ${terminal.bold(showNats(testLogLikelihood))}`} nats per ${datum}`

const sayResult = (terminal: Terminal, job: Job, result: Result): void => {
  terminal.say()
  terminal.say(
    `${showMetrics(terminal, result.metrics, job.source.datum)}, ${result.steps} steps in ${showDuration(result.seconds)} on ${showRuntime(result)}`,
  )
}

const conclude = (terminal: Terminal, job: Job, result: Result, files: readonly KeptFile[]): void => {
  const width = Math.max(...files.map(({ file }) => file.length))
  sayResult(terminal, job, result)
  terminal.say()
  terminal.say(terminal.bold(`${job.folder}/`))
  for (const { file, about } of files) terminal.say(`  ${file.padEnd(width)}   ${terminal.dim(about)}`)
  terminal.json(result)
}

/** The figures, where the pages around them could not be made. */
const concludeBare = (terminal: Terminal, job: Job, result: Result): void => {
  sayResult(terminal, job, result)
  terminal.json(result)
}

const safe = (folder: string): GiryError =>
  giryError('file', folder, `the parameters are safe in ${join(folder, PARAMS)}`, '')

const sayStopped = (terminal: Terminal, folder: string, steps: number): void => {
  terminal.warn(`stopped at step ${steps}; the run so far is saved in ${folder}`)
  terminal.warn('measuring and drawing it (Ctrl-C again leaves that out) …')
}

/** What is made of a fit whose parameters are safe. */
const finish = (
  terminal: Terminal,
  job: Job,
  fitted: Fit,
  outcome: Outcome,
  signal: AbortSignal,
): Task<void> =>
  F.pipe(
    // A history that cannot be written must not keep the figures from being said.
    TE.fromTask(keepHistory(job, outcome)),
    TE.bindTo('history'),
    TE.tapIO(
      () => () =>
        fitted.diagnostics.stopped === 'aborted'
          ? sayStopped(terminal, job.folder, outcome.steps)
          : undefined,
    ),
    TE.bind('metrics', () => metricsOf(job, fitted, signal)),
    TE.let('result', ({ metrics }) => resultOf(job, fitted, metrics)),
    TE.flatMap(({ history, result }) =>
      F.pipe(
        TE.fromEither(history),
        TE.flatMap(() => keepPages(job, outcome, result)),
        TE.tapError(() => TE.fromIO(() => concludeBare(terminal, job, result))),
        TE.map((files) => conclude(terminal, job, result, files)),
      ),
    ),
    TE.mapLeft((errors) => [...errors, safe(job.folder)]),
  )

/** The fault of a training that was stopped before its first step. */
export const stoppedBefore: GiryError = giryError(
  'aborted',
  'train',
  'stopped before the first step; nothing was written',
  '',
)

/** Keeps a fit: its parameters at once, then all that can be made from them. Gives the exit code. */
export const keepFit = (terminal: Terminal, job: Job, fitted: Fit, signal: AbortSignal): Task<number> => {
  const { history, diagnostics } = fitted
  const outcome: Outcome = { params: fitted.params as AllParams, history, steps: diagnostics.steps }
  const aborted = diagnostics.stopped === 'aborted'
  if (aborted && outcome.steps === 0) return giveUp(job, [stoppedBefore])
  return F.pipe(
    keepParams(job, outcome),
    TE.flatMap(() => finish(terminal, job, fitted, outcome, signal)),
    TE.map(() => (aborted ? exitCodes.interrupted : exitCodes.done)),
  )
}

/** Takes the directory back, and hands the errors on. */
const giveUp = (job: Job, errors: readonly GiryError[]): Task<never> =>
  F.pipe(
    TE.fromTask(() => abandon(job)),
    TE.flatMap(() => TE.left(errors)),
  )

/** The last good parameters, where an error carries them. */
const salvaged = (errors: readonly GiryError[]): Outcome | undefined => {
  const details = errors.find((e) => e.details?.params !== undefined)?.details
  if (details === undefined) return undefined
  const history = (details.history ?? []) as readonly HistoryPoint[]
  const steps = (details.updates ?? history.at(-1)?.step ?? 0) as number
  return { params: details.params as AllParams, history, steps }
}

/** The remedy in words of the command line, where the one of `fit` is code. */
const forCommandLine = (e: GiryError): GiryError =>
  e.tag === 'nonFinite'
    ? { ...e, remedy: 'train with a lower --rate' }
    : e.remedy.includes('details.params')
      ? { ...e, remedy: '' }
      : e

const saved = (folder: string, steps: number): GiryError =>
  giryError(
    'runtime',
    folder,
    `training stopped; the last good parameters, those after ${steps} ${steps === 1 ? 'step' : 'steps'}, are saved in ${folder}`,
    '',
  )

/** Says what went wrong, keeping the last good parameters, or nothing where there are none. */
export const keepLast = (job: Job, errors: readonly GiryError[]): Task<number> => {
  const outcome = salvaged(errors)
  const shown = errors.map(forCommandLine)
  if (outcome === undefined) return giveUp(job, shown)
  return F.pipe(
    keepParams(job, outcome),
    TE.flatMap(() => keepHistory(job, outcome)),
    TE.mapLeft((more) => [...shown, ...more]),
    TE.flatMap(() => TE.left([...shown, saved(job.folder, outcome.steps)])),
  )
}
