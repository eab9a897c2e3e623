/**
 * giry evaluate: the held-out bound of a saved run, recomputed from its parameters.
 *
 * With the seed of the run the bits and the noise are those of the training, and so is the figure.
 */
import { function as F, taskEither as TE } from 'fp-ts'
import { showErrors } from '../dsl/error.js'
import type { Family } from '../models/family.js'
import { families } from '../models/registry.js'
import { showMetrics } from './boundTraining.js'
import { sourceOf } from './dataSources.js'
import { exitCodeOf, exitCodes } from './exitCode.js'
import { heldOutBound, heldOutLogLikelihood } from './measure.js'
import { readRun } from './savedRun.js'
import { terminalOf } from './terminal.js'

/** The options of the command. */
export interface EvaluateRunOptions {
  readonly run: string
  /** The seed of bits and noise; that of the run if left out. */
  readonly seed: number | undefined
  readonly json: boolean
}

/** Prints the held-out bound. */
export const evaluateRun = async (o: EvaluateRunOptions): Promise<number> => {
  const terminal = terminalOf(process, o.json)
  const task = F.pipe(
    readRun(o.run),
    TE.let('source', ({ config }) => sourceOf(config.data.name)),
    TE.let('seed', ({ config }) => o.seed ?? config.training.seed),
    TE.bind('loaded', ({ config, source }) =>
      source.load((families[config.family] as Family).models, config.data.limit),
    ),
    TE.let('began', () => performance.now()),
    TE.let('measured', ({ built, params, loaded, seed, config }) => ({
      built,
      params,
      test: loaded.test,
      seed,
      runtime: config.training.runtime,
      threads: config.training.threads,
    })),
    TE.bind('testElbo', ({ measured }) => heldOutBound(measured)),
    TE.bind('log', ({ measured }) => heldOutLogLikelihood(measured, new AbortController().signal)),
    TE.let('metrics', ({ testElbo, log }) => ({
      testElbo,
      ...(log === undefined ? {} : { testLogLikelihood: log }),
    })),
    TE.match(
      (errors) => {
        terminal.warn(showErrors(errors))
        return exitCodeOf(errors)
      },
      ({ folder, config, source, seed, loaded, began, metrics, steps }) => {
        const seconds = Number(((performance.now() - began) / 1000).toFixed(3))
        terminal.say(
          `${showMetrics(terminal, metrics, source.datum)}, over ${loaded.test.size.toLocaleString('en-US')} ${source.datum}s with seed ${seed}`,
        )
        terminal.json({
          family: config.family,
          data: config.data.name,
          steps,
          seed,
          runtime: config.training.runtime,
          seconds,
          metrics,
          run: folder,
        })
        return exitCodes.done as number
      },
    ),
  )
  return task()
}
