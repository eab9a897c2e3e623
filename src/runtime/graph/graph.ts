/**
 * A recorded computation: tensors in, tensors out, nothing else; immutable and in topological order.
 *
 *   graph = (nodes, outputs)      node = (kernel, attributes, inputs, shape, dtype)      inputs of a node come before it
 *
 * A node is known by its place, its `Ref`. Every node has one output. Sizes are known: a graph is recorded for one
 * minibatch size.
 */
import { sizeOf } from '../../dsl/shape.js'
import type { DType, KernelAttributes, KernelName, Numbers } from './kernels.js'

/** The place of a node in its graph. */
export type Ref = number

/** What is known of a tensor before there are numbers. */
export interface Typed {
  readonly shape: readonly number[]
  readonly dtype: DType
}

/** A node that holds the kernel K. */
export interface NodeOf<K extends KernelName> extends Typed {
  readonly kernel: K
  readonly inputs: readonly Ref[]
  readonly attributes: KernelAttributes[K]
}

/** Any node. */
export type Node = { readonly [K in KernelName]: NodeOf<K> }[KernelName]

/** A recorded computation. */
export interface Graph {
  readonly nodes: readonly Node[]
  readonly outputs: Readonly<Record<string, Ref>>
}

/** The node at a place; places beyond the graph are a fault of a pass. */
export const nodeAt = (nodes: readonly Node[], ref: Ref): Node => {
  const node = nodes[ref]
  if (node === undefined) throw new RangeError(`the graph has no node ${ref}`)
  return node
}

/** The Input nodes of a graph by name. */
export const inputsOf = (graph: Graph): Readonly<Record<string, NodeOf<'Input'>>> =>
  Object.fromEntries(
    graph.nodes.flatMap((n) => (n.kernel === 'Input' ? [[n.attributes.name, n] as const] : [])),
  )

/** For each node, the nodes that read it (once for each reading input). */
export const consumersOf = (graph: Graph): readonly (readonly Ref[])[] => {
  const consumers: Ref[][] = graph.nodes.map(() => [])
  graph.nodes.forEach((node, at) => {
    for (const ref of node.inputs) consumers[ref]?.push(at)
  })
  return consumers
}

/** The number that all elements of a constant share, or undefined. */
export const sharedNumber = (node: Node): number | undefined => {
  if (node.kernel !== 'Constant') return undefined
  const { value } = node.attributes
  const first = value[0]
  return first !== undefined && value.every((x) => Object.is(x, first)) ? first : undefined
}

/** The numbers of a constant, one for each element. */
export const numbersOf = (node: NodeOf<'Constant'>): Numbers => {
  const { value } = node.attributes
  const size = sizeOf(node.shape)
  if (value.length === size) return value
  return (value as Float32Array).constructor === Float32Array
    ? new Float32Array(size).fill(value[0] as number)
    : value instanceof Int32Array
      ? new Int32Array(size).fill(value[0] as number)
      : new Uint8Array(size).fill(value[0] as number)
}
