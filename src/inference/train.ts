/**
 * The training loop behind `fit`: for each minibatch, a move of each player; events, held-out evaluation, checkpoints.
 *
 * It lets the event loop turn every 50 ms, so that signals, progress bars and aborts are served. Every tensor of a run is
 * disposed at its end, however it ends.
 */
import { either as E, type taskEither as TE } from 'fp-ts'
import { errorsOf, type GiryError } from '../dsl/error.js'
import type { Player } from '../dsl/games/player.js'
import { fold, keyFromSeed } from '../runtime/keys.js'
import { type Batches, noiseOnly, shuffled } from './batches.js'
import type { Engine } from './engine.js'
import { meanOver } from './evaluate.js'
import type { Fit, HistoryPoint } from './fitted.js'
import { monitored } from './monitors.js'
import { notify } from './notify.js'
import { type Looks, ownNoise, plays } from './play.js'
import { soloPlayer } from './players.js'
import { movesOf, type Prepared } from './prepare.js'
import { throughPhases } from './pretraining.js'
import { lacksKernel, type Started, startEngine } from './startEngine.js'
import { averagedNow, countOf, paramsNow, sourceOf, startState, type TrainingState } from './trainingState.js'

type Errors = readonly GiryError[]
type Stopped = Fit['diagnostics']['stopped']

interface Run {
  readonly prepared: Prepared
  readonly state: TrainingState
  readonly batches: Batches
  readonly engine: Engine
  readonly notices: readonly string[]
  readonly history: HistoryPoint[]
  readonly seconds: () => number
}

/** Data per evaluation of a held-out value; as in `evaluate`, which then gives the same number. */
const HELD_OUT = 500

/** In a game a multiple of the minibatch, near it: a critic may take the data in packs. */
const heldOutBatch = ({ players, batch }: Prepared): number =>
  players[0]?.name === soloPlayer ? HELD_OUT : batch * Math.max(1, Math.floor(HELD_OUT / batch))

const batchesOf = ({ data, batch, seed, stream }: Prepared): Batches => {
  const key = fold(keyFromSeed(seed), stream)
  return data === undefined ? noiseOnly(batch, key) : shuffled(data, batch, key)
}

const begin = (prepared: Prepared, state: TrainingState, { engine, notices }: Started): Run => {
  const began = performance.now()
  return {
    prepared,
    state,
    batches: batchesOf(prepared),
    engine,
    notices,
    history: [],
    seconds: () => (performance.now() - began) / 1000,
  }
}

const fitSoFar = (r: Run, steps: number, stopped: Stopped): Fit => {
  const averaged = averagedNow(r.state)
  const heldOut = r.history.findLast((h) => h.heldOut !== undefined)?.heldOut
  return {
    params: paramsNow(r.state),
    ...(averaged === undefined ? {} : { averaged }),
    history: [...r.history],
    diagnostics: {
      steps,
      epochs: Math.floor(epochsAt(r, steps)),
      seconds: r.seconds(),
      runtime: r.engine.runtime,
      threads: r.engine.threads,
      notices: r.notices,
      seed: r.prepared.seed,
      stopped,
      ...(heldOut === undefined ? {} : { heldOut }),
    },
  }
}

/** All players move; what each saw before its last move. */
const moveAll = (r: Run, step: number): Promise<E.Either<Errors, Looks>> => {
  const context = { state: r.state, engine: r.engine, step: step + 1, history: r.history }
  const moves = movesOf(r.prepared.players)
  return plays[r.prepared.play](context, (k) => ({ ...r.batches.at(step * moves + k), step: step + 1 }))
}

const read = <A extends keyof Looks[string]>(looks: Looks, what: A) =>
  Object.fromEntries(Object.entries(looks).map(([name, look]) => [name, look[what]]))

/** Passes over the data after so many steps, as a fraction. */
const epochsAt = (r: Run, step: number): number => (step * movesOf(r.prepared.players)) / r.batches.perEpoch

const pointAt = (r: Run, step: number, looks: Looks): HistoryPoint => ({
  step,
  epoch: Math.ceil(epochsAt(r, step)),
  seconds: r.seconds(),
  values: read(looks, 'value'),
  // An objective that is maximized has no opponent to be compared with.
  ...(soloPlayer in looks ? {} : { gradientNorms: read(looks, 'gradientNorm') }),
})

/** Records a step; at the end of an epoch, and of the run, with the held-out value. */
const record = async (r: Run, point: HistoryPoint): Promise<void> => {
  const { onEvent } = r.prepared.options
  onEvent?.({ type: 'step', ...point })
  const ends =
    r.prepared.data !== undefined &&
    Math.floor(epochsAt(r, point.step)) > Math.floor(epochsAt(r, point.step - 1))
  if (!ends && point.step !== r.prepared.steps) return void r.history.push(point)
  const heldOut = await heldOutValue(r)
  const full = heldOut === undefined ? point : { ...point, heldOut }
  r.history.push(full)
  onEvent?.({ type: 'epoch', ...full })
}

const heldOutValue = async ({ prepared: p, engine }: Run): Promise<number | undefined> => {
  if (p.heldOut === undefined) return undefined
  const { objective } = p.players[0] as Player
  // A shared site counts 1/N of the training data, so that training and held-out values are comparable.
  return meanOver((batch) => engine.value(objective, batch), p.heldOut, heldOutBatch(p), p.seed, p.data?.size)
}

/** Lets the event loop turn. */
const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

const loop = async (r: Run): Promise<E.Either<Errors, Fit>> => {
  const { options, steps } = r.prepared
  let rested = performance.now()
  let step = 0
  while (step < steps && options.signal?.aborted !== true) {
    const moved = await moveAll(r, step)
    if (E.isLeft(moved)) return moved
    step++
    await record(r, { ...pointAt(r, step, moved.right), ...(await monitored(r.prepared, r.engine, step)) })
    if (options.checkpoint !== undefined && step % options.checkpoint.every === 0)
      await options.checkpoint.write(fitSoFar(r, step, 'finished'))
    if (performance.now() - rested > 50) {
      await breathe()
      rested = performance.now()
    }
  }
  const stopped = step < steps ? 'aborted' : 'finished'
  options.onEvent?.({ type: 'end', step, stopped })
  return E.right(fitSoFar(r, step, stopped))
}

const remedyFor = (e: GiryError, thrown: unknown): string => {
  if (lacksKernel(thrown)) return "use { runtime: 'cpu' }, which has every kernel of tfjs"
  return e.remedy === '' ? 'the parameters so far are in details.params' : e.remedy
}

/** What a listener or a checkpoint threw, with everything trained so far. */
const interrupted = (thrown: unknown, run: Run | undefined): Errors =>
  errorsOf(thrown, 'runtime', 'fit').map((e) => ({
    ...e,
    message: `the fit stopped: ${e.message}`,
    remedy: remedyFor(e, thrown),
    details:
      run === undefined
        ? { ...e.details }
        : { ...e.details, params: paramsNow(run.state), history: [...run.history] },
  }))

/** Sizes of the minibatches of a run: whole ones, and the rest of an epoch. */
const sizesOf = (total: number | undefined, batch: number, steps: number): readonly number[] => {
  if (total === undefined) return [batch]
  const rest = total % batch
  const reachesRest = rest > 0 && steps >= Math.ceil(total / batch)
  return [...(total >= batch ? [batch] : []), ...(reachesRest || total < batch ? [rest] : [])]
}

/** Builds every player's step, and the held-out value, for each size that will come. */
const prepareAll = async (prepared: Prepared, state: TrainingState, engine: Engine): Promise<void> => {
  const { batch, data, heldOut, steps, players, monitors } = prepared
  const dataSize = data?.size ?? batch
  for (const ps of state.players.filter((p) => p.player.steps > 0))
    for (const size of sizesOf(data?.size, batch, steps * movesOf(players)))
      await engine.prepare(ps.player.objective, ps.paths, { size, dataSize })
  for (const monitor of Object.values(monitors))
    await engine.prepare(monitor, [], { size: batch, dataSize: heldOut?.size ?? batch })
  if (heldOut === undefined) return
  for (const size of sizesOf(heldOut.size, heldOutBatch(prepared), Number.POSITIVE_INFINITY))
    await engine.prepare((players[0] as Player).objective, [], { size, dataSize })
}

/** Each player's gradient at the first minibatch; nothing moves. */
const evaluateOnce = async (prepared: Prepared, state: TrainingState, engine: Engine): Promise<void> => {
  const first = batchesOf(prepared).at(0)
  for (const ps of state.players.filter((p) => p.player.steps > 0))
    await engine.gradient(ps.player.objective, ps.optimizer.gradients, ownNoise(first, ps, 0))
}

/** Chooses and builds the engine of a run. */
const startFor = (prepared: Prepared, state: TrainingState): TE.TaskEither<Errors, Started> => {
  const { runtime, threads, deterministic } = prepared.options
  return startEngine(sourceOf(state), {
    runtime,
    threads,
    deterministic,
    prepare: (engine) => prepareAll(prepared, state, engine),
    trial: (engine) => evaluateOnce(prepared, state, engine),
  })
}

const announce = (r: Run): void => {
  const { options, steps } = r.prepared
  for (const message of r.notices) notify(options.onEvent, message)
  options.onEvent?.({
    type: 'start',
    steps,
    stepsPerEpoch: r.batches.perEpoch / movesOf(r.prepared.players),
    parameters: countOf(r.state),
    runtime: r.engine.runtime,
    threads: r.engine.threads,
  })
}

/** Runs the loop; whatever is thrown becomes errors, and nothing trained is lost. */
const trainOnce =
  (prepared: Prepared): TE.TaskEither<Errors, Fit> =>
  async () => {
    let r: Run | undefined
    let engine: Engine | undefined
    try {
      const state = startState(prepared)
      const started = await startFor(prepared, state)()
      if (E.isLeft(started)) return started
      engine = started.right.engine
      r = begin(prepared, state, started.right)
      announce(r)
      return await loop(r)
    } catch (e) {
      return E.left(interrupted(e, r))
    } finally {
      await engine?.dispose()
    }
  }

/** The phases before the game, one after the other, then the game from where they led. */
export const train = (prepared: Prepared): TE.TaskEither<Errors, Fit> => throughPhases(prepared, trainOnce)
