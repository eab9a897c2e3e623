/**
 * The training of a bound: a derivation, then ascent, then the held-out bound and log P(x) where a closed form gives it.
 * Tested in tests/cli/train.test.ts.
 */
import { function as F, taskEither as TE } from 'fp-ts'
import type { GiryError } from '../dsl/error.js'
import { fit } from '../inference/fit.js'
import type { Fit } from '../inference/fitted.js'
import { adam } from '../inference/optimizers/optimizers.js'
import { derivationOf, graphOf } from './describe.js'
import { type Ending, keepFit } from './finish.js'
import { lastTrainingBound } from './history.js'
import { type BoundJob, RATE } from './job.js'
import { keepPages, type Metrics } from './keep.js'
import { heldOutBound, heldOutLogLikelihood, type Measured } from './measure.js'
import type { AllParams } from './parameterFile.js'
import { progressOn, showNats } from './progress.js'
import type { Terminal } from './terminal.js'
import { commonOptions, keeping, sizesOf, type Training } from './training.js'

type Task<A> = TE.TaskEither<readonly GiryError[], A>

const rateOf = ({ config }: BoundJob): number => config.training.rate ?? RATE

const introduce = (terminal: Terminal, job: BoundJob): void => {
  terminal.say(terminal.bold(`${job.config.family} on ${job.source.title}`))
  terminal.say(graphOf(job.built))
  terminal.say()
  terminal.say(derivationOf(job.built).trimEnd())
  terminal.say()
  terminal.say(terminal.dim(sizesOf(job, `Adam ${rateOf(job)}`)))
}

const measured = ({ built, loaded, config }: BoundJob, { params, diagnostics }: Fit): Measured => ({
  built,
  params: params as AllParams,
  test: loaded.test,
  seed: diagnostics.seed,
  runtime: config.training.runtime,
  threads: config.training.threads,
})

/** The held-out bound, measured now where the training was stopped before it was. */
const boundOf = (job: BoundJob, fitted: Fit): Task<number> => {
  const last = fitted.history.at(-1)?.heldOut
  return last !== undefined ? TE.right(last) : heldOutBound(measured(job, fitted))
}

const metricsOf = (job: BoundJob, fitted: Fit, signal: AbortSignal): Task<Metrics> =>
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

/** The figures of the held-out data in one line. */
export const showMetrics = (
  terminal: Terminal,
  { testElbo, testLogLikelihood }: Metrics,
  datum: string,
): string =>
  `held-out L_b ${terminal.bold(showNats(testElbo))}${testLogLikelihood === undefined ? '' : ` ≤ log P(x) = ${terminal.bold(showNats(testLogLikelihood))}`} nats per ${datum}`

const endingOf = (terminal: Terminal, job: BoundJob, fitted: Fit): Ending<Metrics> => ({
  measure: (signal) => TE.map((metrics: Metrics) => ({ metrics }))(metricsOf(job, fitted, signal)),
  figures: (metrics) => showMetrics(terminal, metrics, job.source.datum),
  pages: (outcome, result) => keepPages(job, outcome, result),
})

/** The training of a bound. */
export const boundTraining = (terminal: Terminal, job: BoundJob, quiet: boolean): Training => {
  const progress = progressOn(terminal, quiet)
  return {
    introduce: () => introduce(terminal, job),
    progress,
    run: (signal) =>
      fit(job.built.objective, {
        ...commonOptions(job, signal),
        heldOut: job.loaded.test,
        optimizer: adam(rateOf(job)),
        checkpoint: {
          every: Math.ceil(job.loaded.train.size / job.config.training.batch),
          write: keeping(terminal, job),
        },
        onEvent: progress.onEvent,
      } as never) as Task<Fit>,
    keep: (fitted, signal) => keepFit(terminal, job, endingOf(terminal, job, fitted), fitted, signal),
  }
}
