/**
 * Importing the packages of ONNX Runtime.
 *
 * In Node the name is a variable, so that no bundler for browsers looks for onnxruntime-node. In browsers it is a
 * literal, so that bundlers find onnxruntime-web; its entry `wasm` leaves out the 12 MB that WebGPU needs.
 */
import type { ExecutionProvider, Host, OnnxPackage } from '../providers.js'

/** Imports a package for a provider; rejects if it is absent or broken. */
export const importPackage = (
  name: OnnxPackage,
  provider: ExecutionProvider,
  host: Host,
): Promise<unknown> => {
  if (host === 'node') return import(/* @vite-ignore */ /* webpackIgnore: true */ name)
  return provider === 'webgpu' ? import('onnxruntime-web/webgpu') : import('onnxruntime-web/wasm')
}
