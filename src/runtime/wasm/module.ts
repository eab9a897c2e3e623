/**
 * Modules: functions over one imported memory, as a binary.
 *
 *   module = magic, version, types, import of the memory 'giry.memory', function indices, exports, code
 *
 * Source: WebAssembly Core Specification 2.0, section 5.5. Tested in tests/runtime/wasm/module.test.ts.
 */
import { type Bytes, counted, name, sized, unsigned } from './bytes.js'

const codes = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const

/** The type of a parameter, a result or a local variable. */
export type ValueType = keyof typeof codes

/** One exported function; its locals are numbered after its parameters. */
export interface FunctionSource {
  readonly name: string
  readonly parameters: readonly ValueType[]
  readonly results: readonly ValueType[]
  readonly locals: readonly ValueType[]
  readonly body: Bytes
}

const section = (id: number, content: Bytes): Bytes => [id, ...sized(content)]

const types = (list: readonly ValueType[]): Bytes => counted(list.map((t) => [codes[t]]))

const typeOf = (f: FunctionSource): Bytes => [0x60, ...types(f.parameters), ...types(f.results)]

const codeOf = (f: FunctionSource): Bytes =>
  sized([...counted(f.locals.map((t) => [1, codes[t]])), ...f.body, 0x0b])

/** The binary of a module that exports the functions under their names. */
export const assemble = (functions: readonly FunctionSource[]): Uint8Array =>
  Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, counted(functions.map(typeOf))),
    ...section(2, counted([[...name('giry'), ...name('memory'), 0x02, 0x00, 0x00]])),
    ...section(3, counted(functions.map((_, i) => unsigned(i)))),
    ...section(7, counted(functions.map((f, i) => [...name(f.name), 0x00, ...unsigned(i)]))),
    ...section(10, counted(functions.map(codeOf))),
  ])
