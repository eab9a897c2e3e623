/**
 * The eager engine: every step runs kernel by kernel on the active tfjs backend.
 */
import * as tf from '@tensorflow/tfjs'
import type { Engine, ParameterSource } from './engine.js'
import { evaluateAt, evaluateWithGradients, upload } from './step.js'

/** The tensors of the parameters now; one is uploaded again once its numbers have changed. */
const uploads = (source: ParameterSource) => {
  const tensors: Record<string, tf.Tensor> = {}
  const seen: Record<string, number> = {}
  return {
    now: (): Readonly<Record<string, tf.Tensor>> => {
      for (const [path, array] of Object.entries(source.now())) {
        if (seen[path] === array.version) continue
        tensors[path]?.dispose()
        tensors[path] = upload(array)
        seen[path] = array.version
      }
      return tensors
    },
    dispose: () => tf.dispose(tensors),
  }
}

/** Evaluates on the active tfjs backend, whose name is `runtime`. */
export const eagerEngine = (source: ParameterSource, runtime: string): Engine => {
  const tensors = uploads(source)
  return {
    runtime,
    threads: 1,
    prepare: async () => {},
    gradient: async (objective, into, batch) => {
      const paths = Object.keys(into)
      const { value, gradients } = evaluateWithGradients(objective, tensors.now(), paths, batch)
      for (const [path, out] of Object.entries(into)) out.set(gradients[path] as Float32Array)
      return value
    },
    value: async (objective, batch) => evaluateAt(objective, tensors.now(), batch),
    dispose: async () => tensors.dispose(),
  }
}
