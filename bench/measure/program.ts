/**
 * ONNX models run alone: on arrays that are allocated once and filled with small pseudo-random numbers.
 */
import { sizeOf } from '../../src/dsl/shape.js'
import { orThrow } from '../../src/index.js'
import { loadOnnxRuntime, type OnnxRuntime } from '../../src/runtime/onnx/load.js'
import type { OnnxEnd, OnnxModel } from '../../src/runtime/onnx/lowering.js'
import { createProgram, type Program, type ProgramOptions } from '../../src/runtime/onnx/session.js'
import { writeModel } from '../../src/runtime/onnx/write.js'

/** ONNX Runtime's own package for Node, with the given number of threads. */
export const nodeRuntime = (threads?: number): Promise<OnnxRuntime> =>
  orThrow(loadOnnxRuntime('onnx-node', threads === undefined ? {} : { threads }))

const sizeOfEnd = (end: OnnxEnd): number => sizeOf(end.shape.map(Number))

const arrayFor = (end: OnnxEnd, fill: (i: number) => number): Float32Array =>
  Float32Array.from({ length: sizeOfEnd(end) }, (_, i) => fill(i))

/** A model with arrays of its own. */
export interface Alone {
  readonly run: () => Promise<void>
  readonly program: Program
}

/** Loads a model whose inputs and outputs are float32. */
export const runAlone = async (
  runtime: OnnxRuntime,
  model: OnnxModel,
  options: ProgramOptions = {},
): Promise<Alone> => {
  const program = await createProgram(runtime, writeModel(model), options)
  const wave = (i: number): number => Math.sin(0.7 * i) / 8
  const inputs = Object.fromEntries(model.inputs.map((end) => [end.name, arrayFor(end, wave)]))
  const outputs = Object.fromEntries(model.outputs.map((end) => [end.name, arrayFor(end, () => 0)]))
  return { run: program.bind({ inputs, outputs }).run, program }
}
