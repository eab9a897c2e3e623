/**
 * Equal computations are made once (hash consing).
 *
 *   same kernel, attributes, inputs, shape and type  =>  one node       a + b = b + a, a b = b a
 *
 * Constants are compared by their bits (0 and -0 differ), after those whose elements are all equal are held as one
 * number. Inputs are one by name.
 * Tested in tests/runtime/graph/passes/commonSubexpressions.test.ts.
 */
import { type Builder, copyNode, rewrite } from '../builder.js'
import { type Node, type NodeOf, type Ref, sharedNumber } from '../graph.js'
import type { KernelName, Numbers } from '../kernels.js'
import type { Pass } from './rule.js'

const commutative: ReadonlySet<KernelName> = new Set([
  'Add',
  'Multiply',
  'SquaredDifference',
  'Equal',
  'NotEqual',
  'LogicalAnd',
  'LogicalOr',
  'LogicalXor',
])

// JSON has no infinities, no NaN and no -0: all of them may stand in attributes.
const exactly = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
    ? `${Object.is(value, -0) ? '-0' : value}!`
    : value

const attributesKey = (attributes: object): string =>
  JSON.stringify(
    Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)),
    exactly,
  )

const bytesOf = (value: Numbers): Uint8Array =>
  new Uint8Array(value.buffer, value.byteOffset, value.byteLength)

const hash = (bytes: Uint8Array): number => bytes.reduce((h, b) => Math.imul(h ^ b, 0x01000193), 0x811c9dc5)

const contentKey = (node: Node): string =>
  node.kernel === 'Constant'
    ? `${node.attributes.value.length}:${hash(bytesOf(node.attributes.value))}`
    : attributesKey(node.attributes)

// Attributes are never changed, and copies of a node share them: their key is made once.
const contentKeys = new WeakMap<object, string>()

const contentOf = (node: Node): string => {
  const known = contentKeys.get(node.attributes)
  if (known !== undefined) return known
  const key = contentKey(node)
  contentKeys.set(node.attributes, key)
  return key
}

/** What two equal nodes share; constants that share it may still differ. */
export const nodeKey = (node: Node): string => {
  const inputs = commutative.has(node.kernel) ? [...node.inputs].sort((a, b) => a - b) : node.inputs
  const content = contentOf(node)
  return `${node.kernel}(${inputs.join()})${content}${node.dtype}[${node.shape.join()}]`
}

const sameBytes = (a: Numbers, b: Numbers): boolean => {
  const other = bytesOf(b)
  return a.byteLength === b.byteLength && bytesOf(a).every((byte, i) => byte === other[i])
}

const equal = (a: Node, b: Node): boolean =>
  a.kernel !== 'Constant' || b.kernel !== 'Constant' || sameBytes(a.attributes.value, b.attributes.value)

const shortened = (node: NodeOf<'Constant'>): NodeOf<'Constant'> =>
  node.attributes.value.length > 1 && sharedNumber(node) !== undefined
    ? { ...node, attributes: { value: node.attributes.value.slice(0, 1) } }
    : node

/** The graph with each computation made once. */
export const commonSubexpressions: Pass = (graph) => {
  const known = new Map<string, Ref[]>()
  return rewrite(graph, (old: Node, build: Builder) => {
    const node = old.kernel === 'Constant' ? shortened(old) : old
    const key = nodeKey(node)
    const candidates = known.get(key) ?? []
    const found = candidates.find((ref) => equal(build.at(ref), node))
    if (found !== undefined) return found
    const ref = copyNode(node, build)
    known.set(key, [...candidates, ref])
    return ref
  })
}
