/** One objective at one batch and one noise, eagerly on tfjs's cpu backend and compiled on ONNX Runtime. */
import * as tf from '@tensorflow/tfjs'
import { either as E } from 'fp-ts'
import type { AnyObjective } from '../../../src/dsl/objective.js'
import type { NamedArray } from '../../../src/dsl/params.js'
import type { Batch } from '../../../src/inference/batches.js'
import { compiledEngine } from '../../../src/inference/compiled/engine.js'
import { fixedParameters } from '../../../src/inference/engine.js'
import { evaluateAt, evaluateWithGradients, uploadAll } from '../../../src/inference/step.js'
import { useRuntime } from '../../../src/runtime/backend.js'
import { loadOnnxRuntime, type OnnxRuntime } from '../../../src/runtime/onnx/load.js'

type Arrays = Readonly<Record<string, NamedArray>>
type Gradients = Readonly<Record<string, Float32Array>>

/** Value and gradients. */
export interface Both {
  readonly value: number
  readonly gradients: Gradients
}

let loaded: Promise<OnnxRuntime> | undefined

const runtime = async (): Promise<OnnxRuntime> => {
  const found = await loadOnnxRuntime('onnx-node', { threads: 1 })()
  if (E.isLeft(found)) throw new Error(found.left.map((e) => e.message).join())
  return found.right
}

/** By tfjs. */
export const eagerly = async (o: AnyObjective, arrays: Arrays, batch: Batch): Promise<Both> => {
  await useRuntime('cpu')()
  const tensors = uploadAll(arrays)
  const paths = Object.keys(arrays)
  const { value, gradients } =
    paths.length === 0
      ? { value: evaluateAt(o, tensors, batch), gradients: {} }
      : evaluateWithGradients(o, tensors, paths, batch)
  const copied = Object.fromEntries(Object.entries(gradients).map(([path, g]) => [path, g.slice()]))
  tf.dispose(tensors)
  return { value, gradients: copied }
}

/** By the compiled engine. */
export const compiled = async (o: AnyObjective, arrays: Arrays, batch: Batch): Promise<Both> => {
  loaded ??= runtime()
  const engine = compiledEngine(fixedParameters(arrays), await loaded)
  const into = Object.fromEntries(
    Object.entries(arrays).map(([path, a]) => [path, new Float32Array(a.data.length).fill(Number.NaN)]),
  )
  try {
    return { value: await engine.gradient(o, into, batch), gradients: into }
  } finally {
    await engine.dispose()
  }
}

const largest = (a: ArrayLike<number>): number => Array.from(a).reduce((m, x) => Math.max(m, Math.abs(x)), 0)

/**
 * The largest disagreement: of the value relative to max(1, |value|), of a gradient relative to its largest entry, but at least
 * to 1e-3 of the largest entry of all gradients, below which float32 leaves nothing of a difference of large terms.
 */
export const disagreement = (a: Both, b: Both): number => {
  const all = Math.max(...Object.values(a.gradients).map(largest), 1e-30)
  const gradients = Object.entries(a.gradients).map(([path, g]) => {
    const other = b.gradients[path] as Float32Array
    return largest(g.map((x, i) => x - (other[i] as number))) / Math.max(largest(g), 1e-3 * all)
  })
  return Math.max(Math.abs(a.value - b.value) / Math.max(1, Math.abs(a.value)), ...gradients)
}
