/**
 * A recorded graph as an ONNX model: each node written by its kernel's lowering.
 *
 *   Input -> input of the model        Constant -> constant        any other kernel -> operators (table.ts)
 *
 * Sums of softplus are written in their short form where sensitivity.ts allows it. Errors: RangeError where an input and
 * an output have one name. Tested in tests/runtime/onnx/lower.test.ts.
 */
import { type Graph, type Node, nodeAt } from '../graph/graph.js'
import type { KernelName } from '../graph/kernels.js'
import { collector } from './emit.js'
import type { Emit, Lowering, OnnxEnd, OnnxModel, OnnxNode } from './lowering.js'
import { sensitiveNodes } from './sensitivity.js'
import { softplusSums } from './softplusSums.js'
import { table } from './table.js'

/** How to lower. */
export interface LowerOptions {
  /** Outputs need small relative errors, not only small absolute ones; for models that others will compute with. */
  readonly sensitiveOutputs?: boolean
}

const endOf = (name: string, { shape, dtype }: Node): OnnxEnd => ({ name, shape, type: dtype })

const writeNode = (emit: Emit, graph: Graph, node: Node, names: readonly string[]): string =>
  (table[node.kernel] as Lowering<KernelName>)(
    emit,
    node.inputs.map((ref) => names[ref] as string),
    node,
    node.inputs.map((ref) => nodeAt(graph.nodes, ref)),
  )

const requireDistinct = (inputs: readonly OnnxEnd[], outputs: readonly OnnxEnd[]): void => {
  const taken = new Set(inputs.map((end) => end.name))
  for (const { name } of outputs)
    if (taken.has(name)) throw new RangeError(`'${name}' is the name of an input and of an output`)
}

/** Outputs by the name of their value; a value is called by the first output that it is. */
const firstOutputs = (graph: Graph, names: readonly string[], produced: ReadonlySet<string>) => {
  const called = new Map<string, string>()
  for (const [output, ref] of Object.entries(graph.outputs)) {
    const name = names[ref] as string
    if (produced.has(name) && !called.has(name)) called.set(name, output)
  }
  return called
}

const renamed = (node: OnnxNode, called: ReadonlyMap<string, string>): OnnxNode => ({
  ...node,
  inputs: node.inputs.map((name) => called.get(name) ?? name),
  outputs: node.outputs.map((name) => called.get(name) ?? name),
})

// An operator's own output is renamed, since a copy by Identity would cost a pass over memory.
const withOutputs = (graph: Graph, names: readonly string[], nodes: readonly OnnxNode[]): OnnxNode[] => {
  const called = firstOutputs(graph, names, new Set(nodes.flatMap((node) => node.outputs)))
  const copies = Object.entries(graph.outputs).flatMap(([output, ref]) => {
    const name = names[ref] as string
    return called.get(name) === output ? [] : [copyOf(called.get(name) ?? name, output)]
  })
  return [...nodes.map((node) => renamed(node, called)), ...copies]
}

const copyOf = (input: string, output: string): OnnxNode => ({
  operator: 'Identity',
  domain: '',
  inputs: [input],
  outputs: [output],
  attributes: {},
})

/** The graph as an ONNX model. */
export const lower = (given: Graph, { sensitiveOutputs = false }: LowerOptions = {}): OnnxModel => {
  const graph = softplusSums(given, sensitiveNodes(given, sensitiveOutputs))
  const inputs = graph.nodes.flatMap((node) =>
    node.kernel === 'Input' ? [endOf(node.attributes.name, node)] : [],
  )
  const outputs = Object.entries(graph.outputs).map(([name, ref]) => endOf(name, nodeAt(graph.nodes, ref)))
  requireDistinct(inputs, outputs)
  const collect = collector(new Set([...inputs, ...outputs].map((end) => end.name)))
  const names: string[] = []
  for (const node of graph.nodes) names.push(writeNode(collect.emit, graph, node, names))
  return { inputs, outputs, constants: collect.constants, nodes: withOutputs(graph, names, collect.nodes) }
}
