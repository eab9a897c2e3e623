/**
 * Arrays behind the inputs and outputs of a model.
 *
 *   float32 is Float32Array, int32 is Int32Array, bool is Uint8Array; row-major, as many numbers as the shape has
 *
 * A free size of a shape (at most one) follows from the length of the array. Outputs may overlap nothing: an operator
 * may still read an input when the first output is written.
 *
 * Errors: tag `params`: a name that the model does not have, an input without array, another type or length, memory
 * that overlaps, and memory that is shared between threads, which onnxruntime-node refuses.
 * Tested in tests/runtime/onnx/session.test.ts.
 */
import { type GiryError, giryError } from '../../../dsl/error.js'
import { sizeOf } from '../../../dsl/shape.js'
import type { Numbers } from '../../graph/kernels.js'
import type { OrtMetadata } from './ort.js'

/** Arrays by the names of a model's inputs and outputs. */
export interface Arrays {
  readonly inputs: Readonly<Record<string, Numbers>>
  /** Outputs without array are not computed. */
  readonly outputs: Readonly<Record<string, Numbers>>
}

/** The element types that arrays can have. */
export type BoundType = 'float32' | 'int32' | 'bool'

const arrayNames: Readonly<Record<string, string>> = {
  float32: 'Float32Array',
  int32: 'Int32Array',
  bool: 'Uint8Array',
}

const nameOf = (array: Numbers): string => Object.prototype.toString.call(array).slice(8, -1)

/** The shape, its free size filled in for an array of this length. */
export const shapeFor = (shape: readonly (number | string)[], length: number): readonly number[] => {
  const known = sizeOf(shape.filter((d) => typeof d === 'number'))
  return shape.map((d) => (typeof d === 'number' ? d : length / known))
}

const fits = ({ type, shape = [] }: OrtMetadata, array: Numbers): boolean => {
  const sizes = shapeFor(shape, array.length)
  return (
    nameOf(array) === arrayNames[type ?? ''] &&
    sizes.every(Number.isInteger) &&
    sizeOf(sizes) === array.length
  )
}

const misfit = (kind: string, end: OrtMetadata, array: Numbers): GiryError => {
  const { name, type = 'no tensor', shape = [] } = end
  return giryError(
    'params',
    name,
    `${kind} '${name}' is ${type}[${shape.join(', ')}], and a ${nameOf(array)} of ${array.length} numbers does not fit`,
    type in arrayNames
      ? `bind a ${arrayNames[type]} with as many numbers as the shape has`
      : 'only float32, int32 and bool can be bound',
  )
}

const strangers = (
  kind: string,
  ends: readonly OrtMetadata[],
  arrays: Readonly<Record<string, Numbers>>,
): readonly GiryError[] =>
  Object.keys(arrays)
    .filter((name) => !ends.some((end) => end.name === name))
    .map((name) =>
      giryError(
        'params',
        name,
        `the model has no ${kind} '${name}'`,
        `its ${kind}s are ${ends.map((end) => end.name).join(', ') || 'none'}`,
      ),
    )

const isShared = (array: Numbers): boolean =>
  typeof SharedArrayBuffer !== 'undefined' && array.buffer instanceof SharedArrayBuffer

const sharedMemory = (name: string): GiryError =>
  giryError(
    'params',
    name,
    `the array of '${name}' lies in memory shared between threads, which onnxruntime-node does not take`,
    "use memory that is not shared, or { runtime: 'onnx-web' }, which copies",
  )

const faultsOf =
  (kind: string, ends: readonly OrtMetadata[], inPlace: boolean) =>
  (arrays: Readonly<Record<string, Numbers>>): readonly GiryError[] => [
    ...strangers(kind, ends, arrays),
    ...ends.flatMap((end) => {
      const array = arrays[end.name]
      if (array === undefined) return []
      return [
        ...(fits(end, array) ? [] : [misfit(kind, end, array)]),
        ...(inPlace && isShared(array) ? [sharedMemory(end.name)] : []),
      ]
    }),
  ]

const missing = (ends: readonly OrtMetadata[], { inputs, outputs }: Arrays): readonly GiryError[] => [
  ...ends
    .filter(({ name }) => inputs[name] === undefined)
    .map(({ name }) =>
      giryError('params', name, `input '${name}' of the model has no array`, 'bind an array for every input'),
    ),
  ...(Object.keys(outputs).length > 0
    ? []
    : [
        giryError(
          'params',
          '',
          'no output of the model has an array',
          'bind an array for at least one output',
        ),
      ]),
]

const overlap = (a: Numbers, b: Numbers): boolean =>
  a.buffer === b.buffer &&
  a.length > 0 &&
  b.length > 0 &&
  a.byteOffset < b.byteOffset + b.byteLength &&
  b.byteOffset < a.byteOffset + a.byteLength

const overlaps = ({ inputs, outputs }: Arrays): readonly GiryError[] => {
  const written = Object.entries(outputs)
  return written.flatMap(([name, array], at) =>
    [...Object.entries(inputs), ...written.slice(at + 1)]
      .filter(([, other]) => overlap(array, other))
      .map(([other]) =>
        giryError(
          'params',
          name,
          `the arrays of '${name}' and '${other}' overlap, and '${name}' is written`,
          'give every output memory of its own',
        ),
      ),
  )
}

/** What is wrong with arrays for a model; `inPlace` says that they are read and written where they lie. */
export const arrayFaults = (
  inputs: readonly OrtMetadata[],
  outputs: readonly OrtMetadata[],
  arrays: Arrays,
  inPlace: boolean,
): readonly GiryError[] => [
  ...missing(inputs, arrays),
  ...faultsOf('input', inputs, inPlace)(arrays.inputs),
  ...faultsOf('output', outputs, inPlace)(arrays.outputs),
  ...overlaps(arrays),
]
