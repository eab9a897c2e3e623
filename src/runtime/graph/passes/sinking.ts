/**
 * Reshapes and transposes sink below elementwise kernels, towards the results, so that pairs of them meet.
 *
 *   f(reshape(x)) = reshape(f(x))        f(reshape(x), reshape(y)) = reshape(f(x, y))  from one shape to one shape
 *   f(reshape(x), c) = reshape(f(x, c))  for numbers, constants of the same shape, and vectors along a last axis that stays
 *   f(transpose(x)) = transpose(f(x))    f(transpose(x), transpose(y)) = transpose(f(x, y))
 *
 * Alone this saves nothing: `simplify` keeps it where the graph gets shorter.
 * Tested in tests/runtime/graph/passes/sinking.test.ts.
 */
import { sameShape, sizeOf } from '../../../dsl/shape.js'
import { type Builder, ofKernel, rewrite } from '../builder.js'
import type { Node, Ref } from '../graph.js'
import { isBroadcasting, isMap } from './elementwise.js'
import { inputAt, type Pass, reshaped, uniform } from './rule.js'

/** The input as it is below the move, or undefined where it does not sink. */
type Below = (build: Builder, ref: Ref) => Ref | undefined

const allBelow = (node: Node, build: Builder, below: Below): readonly Ref[] | undefined => {
  const found = node.inputs.map((ref) => below(build, ref))
  return found.every((ref): ref is Ref => ref !== undefined) ? found : undefined
}

const isNumber = (build: Builder, ref: Ref): boolean => sizeOf(build.at(ref).shape) === 1

/** A number as a number of rank 0. */
const asNumber = (build: Builder, ref: Ref): Ref => {
  const shared = uniform(build, ref)
  return shared === undefined ? reshaped(build, ref, []) : build.number(shared, [], build.at(ref).dtype)
}

const belowReshape =
  (from: readonly number[], to: readonly number[]): Below =>
  (build, ref) => {
    const { shape, kernel } = build.at(ref)
    const inner = ofKernel(build.at(ref), 'Reshape')
    const x = inner && inputAt(inner, 0)
    if (x !== undefined && sameShape(shape, to) && sameShape(build.at(x).shape, from)) return x
    if (isNumber(build, ref)) return asNumber(build, ref)
    if (kernel === 'Constant' && sameShape(shape, to)) return reshaped(build, ref, from)
    const last = shape.at(-1)
    return last === sizeOf(shape) && last === to.at(-1) && last === from.at(-1)
      ? reshaped(build, ref, [last])
      : undefined
  }

const sinkReshape = (node: Node, build: Builder): Ref | undefined => {
  const above = node.inputs.find(
    (ref) => build.at(ref).kernel === 'Reshape' && sameShape(build.at(ref).shape, node.shape),
  )
  if (above === undefined || sizeOf(node.shape) === 1) return undefined
  const from = build.at(inputAt(build.at(above), 0)).shape
  const inputs = allBelow(node, build, belowReshape(from, node.shape))
  return inputs && reshaped(build, build.add(node.kernel as 'Add', inputs, node.attributes), node.shape)
}

const belowTranspose =
  (perm: readonly number[]): Below =>
  (build, ref) => {
    const inner = ofKernel(build.at(ref), 'Transpose')
    if (inner && sameShape(inner.attributes.perm, perm)) return inputAt(inner, 0)
    return isNumber(build, ref) ? asNumber(build, ref) : undefined
  }

const sinkTranspose = (node: Node, build: Builder): Ref | undefined => {
  const above = node.inputs.map((ref) => ofKernel(build.at(ref), 'Transpose')).find((n) => n !== undefined)
  if (above === undefined || !sameShape(above.shape, node.shape)) return undefined
  const { perm } = above.attributes
  const inputs = allBelow(node, build, belowTranspose(perm))
  if (inputs === undefined) return undefined
  const below = build.add(node.kernel as 'Add', inputs, node.attributes)
  return sameShape(build.at(below).shape, build.at(inputAt(above, 0)).shape)
    ? build.add('Transpose', [below], { perm })
    : undefined
}

/** The graph with reshapes and transposes as late as elementwise kernels allow. */
export const sinking: Pass = (graph) =>
  rewrite(graph, (node, build) =>
    isMap(node) || isBroadcasting(node)
      ? (sinkReshape(node, build) ?? sinkTranspose(node, build))
      : undefined,
  )
