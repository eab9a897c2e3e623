/**
 * The training loop behind `fit`: for each minibatch, a move of each player; events, held-out evaluation, checkpoints.
 *
 * It lets the event loop turn every 50 ms, so that signals, progress bars and aborts are served. Every tensor of a run is
 * disposed at its end, however it ends.
 */
import { either as E, type taskEither as TE } from 'fp-ts'
import { errorsOf, type GiryError } from '../dsl/error.js'
import type { Player } from '../dsl/game.js'
import { fold, keyFromSeed } from '../runtime/keys.js'
import { type Batch, type Batches, noiseOnly, shuffled } from './batches.js'
import type { Engine } from './engine.js'
import { meanOver } from './evaluate.js'
import type { Fit, HistoryPoint } from './fitted.js'
import { move } from './move.js'
import { soloPlayer } from './players.js'
import type { Prepared } from './prepare.js'
import { lacksKernel, type Started, startEngine } from './startEngine.js'
import {
  averagedNow,
  countOf,
  type PlayerState,
  paramsNow,
  sourceOf,
  startState,
  type TrainingState,
} from './trainingState.js'

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

/** Data per evaluation of a held-out value. */
const HELD_OUT_BATCH = 500

const batchesOf = ({ data, batch, seed }: Prepared): Batches => {
  const key = fold(keyFromSeed(seed), 'fit')
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
      epochs: Math.floor(steps / r.batches.perEpoch),
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

/** Every move of every player has noise of its own. */
const ownNoise = (batch: Batch, ps: PlayerState, k: number): Batch => ({
  ...batch,
  noise: ps.player.name === soloPlayer ? batch.noise : fold(batch.noise, `${ps.player.name}/${k}`),
})

/** All players move once, each as often as it may; their objectives. */
const moveAll = async (r: Run, step: number): Promise<E.Either<Errors, Readonly<Record<string, number>>>> => {
  const context = { state: r.state, engine: r.engine, step: step + 1, history: r.history }
  const values: Record<string, number> = {}
  for (const ps of r.state.players)
    for (let k = 0; k < ps.player.steps; k++) {
      const moved = await move(context, ps, ownNoise(r.batches.at(step), ps, k))
      if (E.isLeft(moved)) return moved
      values[ps.player.name] = moved.right
    }
  return E.right(values)
}

/** Records a step; at the end of an epoch, and of the run, with the held-out value. */
const record = async (r: Run, point: HistoryPoint): Promise<void> => {
  const { onEvent } = r.prepared.options
  onEvent?.({ type: 'step', ...point })
  const ends = r.prepared.data !== undefined && point.step % r.batches.perEpoch === 0
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
  return meanOver((batch) => engine.value(objective, batch), p.heldOut, HELD_OUT_BATCH, p.seed, p.data?.size)
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
    const epoch = Math.ceil(step / r.batches.perEpoch)
    await record(r, { step, epoch, seconds: r.seconds(), values: moved.right })
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
  const { batch, data, heldOut, steps, players } = prepared
  const dataSize = data?.size ?? batch
  for (const ps of state.players)
    for (const size of sizesOf(data?.size, batch, steps))
      await engine.prepare(ps.player.objective, ps.paths, { size, dataSize })
  if (heldOut === undefined) return
  for (const size of sizesOf(heldOut.size, HELD_OUT_BATCH, Number.POSITIVE_INFINITY))
    await engine.prepare((players[0] as Player).objective, [], { size, dataSize })
}

/** Each player's gradient at the first minibatch; nothing moves. */
const evaluateOnce = async (prepared: Prepared, state: TrainingState, engine: Engine): Promise<void> => {
  const first = batchesOf(prepared).at(0)
  for (const ps of state.players)
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
  for (const message of r.notices) {
    if (options.onEvent === undefined) console.warn(`giry: ${message}`)
    options.onEvent?.({ type: 'notice', message })
  }
  options.onEvent?.({
    type: 'start',
    steps,
    stepsPerEpoch: r.batches.perEpoch,
    parameters: countOf(r.state),
    runtime: r.engine.runtime,
    threads: r.engine.threads,
  })
}

/** Runs the loop; whatever is thrown becomes errors, and nothing trained is lost. */
export const train =
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
