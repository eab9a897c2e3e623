/**
 * What giry uses of onnxruntime-node and onnxruntime-web: the part of their interface that both share.
 *
 * Written down here, so that giry's types do not ask for a package that may be absent. That both packages have this
 * interface is tested in tests/runtime/onnx/load.test.ts.
 */
import type { Numbers } from '../../graph/kernels.js'

/** A tensor of ONNX Runtime over an array. */
export interface OrtTensor {
  readonly data: unknown
}

/** Tensors by the names of inputs or outputs. */
export type OrtTensors = Readonly<Record<string, OrtTensor>>

/** What a session says of one of its inputs or outputs; a word in the shape is a free size. */
export interface OrtMetadata {
  readonly name: string
  readonly isTensor: boolean
  readonly type?: string
  readonly shape?: readonly (number | string)[]
}

/** A loaded model. */
export interface OrtSession {
  readonly inputMetadata: readonly OrtMetadata[]
  readonly outputMetadata: readonly OrtMetadata[]
  /** `fetches`: tensors to write the outputs into, or the names of the outputs that are wanted. */
  readonly run: (feeds: OrtTensors, fetches?: OrtTensors | readonly string[]) => Promise<OrtTensors>
  readonly release: () => Promise<void>
  readonly endProfiling: () => void
}

/** The module that a package exports. */
export interface OrtModule {
  readonly InferenceSession: {
    readonly create: (bytes: Uint8Array, options: Readonly<Record<string, unknown>>) => Promise<OrtSession>
  }
  readonly Tensor: new (
    type: 'float32' | 'int32' | 'bool',
    data: Numbers,
    shape: readonly number[],
  ) => OrtTensor
  readonly env: {
    logLevel?: unknown
    readonly versions: { readonly node?: string; readonly web?: string }
    readonly wasm: { numThreads?: number; initTimeout?: number; readonly wasmPaths?: unknown }
  }
}

/** Something imported that may or may not be the module. */
type Candidate = { readonly [K in keyof OrtModule]?: unknown } & { readonly default?: unknown }

const isModule = (it: Candidate): it is OrtModule =>
  typeof (it.InferenceSession as { create?: unknown } | undefined)?.create === 'function' &&
  typeof it.Tensor === 'function' &&
  typeof it.env === 'object'

const isCandidate = (it: unknown): it is Candidate =>
  (typeof it === 'object' || typeof it === 'function') && it !== null

/** The module in what was imported, CommonJS or not; undefined if it is something else. */
export const moduleIn = (imported: unknown): OrtModule | undefined => {
  if (!isCandidate(imported)) return undefined
  if (isCandidate(imported.default) && isModule(imported.default)) return imported.default
  return isModule(imported) ? imported : undefined
}
