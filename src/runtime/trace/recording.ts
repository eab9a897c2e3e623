/**
 * Recordings: which tensor is which node of the graph.
 *
 *   made in this recording -> its node        made elsewhere -> a constant        a number of what depends on inputs -> refused
 *
 * A tensor of another backend stays there, its numbers are copied. Errors: tag `runtime`, for numbers that do not exist yet, for a
 * tf.Variable, whose numbers may change between steps, and for values of another recording that depend on its inputs.
 * Tested in tests/runtime/trace/record.test.ts and tests/inference/compiled/ownNumbers.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { fail } from '../../dsl/error.js'
import type { Builder } from '../graph/builder.js'
import { type Node, numbersOf, type Ref } from '../graph/graph.js'
import type { DType, Numbers } from '../graph/kernels.js'

/** A recording under way: the graph so far, and the place of each tensor in it. */
export interface Recording {
  readonly build: Builder
  readonly places: WeakMap<object, Ref>
  /** What was asked for and cannot be had, where no error could be thrown. */
  refusal?: unknown
}

/** The recording in which a tensor was made. */
const origins = new WeakMap<object, Recording>()

let current: Recording | undefined

/** The recording under way, if there is one. */
export const recordingNow = (): Recording | undefined => current

/** The recording under way; throws where there is none. */
export const requireRecording = (): Recording =>
  current ??
  fail('runtime', 'trace', 'a tensor of a recorded step is used after the recording', 'keep it inside')

/** Written constants; numbers of other backends are read from there. */
type Written = { readonly values: Numbers; readonly shape: readonly number[]; readonly dtype: DType }

const written = new WeakMap<object, Written>()

/** Runs f within a recording; recordings may nest. */
export const within = <A>(r: Recording, f: () => A): A => {
  const outer = current
  current = r
  try {
    return f()
  } finally {
    current = outer
  }
}

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

/** Notes the numbers of a tensor that is written. */
export const writeNumbers = (
  dataId: object,
  values: tf.backend_util.BackendValues,
  shape: readonly number[],
  dtype: DType,
): void => void written.set(dataId, { values: numbersFrom(values, dtype), shape, dtype })

/** The numbers of a tensor that is a constant; throws for others. */
export const knownNumbers = (dataId: object): Numbers => {
  const constant = written.get(dataId)
  if (constant !== undefined) return constant.values
  const origin = origins.get(dataId)
  const ref = origin?.places.get(dataId)
  const node = ref === undefined ? undefined : origin?.build.at(ref)
  return node?.kernel === 'Constant' ? numbersOf(node) : readingSentence()
}

/** The place of a tensor: recorded already, or a constant from now on. */
export const placeOf = (r: Recording, info: tf.TensorInfo): Ref => {
  const { places } = r
  const known = places.get(info.dataId)
  if (known !== undefined) return known
  const place = placeOfOther(r, info)
  places.set(info.dataId, place)
  return place
}

/** A tensor that was not made in this recording, as a constant of it. */
const placeOfOther = ({ build }: Recording, info: tf.TensorInfo): Ref => {
  const origin = origins.get(info.dataId)
  const ref = origin?.places.get(info.dataId)
  if (origin !== undefined && ref !== undefined) return taken(build, origin.build, ref)
  const values = written.get(info.dataId)?.values ?? elsewhere(info)
  return build.constant(compact(values), info.shape, info.dtype as DType)
}

/** A value of another recording: a model may keep a tensor that it computed from constants, but not one from inputs. */
const taken = (build: Builder, from: Builder, ref: Ref): Ref => {
  const node = from.at(ref)
  if (node.kernel === 'Input')
    return fail(
      'runtime',
      'trace',
      'a tensor that was computed while one step was recorded is used in another',
      'compute it anew in each run of the model, or outside of the model',
    )
  return build.copy({ ...node, inputs: node.inputs.map((input) => taken(build, from, input)) } as Node)
}

/** The numbers of a tensor that lives on another backend, which keeps it. */
const elsewhere = (info: tf.TensorInfo): Numbers => {
  const { registeredVariables, tensorInfo } = tf.engine().state
  if (Object.values(registeredVariables).some((v) => v.dataId === info.dataId))
    fail(
      'runtime',
      'trace',
      'the model reads a tf.Variable, whose numbers a recorded step would hold as they are now',
      "make it a parameter of a net, or use { runtime: 'wasm' }, which runs the model anew at each step",
    )
  const { backend } = tensorInfo.get(info.dataId) ?? readingSentence()
  return numbersFrom(backend.readSync(info.dataId), info.dtype as DType)
}

/** One number where all are the same. */
const compact = (values: Numbers): Numbers =>
  values.length > 1 && values.every((x) => Object.is(x, values[0])) ? values.slice(0, 1) : values

/** A tensor that stands for a node. */
export const infoOf = (r: Recording, place: Ref): tf.TensorInfo => {
  const { shape, dtype } = r.build.at(place)
  const dataId = {}
  r.places.set(dataId, place)
  origins.set(dataId, r)
  return { dataId, shape: [...shape], dtype }
}
