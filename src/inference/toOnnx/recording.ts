/**
 * What a net or a sampler is when it is recorded for a file: inputs in order, parameters by path, named outputs.
 *
 * The same function is recorded at two numbers of rows; both recordings make one model (src/runtime/onnx/freeBatch.ts).
 */
import * as tf from '@tensorflow/tfjs'
import type { GiryError } from '../../dsl/error.js'
import type { NamedArray } from '../../dsl/params.js'
import type { Graph } from '../../runtime/graph/graph.js'
import type { Tracing } from '../../runtime/trace/backend.js'
import type { NoiseKind } from './noiseInputs.js'

/** A recording at one number of rows. */
export interface Recorded {
  readonly graph: Graph
  /** The inputs that the file has whether or not they are read, in order, with their shapes. */
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[]
  readonly noise: ReadonlyMap<string, NoiseKind>
  /** What went wrong at inputs that stand for values that could not be computed. */
  readonly absent: ReadonlyMap<string, readonly GiryError[]>
}

/** What can be recorded at any number of rows. */
export interface Recordable {
  readonly record: (rows: number) => Recorded
  /** The numbers of the parameters, by the names they have in the file. */
  readonly params: Readonly<Record<string, NamedArray>>
  /** One line about the whole. */
  readonly doc: string
  /** What inputs and outputs are, by name. */
  readonly facts: Readonly<Record<string, string>>
}

/** Parameters as inputs of the recording. */
export const parameterInputs = (
  t: Tracing,
  params: Readonly<Record<string, NamedArray>>,
): Readonly<Record<string, tf.Tensor>> =>
  Object.fromEntries(Object.entries(params).map(([path, { shape }]) => [path, t.input(path, shape)]))

/** An output of the file: float32, whatever tfjs made of it. */
export const asOutput = (tensor: tf.Tensor): tf.Tensor =>
  tensor.dtype === 'float32' ? tensor : tf.cast(tensor, 'float32')
