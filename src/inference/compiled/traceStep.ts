/**
 * One step as a graph: value and gradients of an objective, from parameters, a minibatch and noise.
 *
 *   inputs   param/<path>, data/<column>, noise/<k>, schedule/<k>        outputs   value, grad/<path> for the paths asked for
 *
 * The noise of a step is the same pure function of a key as on the eager runtime: each draw is noted with the folds that
 * lead to its key, so that both runtimes compute with the same bits. A graph holds for one size of the minibatch.
 */
import type * as tf from '@tensorflow/tfjs'
import { real } from '../../dsl/domain.js'
import { fail } from '../../dsl/error.js'
import type { Noise } from '../../dsl/noise.js'
import type { AnyObjective, DataSpec, Environment, StepSchedule } from '../../dsl/objective.js'
import type { NamedArray } from '../../dsl/params.js'
import { functionsOf } from '../../dsl/run.js'
import { type Shape, sizeOf } from '../../dsl/shape.js'
import { type AnyValue, makeValue } from '../../dsl/value.js'
import type { Graph } from '../../runtime/graph/graph.js'
import { sameGraph } from '../../runtime/graph/same.js'
import { fold, type Key } from '../../runtime/keys.js'
import { record, type Tracing } from '../../runtime/trace/backend.js'
import { gradientsOf } from '../step.js'

/** One draw of noise: which numbers, and the key they come from, as folds of the key of the step. */
export interface Draw {
  readonly input: string
  readonly kind: 'normal' | 'uniform'
  readonly folds: readonly (string | number)[]
  readonly size: number
}

/** One number that follows the updates. */
export interface Scheduled {
  readonly input: string
  readonly schedule: StepSchedule
}

/** A recorded step. */
export interface TracedStep {
  readonly graph: Graph
  readonly draws: readonly Draw[]
  readonly schedules: readonly Scheduled[]
}

/** What a step is recorded for. */
export interface StepSpec {
  readonly objective: AnyObjective
  /** All parameters that the objective reads, by path. */
  readonly params: Readonly<Record<string, Pick<NamedArray, 'shape'>>>
  /** The paths whose gradients are wanted; none for the value alone. */
  readonly paths: readonly string[]
  readonly batch: number
  readonly dataSize: number
}

/** The key of a draw. */
export const keyOfDraw = (key: Key, draw: Draw): Key => draw.folds.reduce<Key>(fold, key)

const notingNoise = (t: Tracing, draws: Draw[], folds: readonly (string | number)[] = []): Noise => {
  let count = 0
  const draw = (kind: Draw['kind']) => (shape: Shape) => {
    const input = `noise/${draws.length}`
    draws.push({ input, kind, folds: [...folds, count++], size: sizeOf(shape) })
    return t.input(input, shape)
  }
  return {
    normal: draw('normal'),
    uniform: draw('uniform'),
    child: (name) => notingNoise(t, draws, [...folds, name]),
  }
}

const notingSchedules =
  (t: Tracing, schedules: Scheduled[]): Environment['step'] =>
  (schedule) => {
    const input = `schedule/${schedules.length}`
    schedules.push({ input, schedule })
    return makeValue(t.input(input, []), [], real)
  }

const column = (t: Tracing, name: string, space: DataSpec, batch: number): AnyValue => {
  const axes = [{ name: 'datum', size: batch }, ...(space.plates ?? [])]
  const tensor = t.input(`data/${name}`, [...axes.map((a) => a.size), ...space.shape])
  return makeValue(tensor, space.shape, space.domain, axes, new Set([name]))
}

const recordStep = (spec: StepSpec): TracedStep => {
  const draws: Draw[] = []
  const schedules: Scheduled[] = []
  const { objective, batch, dataSize, paths } = spec
  const graph = record((t) => {
    const tensors = Object.fromEntries(
      Object.entries(spec.params).map(([path, p]) => [path, t.input(`param/${path}`, p.shape)]),
    )
    const data = Object.fromEntries(
      Object.entries(objective.data).map(([name, space]) => [name, column(t, name, space, batch)]),
    )
    const noise = notingNoise(t, draws)
    const step = notingSchedules(t, schedules)
    const at = (all: Readonly<Record<string, tf.Tensor>>) =>
      objective.evaluate({
        functions: functionsOf(objective.nets, all),
        parameters: all,
        data,
        batch,
        dataSize,
        noise,
        step,
      }).tensor as tf.Scalar
    if (paths.length === 0) return { value: at(tensors) }
    const { value, grads } = gradientsOf(
      (...free) => at({ ...tensors, ...Object.fromEntries(paths.map((p, i) => [p, free[i] as tf.Tensor])) }),
      paths.map((path) => tensors[path] as tf.Tensor),
    )
    return { value, ...Object.fromEntries(paths.map((p, i) => [`grad/${p}`, grads[i] as tf.Tensor])) }
  })
  return { graph, draws, schedules }
}

/**
 * Records the step. It is recorded twice: a model that draws or counts for itself would otherwise stay, without a word, at what
 * it drew first. Errors: tag `runtime`.
 */
export const traceStep = (spec: StepSpec): TracedStep => {
  const step = recordStep(spec)
  if (sameGraph(step.graph, recordStep(spec).graph)) return step
  return fail(
    'runtime',
    'model',
    'the model computes with numbers of its own that change from run to run (Math.random, tf.randomUniform, tf.dropout, a counter, the clock), which a step that is recorded once cannot',
    "draw them in a site, or use { runtime: 'wasm' }, which runs the model anew at each step",
  )
}
