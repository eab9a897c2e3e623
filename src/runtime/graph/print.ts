/**
 * A graph as text, one line for each node, for debugging and for tests.
 *
 *   %3 = Multiply(%1, %2) : float32[128, 784]
 *   %4 = Sum(%3) {axes: [0, 1], keepDims: false} : float32[]
 *   out loss = %4
 *
 * A constant shows its number if all elements share one, and otherwise how many there are.
 * Tested in tests/runtime/graph/print.test.ts.
 */
import { type Graph, type Node, type NodeOf, sharedNumber } from './graph.js'

const showValue = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map(showValue).join(', ')}]`
    : typeof value === 'object' && value !== null
      ? `{${Object.entries(value)
          .map(([k, v]) => `${k}: ${showValue(v)}`)
          .join(', ')}}`
      : String(value)

const showConstant = (node: NodeOf<'Constant'>): string => {
  const { value } = node.attributes
  const shared = sharedNumber(node)
  if (shared !== undefined) return String(shared)
  return value.length <= 4 ? `[${[...value].join(', ')}]` : `${value.length} numbers`
}

const showAttributes = (node: Node): string =>
  node.kernel === 'Constant'
    ? ` ${showConstant(node)}`
    : Object.keys(node.attributes).length === 0
      ? ''
      : ` ${showValue(node.attributes)}`

/** One node on one line. */
export const printNode = (node: Node, place: number): string =>
  `%${place} = ${node.kernel}(${node.inputs.map((i) => `%${i}`).join(', ')})${showAttributes(node)} : ${node.dtype}[${node.shape.join(', ')}]`

/** The graph as text. */
export const printGraph = (graph: Graph): string =>
  [
    ...graph.nodes.map(printNode),
    ...Object.entries(graph.outputs).map(([name, ref]) => `out ${name} = %${ref}`),
  ].join('\n')

/** How often each kernel stands in the graph, the most frequent first. */
export const countKernels = (graph: Graph): Readonly<Record<string, number>> => {
  const counts = new Map<string, number>()
  for (const { kernel } of graph.nodes) counts.set(kernel, (counts.get(kernel) ?? 0) + 1)
  return Object.fromEntries([...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)))
}
