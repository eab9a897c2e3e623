/** Small graphs for the tests of passes, and which kernels are left in them. */
import { sizeOf } from '../../../src/dsl/shape.js'
import { type Builder, builder } from '../../../src/runtime/graph/builder.js'
import { type Graph, inputsOf, type Ref } from '../../../src/runtime/graph/graph.js'
import type { DType, Numbers } from '../../../src/runtime/graph/kernels.js'
import { deadCode } from '../../../src/runtime/graph/passes/deadCode.js'

/** Appends an input whose name is its place. */
export type Given = (shape: readonly number[], dtype?: DType) => Ref

/** The graph of one result. */
export const sketch = (make: (build: Builder, given: Given) => Ref): Graph => {
  const build = builder()
  const y = make(build, (shape, dtype = 'float32') => build.input(`x${build.nodes.length}`, shape, dtype))
  return { nodes: build.nodes, outputs: { y } }
}

/** The kernels that the results need, constants and inputs left out, in order. */
export const kernelsOf = (graph: Graph): readonly string[] =>
  deadCode(graph).nodes.flatMap(({ kernel }) => (kernel === 'Input' || kernel === 'Constant' ? [] : [kernel]))

/** The shape and type of the result y. */
export const resultOf = (graph: Graph): string => {
  const node = graph.nodes[graph.outputs.y as Ref]
  return `${node?.dtype}[${node?.shape.join(', ')}]`
}

const someNumbers = (shape: readonly number[], dtype: DType, seed: number): Numbers => {
  const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) => 2 * Math.sin(1 + seed + 1.7 * i))
  return dtype === 'float32' ? values : Uint8Array.from(values, (v) => (v > 0 ? 1 : 0))
}

/** Numbers for the inputs of a graph. */
export const feedsFor = (graph: Graph): Readonly<Record<string, Numbers>> =>
  Object.fromEntries(
    Object.entries(inputsOf(graph)).map(([name, { shape, dtype }], i) => [
      name,
      someNumbers(shape, dtype, i),
    ]),
  )
