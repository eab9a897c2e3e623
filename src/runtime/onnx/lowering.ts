/**
 * What a lowering is: one kernel of a graph written as operators of ONNX (opset 18, and ONNX Runtime's own domain).
 *
 * A lowering gets the names of its inputs' values and answers with the name of its output. Element types: float32 is
 * float, int32 is int32, bool is bool (not uint8).
 */
import type { NodeOf, Typed } from '../graph/graph.js'
import type { DType, KernelName, Numbers } from '../graph/kernels.js'

/** The value of an ONNX attribute; numbers say whether they are ints or floats. */
export type OnnxAttribute =
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'ints'; readonly value: readonly number[] }
  | { readonly type: 'floats'; readonly value: readonly number[] }

/** Attributes of an ONNX operator. */
export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>

/** Element types of ONNX values that giry writes; int64 is only for axes, shapes and indices. */
export type OnnxType = DType | 'int64'

/** Writes operators and constants; each answers with the name of its value. */
export interface Emit {
  /** One operator with one output; an empty input name leaves an optional input out. */
  readonly op: (
    operator: string,
    inputs: readonly string[],
    attributes?: OnnxAttributes,
    domain?: 'com.microsoft',
  ) => string
  /** A float32, int32 or bool constant (a single number fills the shape). */
  readonly constant: (value: Numbers, shape: readonly number[], dtype: DType) => string
  /** A constant of rank 0. */
  readonly number: (value: number, dtype?: DType) => string
  /** An int64 vector: axes, shapes, sizes. */
  readonly ints: (values: readonly number[]) => string
}

/** Writes one node; `types` are the shapes and types of its inputs. */
export type Lowering<K extends KernelName> = (
  emit: Emit,
  inputs: readonly string[],
  node: NodeOf<K>,
  types: readonly Typed[],
) => string

/** Lowerings of some kernels. */
export type Lowerings<K extends KernelName> = { readonly [N in K]: Lowering<N> }

/** An attribute that is an integer. */
export const int = (value: number): OnnxAttribute => ({ type: 'int', value })
/** An attribute that is a float. */
export const float = (value: number): OnnxAttribute => ({ type: 'float', value })
/** An attribute that is a list of integers. */
export const ints = (value: readonly number[]): OnnxAttribute => ({ type: 'ints', value })
/** An attribute that is a word. */
export const word = (value: string): OnnxAttribute => ({ type: 'string', value })

/** One operator of an ONNX model. */
export interface OnnxNode {
  readonly operator: string
  readonly domain: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: OnnxAttributes
}

/** A constant of an ONNX model. */
export interface OnnxConstant {
  readonly name: string
  readonly type: OnnxType
  readonly shape: readonly number[]
  readonly value: Numbers | readonly number[]
}

/** An input or output of an ONNX model; a word in the shape is a free size. */
export interface OnnxEnd {
  readonly name: string
  readonly type: OnnxType
  readonly shape: readonly (number | string)[]
}

/** An ONNX model as data. */
export interface OnnxModel {
  readonly inputs: readonly OnnxEnd[]
  readonly outputs: readonly OnnxEnd[]
  readonly constants: readonly OnnxConstant[]
  readonly nodes: readonly OnnxNode[]
}
