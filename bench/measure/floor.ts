/**
 * The floor of a step: its matrix products and convolutions alone, forward and backward, each fed with inputs of its own.
 *
 * Of the lowered graph only these operators stay, without bias; their inputs become inputs of the model (one that two
 * operators read stays one). The gradients among their outputs are its outputs, as in the step; the others are read by
 * nobody, and ONNX Runtime computes them all the same (1.30: leaving all but one out saves 7 % of a VAE's floor, and a VAE
 * has ten). What they compute is meaningless; the time is the least that any step with these operators can take. Sizes are
 * found by running the whole graph once.
 */
import { sizeOf } from '../../src/dsl/shape.js'
import type { Graph } from '../../src/runtime/graph/graph.js'
import type { OnnxRuntime } from '../../src/runtime/onnx/load.js'
import { lower } from '../../src/runtime/onnx/lower.js'
import type { OnnxEnd, OnnxModel, OnnxNode } from '../../src/runtime/onnx/lowering.js'
import { writeModel } from '../../src/runtime/onnx/write.js'

const operators: ReadonlySet<string> = new Set(['Gemm', 'MatMul', 'Conv', 'ConvTranspose'])

const factors = ({ inputs }: OnnxNode): readonly string[] => inputs.slice(0, 2)

/** The products of a model; one with a constant is another way to write a sum or a copy. */
const productsOf = (model: OnnxModel): readonly OnnxNode[] => {
  const constants = new Set(model.constants.map((c) => c.name))
  return model.nodes.filter(
    (n) => operators.has(n.operator) && !factors(n).some((name) => constants.has(name)),
  )
}

type Sizes = ReadonlyMap<string, readonly number[]>

const shapeNode = (name: string): OnnxNode => ({
  operator: 'Shape',
  domain: '',
  inputs: [name],
  outputs: [`sizes of ${name}`],
  attributes: {},
})

const sizesEnd = (name: string): OnnxEnd => ({
  name: `sizes of ${name}`,
  type: 'int64',
  shape: [`rank of ${name}`],
})

/** The sizes of these values, found by running the model on zeros. */
const sizesOf = async ({ ort }: OnnxRuntime, model: OnnxModel, names: readonly string[]): Promise<Sizes> => {
  const probe: OnnxModel = {
    ...model,
    nodes: [...model.nodes, ...names.map(shapeNode)],
    outputs: names.map(sizesEnd),
  }
  const session = await ort.InferenceSession.create(writeModel(probe), { logSeverityLevel: 4 })
  const zeros = ({ shape }: OnnxEnd) => {
    const sizes = shape.map(Number)
    return new ort.Tensor('float32', new Float32Array(sizeOf(sizes)), sizes)
  }
  const found = await session.run(Object.fromEntries(model.inputs.map((end) => [end.name, zeros(end)])))
  await session.release()
  const sizes = (name: string): readonly number[] => {
    const { data } = found[`sizes of ${name}`] as { readonly data: unknown }
    return [...(data as BigInt64Array)].map(Number)
  }
  return new Map(names.map((name) => [name, sizes(name)]))
}

const floorOf = (model: OnnxModel, sizes: Sizes): OnnxModel => {
  const nodes = productsOf(model)
  const wanted = new Set(model.outputs.map((o) => o.name))
  const results = nodes.map((n) => n.outputs[0] ?? '')
  const kept = results.some((name) => wanted.has(name))
    ? results.filter((name) => wanted.has(name))
    : results.slice(-1)
  const end = (of: string, name: string): OnnxEnd => ({ name, type: 'float32', shape: sizes.get(of) ?? [] })
  const read = [...new Set(nodes.flatMap(factors))]
  return {
    inputs: read.map((name) => end(name, `in ${name}`)),
    outputs: kept.map((name) => end(name, `out ${name}`)),
    constants: [],
    nodes: nodes.map((n) => ({
      ...n,
      inputs: factors(n).map((name) => `in ${name}`),
      outputs: n.outputs.map((name) => `out ${name}`),
    })),
  }
}

/** The floor of a graph as a model. */
export const floorModel = async (runtime: OnnxRuntime, graph: Graph): Promise<OnnxModel> => {
  const model = lower(graph)
  const nodes = productsOf(model)
  const names = [...new Set(nodes.flatMap((n) => [...factors(n), ...n.outputs.slice(0, 1)]))]
  return floorOf(model, await sizesOf(runtime, model, names))
}
