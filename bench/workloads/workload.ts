/**
 * A workload: one training step, written twice.
 *
 *   language   in giry, through its public interface
 *   byHand     the same objective as one function of tensors in tfjs, as an expert would write it
 *
 * Both start at the same parameters and see the same batches and the same noise, so their objectives agree. Both are
 * recorded, simplified, compiled and stepped by the same code.
 */
import type * as g from '../../src/index.js'

/** What can be trained: an objective or a game. */
export type Target = g.Trainable

/** One training step to measure. */
export interface Workload {
  readonly name: string
  /** Sizes, in one line. */
  readonly title: string
  readonly batch: number
  /** Steps that are timed together when compiled: about a quarter of a second. */
  readonly chunk: number
  readonly language: () => Target
  readonly byHand: () => Target
  /** One array for each column. */
  readonly data: () => Readonly<Record<string, Float32Array>>
}

/** A target whose types are no longer needed. */
export const targetOf = (target: unknown): Target => target as Target
