/**
 * Engine: evaluates objectives at parameters, either as compiled graphs or eagerly.
 *
 *   gradient(objective, into, batch)   the value; its gradients, of the sense of the value, are left in the arrays `into`
 *   value(objective, batch)            the value alone
 *
 * Both engines compute the same numbers up to rounding, from the same bits of noise; one law checks that
 * (tests/inference/compiled/agreement.test.ts).
 */
import type { AnyObjective } from '../dsl/objective.js'
import type { Batch } from './batches.js'

/** Arrays by path. */
export type Arrays = Readonly<Record<string, Float32Array>>

/** A parameter as an engine sees it: a view whose numbers may change. */
export interface LiveArray {
  readonly shape: readonly number[]
  readonly data: Float32Array
  /** Grows when the numbers change. */
  readonly version: number
}

/** Where an engine finds the parameters. */
export interface ParameterSource {
  /** The parameters now, by path. */
  readonly now: () => Readonly<Record<string, LiveArray>>
  /** Tells which arrays hold them now: the same name, the same arrays. */
  readonly home: () => string
}

/** The sizes for which a step is built. */
export type Sizes = Pick<Batch, 'size' | 'dataSize'>

/** What evaluates objectives. */
export interface Engine {
  /** What runs: `onnx-node`, `onnx-web`, `wasm`, `cpu`, … */
  readonly runtime: string
  /** Threads that share one operator's work. */
  readonly threads: number
  /**
   * Builds what `gradient` will need for these paths and sizes, or `value` for no paths. Throws GiryException where that
   * cannot be done.
   */
  readonly prepare: (objective: AnyObjective, paths: readonly string[], sizes: Sizes) => Promise<void>
  readonly gradient: (objective: AnyObjective, into: Arrays, batch: Batch) => Promise<number>
  readonly value: (objective: AnyObjective, batch: Batch) => Promise<number>
  readonly dispose: () => Promise<void>
}

/** Parameters that do not change. */
export const fixedParameters = (
  arrays: Readonly<Record<string, Pick<LiveArray, 'shape' | 'data'>>>,
): ParameterSource => {
  const live = Object.fromEntries(Object.entries(arrays).map(([path, a]) => [path, { ...a, version: 0 }]))
  return { now: () => live, home: () => 'fixed' }
}
