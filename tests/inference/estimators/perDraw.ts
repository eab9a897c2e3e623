/** The gradient of each single draw: parameters enter as data, one for each of n data, so that one backward pass has all. */
import * as tf from '@tensorflow/tfjs'
import { real } from '../../../src/dsl/domain.js'
import type { Real } from '../../../src/dsl/domains/marks.js'
import type { AnyObjective } from '../../../src/dsl/objective.js'
import { flattenParams } from '../../../src/dsl/params.js'
import { functionsOf } from '../../../src/dsl/run.js'
import { constant, makeValue, type Value } from '../../../src/dsl/value.js'
import { uploadAll } from '../../../src/inference/step.js'
import { keyFromSeed } from '../../../src/runtime/keys.js'
import { noiseOf } from '../../../src/runtime/noise.js'
import type { AnyParams } from '../../../src/testing/arbitraries/boundCase.js'

/** n gradients by each input, and the gradient of the mean by each parameter of a net. */
export const perDraw = (
  o: AnyObjective,
  inputs: Readonly<Record<string, number>>,
  n: number,
  params: AnyParams = {},
  seed = 0,
): { readonly draws: Record<string, Float32Array>; readonly nets: Record<string, Float32Array> } => {
  const names = Object.keys(inputs)
  const tensors = uploadAll(flattenParams(params))
  const paths = Object.keys(tensors)
  const found = tf.tidy(() => {
    const columns = names.map((name) => tf.fill([n], inputs[name] as number))
    const f = (...all: tf.Tensor[]): tf.Scalar => {
      const parameters = Object.fromEntries(
        paths.map((path, i) => [path, all[names.length + i] as tf.Tensor]),
      )
      const data = names.map(
        (name, i) => [name, makeValue(all[i] as tf.Tensor, [], real, [{ name: 'datum', size: n }])] as const,
      )
      return o.evaluate({
        functions: functionsOf(o.nets, parameters),
        parameters,
        data: Object.fromEntries(data),
        batch: n,
        dataSize: n,
        noise: noiseOf(keyFromSeed(seed)),
        step: (schedule) => constant(schedule(Infinity)) as Value<[], Real>,
      }).tensor as tf.Scalar
    }
    return tf.grads(f as never)([...columns, ...paths.map((path) => tensors[path] as tf.Tensor)])
  })
  const arrays = found.map((g) => g.dataSync() as Float32Array)
  tf.dispose([found, tensors])
  return {
    draws: Object.fromEntries(
      names.map((name, i) => [name, (arrays[i] as Float32Array).map((g) => g * n)] as const),
    ),
    nets: Object.fromEntries(paths.map((path, i) => [path, arrays[names.length + i] as Float32Array])),
  }
}

/** Mean and variance of one, with their standard errors. */
export const momentsOf = (xs: Float32Array) => {
  let sum = 0
  for (const x of xs) sum += x
  const mean = sum / xs.length
  let squares = 0
  let fourths = 0
  for (const x of xs) {
    const square = (x - mean) ** 2
    squares += square
    fourths += square * square
  }
  const variance = squares / (xs.length - 1)
  return {
    mean,
    variance,
    standardError: Math.sqrt(variance / xs.length),
    varianceError: Math.sqrt(Math.max(0, fourths / xs.length - variance ** 2) / xs.length),
  }
}
