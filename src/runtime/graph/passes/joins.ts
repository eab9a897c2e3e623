/**
 * Parts put side by side by adding padded parts, as gradients of slices are, are joined instead.
 *
 *   pad(a, before 0, after m) + pad(b, before n, after 0) = concat(a, b)       a has n, b has m along one axis
 *   concat(concat(a, b), c) = concat(a, b, c)
 *
 * Neighbors that do not fill the whole become one padded concatenation, which may meet the next part.
 * Tested in tests/runtime/graph/passes/joins.test.ts.
 */
import { sameShape } from '../../../dsl/shape.js'
import { type Builder, ofKernel, rewrite } from '../builder.js'
import type { Graph, NodeOf, Ref } from '../graph.js'
import { byKernel, inputAt, type KernelRules, type Pass, soleUses } from './rule.js'

/** A value that lies from `begin` to `end` along an axis, with zeros around. */
interface Part {
  readonly of: Ref
  readonly begin: number
  readonly end: number
}

const isPadded = (node: NodeOf<'PadV2'>, axis: number): boolean =>
  node.attributes.paddings[axis]?.some((n) => n > 0) ?? false

/** The one axis along which both are padded, or undefined. */
const commonAxis = (a: NodeOf<'PadV2'>, b: NodeOf<'PadV2'>): number | undefined => {
  const axes = a.shape.flatMap((_, axis) => (isPadded(a, axis) || isPadded(b, axis) ? [axis] : []))
  return axes.length === 1 ? axes[0] : undefined
}

const partOf = (node: NodeOf<'PadV2'>, axis: number): Part => {
  const [before, after] = node.attributes.paddings[axis] as readonly [number, number]
  return { of: inputAt(node, 0), begin: before, end: (node.shape[axis] as number) - after }
}

const sideBySide = (build: Builder, whole: NodeOf<'Add'>, axis: number, left: Part, right: Part): Ref => {
  const joined = build.add('Concat', [left.of, right.of], { axis })
  const rest = [left.begin, (whole.shape[axis] as number) - right.end] as const
  if (rest.every((n) => n === 0)) return joined
  const paddings = whole.shape.map((_, i) => (i === axis ? rest : ([0, 0] as const)))
  return build.add('PadV2', [joined], { paddings, value: 0 })
}

const addedParts = (node: NodeOf<'Add'>, build: Builder): Ref | undefined => {
  const [a, b] = node.inputs.map((ref) => ofKernel(build.at(ref), 'PadV2'))
  if (a?.attributes.value !== 0 || b?.attributes.value !== 0 || !sameShape(a.shape, b.shape)) return undefined
  const axis = commonAxis(a, b)
  if (axis === undefined) return undefined
  const [first, second] = [partOf(a, axis), partOf(b, axis)]
  if (first.end === second.begin) return sideBySide(build, node, axis, first, second)
  return second.end === first.begin ? sideBySide(build, node, axis, second, first) : undefined
}

const flattened = (node: NodeOf<'Concat'>, build: Builder): Ref | undefined => {
  const { axis } = node.attributes
  const inputs = node.inputs.flatMap((ref) => {
    const inner = ofKernel(build.at(ref), 'Concat')
    return inner?.attributes.axis === axis ? inner.inputs : [ref]
  })
  return inputs.length === node.inputs.length ? undefined : build.add('Concat', inputs, { axis })
}

const rules = (graph: Graph): KernelRules => {
  const sole = soleUses(graph)
  return {
    Add: (node, build, place) => (sole(place, 0) && sole(place, 1) ? addedParts(node, build) : undefined),
    Concat: flattened,
  }
}

/** The graph with padded parts joined. */
export const joins: Pass = (graph) => rewrite(graph, byKernel(rules(graph)))
