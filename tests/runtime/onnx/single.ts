/** Graphs of one computing node, for the tests of lowerings. */

import { builder, type ComputingKernel } from '../../../src/runtime/graph/builder.js'
import type { Graph } from '../../../src/runtime/graph/graph.js'
import type { DType, KernelAttributes, Numbers } from '../../../src/runtime/graph/kernels.js'
import { type RunOptions, runGraph } from './runGraph.js'

/** A tensor that is fed to the node. */
export interface Fed {
  readonly shape: readonly number[]
  readonly dtype: DType
  readonly value: Numbers
}

/** A graph whose inputs are called x0, x1, ... and whose output is 'y'. */
export const singleNode = <K extends ComputingKernel>(
  kernel: K,
  inputs: readonly Fed[],
  attributes: KernelAttributes[K],
): Graph => {
  const build = builder()
  const refs = inputs.map(({ shape, dtype }, i) => build.input(`x${i}`, shape, dtype))
  const y = build.add(kernel, refs, attributes)
  return { nodes: build.nodes, outputs: { y } }
}

/** The feeds of `singleNode`. */
export const feedsOf = (inputs: readonly Fed[]): Readonly<Record<string, Numbers>> =>
  Object.fromEntries(inputs.map(({ value }, i) => [`x${i}`, value]))

/** What the node computes in ONNX Runtime. */
export const runSingle = async <K extends ComputingKernel>(
  kernel: K,
  inputs: readonly Fed[],
  attributes: KernelAttributes[K],
  options: RunOptions = {},
): Promise<Float32Array | Int32Array | Uint8Array> => {
  const outputs = await runGraph(singleNode(kernel, inputs, attributes), feedsOf(inputs), options)
  return outputs.y as Float32Array | Int32Array | Uint8Array
}
