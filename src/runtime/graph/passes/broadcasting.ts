/**
 * Nothing is computed, or written out, more often than it differs.
 *
 *   f(broadcast(a), b) = f(a, b)  where b carries the shape;     f(broadcast(a), broadcast(b)) = broadcast(f(a, b))
 *   f(broadcast(a)) = broadcast(f(a))      reshape, transpose of a broadcast = broadcast of the reshaped, transposed
 *   sum(broadcast(a)) = n sum(a)           mean, max, min(broadcast(a)) = broadcast(mean, max, min(a))
 *   sum(x b) = sum(x) b,  sum(x / b) = sum(x) / b     along axes where b is constant
 *
 * Constants of equal elements count as broadcast numbers; those outside 1e+-6 stay inside sums (scaled.ts).
 * Tested in tests/runtime/graph/passes/broadcasting.test.ts.
 */
import { sameShape, sizeOf } from '../../../dsl/shape.js'
import { type Builder, ofKernel, rewrite } from '../builder.js'
import type { Graph, Node, NodeOf, Ref } from '../graph.js'
import { permuted } from '../shapes.js'
import { isBroadcasting, isMap } from './elementwise.js'
import {
  broadcasted,
  byKernel,
  firstOf,
  inputAt,
  type KernelRules,
  type Pass,
  reshaped,
  soleUses,
  uniform,
} from './rule.js'
import { moves } from './scaled.js'

/** What a value is a broadcast of; itself where it is none. */
const source = (build: Builder, ref: Ref): Ref => {
  const node = build.at(ref)
  if (node.kernel === 'BroadcastTo') return inputAt(node, 0)
  const shared = node.shape.length > 0 ? uniform(build, ref) : undefined
  return shared === undefined ? ref : build.number(shared, [], node.dtype)
}

/** The shape with axes of size 1 in front, up to this rank. */
const aligned = (shape: readonly number[], rank: number): readonly number[] => [
  ...Array.from({ length: rank - shape.length }, () => 1),
  ...shape,
]

const elementwise = (node: Node, build: Builder): Ref | undefined => {
  if (!isBroadcasting(node) && !isMap(node)) return undefined
  if (node.inputs.every((ref) => build.at(ref).kernel === 'Constant')) return undefined
  const sources = node.inputs.map((ref) => source(build, ref))
  if (sources.every((ref, i) => ref === node.inputs[i])) return undefined
  // Only what broadcasts at all is drawn together: an empty shape has nothing to save.
  if (sizeOf(node.shape) === 0) return undefined
  return broadcasted(build, build.add(node.kernel as 'Add', sources, node.attributes), node.shape)
}

/** The shape of a broadcast's source, once its result is reshaped by adding or dropping axes of size 1. */
const followed = (
  from: readonly number[],
  through: readonly number[],
  to: readonly number[],
): readonly number[] | undefined => {
  const long = through.flatMap((n, axis) => (n === 1 ? [] : [axis]))
  const goal = to.filter((n) => n !== 1)
  if (!sameShape(permuted(through, long), goal)) return undefined
  const sizes = permuted(aligned(from, through.length), long)
  let next = 0
  return to.map((n) => (n === 1 ? 1 : (sizes[next++] as number)))
}

const reshapedBroadcast = (node: NodeOf<'Reshape'>, build: Builder): Ref | undefined => {
  const inner = ofKernel(build.at(inputAt(node, 0)), 'BroadcastTo')
  if (inner === undefined) return undefined
  const from = inputAt(inner, 0)
  const shape = followed(build.at(from).shape, inner.shape, node.shape)
  return shape && broadcasted(build, reshaped(build, from, shape), node.shape)
}

const transposedBroadcast = (node: NodeOf<'Transpose'>, build: Builder): Ref | undefined => {
  const inner = ofKernel(build.at(inputAt(node, 0)), 'BroadcastTo')
  if (inner === undefined) return undefined
  const from = inputAt(inner, 0)
  const small = reshaped(build, from, aligned(build.at(from).shape, inner.shape.length))
  return broadcasted(build, build.add('Transpose', [small], node.attributes), node.shape)
}

type Reducing = NodeOf<'Sum' | 'Mean' | 'Max' | 'Min'>

/** The product of the sizes along those of the axes where the source has size 1. */
const repeats = (wide: readonly number[], narrow: readonly number[], axes: readonly number[]): number =>
  axes.reduce((n, axis) => (narrow[axis] === 1 ? n * (wide[axis] as number) : n), 1)

const reducedBroadcast = (node: Reducing, build: Builder): Ref | undefined => {
  const inner = ofKernel(build.at(inputAt(node, 0)), 'BroadcastTo')
  if (inner === undefined || node.dtype !== 'float32' || sizeOf(inner.shape) === 0) return undefined
  const from = inputAt(inner, 0)
  const shape = aligned(build.at(from).shape, inner.shape.length)
  const small = build.add(node.kernel, [reshaped(build, from, shape)], node.attributes)
  const count = node.kernel === 'Sum' ? repeats(inner.shape, shape, node.attributes.axes) : 1
  const whole = count === 1 ? small : build.add('Multiply', [small, build.number(count)], {})
  return broadcasted(build, whole, node.shape)
}

/** Sums of x over the axes along which `other` is constant come first; then what is left. */
const factored = (
  node: NodeOf<'Sum'>,
  build: Builder,
  kernel: 'Multiply' | 'RealDiv',
  x: Ref,
  other: Ref,
): Ref | undefined => {
  const number = uniform(build, other)
  if (number !== undefined && !moves(number)) return undefined
  const whole = build.at(inputAt(node, 0)).shape
  const narrow = aligned(build.at(other).shape, whole.length)
  const wide = aligned(build.at(x).shape, whole.length)
  if (sizeOf(narrow) === 1 && sameShape(build.at(x).shape, whole))
    return build.add(kernel, [build.add('Sum', [x], node.attributes), reshaped(build, other, [])], {})
  const first = node.attributes.axes.filter((axis) => narrow[axis] === 1 && wide[axis] === whole[axis])
  if (!first.some((axis) => whole[axis] !== 1)) return undefined
  const sum = build.add('Sum', [reshaped(build, x, wide)], { axes: first, keepDims: true })
  const product = build.add(kernel, [sum, other], {})
  const rest = node.attributes.axes.filter((axis) => !first.includes(axis))
  const left = rest.length === 0 ? product : build.add('Sum', [product], { axes: rest, keepDims: true })
  return reshaped(build, left, node.shape)
}

const summedProduct = (node: NodeOf<'Sum'>, build: Builder): Ref | undefined => {
  const inner = build.at(inputAt(node, 0))
  if (node.dtype !== 'float32' || sizeOf(inner.shape) === 0) return undefined
  const [a, b] = inner.inputs as readonly [Ref, Ref]
  if (inner.kernel === 'RealDiv') return factored(node, build, 'RealDiv', a, b)
  if (inner.kernel !== 'Multiply') return undefined
  return factored(node, build, 'Multiply', a, b) ?? factored(node, build, 'Multiply', b, a)
}

const rules = (graph: Graph): KernelRules => {
  const sole = soleUses(graph)
  return {
    Reshape: reshapedBroadcast,
    Transpose: transposedBroadcast,
    Sum: (node, build, place) =>
      reducedBroadcast(node, build) ?? (sole(place, 0) ? summedProduct(node, build) : undefined),
    Mean: reducedBroadcast,
    Max: reducedBroadcast,
    Min: reducedBroadcast,
  }
}

/** The graph without broadcasts that need not be written out. */
export const broadcasting: Pass = (graph) => rewrite(graph, firstOf(elementwise, byKernel(rules(graph))))
