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
import { keyFromSeed, uniforms } from '../../../src/runtime/keys.js'
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

/** The parameters times a number, with biases at +-`bias` in turn: confident outputs, saturated units. */
export const extreme = (arrays: Arrays, by: number, bias: number): Arrays =>
  Object.fromEntries(
    Object.entries(arrays).map(([path, { shape, data }]) => [
      path,
      {
        shape,
        data:
          path.endsWith('bias') && bias > 0
            ? Float32Array.from(data, (x, i) => by * x + (i % 2 === 0 ? bias : -bias))
            : Float32Array.from(data, (x) => by * x),
      },
    ]),
  )

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

/** The parameters, each changed by about a rounding of float32, up or down. */
const nudged = (arrays: Arrays, seed: number): Arrays => {
  const signs = uniforms(keyFromSeed(seed), 4096)
  return Object.fromEntries(
    Object.entries(arrays).map(([path, { shape, data }], k) => [
      path,
      {
        shape,
        data: Float32Array.from(data, (x, i) =>
          (signs[(31 * k + i) % signs.length] as number) < 0.5 ? x * (1 - 6e-8) : x * (1 + 6e-8),
        ),
      },
    ]),
  )
}

/**
 * The disagreement, and what it may be: 1e-5, or as much as tfjs's own result moves when parameters are rounded otherwise.
 * Far from the start some gradients are differences of nearly equal terms (weights of a mixture), or contain
 * 1 - tanh(x)^2 near 1, and float32 does not determine them to 1e-5.
 */
export const compare = async (
  o: AnyObjective,
  arrays: Arrays,
  batch: Batch,
): Promise<{ readonly difference: number; readonly bound: number }> => {
  const eager = await eagerly(o, arrays, batch)
  const difference = disagreement(eager, await compiled(o, arrays, batch))
  if (difference < 1e-5) return { difference, bound: 1e-5 }
  const moved: number[] = []
  for (const seed of [1, 2, 3]) moved.push(disagreement(eager, await eagerly(o, nudged(arrays, seed), batch)))
  return { difference, bound: Math.max(1e-5, ...moved) }
}
