/**
 * numbersAlong(v, axes): the numbers of a value as plain float32, row-major over `axes` and then the event.
 *
 * An axis that the value does not have repeats it. Nothing is disposed but what this makes.
 * Tested in tests/inference/evidence.test.ts, with values of several axes.
 */
import * as tf from '@tensorflow/tfjs'
import { type AnyValue, type Axis, expandTo } from '../../dsl/value.js'

/** The numbers of a value, in the order of `axes` and then the event. */
export const numbersAlong = (v: AnyValue, axes: readonly Axis[]): Float32Array => {
  // A copy, since a value that has these axes already is handed back as it is.
  const tensor = tf.tidy(() => expandTo(v, axes).clone())
  const numbers = Float32Array.from(tensor.dataSync())
  tensor.dispose()
  return numbers
}
