/**
 * The training of a game: its players, then play by the recipe of the family, then figures, verdict and pictures.
 *
 *   D is watched on held-out data every 1/100 of the steps; parameters are kept on the way, for the animation and for an end
 *   that cannot be caught
 *
 * Tested in tests/cli/games/train.test.ts.
 */
import { function as F, taskEither as TE } from 'fp-ts'
import { sliceDataset } from '../../dsl/dataset.js'
import type { GiryError } from '../../dsl/error.js'
import { fit } from '../../inference/fit.js'
import type { Fit } from '../../inference/fitted.js'
import { movesOf } from '../../inference/prepare.js'
import { recipeFor } from '../../models/gameFamily.js'
import { netsOf } from '../built.js'
import { type Ending, keepFit, outcomeOf } from '../finish.js'
import type { GameJob } from '../job.js'
import type { Terminal } from '../terminal.js'
import { commonOptions, keeping, sizesOf, type Training } from '../training.js'
import { only, type Snapshot, snapshotEvery } from './animation.js'
import { fakeOf, playersText } from './describe.js'
import { showGame } from './figures.js'
import { keepGamePages } from './keepGame.js'
import { type GameMeasured, type GameMetrics, type GameReport, measureGame, withClasses } from './measure.js'
import { gameProgress } from './progress.js'

type Task<A> = TE.TaskEither<readonly GiryError[], A>

/** Held-out data that D is watched on. */
const WATCHED = 2000
const LOOKS = 100

/** Steps of play: those asked for, or as many as so many passes over the data make. */
const stepsOf = ({ config, loaded, built }: GameJob): number => {
  const { steps, epochs, batch } = config.training
  return (
    steps ?? Math.ceil(((epochs ?? 1) * Math.ceil(loaded.train.size / batch)) / movesOf(built.game.players))
  )
}

const introduce = (terminal: Terminal, job: GameJob): void => {
  const { config, built, source } = job
  terminal.say(terminal.bold(`${config.family} on ${source.title}`))
  terminal.say(fakeOf(built))
  terminal.say(playersText(built, config.family, config.options))
  terminal.say()
  const { rate } = config.training
  const how = `${built.recipe.play} play, Adam ${rate === undefined ? 'by the recipe' : `${rate}, falling`}`
  terminal.say(terminal.dim(sizesOf(job, how)))
}

const optimizersOf = ({ built, config }: GameJob, steps: number) => {
  const { rate } = config.training
  if (rate === undefined) return built.recipe.optimizer(steps)
  const { players } = built.game
  const rates = Object.fromEntries(players.map(({ name }) => [name, rate]))
  const moves = Object.fromEntries(players.map((p) => [p.name, p.steps]))
  return recipeFor(rates, {}, moves).optimizer(steps)
}

const played = (job: GameJob, signal: AbortSignal, onEvent: unknown, checkpoint: unknown): Task<Fit> => {
  const { loaded, built } = job
  const steps = stepsOf(job)
  const { epochs: _, ...options } = { epochs: undefined, ...commonOptions(job, signal) }
  const heldOut = withClasses(built, loaded.test, loaded.testLabels)
  return fit(built.game, {
    ...options,
    steps,
    data: withClasses(built, loaded.train, loaded.trainLabels),
    heldOut: sliceDataset(heldOut, 0, Math.min(WATCHED, heldOut.size)),
    optimizer: optimizersOf(job, steps),
    play: built.recipe.play,
    monitors: { accuracy: built.accuracy },
    monitorEvery: Math.ceil(steps / LOOKS),
    checkpoint,
    onEvent,
  } as never) as Task<Fit>
}

const measuredOf = (
  terminal: Terminal,
  { built, source, loaded, config }: GameJob,
  fitted: Fit,
): GameMeasured => ({
  built,
  params: outcomeOf(fitted).params,
  source,
  loaded,
  seed: config.training.seed,
  runtime: config.training.runtime,
  threads: config.training.threads,
  fit: fitted,
  tell: (what) => terminal.say(terminal.dim(`${what} …`)),
})

const endingOf = (
  terminal: Terminal,
  job: GameJob,
  fitted: Fit,
  snapshots: readonly Snapshot[],
): Ending<GameMetrics> => {
  let report: GameReport | undefined
  return {
    measure: () =>
      F.pipe(
        measureGame(measuredOf(terminal, job, fitted)),
        TE.map((measured) => {
          report = measured
          return {
            metrics: measured.metrics,
            verdict: measured.verdict.sentences,
          }
        }),
      ),
    figures: (metrics) => showGame(terminal, metrics, job.loaded.modes?.centers.length),
    pages: (outcome, result) =>
      keepGamePages(job, { outcome, result, snapshots, findings: report?.verdict.sentences ?? [] }),
  }
}

/** The training of a game. */
export const gameTraining = (terminal: Terminal, job: GameJob, quiet: boolean): Training => {
  const progress = gameProgress(terminal, quiet, job.built.game.players[0]?.name)
  const keep = keeping(terminal, job)
  const snapshots: Snapshot[] = []
  const shown = job.source.picture === undefined ? netsOf(job.built) : job.built.fake.nets
  const write = async (so: Fit): Promise<void> => {
    const { params, steps } = outcomeOf(so)
    snapshots.push({ step: steps, params: only(params, shown) })
    await keep(so)
  }
  return {
    introduce: () => introduce(terminal, job),
    progress,
    run: (signal) =>
      played(job, signal, progress.onEvent, { every: snapshotEvery(stepsOf(job), shown), write }),
    keep: (fitted, signal) =>
      keepFit(terminal, job, endingOf(terminal, job, fitted, snapshots), fitted, signal),
  }
}
