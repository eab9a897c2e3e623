/**
 * Nodes from which no result is reached are dropped, inputs included.
 *
 *   keep(node)  <=>  some output reads it, directly or through others
 *
 * What feeds the graph must therefore ask which inputs are left (`inputsOf`).
 * Tested in tests/runtime/graph/passes/deadCode.test.ts.
 */
import { type Graph, type Node, nodeAt, type Ref } from '../graph.js'
import type { Pass } from './rule.js'

const reached = (graph: Graph): readonly boolean[] => {
  const found = graph.nodes.map(() => false)
  for (const ref of Object.values(graph.outputs)) found[ref] = true
  for (let place = graph.nodes.length - 1; place >= 0; place--)
    if (found[place]) for (const ref of nodeAt(graph.nodes, place).inputs) found[ref] = true
  return found
}

/** The graph without what no output needs. */
export const deadCode: Pass = (graph) => {
  const keep = reached(graph)
  const moved: Ref[] = []
  const nodes: Node[] = []
  graph.nodes.forEach((node, place) => {
    moved.push(nodes.length)
    if (keep[place]) nodes.push({ ...node, inputs: node.inputs.map((ref) => moved[ref] as Ref) } as Node)
  })
  const outputs = Object.entries(graph.outputs).map(([name, ref]) => [name, moved[ref] as Ref])
  return { nodes, outputs: Object.fromEntries(outputs) }
}
