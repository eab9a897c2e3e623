/**
 * The tracing backend of tfjs: its kernels compute shapes and record nodes instead of numbers.
 *
 *   record(f): the graph of f's kernels;  f sees tensors of known shape whose numbers do not exist
 *
 * tfjs expresses gradients by kernels too, so recording "loss and gradients" gives the whole step, gradients of
 * gradients included. Tensors that exist already, on whatever backend, become constants of the graph. Reading a number
 * that depends on an input throws, since there is none: tag `runtime`.
 */
import * as tf from '@tensorflow/tfjs'
import { fail } from '../../dsl/error.js'
import { builder } from '../graph/builder.js'
import type { Graph, Ref } from '../graph/graph.js'
import type { DType, Numbers } from '../graph/kernels.js'
import type { Call, Reader } from './call.js'
import { readers } from './readers.js'
import {
  infoOf,
  knownNumbers,
  placeOf,
  type Recording,
  recordingNow,
  requireRecording,
  within,
  writeNumbers,
} from './recording.js'

/** The name under which tfjs knows the tracing backend. */
export const tracing = 'giry-trace'

class TracingBackend extends tf.KernelBackend {
  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object {
    const dataId = {}
    writeNumbers(dataId, values, shape, dtype as DType)
    return dataId
  }
  override move(
    dataId: object,
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
  ): void {
    writeNumbers(dataId, values, shape, dtype as DType)
  }
  override readSync(dataId: object): Numbers {
    return knownNumbers(dataId)
  }
  override read(dataId: object): Promise<Numbers> {
    const now = recordingNow()
    try {
      return Promise.resolve(knownNumbers(dataId))
    } catch (refusal) {
      if (now === undefined) return Promise.reject(refusal)
      // Nobody may be waiting, and a rejection that nobody hears ends the process: the recording is refused instead.
      now.refusal = refusal
      return new Promise(() => {})
    }
  }
  override disposeData(): boolean {
    return true
  }
  override numDataIds(): number {
    return 0
  }
  override refCount(): number {
    return 1
  }
  override incRef(): void {}
  override floatPrecision(): 16 | 32 {
    return 32
  }
  override epsilon(): number {
    return 1e-7
  }
  override memory() {
    return { unreliable: true }
  }
  override dispose(): void {}
}

const callOf = (r: Recording, kernel: string, inputs: tf.NamedTensorInfoMap, attributes: object): Call => ({
  kernel,
  build: r.build,
  input: (name) =>
    placeOf(
      r,
      inputs[name] ?? fail('runtime', kernel, `the kernel '${kernel}' lacks its input '${name}'`, ''),
    ),
  has: (name) => inputs[name] !== undefined && inputs[name] !== null,
  list: () => Object.values(inputs).map((info) => placeOf(r, info as tf.TensorInfo)),
  shape: (ref) => r.build.at(ref).shape,
  attributes: attributes as Readonly<Record<string, unknown>>,
})

const kernelOf =
  (kernelName: string, reader: Reader): tf.KernelFunc =>
  ({ inputs, attrs }) => {
    const r = requireRecording()
    const places = reader(callOf(r, kernelName, inputs, attrs ?? {}))
    return typeof places === 'number' ? infoOf(r, places) : places.map((place) => infoOf(r, place))
  }

tf.registerBackend(tracing, () => new TracingBackend(), 0)
for (const [kernelName, reader] of Object.entries(readers))
  tf.registerKernel({ kernelName, backendName: tracing, kernelFunc: kernelOf(kernelName, reader) })

/** Tensors of a recording. */
export interface Tracing {
  /** A tensor that is given at each run. */
  readonly input: (name: string, shape: readonly number[], dtype?: DType) => tf.Tensor
}

/**
 * Runs f on the tracing backend and returns the graph of the outputs that f names. The active backend is restored. A kernel
 * that cannot be recorded throws, tag `runtime`, naming it.
 */
export const record = (f: (t: Tracing) => Readonly<Record<string, tf.Tensor>>): Graph => {
  // The first use of a backend initializes it; until then there is none to come back to.
  tf.backend()
  const before = tf.getBackend()
  const r: Recording = { build: builder(), places: new WeakMap() }
  const input: Tracing['input'] = (name, shape, dtype = 'float32') =>
    tf.engine().makeTensorFromTensorInfo(infoOf(r, r.build.input(name, shape, dtype)))
  // Both backends are initialized, so tfjs switches before it returns; the promises have nothing left to say.
  void tf.setBackend(tracing)
  const { numTensors, numDataBuffers, numBytes } = tf.engine().state
  try {
    return within(r, () => graphOf(r, () => f({ input })))
  } catch (thrown) {
    // A gradient that is broken off leaves what it had saved; those tensors hold no numbers, and are counted no more.
    Object.assign(tf.engine().state, { numTensors, numDataBuffers, numBytes })
    throw asRefusal(thrown)
  } finally {
    void tf.setBackend(before)
  }
}

const graphOf = (r: Recording, f: () => Readonly<Record<string, tf.Tensor>>): Graph => {
  const outputs: Record<string, Ref> = {}
  tf.tidy(() => {
    for (const [name, tensor] of Object.entries(f())) outputs[name] = placeOf(r, tensor)
  })
  if (r.refusal !== undefined) throw r.refusal
  return { nodes: r.build.nodes, outputs }
}

/** tfjs's own sentence for a missing kernel, as a giry error that names the kernel. */
const asRefusal = (thrown: unknown): unknown => {
  const kernel =
    thrown instanceof Error ? /Kernel '(\w+)' not registered/.exec(thrown.message)?.[1] : undefined
  if (kernel === undefined) return thrown
  try {
    return fail(
      'runtime',
      kernel,
      `the tfjs kernel '${kernel}' cannot be compiled`,
      "write the function with other operations, or use { runtime: 'cpu' }, which has every kernel of tfjs",
    )
  } catch (refusal) {
    return refusal
  }
}
