/**
 * The end of a training, whatever it was: at its last step, at Ctrl-C, or at the first NaN. What was reached is kept
 * at once; then it is measured, drawn and reported.
 */
import { join } from 'node:path'
import { function as F, taskEither as TE } from 'fp-ts'
import { type GiryError, giryError } from '../dsl/error.js'
import type { Fit, HistoryPoint } from '../inference/fitted.js'
import { exitCodes } from './exitCode.js'
import { abandon, type Job } from './job.js'
import { type KeptFile, keepHistory, keepParams, type Outcome, type Result } from './keep.js'
import { type AllParams, PARAMS } from './parameterFile.js'
import { showDuration, showRuntime } from './progress.js'
import type { Terminal } from './terminal.js'

type Task<A> = TE.TaskEither<readonly GiryError[], A>

/** Figures, and what follows from them in plain sentences, where something does. */
export interface Measurement<M extends object> {
  readonly metrics: M
  readonly verdict?: readonly Said[]
}

/** A sentence, and what to do about it; nothing where that is empty. */
export interface Said {
  readonly sentence: string
  readonly remedy: string
}

/** What the end of a training depends on: whether it was that of a bound or of a game. */
export interface Ending<M extends object> {
  /** What the model is worth; `signal` cuts it short. */
  readonly measure: (signal: AbortSignal) => Task<Measurement<M>>
  /** These figures in one line. */
  readonly figures: (metrics: M) => string
  /** Draws, reports, and keeps all of it. */
  readonly pages: (outcome: Outcome, result: Result<M>) => Task<readonly KeptFile[]>
}

const resultOf = <M extends object>(
  job: Job,
  { diagnostics }: Fit,
  { metrics, verdict }: Measurement<M>,
): Result<M> => ({
  family: job.config.family,
  data: job.config.data.name,
  steps: diagnostics.steps,
  seed: diagnostics.seed,
  runtime: diagnostics.runtime,
  threads: diagnostics.threads,
  notices: diagnostics.notices,
  seconds: Number(diagnostics.seconds.toFixed(3)),
  metrics,
  ...(verdict === undefined ? {} : { verdict: verdict.map(({ sentence }) => sentence) }),
  stopped: diagnostics.stopped,
  run: job.folder,
})

/** Says a verdict: each sentence, and what to do about it. */
export const sayVerdict = (terminal: Terminal, verdict: readonly Said[] = []): void => {
  for (const { sentence, remedy } of verdict) {
    terminal.say(sentence)
    if (remedy !== '') terminal.say(terminal.dim(`  → ${remedy}`))
  }
}

const sayResult = <M extends object>(
  terminal: Terminal,
  ending: Ending<M>,
  result: Result<M>,
  verdict: readonly Said[] | undefined,
): void => {
  terminal.say()
  terminal.say(
    `${ending.figures(result.metrics)}, ${result.steps} steps in ${showDuration(result.seconds)} on ${showRuntime(result)}`,
  )
  sayVerdict(terminal, verdict)
}

const sayFiles = (terminal: Terminal, folder: string, files: readonly KeptFile[]): void => {
  const width = Math.max(...files.map(({ file }) => file.length))
  terminal.say()
  terminal.say(terminal.bold(`${folder}/`))
  for (const { file, about } of files) terminal.say(`  ${file.padEnd(width)}   ${terminal.dim(about)}`)
}

const safe = (folder: string): GiryError =>
  giryError('file', folder, `the parameters are safe in ${join(folder, PARAMS)}`, '')

const sayStopped = (terminal: Terminal, folder: string, steps: number): void => {
  terminal.warn(`stopped at step ${steps}; the run so far is saved in ${folder}`)
  terminal.warn('measuring and drawing it (Ctrl-C again leaves that out) …')
}

/** What is made of a fit whose parameters are safe. The figures are said even where the pages around them cannot be made. */
const finish = <M extends object>(
  terminal: Terminal,
  job: Job,
  ending: Ending<M>,
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
    TE.bind('measurement', () => ending.measure(signal)),
    TE.let('result', ({ measurement }) => resultOf(job, fitted, measurement)),
    TE.flatMap(({ history, result, measurement }) =>
      F.pipe(
        TE.fromEither(history),
        TE.flatMap(() => ending.pages(outcome, result)),
        TE.tapError(() =>
          TE.fromIO(() => {
            sayResult(terminal, ending, result, measurement.verdict)
            terminal.json(result)
          }),
        ),
        TE.tapIO((files) => () => {
          sayResult(terminal, ending, result, measurement.verdict)
          sayFiles(terminal, job.folder, files)
          terminal.json(result)
        }),
        TE.map(() => undefined),
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

/** What a fit came to. Of players whose parameters are averaged over the steps, the average is what counts. */
export const outcomeOf = ({ params, averaged, history, diagnostics }: Fit): Outcome => ({
  params: (averaged ?? params) as AllParams,
  history,
  steps: diagnostics.steps,
})

/** Keeps a fit: its parameters at once, then all that can be made from them. Gives the exit code. */
export const keepFit = <M extends object>(
  terminal: Terminal,
  job: Job,
  ending: Ending<M>,
  fitted: Fit,
  signal: AbortSignal,
): Task<number> => {
  const outcome = outcomeOf(fitted)
  const aborted = fitted.diagnostics.stopped === 'aborted'
  if (aborted && outcome.steps === 0) return giveUp(job, [stoppedBefore])
  return F.pipe(
    keepParams(job, outcome),
    TE.flatMap(() => finish(terminal, job, ending, fitted, outcome, signal)),
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
