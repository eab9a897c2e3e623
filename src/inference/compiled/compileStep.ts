/**
 * One step, compiled: recorded, simplified, lowered, and given to ONNX Runtime, with its arrays bound.
 *
 *   record -> simplify -> lower -> session        run: feed the batch, run the session, read the value
 *
 * Parameters and gradients stay where they are, in the memory of the players' optimizers: the session reads and writes them
 * in place. Since parameters change place with every update, the arrays are bound once for each home that they may have.
 */
import { sizeOf } from '../../dsl/shape.js'
import { type Graph, inputsOf } from '../../runtime/graph/graph.js'
import { simplify } from '../../runtime/graph/simplify.js'
import type { OnnxRuntime } from '../../runtime/onnx/load.js'
import { lower } from '../../runtime/onnx/lower.js'
import { type Bound, createProgram } from '../../runtime/onnx/session.js'
import { writeModel } from '../../runtime/onnx/write.js'
import type { Batch } from '../batches.js'
import { type Feeds, feed } from './feed.js'
import { type StepSpec, traceStep } from './traceStep.js'

type Arrays = Readonly<Record<string, Float32Array>>

/** The arrays of the parameters, and where their gradients go. */
export interface Homes {
  /** Tells one set of parameter arrays from another. */
  readonly name: string
  readonly params: () => Arrays
  readonly gradients: Arrays
}

/** A compiled step: its value; its gradients are left in the homes. */
export interface CompiledStep {
  readonly run: (batch: Batch, homes: Homes) => Promise<number>
  readonly dispose: () => Promise<void>
}

const prefixed = (prefix: string, arrays: Arrays): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([path, array]) => [`${prefix}/${path}`, array]))

/** Arrays for the inputs that change from step to step: all but the parameters. */
const feedsFor = (graph: Graph): Feeds =>
  Object.fromEntries(
    Object.entries(inputsOf(graph))
      .filter(([name]) => !name.startsWith('param/'))
      .map(([name, node]) => [name, new Float32Array(sizeOf(node.shape))]),
  )

const only = (arrays: Arrays, names: Readonly<Record<string, unknown>>): Arrays =>
  Object.fromEntries(Object.entries(arrays).filter(([name]) => name in names))

/** Compiles a step. Errors: throws GiryException, tag `runtime`, where it cannot be recorded or built. */
export const compileStep = async (runtime: OnnxRuntime, spec: StepSpec): Promise<CompiledStep> => {
  const step = traceStep(spec)
  const graph = simplify(step.graph)
  const program = await createProgram(runtime, writeModel(lower(graph)))
  const feeds = feedsFor(graph)
  const inputs = inputsOf(graph)
  const value = new Float32Array(1)
  const bindings = new WeakMap<Arrays, Map<string, Bound>>()
  const boundTo = ({ name, params, gradients }: Homes): Bound => {
    const known = bindings.get(gradients) ?? new Map<string, Bound>()
    bindings.set(gradients, known)
    const bind = () =>
      program.bind({
        inputs: { ...feeds, ...only(prefixed('param', params()), inputs) },
        outputs: { value, ...prefixed('grad', gradients) },
      })
    const bound = known.get(name) ?? bind()
    known.set(name, bound)
    return bound
  }
  return {
    run: async (batch, homes) => {
      feed(batch, step, feeds)
      await boundTo(homes).run()
      return value[0] as number
    },
    dispose: program.dispose,
  }
}
