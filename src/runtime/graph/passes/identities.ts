/**
 * What changes nothing, or is another name for something plainer, goes.
 *
 *   x + 0 = x - 0 = x * 1 = x / 1 = x^1 = x      --x = x      !!b = b      b && true = b      b || false = b
 *   x^2 = square(x)      x^-1 = 1 / x            0 - x = -x
 *   select(true, a, b) = a                       select(b, a, a) = a
 *   pad by nothing, reverse nothing, concatenate one, slice all, accumulate along one element, min(x, x) = max(x, x) = x
 *
 * x * 0 stays (x may be NaN). Where the other operand has the greater shape, x is broadcast to it.
 * Tested in tests/runtime/graph/passes/identities.test.ts.
 */
import { sameShape } from '../../../dsl/shape.js'
import { type Builder, ofKernel, rewrite } from '../builder.js'
import type { Node, Ref } from '../graph.js'
import { broadcasted, byKernel, inputAt, type KernelRules, type Pass, pairOf, uniform } from './rule.js'

/** The input, in the node's shape; only where it has the node's type. */
const standingFor = (node: Node, build: Builder, ref: Ref): Ref | undefined =>
  build.at(ref).dtype === node.dtype ? broadcasted(build, ref, node.shape) : undefined

const withoutRight =
  (neutral: number) =>
  (node: Node, build: Builder): Ref | undefined =>
    uniform(build, inputAt(node, 1)) === neutral ? standingFor(node, build, inputAt(node, 0)) : undefined

const withoutEither =
  (neutral: number) =>
  (node: Node, build: Builder): Ref | undefined =>
    withoutRight(neutral)(node, build) ??
    (uniform(build, inputAt(node, 0)) === neutral ? standingFor(node, build, inputAt(node, 1)) : undefined)

const undone =
  (kernel: 'Neg' | 'LogicalNot') =>
  (node: Node, build: Builder): Ref | undefined => {
    const inner = ofKernel(build.at(inputAt(node, 0)), kernel)
    return inner && inputAt(inner, 0)
  }

const ofEqual = (node: Node, build: Builder): Ref | undefined =>
  inputAt(node, 0) === inputAt(node, 1) ? standingFor(node, build, inputAt(node, 0)) : undefined

const unchanged = (node: Node, nothing: boolean): Ref | undefined => (nothing ? inputAt(node, 0) : undefined)

const allZero = (paddings: readonly (readonly [number, number])[]): boolean =>
  paddings.every(([before, after]) => before === 0 && after === 0)

const sizeAlong = (node: Node, build: Builder, axis: number): number | undefined =>
  build.at(inputAt(node, 0)).shape[axis]

const rules: KernelRules = {
  Add: withoutEither(0),
  Multiply: withoutEither(1),
  RealDiv: withoutRight(1),
  Sub: (node, build) => {
    const plain = withoutRight(0)(node, build)
    if (plain !== undefined || uniform(build, inputAt(node, 0)) !== 0) return plain
    const [, x] = pairOf(node)
    return node.dtype === 'float32' && sameShape(build.at(x).shape, node.shape)
      ? build.add('Neg', [x], {})
      : undefined
  },
  Pow: (node, build) => {
    const [x, exponent] = pairOf(node)
    const plain = withoutRight(1)(node, build)
    const n = uniform(build, exponent)
    if (plain !== undefined || node.dtype !== 'float32' || !sameShape(build.at(x).shape, node.shape))
      return plain
    return n === 2 ? build.add('Square', [x], {}) : n === -1 ? build.add('Reciprocal', [x], {}) : undefined
  },
  Neg: undone('Neg'),
  LogicalNot: undone('LogicalNot'),
  LogicalAnd: withoutEither(1),
  LogicalOr: withoutEither(0),
  Maximum: ofEqual,
  Minimum: ofEqual,
  Select: (node, build) => {
    const [condition, yes, no] = node.inputs as readonly [Ref, Ref, Ref]
    const known = uniform(build, condition)
    if (yes === no) return standingFor(node, build, yes)
    return known === undefined ? undefined : standingFor(node, build, known === 0 ? no : yes)
  },
  Cast: (node, build) => {
    const x = build.at(inputAt(node, 0))
    if (x.dtype === node.dtype) return inputAt(node, 0)
    const inner = ofKernel(x, 'Cast')
    // 0 and 1 are the same in every type; other casts may lose something on the way.
    return inner && build.at(inputAt(inner, 0)).dtype === 'bool'
      ? build.add('Cast', [inputAt(inner, 0)], { dtype: node.dtype })
      : undefined
  },
  Slice: (node, build) => unchanged(node, sameShape(build.at(inputAt(node, 0)).shape, node.shape)),
  StridedSlice: (node, build) => {
    const { begin, strides, size } = node.attributes
    return strides.every((s, axis) => s === 1 || size[axis] === 1)
      ? build.add('Slice', [inputAt(node, 0)], { begin, size })
      : undefined
  },
  Concat: (node) => unchanged(node, node.inputs.length === 1),
  PadV2: (node) => unchanged(node, allZero(node.attributes.paddings)),
  MirrorPad: (node) => unchanged(node, allZero(node.attributes.paddings)),
  Reverse: (node, build) =>
    unchanged(
      node,
      node.attributes.axes.every((axis) => sizeAlong(node, build, axis) === 1),
    ),
  Cumsum: (node, build) =>
    unchanged(node, !node.attributes.exclusive && sizeAlong(node, build, node.attributes.axis) === 1),
  Cumprod: (node, build) =>
    unchanged(node, !node.attributes.exclusive && sizeAlong(node, build, node.attributes.axis) === 1),
}

/** The graph without neutral steps. */
export const identities: Pass = (graph) => rewrite(graph, byKernel(rules))
