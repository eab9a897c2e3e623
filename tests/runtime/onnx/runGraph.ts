/** Runs a recorded graph in onnxruntime-node: the support of the tests of lowerings and passes. */
import * as ort from 'onnxruntime-node'
import { type Graph, inputsOf } from '../../../src/runtime/graph/graph.js'
import type { DType, Numbers } from '../../../src/runtime/graph/kernels.js'
import { type LowerOptions, lower } from '../../../src/runtime/onnx/lower.js'
import { writeModel } from '../../../src/runtime/onnx/write.js'

/** How to run. */
export interface RunOptions extends LowerOptions {
  /** Whether ONNX Runtime may rewrite the graph; on by default, as in training. */
  readonly optimize?: boolean
  /** Number of threads; one by default. */
  readonly threads?: number
}

/** Names of the graph's outputs, and their numbers. */
export type Outputs = Readonly<Record<string, Float32Array | Int32Array | Uint8Array>>

const tensorOf = (dtype: DType, value: Numbers, shape: readonly number[]): ort.Tensor =>
  dtype === 'float32'
    ? new ort.Tensor('float32', Float32Array.from(value), shape)
    : dtype === 'int32'
      ? new ort.Tensor('int32', Int32Array.from(value), shape)
      : new ort.Tensor('bool', Uint8Array.from(value), shape)

/** A session for the graph. */
export const sessionOf = (
  graph: Graph,
  { optimize = true, threads = 1, ...options }: RunOptions = {},
): Promise<ort.InferenceSession> =>
  ort.InferenceSession.create(writeModel(lower(graph, options)), {
    executionProviders: ['cpu'],
    graphOptimizationLevel: optimize ? 'all' : 'disabled',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  })

/** Lowers, writes and runs the graph. */
export const runGraph = async (
  graph: Graph,
  feeds: Readonly<Record<string, Numbers>>,
  options: RunOptions = {},
): Promise<Outputs> => {
  const session = await sessionOf(graph, options)
  const tensors = Object.entries(inputsOf(graph)).map(([name, { dtype, shape }]) => [
    name,
    tensorOf(dtype, feeds[name] ?? new Float32Array(), shape),
  ])
  const results = await session.run(Object.fromEntries(tensors))
  const outputs = Object.entries(results).map(([name, { data }]) => [name, data])
  await session.release()
  return Object.fromEntries(outputs)
}
