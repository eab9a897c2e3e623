/**
 * Running a net by hand: its function at random parameters, and derivatives with respect to one of them.
 */
import * as tf from '@tensorflow/tfjs'
import type { AnyNet, NetTensors } from '../../../src/dsl/net.js'
import { sizeOf } from '../../../src/dsl/shape.js'
import { noise } from '../numerics/agreement.js'

/** Parameters in [-scale, scale], fixed by the seed. */
export const randomTensors = (net: AnyNet, seed = 1, scale = 0.5): NetTensors =>
  Object.fromEntries(
    Object.entries(net.parameters).map(([path, { shape }], i) => [
      path,
      tf.tensor(
        noise(sizeOf(shape), seed + 17 * i).map((x) => scale * x),
        [...shape],
      ),
    ]),
  )

/** The sentence that a construction is refused with. */
export const refusal = (f: () => unknown): string => {
  try {
    f()
  } catch (e) {
    return (e as Error).message
  }
  return 'nothing was thrown'
}
