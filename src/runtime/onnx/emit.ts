/**
 * Collects the operators and constants of one ONNX model.
 *
 *   op(name, inputs, attributes) -> name of the value        values are called #0, #1, ...
 *
 * Every operator used here is a pure function, so a value that was written already is not written again: two nodes that
 * cast, transpose or reshape one tensor alike share the result. Constants are shared by their bits, large ones by
 * identity. Tested in tests/runtime/onnx/emit.test.ts.
 */
import { sizeOf } from '../../dsl/shape.js'
import type { DType, Numbers } from '../graph/kernels.js'
import type { Emit, OnnxAttribute, OnnxAttributes, OnnxConstant, OnnxNode, OnnxType } from './lowering.js'

/** An Emit and what it has collected. */
export interface Collector {
  /** What nodes write with. */
  readonly emit: Emit
  readonly nodes: readonly OnnxNode[]
  readonly constants: readonly OnnxConstant[]
}

const LARGE = 256

const bits = (x: number): string => (Object.is(x, -0) ? '-0' : String(x))

const bitsOf = (value: Numbers | readonly number[]): string => Array.from(value, bits).join()

const keyOf = ({ type, value }: OnnxAttribute): string =>
  type === 'int' || type === 'float'
    ? `${type} ${bits(value)}`
    : type === 'string'
      ? JSON.stringify(value)
      : `${type} ${bitsOf(value)}`

const operatorKey = (
  domain: string,
  operator: string,
  inputs: readonly string[],
  attributes: OnnxAttributes,
): string =>
  JSON.stringify([
    domain,
    operator,
    inputs,
    Object.entries(attributes).map(([name, value]) => [name, keyOf(value)]),
  ])

const numbers = (value: number, dtype: DType): Numbers =>
  dtype === 'float32'
    ? Float32Array.of(value)
    : dtype === 'int32'
      ? Int32Array.of(value)
      : Uint8Array.of(value)

/** An empty collector; names that are taken outside are not given to values. */
export const collector = (taken: ReadonlySet<string> = new Set()): Collector => {
  const nodes: OnnxNode[] = []
  const constants: OnnxConstant[] = []
  const known = new Map<string, string>()
  let count = 0
  const fresh = (): string => {
    const name = `#${count++}`
    return taken.has(name) ? fresh() : name
  }
  const share = (key: string, write: (name: string) => void): string => {
    const found = known.get(key)
    if (found !== undefined) return found
    const name = fresh()
    known.set(key, name)
    write(name)
    return name
  }
  const places = new Map<object, number>()
  const identity = (value: object): number => {
    const place = places.get(value) ?? places.size
    places.set(value, place)
    return place
  }
  const store = (type: OnnxType, shape: readonly number[], value: Numbers | readonly number[]): string => {
    const content = value.length > LARGE ? `@${identity(value)}` : bitsOf(value)
    return share(`${type}[${shape.join()}]${content}`, (name) => constants.push({ name, type, shape, value }))
  }
  const emit: Emit = {
    op: (operator, inputs, attributes = {}, domain) =>
      share(operatorKey(domain ?? '', operator, inputs, attributes), (name) =>
        nodes.push({ operator, domain: domain ?? '', inputs, outputs: [name], attributes }),
      ),
    constant: (value, shape, dtype) => {
      if (value.length !== 1 && value.length !== sizeOf(shape))
        throw new RangeError(`a constant of shape [${shape.join(', ')}] cannot hold ${value.length} numbers`)
      return store(dtype, shape, value)
    },
    number: (value, dtype = 'float32') => store(dtype, [], numbers(value, dtype)),
    ints: (values) => store('int64', [values.length], values),
  }
  return { nodes, constants, emit }
}
