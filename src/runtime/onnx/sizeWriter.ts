/**
 * Operators that compute sizes from the number n of rows while the model runs.
 *
 *   n = Shape(input)[axis], or the int64 input `n` where no other input has the rows        a n + b by Mul and Add
 *
 * Their values are called #n0, #n1, ...; they read inputs only, so they stand before all other operators.
 */
import { type Affine, isFree } from './affineSizes.js'
import { int, type OnnxAttributes, type OnnxConstant, type OnnxEnd, type OnnxNode } from './lowering.js'

/** Where the number of rows is read: an axis of an input, or the input `n` itself. */
export type RowSource = { readonly input: string; readonly axis: number } | 'n'

/** The input that says how many rows there are. */
export const rowInput: OnnxEnd = { name: 'n', type: 'int64', shape: [] }

/** Writes sizes; what it has written is in `nodes` and `constants`. */
export interface SizeWriter {
  readonly op: (operator: string, inputs: readonly string[], attributes?: OnnxAttributes) => string
  readonly constant: (constant: Omit<OnnxConstant, 'name'>) => string
  readonly ints: (values: readonly number[]) => string
  /** An int64 vector of sizes. */
  readonly vector: (sizes: readonly Affine[]) => string
  readonly nodes: readonly OnnxNode[]
  readonly constants: readonly OnnxConstant[]
}

/** Neighboring fixed sizes together, free ones each alone. */
const runs = (sizes: readonly Affine[]): readonly (readonly Affine[])[] => {
  const found: Affine[][] = []
  for (const size of sizes) {
    const last = found.at(-1)
    if (last !== undefined && !isFree(size) && !isFree(last[0] as Affine)) last.push(size)
    else found.push([size])
  }
  return found
}

/** A writer that reads the number of rows there. */
export const sizeWriter = (source: RowSource): SizeWriter => {
  const nodes: OnnxNode[] = []
  const constants: OnnxConstant[] = []
  const known = new Map<string, string>()
  let count = 0
  const fresh = (): string => `#n${count++}`
  const once = (key: string, write: (name: string) => void): string => {
    const name = known.get(key) ?? fresh()
    if (!known.has(key)) write(name)
    known.set(key, name)
    return name
  }
  const op: SizeWriter['op'] = (operator, inputs, attributes = {}) =>
    once(JSON.stringify([operator, inputs, attributes]), (name) =>
      nodes.push({ operator, domain: '', inputs, outputs: [name], attributes }),
    )
  const constant: SizeWriter['constant'] = (c) => {
    const name = fresh()
    constants.push({ name, ...c })
    return name
  }
  const ints = (values: readonly number[]): string =>
    once(values.join(), (name) =>
      constants.push({ name, type: 'int64', shape: [values.length], value: values }),
    )
  const rows = (): string =>
    source === 'n'
      ? op('Reshape', [rowInput.name, ints([1])])
      : op('Shape', [source.input], { start: int(source.axis), end: int(source.axis + 1) })
  const free = ({ slope, offset }: Affine): string => {
    const scaled = slope === 1 ? rows() : op('Mul', [rows(), ints([slope])])
    return offset === 0 ? scaled : op('Add', [scaled, ints([offset])])
  }
  const vector = (sizes: readonly Affine[]): string => {
    const parts = runs(sizes).map((run) =>
      isFree(run[0] as Affine) ? free(run[0] as Affine) : ints(run.map((s) => s.offset)),
    )
    return parts.length === 1 ? (parts[0] as string) : op('Concat', parts, { axis: int(0) })
  }
  return { op, constant, ints, vector, nodes, constants }
}
