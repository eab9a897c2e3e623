/**
 * The step of x is read from relu(x), where that is there, so that x itself need not be kept.
 *
 *   step(x) = step(relu(x))      relu(x) > 0  <=>  x > 0, and NaN stays NaN
 *
 * ONNX Runtime joins a matrix product with the relu behind it only if nothing else reads the product.
 * Tested in tests/runtime/graph/passes/steps.test.ts.
 */
import { rewrite } from '../builder.js'
import type { Ref } from '../graph.js'
import { inputAt, type Pass } from './rule.js'

/** The graph with steps of rectified values. */
export const steps: Pass = (graph) => {
  const rectified = new Map<Ref, Ref>()
  return rewrite(graph, (node, build) => {
    const x = node.inputs[0] as Ref
    if (node.kernel === 'Relu') {
      const place = rectified.get(x) ?? build.add('Relu', [x], {})
      rectified.set(x, place)
      return place
    }
    const relu = node.kernel === 'Step' ? rectified.get(inputAt(node, 0)) : undefined
    return relu === undefined ? undefined : build.add('Step', [relu], node.attributes as { alpha: number })
  })
}
