/**
 * Noise: the only source of randomness that sampling may use. Explicit, and split by name, so one seed gives one
 * result whatever the order of evaluation.
 *
 *   uniform(shape) ~ U(0, 1), never 0 or 1        normal(shape) ~ N(0, 1)
 *
 * The generator itself is `src/runtime/noise.ts`; the language knows only this interface.
 */
import type * as tf from '@tensorflow/tfjs'
import type { Shape } from './shape.js'

/** A stream of independent noise. */
export interface Noise {
  /** Independent uniforms strictly inside (0, 1). */
  readonly uniform: (shape: Shape) => tf.Tensor
  /** Independent standard normals. */
  readonly normal: (shape: Shape) => tf.Tensor
  /** The stream of this name; streams of different names are independent. */
  readonly child: (name: string) => Noise
}
