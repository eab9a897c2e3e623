/**
 * Running modules: memories that never grow, so views of them stay valid, and instances over them.
 *
 * Node 20 and the browsers of today have 128-bit SIMD. Where a page's policy forbids compiling WebAssembly, or the memory is
 * not to be had, the error says so. Errors: tag `runtime`.
 * Tested in tests/runtime/wasm/module.test.ts.
 */
import { fail } from '../../dsl/error.js'
import { assemble, type FunctionSource } from './module.js'

/** A block of memory of fixed size. */
export interface Memory {
  readonly buffer: ArrayBuffer
}

/** A compiled function of numbers. */
export type Kernel = (...numbers: readonly number[]) => number

// The part of the standard interface used here; neither the DOM nor Node types are asked for it.
interface Engine {
  readonly Memory: new (size: { readonly initial: number; readonly maximum: number }) => Memory
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, Kernel> }
}

const PAGE = 65536

const engine = (): Engine => {
  const { WebAssembly: found } = globalThis as unknown as { readonly WebAssembly?: Engine }
  return (
    found ??
    fail(
      'runtime',
      'WebAssembly',
      'this engine has no WebAssembly',
      'use Node 20 or later, or a current browser',
    )
  )
}

/** A zeroed memory of at least so many bytes, at most 4 GiB. */
export const memoryOf = (bytes: number): Memory => {
  const pages = Math.ceil(bytes / PAGE)
  const gibibytes = (bytes / 2 ** 30).toFixed(2)
  const refuse = (): never =>
    fail(
      'runtime',
      'WebAssembly',
      `${gibibytes} GiB of memory are not to be had`,
      'one memory holds at most 4 GiB: train fewer parameters, or use an optimizer with less state',
    )
  if (pages > PAGE) return refuse()
  const { Memory } = engine()
  try {
    return new Memory({ initial: pages, maximum: pages })
  } catch {
    return refuse()
  }
}

/** Compiles functions over a memory. */
export const compile = <Name extends string>(
  memory: Memory,
  functions: readonly (FunctionSource & { readonly name: Name })[],
): Readonly<Record<Name, Kernel>> => {
  const { Module, Instance } = engine()
  try {
    return new Instance(new Module(assemble(functions)), { giry: { memory } }).exports as Record<Name, Kernel>
  } catch (e) {
    return fail(
      'runtime',
      'WebAssembly',
      `a kernel could not be compiled: ${e instanceof Error ? e.message : String(e)}`,
      "use Node 20 or later, or a current browser; a page's policy must allow 'wasm-unsafe-eval'",
    )
  }
}
