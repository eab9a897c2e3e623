/**
 * Noise from the counter-based generator, as tensors: one seed, one stream for each name, the same bits everywhere.
 *
 *   noiseOf(key).child('z').normal([128, 20]) depends on (key, 'z', number of the draw, shape) only
 */
import * as tf from '@tensorflow/tfjs'
import type { Noise } from '../dsl/noise.js'
import { type Shape, sizeOf } from '../dsl/shape.js'
import { fold, type Key, keyFromSeed, normals, uniforms } from './keys.js'

/** The noise of a key. Each draw of a stream takes a key of its own, so repeated draws differ. */
export const noiseOf = (key: Key): Noise => {
  let draws = 0
  const draw = (generate: (key: Key, n: number) => Float32Array) => (shape: Shape) =>
    tf.tensor(generate(fold(key, draws++), sizeOf(shape)), [...shape], 'float32')
  return { uniform: draw(uniforms), normal: draw(normals), child: (name) => noiseOf(fold(key, name)) }
}

/** The noise of a seed. */
export const noiseFromSeed = (seed: number): Noise => noiseOf(keyFromSeed(seed))
