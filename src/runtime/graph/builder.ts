/**
 * Building graphs: nodes are appended, their shapes inferred, and known by their place.
 *
 * `rewrite` builds a new graph from an old one: a rule gets each node with its inputs already rewritten, and answers
 * with the place of what shall stand for it; without an answer the node is copied. All passes are written with it.
 */
import { sizeOf } from '../../dsl/shape.js'
import { type Graph, type Node, type NodeOf, nodeAt, type Ref, type Typed } from './graph.js'
import { infer } from './infer.js'
import type { DType, KernelAttributes, KernelName, Numbers } from './kernels.js'

/** Kernels that compute something. */
export type ComputingKernel = Exclude<KernelName, 'Input' | 'Constant'>

/** A graph under construction. */
export interface Builder {
  readonly nodes: readonly Node[]
  /** The node at a place. */
  readonly at: (ref: Ref) => Node
  /** Appends a node; its shape and type follow from its inputs. */
  readonly add: <K extends ComputingKernel>(
    kernel: K,
    inputs: readonly Ref[],
    attributes: KernelAttributes[K],
  ) => Ref
  /** Appends a node whose inputs are places of this graph; its shape and type are taken as they are. */
  readonly copy: (node: Node) => Ref
  readonly input: (name: string, shape: readonly number[], dtype: DType) => Ref
  /** A constant: one number for each element, or a single one that all share. */
  readonly constant: (value: Numbers, shape: readonly number[], dtype: DType) => Ref
  /** A float32 constant whose elements are all this number. */
  readonly number: (value: number, shape?: readonly number[], dtype?: DType) => Ref
}

const numbersFor = (dtype: DType, value: number): Numbers =>
  dtype === 'float32'
    ? Float32Array.of(value)
    : dtype === 'int32'
      ? Int32Array.of(value)
      : Uint8Array.of(value)

/** An empty graph under construction. */
export const builder = (): Builder => {
  const nodes: Node[] = []
  const push = (node: Typed & { kernel: KernelName; inputs: readonly Ref[]; attributes: object }): Ref =>
    nodes.push(node as Node) - 1
  const constant: Builder['constant'] = (value, shape, dtype) => {
    const size = sizeOf(shape)
    if (value.length !== size && value.length !== 1)
      throw new RangeError(`a constant of shape [${shape.join(', ')}] cannot hold ${value.length} numbers`)
    return push({ kernel: 'Constant', inputs: [], attributes: { value }, shape, dtype })
  }
  return {
    nodes,
    copy: push,
    at: (ref) => nodeAt(nodes, ref),
    add: (kernel, inputs, attributes) =>
      push({
        kernel,
        inputs,
        attributes,
        ...infer(
          kernel,
          inputs.map((ref) => nodeAt(nodes, ref)),
          attributes,
        ),
      }),
    input: (name, shape, dtype) => push({ kernel: 'Input', inputs: [], attributes: { name }, shape, dtype }),
    constant,
    number: (value, shape = [], dtype = 'float32') => constant(numbersFor(dtype, value), shape, dtype),
  }
}

/** What a rule sees: the node with its inputs in the new graph, the new graph, and the node's place in the old one. */
export type Rule = (node: Node, build: Builder, place: Ref) => Ref | undefined

/** A copy of a node, its inputs being places of the new graph already; its shape and type stay. */
export const copyNode = (node: Node, build: Builder): Ref => build.copy(node)

/** The graph, each node replaced by what the rule answers. */
export const rewrite = (graph: Graph, rule: Rule): Graph => {
  const build = builder()
  const moved: Ref[] = []
  graph.nodes.forEach((old, place) => {
    const node = { ...old, inputs: old.inputs.map((ref) => moved[ref] as Ref) } as Node
    moved.push(rule(node, build, place) ?? copyNode(node, build))
  })
  return {
    nodes: build.nodes,
    outputs: Object.fromEntries(
      Object.entries(graph.outputs).map(([name, ref]) => [name, moved[ref] as Ref]),
    ),
  }
}

/** A node of this kernel, or undefined. */
export const ofKernel = <K extends KernelName>(node: Node, kernel: K): NodeOf<K> | undefined =>
  node.kernel === kernel ? (node as unknown as NodeOf<K>) : undefined
