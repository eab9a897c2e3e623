/**
 * Sum(Softplus(x)) -> SoftplusSum(x), where small absolute errors are enough and the sum goes over the last axes.
 *
 * This is the log likelihood of bits. It belongs to lowering, since it depends on the accuracy that readers ask for.
 * Tested in tests/runtime/onnx/softplusSums.test.ts.
 */
import { sizeOf } from '../../dsl/shape.js'
import { rewrite } from '../graph/builder.js'
import type { Graph } from '../graph/graph.js'
import { deadCode } from '../graph/passes/deadCode.js'
import { soleUses } from '../graph/passes/rule.js'
import { groupSize } from './lowerings/softplusSum.js'

const areLast = (axes: readonly number[], rank: number): boolean =>
  axes.length > 0 && axes.every((axis, i) => axis === rank - axes.length + i)

/** The graph with its sums of softplus fused; `sensitive` tells which nodes need small relative errors. */
export const softplusSums = (graph: Graph, sensitive: readonly boolean[]): Graph => {
  const soleUse = soleUses(graph)
  const fused = rewrite(graph, (node, build, place) => {
    if (node.kernel !== 'Sum' || node.dtype !== 'float32' || sensitive[place] === true || !soleUse(place, 0))
      return undefined
    const summed = build.at(node.inputs[0] as number)
    const { axes } = node.attributes
    if (summed.kernel !== 'Softplus' || !areLast(axes, summed.shape.length)) return undefined
    const count = sizeOf(axes.map((axis) => summed.shape[axis] as number))
    return groupSize(count) === undefined
      ? undefined
      : build.add('SoftplusSum', summed.inputs, node.attributes)
  })
  return deadCode(fused)
}
