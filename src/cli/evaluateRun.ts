/**
 * giry evaluate: the figures of a saved run on held-out data, recomputed from its parameters.
 *
 * With the seed of the run the bits and the noise are those of the training, and so are the figures.
 */
import { function as F, taskEither as TE } from 'fp-ts'
import { type GiryError, showErrors } from '../dsl/error.js'
import { showMetrics } from './boundTraining.js'
import { familyOf, isGame, modelsOf } from './built.js'
import { type Loaded, sourceOf } from './dataSources.js'
import { exitCodeOf, exitCodes } from './exitCode.js'
import { type Measurement, sayVerdict } from './finish.js'
import { showGame } from './games/figures.js'
import { measureGame } from './games/measure.js'
import type { Metrics } from './keep.js'
import { heldOutBound, heldOutLogLikelihood, type Measured } from './measure.js'
import { readRun, type SavedRun } from './savedRun.js'
import { type Terminal, terminalOf } from './terminal.js'

type Task<A> = TE.TaskEither<readonly GiryError[], A>

/** The options of the command. */
export interface EvaluateRunOptions {
  readonly run: string
  /** The seed of bits and noise; that of the run if left out. */
  readonly seed: number | undefined
  readonly json: boolean
}

interface Evaluated extends Measurement<object> {
  readonly figures: string
}

const evaluateBound = (terminal: Terminal, measured: Measured, datum: string): Task<Evaluated> =>
  F.pipe(
    heldOutBound(measured),
    TE.bindTo('testElbo'),
    TE.bind('log', () => heldOutLogLikelihood(measured, new AbortController().signal)),
    TE.map(
      ({ testElbo, log }): Metrics => ({
        testElbo,
        ...(log === undefined ? {} : { testLogLikelihood: log }),
      }),
    ),
    TE.map((metrics) => ({ metrics, figures: showMetrics(terminal, metrics, datum) })),
  )

const evaluated = (terminal: Terminal, run: SavedRun, loaded: Loaded, seed: number): Task<Evaluated> => {
  const { built, params, config } = run
  const source = sourceOf(config.data.name)
  const { runtime, threads } = config.training
  if (!isGame(built))
    return evaluateBound(terminal, { built, params, test: loaded.test, seed, runtime, threads }, source.datum)
  const tell = (what: string): void => terminal.say(terminal.dim(`${what} …`))
  return F.pipe(
    measureGame({ built, params, source, loaded, seed, runtime, threads, tell }),
    TE.map(({ metrics, verdict }) => ({
      metrics,
      verdict: verdict.sentences,
      figures: showGame(terminal, metrics, loaded.modes?.centers.length),
    })),
  )
}

/** Prints the figures. */
export const evaluateRun = async (o: EvaluateRunOptions): Promise<number> => {
  const terminal = terminalOf(process, o.json)
  const task = F.pipe(
    readRun(o.run),
    TE.bindTo('run'),
    TE.let('seed', ({ run }) => o.seed ?? run.config.training.seed),
    TE.bind('loaded', ({ run: { config } }) =>
      sourceOf(config.data.name).load(modelsOf(familyOf(config.family)), config.data.limit),
    ),
    TE.let('began', () => performance.now()),
    TE.bind('evaluated', ({ run, loaded, seed }) => evaluated(terminal, run, loaded, seed)),
    TE.match(
      (errors) => {
        terminal.warn(showErrors(errors))
        return exitCodeOf(errors)
      },
      ({ run: { folder, config, steps }, seed, loaded, began, evaluated: { figures, metrics, verdict } }) => {
        const seconds = Number(((performance.now() - began) / 1000).toFixed(3))
        const { datum } = sourceOf(config.data.name)
        terminal.say(
          `${figures}, over ${loaded.test.size.toLocaleString('en-US')} ${datum}s with seed ${seed}`,
        )
        sayVerdict(terminal, verdict)
        terminal.json({
          family: config.family,
          data: config.data.name,
          steps,
          seed,
          runtime: config.training.runtime,
          seconds,
          metrics,
          ...(verdict === undefined ? {} : { verdict: verdict.map(({ sentence }) => sentence) }),
          run: folder,
        })
        return exitCodes.done as number
      },
    ),
  )
  return task()
}
