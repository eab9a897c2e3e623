import { describe, expect, it } from 'vitest'
import { builder } from '../../../src/runtime/graph/builder.js'
import { sameGraph } from '../../../src/runtime/graph/same.js'

/** x · numbers, summed over an axis. */
const graph = (numbers: readonly number[], axis = 0) => {
  const build = builder()
  const x = build.input('x', [2, 2], 'float32')
  const c = build.constant(Float32Array.from(numbers), [2, 2], 'float32')
  const y = build.add('Sum', [build.add('Multiply', [x, c], {})], { axes: [axis], keepDims: false })
  return { nodes: build.nodes, outputs: { y } }
}

describe('sameGraph', () => {
  it('compares kernels, attributes, outputs, and constants by their bits', () => {
    expect(sameGraph(graph([1, 2, 3, 4]), graph([1, 2, 3, 4]))).toBe(true)
    expect(sameGraph(graph([1, 2, 3, Number.NaN]), graph([1, 2, 3, Number.NaN]))).toBe(true)
    expect(sameGraph(graph([1, 2, 3, 4]), graph([1, 2, 3, 5]))).toBe(false)
    expect(sameGraph(graph([0, 2, 3, 4]), graph([-0, 2, 3, 4]))).toBe(false)
    expect(sameGraph(graph([1, 2, 3, 4], 0), graph([1, 2, 3, 4], 1))).toBe(false)
    const g = graph([1, 2, 3, 4])
    expect(sameGraph(g, { ...g, outputs: { z: g.outputs.y } })).toBe(false)
    expect(sameGraph(g, { ...g, nodes: g.nodes.slice(0, -1) })).toBe(false)
  })
})
