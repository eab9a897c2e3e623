/**
 * The names of the runtimes.
 *
 *   auto          what is best here: ONNX Runtime, else the eager backend (wasm in Node)
 *   onnx          compiled, on the CPU, by the best ONNX Runtime present: onnx-node, else onnx-web
 *   onnx-node     compiled, onnxruntime-node on the CPU          onnx-web      compiled, onnxruntime-web's WASM build
 *   onnx-cuda     compiled, onnxruntime-node on an NVIDIA GPU    onnx-webgpu   compiled, on the GPU by WebGPU
 *   wasm          eager, tfjs-backend-wasm     cpu   eager, plain JavaScript     current   eager, the active backend
 *
 * Errors: tag `option` for an unknown name, whose message lists the names.
 * Tested in tests/runtime/onnx/load.test.ts.
 */
import { type GiryError, giryError } from '../dsl/error.js'

/** Runtimes that compile a step and run it in ONNX Runtime. */
export const onnxNames = ['onnx', 'onnx-node', 'onnx-web', 'onnx-cuda', 'onnx-webgpu'] as const

/** Runtimes that evaluate a step kernel by kernel in tfjs. */
export const eagerNames = ['wasm', 'cpu', 'current'] as const

/** Every runtime name, for messages and option codecs. */
export const runtimeNames = ['auto', ...onnxNames, ...eagerNames] as const

/** A runtime that compiles. */
export type OnnxName = (typeof onnxNames)[number]

/** A runtime that does not compile. */
export type EagerName = (typeof eagerNames)[number]

/** Names of runtimes. */
export type RuntimeName = (typeof runtimeNames)[number]

const among =
  <const N extends string>(names: readonly N[]) =>
  (name: string): name is N =>
    (names as readonly string[]).includes(name)

/** Whether a name is that of a runtime that compiles. */
export const isOnnxName = among(onnxNames)

/** Whether a name is that of a runtime that does not compile. */
export const isEagerName = among(eagerNames)

/** Whether a name is that of a runtime. */
export const isRuntimeName = among(runtimeNames)

/** What is wrong with the name of a runtime. */
export const runtimeFaults = (name: string | undefined): readonly GiryError[] =>
  name === undefined || isRuntimeName(name)
    ? []
    : [giryError('option', 'runtime', `'${name}' is no runtime`, `use one of ${runtimeNames.join(', ')}`)]
