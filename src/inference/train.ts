/**
 * The training loop behind `fit`. It works on tensors that are replaced after each update, and on one float32 array per
 * parameter, which the optimizer writes. A step whose value or gradient is not finite changes nothing.
 */
import * as tf from '@tensorflow/tfjs'
import { either as E, type taskEither as TE } from 'fp-ts'
import { errorsOf, type GiryError, giryError } from '../dsl/error.js'
import type { Player } from '../dsl/game.js'
import { flattenParams, type NamedArray, type Params, unflattenParams } from '../dsl/params.js'
import { fold, keyFromSeed } from '../runtime/keys.js'
import { type Batches, noiseOnly, shuffled } from './batches.js'
import { evaluateOn } from './evaluate.js'
import type { Fit, HistoryPoint } from './fitted.js'
import type { Running } from './optimizers/transformation.js'
import { soloPlayer } from './players.js'
import type { Prepared } from './prepare.js'
import { type Batch, evaluateWithGradients, findCulprit, upload, uploadAll } from './step.js'

interface PlayerState {
  readonly player: Player
  readonly paths: readonly string[]
  readonly update: Running
  moves: number
}

interface State {
  readonly arrays: Record<string, NamedArray>
  readonly average: Record<string, Float32Array>
  readonly tensors: Record<string, tf.Tensor>
  readonly players: readonly PlayerState[]
}

const start = (p: Prepared): State => {
  const flat = flattenParams(p.params)
  const arrays = Object.fromEntries(
    Object.entries(flat).map(([path, a]) => [path, { shape: a.shape, data: a.data.slice() }]),
  )
  const players = p.players.map((player): PlayerState => {
    const paths = Object.keys(arrays).filter((path) => player.owns.includes(path.slice(0, path.indexOf('/'))))
    const own = Object.fromEntries(paths.map((path) => [path, (arrays[path] as NamedArray).data]))
    return {
      player,
      paths,
      update: (p.optimizers[player.name] as { init: (a: typeof own) => Running }).init(own),
      moves: 0,
    }
  })
  const averaged = p.players.some((player) => p.optimizers[player.name]?.average !== undefined)
  const average = averaged
    ? Object.fromEntries(Object.entries(arrays).map(([path, a]) => [path, a.data.slice()]))
    : {}
  return { arrays, average, tensors: uploadAll(arrays), players }
}

// A sum is finite exactly when no entry is NaN or infinite, short of an overflow of float64.
const finite = (a: Float32Array): boolean => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] as number
  return Number.isFinite(sum)
}

/** The gradients with the sign of descent: a loss exists only here. */
const descent = (gradient: Float32Array, sense: Player['sense']): Float32Array => {
  const sign = sense === 'max' ? -1 : 1
  const update = new Float32Array(gradient.length)
  for (let i = 0; i < update.length; i++) update[i] = sign * (gradient[i] as number)
  return update
}

const nonFinite = (
  s: State,
  ps: PlayerState,
  batch: Batch,
  step: number,
  value: number,
  history: readonly HistoryPoint[],
): GiryError => {
  const culprit = findCulprit(ps.player.objective, s.tensors, ps.paths, batch)
  const where = culprit === undefined ? 'the objective' : `the term ${culprit.term} at site '${culprit.site}'`
  const what =
    culprit?.what === 'gradient' || (culprit === undefined && Number.isFinite(value))
      ? `has a gradient that is ${culprit?.found ?? 'not finite'}`
      : `is ${culprit?.found ?? value}`
  return giryError(
    'nonFinite',
    culprit?.site ?? ps.player.name,
    `step ${step}: ${where} ${what}`,
    'lower the learning rate, or clip: optimizer(clipByGlobalNorm(1), adam(1e-3)); the last good parameters are in details.params',
    { step, site: culprit?.site, term: culprit?.term, params: paramsOf(s.arrays), history },
  )
}

// The arrays are replaced by an update, never written, so they can be handed out as they are.
const paramsOf = (arrays: Readonly<Record<string, NamedArray>>): Params<unknown> => unflattenParams(arrays)

/** One move of one player; the errors leave the parameters as they were. */
const move = (
  p: Prepared,
  s: State,
  ps: PlayerState,
  batch: Batch,
  step: number,
  history: readonly HistoryPoint[],
): E.Either<readonly GiryError[], number> => {
  const { value, gradients } = evaluateWithGradients(ps.player.objective, s.tensors, ps.paths, batch)
  const refuse = (v: number) => E.left([nonFinite(s, ps, batch, step, v, history)])
  if (!Number.isFinite(value) || !Object.values(gradients).every(finite)) return refuse(value)
  const updates = Object.fromEntries(
    Object.entries(gradients).map(([path, gradient]) => [path, descent(gradient, ps.player.sense)]),
  )
  const params = Object.fromEntries(ps.paths.map((path) => [path, (s.arrays[path] as NamedArray).data]))
  ps.update(updates, { step: ++ps.moves, params })
  for (const path of ps.paths) addTo(updates[path] as Float32Array, params[path] as Float32Array)
  if (!Object.values(updates).every(finite)) return refuse(Number.NaN)
  for (const path of ps.paths)
    replace(s, path, updates[path] as Float32Array, p.optimizers[ps.player.name]?.average)
  return E.right(value)
}

const addTo = (update: Float32Array, params: Float32Array): void => {
  for (let i = 0; i < update.length; i++) update[i] = (update[i] as number) + (params[i] as number)
}

const replace = (s: State, path: string, data: Float32Array, decay: number | undefined): void => {
  const { shape } = s.arrays[path] as NamedArray
  s.arrays[path] = { shape, data }
  s.tensors[path]?.dispose()
  s.tensors[path] = upload({ shape, data })
  const average = s.average[path]
  if (decay === undefined || average === undefined) return
  s.average[path] = average.map((x, i) => decay * x + (1 - decay) * (data[i] as number))
}

/** Lets the event loop turn, so that signals, progress bars and aborts are served. */
const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

const run = async (p: Prepared, backend: string, s: State): Promise<E.Either<readonly GiryError[], Fit>> => {
  const key = fold(keyFromSeed(p.seed), 'fit')
  const batches: Batches = p.data === undefined ? noiseOnly(p.batch, key) : shuffled(p.data, p.batch, key)
  const history: HistoryPoint[] = []
  const began = performance.now()
  let rested = began
  let stopped: 'finished' | 'aborted' = 'finished'
  let heldOut: number | undefined
  const seconds = () => (performance.now() - began) / 1000
  const fitSoFar = (steps: number): Fit => ({
    params: paramsOf(s.arrays),
    ...(Object.keys(s.average).length === 0 ? {} : { averaged: paramsOf(mapData(s)) }),
    history: [...history],
    diagnostics: {
      steps,
      epochs: Math.floor(steps / batches.perEpoch),
      seconds: seconds(),
      runtime: backend,
      seed: p.seed,
      stopped,
      ...(heldOut === undefined ? {} : { heldOut }),
    },
  })
  p.options.onEvent?.({
    type: 'start',
    steps: p.steps,
    stepsPerEpoch: batches.perEpoch,
    parameters: countOf(s),
    runtime: backend,
  })
  let step = 0
  while (step < p.steps) {
    if (p.options.signal?.aborted === true) {
      stopped = 'aborted'
      break
    }
    const values: Record<string, number> = {}
    for (const ps of s.players)
      for (let k = 0; k < ps.player.steps; k++) {
        const batch = batches.at(step)
        const moved = move(p, s, ps, withMove(batch, ps, k), step + 1, history)
        if (E.isLeft(moved)) return moved
        values[ps.player.name] = moved.right
      }
    step++
    const epochEnds = step % batches.perEpoch === 0 && p.data !== undefined
    const point: HistoryPoint = {
      step,
      epoch: Math.ceil(step / batches.perEpoch),
      seconds: seconds(),
      values,
    }
    p.options.onEvent?.({ type: 'step', ...point })
    if (epochEnds || step === p.steps) {
      if (p.heldOut !== undefined) heldOut = await heldOutValue(p, s, p.heldOut)
      const full = heldOut === undefined || p.heldOut === undefined ? point : { ...point, heldOut }
      history.push(full)
      p.options.onEvent?.({ type: 'epoch', ...full })
    } else history.push(point)
    if (p.options.checkpoint !== undefined && step % p.options.checkpoint.every === 0)
      await p.options.checkpoint.write(fitSoFar(step))
    if (performance.now() - rested > 50) {
      await breathe()
      rested = performance.now()
    }
  }
  p.options.onEvent?.({ type: 'end', step, stopped })
  return E.right(fitSoFar(step))
}

/** Every move of every player has noise of its own. */
const withMove = (batch: Batch, ps: PlayerState, k: number): Batch => ({
  ...batch,
  noise: () =>
    ps.player.name === soloPlayer ? batch.noise() : batch.noise().child(`${ps.player.name}/${k}`),
})

const mapData = (s: State): Readonly<Record<string, NamedArray>> =>
  Object.fromEntries(
    Object.entries(s.arrays).map(([path, a]) => [
      path,
      { shape: a.shape, data: s.average[path] as Float32Array },
    ]),
  )

const countOf = (s: State): number => Object.values(s.arrays).reduce((n, a) => n + a.data.length, 0)

const heldOutValue = (p: Prepared, s: State, data: NonNullable<Prepared['heldOut']>): Promise<number> =>
  evaluateOn((p.players[0] as Player).objective, s.tensors, data, 500, p.seed)

/** Runs the loop; whatever is thrown becomes errors, and every tensor is disposed. */
export const train =
  (p: Prepared, backend: string): TE.TaskEither<readonly GiryError[], Fit> =>
  async () => {
    let s: State | undefined
    try {
      s = start(p)
      return await run(p, backend, s)
    } catch (e) {
      return E.left(errorsOf(e))
    } finally {
      if (s !== undefined) tf.dispose(Object.values(s.tensors))
    }
  }
