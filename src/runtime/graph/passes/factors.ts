/**
 * Numbers as factors: joined, and moved to where they cost least.
 *
 *   c (d x) = (c d) x          x / c = (1 / c) x          mean(x) = (1 / n) sum(x)
 *   (c x) (d y) = (c d) (x y)  (c x) / y = c (x / y)      where nothing is smaller; otherwise the factor goes to the smaller
 *   sum(c x) = c sum(x)        a + (-b) = a - b           -(a - b) = b - a
 *   c x + c y = c (x + y)      c x - c y = c (x - y)
 *
 * The first two merge numbers within 1e+-30; what moves past arithmetic lies within 1e+-6 (scaled.ts), so that nothing
 * overflows on the way but values near the end of float32. sum(x) does only where x itself is near 3e38 / n. Otherwise
 * each changes the rounding by an ulp or two and nothing else.
 * Tested in tests/runtime/graph/passes/factors.test.ts.
 */
import { sameShape, sizeOf } from '../../../dsl/shape.js'
import { type Builder, ofKernel, rewrite } from '../builder.js'
import type { Graph, Node, NodeOf, Ref } from '../graph.js'
import { byKernel, inputAt, type KernelRules, type Pass, pairOf, soleUses, uniform } from './rule.js'
import { asScaled, holds, joined, merged, moves, type Scaled, scale, scaledAt, scaledNode } from './scaled.js'

/** Whether input `at` of the node at `place` is read by nothing else. */
type Sole = (place: Ref, at: number) => boolean

/** c x, where x is itself a multiple or a difference that c turns around. */
const multiple = (node: Node, build: Builder): Ref | undefined => {
  const outer = scaledNode(node, build)
  if (outer === undefined) return undefined
  const inner = scaledAt(build, outer.of)
  const factor = inner && merged(outer.factor, inner.factor)
  if (inner !== undefined && factor !== undefined) return scale(build, { factor, of: inner.of })
  const difference = outer.factor === -1 ? ofKernel(build.at(outer.of), 'Sub') : undefined
  if (difference !== undefined) return build.add('Sub', [inputAt(difference, 1), inputAt(difference, 0)], {})
  return outer.factor === -1 && node.kernel !== 'Neg' ? scale(build, outer) : undefined
}

/** The factor of x y on the smaller of the two, or outside where both have the size of the product. */
const product =
  (sole: Sole) =>
  (node: NodeOf<'Multiply'>, build: Builder, place: Ref): Ref | undefined => {
    const [left, right] = pairOf(node)
    if (node.dtype !== 'float32' || uniform(build, left) !== undefined || uniform(build, right) !== undefined)
      return undefined
    const [a, b] = [asScaled(build, left), asScaled(build, right)]
    const factor = joined(a.factor, b.factor)
    const free = (a.of === left || sole(place, 0)) && (b.of === right || sole(place, 1))
    if (factor === undefined || (a.of === left && b.of === right) || !free) return undefined
    return placed(node, build, factor, a, b)
  }

const placed = (node: Node, build: Builder, factor: number, a: Scaled, b: Scaled): Ref | undefined => {
  const sizes = [a, b].map((s) => sizeOf(build.at(s.of).shape)) as [number, number]
  const times = (x: Ref, y: Ref): Ref => build.add('Multiply', [x, y], {})
  if (Math.min(...sizes) === sizeOf(node.shape)) return scale(build, { factor, of: times(a.of, b.of) })
  const onLeft = sizes[0] <= sizes[1]
  const alreadyThere = onLeft ? b.factor === 1 : a.factor === 1
  if (alreadyThere) return undefined
  return onLeft
    ? times(scale(build, { factor, of: a.of }), b.of)
    : times(a.of, scale(build, { factor, of: b.of }))
}

const quotient =
  (sole: Sole) =>
  (node: NodeOf<'RealDiv'>, build: Builder, place: Ref): Ref | undefined => {
    const [x, y] = pairOf(node)
    if (node.dtype !== 'float32' || !sameShape(build.at(x).shape, node.shape)) return undefined
    const divisor = uniform(build, y)
    if (divisor !== undefined)
      return holds(divisor) ? scale(build, { factor: Math.fround(1 / divisor), of: x }) : undefined
    const numerator = scaledAt(build, x)
    return numerator && moves(numerator.factor) && sole(place, 0)
      ? scale(build, { factor: numerator.factor, of: build.add('RealDiv', [numerator.of, y], {}) })
      : undefined
  }

/** c x + c y and c x - c y, where both have the shape of the result. */
const common =
  (sole: Sole) =>
  (node: NodeOf<'Add' | 'Sub'>, build: Builder, place: Ref): Ref | undefined => {
    const [x, y] = pairOf(node)
    const [a, b] = [scaledAt(build, x), scaledAt(build, y)]
    if (a === undefined || b === undefined || !sole(place, 0) || !sole(place, 1)) return undefined
    if (Math.abs(a.factor) !== Math.abs(b.factor) || !moves(a.factor)) return undefined
    if (![a, b].every((s) => sameShape(build.at(s.of).shape, node.shape))) return undefined
    const adds = (a.factor === b.factor) === (node.kernel === 'Add')
    return scale(build, { factor: a.factor, of: build.add(adds ? 'Add' : 'Sub', [a.of, b.of], {}) })
  }

const negated = (build: Builder, ref: Ref): Ref | undefined => {
  const scaled = scaledAt(build, ref)
  return scaled?.factor === -1 ? scaled.of : undefined
}

const sum = (node: NodeOf<'Add'>, build: Builder): Ref | undefined => {
  const [a, b] = pairOf(node)
  const right = negated(build, b)
  if (right !== undefined) return build.add('Sub', [a, right], {})
  const left = negated(build, a)
  return left === undefined ? undefined : build.add('Sub', [b, left], {})
}

const difference = (node: NodeOf<'Sub'>, build: Builder): Ref | undefined => {
  const [a, b] = pairOf(node)
  const right = negated(build, b)
  return right === undefined ? undefined : build.add('Add', [a, right], {})
}

const summedMultiple = (node: NodeOf<'Sum'>, build: Builder): Ref | undefined => {
  const inner = scaledAt(build, inputAt(node, 0))
  return inner && moves(inner.factor)
    ? scale(build, { factor: inner.factor, of: build.add('Sum', [inner.of], node.attributes) })
    : undefined
}

const mean = (node: NodeOf<'Mean'>, build: Builder): Ref | undefined => {
  const x = build.at(inputAt(node, 0))
  const count = node.attributes.axes.reduce((n, axis) => n * (x.shape[axis] as number), 1)
  if (x.dtype !== 'float32' || count === 0) return undefined
  return scale(build, {
    factor: Math.fround(1 / count),
    of: build.add('Sum', node.inputs, node.attributes),
  })
}

const rules = (graph: Graph): KernelRules => {
  const sole = soleUses(graph)
  return {
    Neg: multiple,
    Multiply: (node, build, place) => multiple(node, build) ?? product(sole)(node, build, place),
    RealDiv: quotient(sole),
    Add: (node, build, place) => common(sole)(node, build, place) ?? sum(node, build),
    Sub: (node, build, place) => common(sole)(node, build, place) ?? difference(node, build),
    Sum: summedMultiple,
    Mean: mean,
  }
}

/** The graph with its numeric factors joined and moved. */
export const factors: Pass = (graph) => rewrite(graph, byKernel(rules(graph)))
