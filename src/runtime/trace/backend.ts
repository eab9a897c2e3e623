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
import { type Builder, builder } from '../graph/builder.js'
import { type Graph, numbersOf, type Ref } from '../graph/graph.js'
import type { DType, Numbers } from '../graph/kernels.js'
import type { Call, Reader } from './call.js'
import { readers } from './readers.js'

/** The name under which tfjs knows the tracing backend. */
export const tracing = 'giry-trace'

interface Recording {
  readonly build: Builder
  readonly places: WeakMap<object, Ref>
}

let current: Recording | undefined

const recording = (): Recording =>
  current ??
  fail('runtime', 'trace', 'a tensor of a recorded step is used after the recording', 'keep it inside')

/** Written constants; numbers of other backends are read from there. */
type Written = { readonly values: Numbers; readonly shape: readonly number[]; readonly dtype: DType }

const written = new WeakMap<object, Written>()

const readingSentence = (): never =>
  fail(
    'runtime',
    'trace',
    'a number is read while the step is recorded (dataSync, arraySync, data or array), where only its shape is known',
    "compute with tensors instead of numbers, or use { runtime: 'wasm' }, which records nothing",
  )

const numbersFrom = (values: tf.backend_util.BackendValues, dtype: DType): Numbers =>
  dtype === 'float32'
    ? Float32Array.from(values as Float32Array)
    : dtype === 'int32'
      ? Int32Array.from(values as Int32Array)
      : Uint8Array.from(values as Uint8Array)

class TracingBackend extends tf.KernelBackend {
  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object {
    const dataId = {}
    written.set(dataId, { values: numbersFrom(values, dtype as DType), shape, dtype: dtype as DType })
    return dataId
  }
  override move(
    dataId: object,
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
  ): void {
    written.set(dataId, { values: numbersFrom(values, dtype as DType), shape, dtype: dtype as DType })
  }
  override readSync(dataId: object): Numbers {
    const constant = written.get(dataId)
    if (constant !== undefined) return constant.values
    const ref = current?.places.get(dataId)
    const node = ref === undefined ? undefined : current?.build.at(ref)
    return node?.kernel === 'Constant' ? numbersOf(node) : readingSentence()
  }
  override async read(dataId: object): Promise<Numbers> {
    return this.readSync(dataId)
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

/** The place of a tensor: recorded already, or a constant from now on. */
const placeOf = ({ build, places }: Recording, info: tf.TensorInfo): Ref => {
  const known = places.get(info.dataId)
  if (known !== undefined) return known
  const dtype = info.dtype as DType
  const values = written.get(info.dataId)?.values ?? elsewhere(info)
  const place = build.constant(compact(values), info.shape, dtype)
  places.set(info.dataId, place)
  return place
}

/** The numbers of a tensor that lives on another backend, which keeps it. */
const elsewhere = (info: tf.TensorInfo): Numbers => {
  const { backend } = tf.engine().state.tensorInfo.get(info.dataId) ?? readingSentence()
  return numbersFrom(backend.readSync(info.dataId), info.dtype as DType)
}

/** One number where all are the same. */
const compact = (values: Numbers): Numbers =>
  values.length > 1 && values.every((x) => Object.is(x, values[0])) ? values.slice(0, 1) : values

const infoOf = (r: Recording, place: Ref): tf.TensorInfo => {
  const { shape, dtype } = r.build.at(place)
  const dataId = {}
  r.places.set(dataId, place)
  return { dataId, shape: [...shape], dtype }
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
    const r = recording()
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
  const before = tf.getBackend()
  const r: Recording = { build: builder(), places: new WeakMap() }
  const input: Tracing['input'] = (name, shape, dtype = 'float32') =>
    tf.engine().makeTensorFromTensorInfo(infoOf(r, r.build.input(name, shape, dtype)))
  const outer = current
  current = r
  // Both backends are initialized, so tfjs switches before it returns; the promises have nothing left to say.
  void tf.setBackend(tracing)
  try {
    const outputs: Record<string, Ref> = {}
    tf.tidy(() => {
      for (const [name, tensor] of Object.entries(f({ input }))) outputs[name] = placeOf(r, tensor)
    })
    return { nodes: r.build.nodes, outputs }
  } catch (thrown) {
    throw asRefusal(thrown)
  } finally {
    current = outer
    void tf.setBackend(before)
  }
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
      "use { runtime: 'wasm' }, which runs it as it is, or write the function with other operations",
    )
  } catch (refusal) {
    return refusal
  }
}
