/**
 * An optimizer at work on the parameters of one player.
 *
 *   fill `gradients`;  step();  read `parameters()`            previous() has what they were, average what they average to
 *
 * All arrays are views of one memory that never grows: an ONNX session reads parameters and writes gradients in place. Two
 * buffers hold the parameters in turn, so an update that comes out not finite leaves the last good ones where they are.
 * Tested in tests/inference/optimizers/running.test.ts.
 */
import type { Blocks, Views } from '../../runtime/fused/blocks.js'
import { Fault, startChain } from './chain.js'
import type { Arrays } from './parts.js'
import { type Optimizer, programOf } from './transformation.js'

/** Whether an update was finite, and if not, what was not. */
export type Updated =
  | { readonly finite: true }
  | { readonly finite: false; readonly found: 'gradient' | 'parameters' }

/** An optimizer with the arrays that it owns. */
export interface RunningOptimizer {
  /** To be filled before each step; what they hold after it is unspecified. */
  readonly gradients: Views
  /** Euclidean norm of the gradients, in float64; before the step that consumes them. */
  readonly gradientNorm: () => number
  /** The two homes of the parameters. */
  readonly buffers: readonly [Views, Views]
  /** Which buffer holds the parameters now. */
  readonly bufferIndex: 0 | 1
  /** The parameters now. */
  readonly parameters: () => Views
  /** The parameters before the last finite step; before the first, those of the start. */
  readonly previous: () => Views
  /** The moving average of the parameters, where the optimizer keeps one. */
  readonly average?: Views
  /**
   * One update. If it is finite, the buffers change places. If not, the parameters are those of before; states and average
   * are lost, so the run cannot go on.
   */
  readonly step: () => Updated
  /** Goes back to the parameters before the last finite step; the state of the optimizer stays as that step left it. */
  readonly rewind: () => void
}

/** Starting parameters: their numbers are copied. */
export type StartingParameters = Readonly<Record<string, { readonly data: Float32Array }>>

const allFinite = (arrays: Arrays): boolean =>
  Object.values(arrays).every((a) => {
    let sum = 0
    for (let i = 0; i < a.length; i++) sum += (a[i] as number) * 0
    return sum === 0
  })

/**
 * The verdict on the faults of a step. Those of the padding do not count: it can turn into 0 / 0, and is nobody's parameter.
 * Where one check served for the gradient and the parameters, the gradient is still there to be looked at.
 */
const judge = (faults: number, gradients: Arrays, next: Arrays): Updated => {
  if (faults === Fault.none) return { finite: true }
  const ofGradient = faults === Fault.either ? !allFinite(gradients) : faults === Fault.gradient
  if (ofGradient) return { finite: false, found: 'gradient' }
  return allFinite(next) ? { finite: true } : { finite: false, found: 'parameters' }
}

const buffersOf = (blocks: Blocks): readonly [Views, Views] => [blocks.views(1), blocks.views(2)]

/** The parameters that are moving averages, with their decays, by path. */
export type Averages = Readonly<Record<string, { readonly decay: number }>>

/**
 * Moving averages move by their own rule, and count in no norm: their gradients are taken out before the chain runs, and their
 * next values put in afterwards.
 */
const followers = (averages: Averages, gradients: Views) => {
  const paths = Object.keys(averages)
  return {
    squares: (): number =>
      paths.reduce((s, path) => s + (gradients[path] as Float32Array).reduce((t, g) => t + g * g, 0), 0),
    take: (from: Views): Arrays =>
      Object.fromEntries(
        paths.map((path) => {
          const g = gradients[path] as Float32Array
          const rate = 1 - (averages[path] as { readonly decay: number }).decay
          const next = (from[path] as Float32Array).map((x, i) => x + rate * (g[i] as number))
          g.fill(0)
          return [path, next]
        }),
      ),
    put: (next: Arrays, into: Views): void => {
      for (const path of paths) (into[path] as Float32Array).set(next[path] as Float32Array)
    },
  }
}

/** Starts an optimizer; `sense` says whether the gradients will be those of an objective to maximize or to minimize. */
export const startOptimizer = (
  o: Optimizer,
  start: StartingParameters,
  sense: 'max' | 'min',
  averages: Averages = {},
): RunningOptimizer => {
  const params = Object.fromEntries(Object.entries(start).map(([path, a]) => [path, a.data]))
  const application = { sign: sense === 'max' ? -1 : 1, average: o.average } as const
  const chain = startChain(programOf(o), params, application)
  const gradients = chain.blocks.views(0)
  const buffers = buffersOf(chain.blocks)
  const follow = followers(averages, gradients)
  let now: 0 | 1 = 0
  let steps = 0
  return {
    gradients,
    gradientNorm: () => Math.sqrt(Math.max(0, chain.norm() ** 2 - follow.squares())),
    buffers,
    get bufferIndex() {
      return now
    },
    parameters: () => buffers[now],
    previous: () => buffers[now === 0 ? 1 : 0],
    ...(chain.average === undefined ? {} : { average: chain.blocks.views(chain.average) }),
    step: () => {
      const other = now === 0 ? 1 : 0
      const next = follow.take(buffers[now])
      const updated = judge(chain.run(++steps, now === 0 ? 1 : 2), gradients, buffers[other])
      follow.put(next, buffers[other])
      if (updated.finite) now = other
      return updated
    },
    rewind: () => {
      now = now === 0 ? 1 : 0
    },
  }
}
