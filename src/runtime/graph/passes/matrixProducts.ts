/**
 * Matrix products as Gemm: alpha op(A) op(B) + beta C.
 *
 *   A B                                       Gemm(A, B)
 *   transpose(A) B                            the flag of A, turned
 *   A[..., n, k] B[k, m]                      one Gemm over all rows, between reshapes
 *   sum_b A[b, k, n]^T B[b, k, m]             one Gemm over all b and k
 *   (c A) B = A (c B) = c (A B)               alpha
 *   A B + v, v of shape [m] or [1, m]         C
 *
 * Tested in tests/runtime/graph/passes/matrixProducts.test.ts.
 */
import { sameShape, sizeOf } from '../../../dsl/shape.js'
import { type Builder, ofKernel, rewrite } from '../builder.js'
import type { Graph, Node, NodeOf, Ref } from '../graph.js'
import { broadcastShapes } from '../shapes.js'
import { byKernel, inputAt, type KernelRules, type Pass, pairOf, reshaped, soleUses } from './rule.js'
import { joined, scaledAt, scaledNode } from './scaled.js'

/** A factor of a product, and whether it is transposed there. */
interface Factor {
  readonly of: Ref
  readonly transpose: boolean
}

const leading = (shape: readonly number[]): readonly number[] => shape.slice(0, -2)
const matrix = (shape: readonly number[]): readonly number[] => shape.slice(-2)
const isSingle = (shape: readonly number[]): boolean => sizeOf(leading(shape)) === 1

/** Whether the order of axes exchanges the last two and nothing else. */
const exchangesLast = (perm: readonly number[]): boolean => {
  const rank = perm.length
  return rank >= 2 && perm.every((axis, i) => axis === (i < rank - 2 ? i : 2 * rank - 3 - i))
}

const untransposed = (build: Builder, { of, transpose }: Factor): Factor => {
  const inner = ofKernel(build.at(of), 'Transpose')
  return inner && exchangesLast(inner.attributes.perm)
    ? { of: inputAt(inner, 0), transpose: !transpose }
    : { of, transpose }
}

/** The factor itself where it was only broadcast along leading axes. */
const unbroadcast = (build: Builder, factor: Factor): Factor => {
  const inner = ofKernel(build.at(factor.of), 'BroadcastTo')
  const from = inner && inputAt(inner, 0)
  const shape = from === undefined ? [] : build.at(from).shape
  return from !== undefined && shape.length >= 2 && sameShape(matrix(shape), matrix(inner?.shape ?? []))
    ? { of: from, transpose: factor.transpose }
    : factor
}

/** The factor as a matrix: all rows below each other. */
const flat = (build: Builder, ref: Ref): Ref => {
  const { shape } = build.at(ref)
  const columns = shape.at(-1) as number
  return reshaped(build, ref, [sizeOf(shape.slice(0, -1)), columns])
}

const gemm = (build: Builder, a: Factor, b: Factor): Ref =>
  build.add('Gemm', [flat(build, a.of), flat(build, b.of)], {
    transposeA: a.transpose,
    transposeB: b.transpose,
    alpha: 1,
    beta: 1,
  })

const factorsOf = (node: NodeOf<'BatchMatMul' | 'Gemm'>, build: Builder): readonly [Factor, Factor] => {
  const [a, b] = pairOf(node)
  return [
    untransposed(build, { of: a, transpose: node.attributes.transposeA }),
    untransposed(build, { of: b, transpose: node.attributes.transposeB }),
  ]
}

const batched = (node: NodeOf<'BatchMatMul'>, build: Builder): Ref | undefined => {
  const [a, b] = factorsOf(node, build)
  const wholeA = build.at(a.of).shape
  const right = unbroadcast(build, b)
  const one = isSingle(build.at(right.of).shape)
  const rowsFollow = !a.transpose && sameShape(leading(wholeA), leading(node.shape))
  if (one && (rowsFollow || (isSingle(wholeA) && isSingle(node.shape))))
    return reshaped(build, gemm(build, a, right), node.shape)
  return joinedBatch(node, build, a, b)
}

/** Transposes and broadcasts taken into a product that stays batched. */
const joinedBatch = (node: NodeOf<'BatchMatMul'>, build: Builder, a: Factor, b: Factor): Ref | undefined => {
  const [left, right] = [unbroadcast(build, a), unbroadcast(build, b)]
  const shapes = (x: Factor, y: Factor) => [x, y].map((f) => leading(build.at(f.of).shape))
  const fits = (x: Factor, y: Factor): boolean =>
    sameShape(broadcastShapes(...shapes(x, y)), leading(node.shape))
  const [x, y] = fits(left, right)
    ? [left, right]
    : fits(left, b)
      ? [left, b]
      : fits(a, right)
        ? [a, right]
        : [a, b]
  if (x.of === inputAt(node, 0) && y.of === inputAt(node, 1)) return undefined
  return build.add('BatchMatMul', [x.of, y.of], { transposeA: x.transpose, transposeB: y.transpose })
}

/** The value below reshapes, if it is a multiple of something, as that something in the same shape. */
const unscaled = (build: Builder, ref: Ref): { readonly factor: number; readonly of: Ref } | undefined => {
  const node = build.at(ref)
  if (node.kernel !== 'Reshape') return scaledAt(build, ref)
  const inner = scaledAt(build, inputAt(node, 0))
  return inner && { factor: inner.factor, of: reshaped(build, inner.of, node.shape) }
}

const product = (node: NodeOf<'Gemm'>, build: Builder): Ref | undefined => {
  const [a, b] = factorsOf(node, build)
  const [x, y] = [unscaled(build, a.of), unscaled(build, b.of)]
  const first = x && joined(node.attributes.alpha, x.factor)
  const alpha = joined(first ?? node.attributes.alpha, y?.factor ?? 1)
  const inputs = [
    first === undefined || x === undefined ? a.of : x.of,
    alpha === undefined || y === undefined ? b.of : y.of,
  ]
  if (inputs.every((ref, i) => ref === node.inputs[i])) return undefined
  return build.add('Gemm', [...inputs, ...node.inputs.slice(2)], {
    transposeA: a.transpose,
    transposeB: b.transpose,
    alpha: alpha ?? first ?? node.attributes.alpha,
    beta: node.attributes.beta,
  })
}

/** c Gemm: the factor goes into alpha and beta. */
const scaledProduct = (node: Node, build: Builder): Ref | undefined => {
  const outer = scaledNode(node, build)
  const inner = outer && ofKernel(build.at(outer.of), 'Gemm')
  const alpha = inner && joined(inner.attributes.alpha, outer.factor)
  const beta = inner && (inner.inputs.length > 2 ? joined(inner.attributes.beta, outer.factor) : 1)
  return inner && alpha !== undefined && beta !== undefined
    ? build.add('Gemm', inner.inputs, { ...inner.attributes, alpha, beta })
    : undefined
}

const withBias = (node: NodeOf<'Add'>, build: Builder, at: 0 | 1): Ref | undefined => {
  const inner = ofKernel(build.at(inputAt(node, at)), 'Gemm')
  const bias = inputAt(node, 1 - at)
  const { shape } = build.at(bias)
  const columns = inner?.shape[1]
  const isRow = shape.at(-1) === columns && sizeOf(shape) === columns && shape.length <= 2
  return inner && inner.inputs.length === 2 && isRow && sameShape(inner.shape, node.shape)
    ? build.add('Gemm', [...inner.inputs, bias], { ...inner.attributes, beta: 1 })
    : undefined
}

/** The sum over all leading axes of products of transposed by plain matrices. */
const summed = (node: NodeOf<'Sum'>, build: Builder): Ref | undefined => {
  const inner = ofKernel(build.at(inputAt(node, 0)), 'BatchMatMul')
  if (inner === undefined) return undefined
  const [a, b] = factorsOf(inner, build)
  const [shapeA, shapeB] = [build.at(a.of).shape, build.at(b.of).shape]
  const { axes } = node.attributes
  const overBatch = axes.length === inner.shape.length - 2 && axes.every((axis, i) => axis === i)
  const fits = a.transpose && !b.transpose && sameShape(leading(shapeA), leading(shapeB))
  return overBatch && fits ? reshaped(build, gemm(build, a, b), node.shape) : undefined
}

const rules = (graph: Graph): KernelRules => {
  const sole = soleUses(graph)
  const scaling = (at: number) => (node: Node, build: Builder, place: Ref) =>
    sole(place, at) ? scaledProduct(node, build) : undefined
  return {
    BatchMatMul: batched,
    Gemm: product,
    Neg: scaling(0),
    Multiply: (node, build, place) =>
      scaledNode(node, build)?.of === inputAt(node, 0)
        ? scaling(0)(node, build, place)
        : scaling(1)(node, build, place),
    Add: (node, build, place) =>
      (sole(place, 0) ? withBias(node, build, 0) : undefined) ??
      (sole(place, 1) ? withBias(node, build, 1) : undefined),
    Sum: (node, build, place) => (sole(place, 0) ? summed(node, build) : undefined),
  }
}

/** The graph with its matrix products as Gemm. */
export const matrixProducts: Pass = (graph) => rewrite(graph, byKernel(rules(graph)))
