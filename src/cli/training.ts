/**
 * What the trainings of bounds and of games share: what a command does with a job, and the parameters kept on the way.
 */
import { either as E, type taskEither as TE } from 'fp-ts'
import type { GiryError } from '../dsl/error.js'
import type { Fit } from '../inference/fitted.js'
import { outcomeOf } from './finish.js'
import type { Job } from './job.js'
import { writeOutcome } from './keep.js'
import type { Progress } from './progress.js'
import type { Terminal } from './terminal.js'

type Task<A> = TE.TaskEither<readonly GiryError[], A>

/** A training that has not begun. */
export interface Training {
  /** Says what will be trained. */
  readonly introduce: () => void
  readonly progress: Progress
  readonly run: (signal: AbortSignal) => Task<Fit>
  /** Keeps what came of it, and gives the exit code. */
  readonly keep: (fitted: Fit, signal: AbortSignal) => Task<number>
}

/** A number with its thousands apart. */
export const show = (n: number): string => n.toLocaleString('en-US')

/** `1 step`, `2 steps`. */
export const counted = (n: number, what: string): string => `${show(n)} ${what}${n === 1 ? '' : 's'}`

/** Data, length and seed in one line, `how` in between. */
export const sizesOf = ({ config: { training: t }, loaded, source }: Job, how: string): string => {
  const length = t.steps === undefined ? counted(t.epochs ?? 1, 'epoch') : counted(t.steps, 'step')
  const data = `${show(loaded.train.size)} training and ${show(loaded.test.size)} held-out ${source.datum}s`
  return `${data}, ${length}, batch ${t.batch}, ${how}, seed ${t.seed}`
}

/** Keeps the parameters on the way, for an end that cannot be caught; where that fails, says so once. */
export const keeping = (terminal: Terminal, job: Job): ((fit: Fit) => Promise<void>) => {
  let failed = false
  return async (fit) => {
    const written = await writeOutcome(job, outcomeOf(fit))()
    if (E.isRight(written) || failed) return
    failed = true
    const [fault] = written.left
    terminal.warn(`the parameters so far cannot be kept, the training goes on: ${fault?.message ?? ''}`)
  }
}

/** The options of `fit` that every training passes. */
export const commonOptions = ({ config, loaded }: Job, signal: AbortSignal) => {
  const { epochs, steps, batch, seed, runtime, threads } = config.training
  return {
    data: loaded.train,
    ...(steps === undefined ? { epochs: epochs ?? 1 } : { steps }),
    batch,
    seed,
    runtime,
    ...(threads === undefined ? {} : { threads }),
    signal,
  }
}
