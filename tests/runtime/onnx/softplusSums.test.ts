/** Sums of softplus against float64, over all magnitudes; where the pass applies, and where it must not. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { builder } from '../../../src/runtime/graph/builder.js'
import type { Graph } from '../../../src/runtime/graph/graph.js'
import { groupSize } from '../../../src/runtime/onnx/lowerings/softplusSum.js'
import { sensitiveNodes } from '../../../src/runtime/onnx/sensitivity.js'
import { softplusSums } from '../../../src/runtime/onnx/softplusSums.js'
import { runGraph } from './runGraph.js'

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))

const sumGraph = (shape: readonly number[], axes: readonly number[], keepDims: boolean): Graph => {
  const build = builder()
  const x = build.input('x', shape, 'float32')
  const y = build.add('Sum', [build.add('Softplus', [x], {})], { axes, keepDims })
  return { nodes: build.nodes, outputs: { y } }
}

const fused = (g: Graph): Graph => softplusSums(g, sensitiveNodes(g, false))
const kernels = (g: Graph): readonly string[] => g.nodes.map((n) => n.kernel)

describe('softplusSums', () => {
  it('agrees with float64, whatever the magnitudes, to a few roundings of the terms', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom(4, 12, 49, 64, 66, 130, 784),
        fc.constantFrom(0.01, 1, 10, 60, 1000),
        fc.boolean(),
        fc.nat(1000),
        async (rows, columns, scale, keepDims, seed) => {
          const x = Float32Array.from({ length: rows * columns }, (_, i) => scale * Math.sin(seed + 2.7 * i))
          const graph = sumGraph([rows, columns], [1], keepDims)
          expect(kernels(fused(graph))).toEqual(['Input', 'SoftplusSum'])
          const { y } = await runGraph(graph, { x })
          for (let r = 0; r < rows; r++) {
            const terms = Array.from(x.subarray(r * columns, (r + 1) * columns), softplus)
            const exact = terms.reduce((a, b) => a + b, 0)
            expect(Math.abs((y?.[r] as number) - exact)).toBeLessThan(2e-6 * Math.max(exact, 1))
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  it('sums over all axes too', async () => {
    const x = Float32Array.from({ length: 6 * 8 }, (_, i) => 5 * Math.cos(i))
    const graph = sumGraph([6, 8], [0, 1], false)
    expect(kernels(fused(graph))).toContain('SoftplusSum')
    const { y } = await runGraph(graph, { x })
    const exact = Array.from(x, softplus).reduce((a, b) => a + b, 0)
    expect(y?.[0]).toBeCloseTo(exact, 4)
  })

  it('survives infinities and the ends of float32', async () => {
    const x = Float32Array.of(3e38, -3e38, -Number.POSITIVE_INFINITY, 0)
    const { y } = await runGraph(sumGraph([4], [0], false), { x })
    expect(y?.[0]).toBe(Math.fround(3e38))
  })

  it('leaves alone what needs small relative errors, other axes, short sums, and a softplus that others read', () => {
    const build = builder()
    const x = build.input('x', [3, 8], 'float32')
    const s = build.add('Softplus', [x], {})
    const logged = build.add('Log', [build.add('Sum', [s], { axes: [1], keepDims: false })], {})
    expect(kernels(fused({ nodes: build.nodes, outputs: { logged } }))).not.toContain('SoftplusSum')
    const shared = build.add('Sum', [s], { axes: [1], keepDims: false })
    expect(kernels(fused({ nodes: build.nodes, outputs: { s, shared } }))).not.toContain('SoftplusSum')
    expect(kernels(fused(sumGraph([8, 3], [0], false)))).not.toContain('SoftplusSum')
    expect(kernels(fused(sumGraph([8, 3], [1], false)))).not.toContain('SoftplusSum')
    expect(kernels(fused(sumGraph([2, 67], [1], false)))).not.toContain('SoftplusSum')
  })
})

describe('groupSize', () => {
  it('is the greatest divisor from 4 to 64', () => {
    expect([784, 100352, 64, 66, 5, 3, 67, 0].map(groupSize)).toEqual([
      56,
      64,
      64,
      33,
      5,
      undefined,
      undefined,
      undefined,
    ])
  })
})
