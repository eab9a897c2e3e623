/**
 * Whether two graphs are the same: node by node, constants by their bits.
 *
 * Tested in tests/runtime/graph/same.test.ts.
 */
import type { Graph, Node } from './graph.js'
import { nodeKey } from './passes/commonSubexpressions.js'

const sameNumbers = (a: Node, b: Node): boolean =>
  a.kernel !== 'Constant' ||
  b.kernel !== 'Constant' ||
  a.attributes.value.every((x, i) => Object.is(x, b.attributes.value[i]))

/** Whether two graphs are the same. */
export const sameGraph = (a: Graph, b: Graph): boolean =>
  a.nodes.length === b.nodes.length &&
  JSON.stringify(a.outputs) === JSON.stringify(b.outputs) &&
  a.nodes.every((node, at) => {
    const other = b.nodes[at] as Node
    return nodeKey(node) === nodeKey(other) && sameNumbers(node, other)
  })
