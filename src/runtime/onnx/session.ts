/**
 * Programs: ONNX models, loaded by ONNX Runtime and bound to arrays.
 *
 *   bind({ inputs, outputs }).run()      outputs <- model(inputs), the arrays being read and written where they lie
 *
 * Each run reads what the input arrays hold at that time. onnxruntime-node reads and writes them in place, views into a
 * larger buffer (a WebAssembly memory, say) included; onnxruntime-web copies in and out, with the same effect. A program may
 * be bound several times, as to two sets of parameters in turn. If a WebAssembly memory grows, its old arrays are void:
 * bind again.
 *
 * A run blocks the thread that awaits it; its cost beyond the operators is about 15 to 35 microseconds and 2.5 for each
 * array. onnxruntime-node lets the event loop turn once in each run, onnxruntime-web does not.
 *
 * Errors: tag `option` for a bad option, `params` for arrays that do not fit, `runtime` for a model that does not load or
 * fails.
 * Tested in tests/runtime/onnx/session.test.ts.
 */
import { taskEither as TE } from 'fp-ts'
import { errorsOf, fail, type GiryError, throwAll } from '../../dsl/error.js'
import type { Numbers } from '../graph/kernels.js'
import type { OnnxRuntime } from './load.js'
import { type Arrays, arrayFaults, type BoundType, shapeFor } from './session/arrays.js'
import { type ProgramOptions, sessionOptions } from './session/options.js'
import type { OrtMetadata, OrtSession, OrtTensor } from './session/ort.js'
import { profileFile } from './session/profile.js'
import { threadFaults } from './session/threads.js'
import { inTurn } from './session/turns.js'

export type { Arrays } from './session/arrays.js'
export type { ProgramOptions } from './session/options.js'
export { profileSummary } from './session/profile.js'

/** A program with its arrays. */
export interface Bound {
  /** Computes the outputs from the inputs. Rejects with a GiryException. */
  readonly run: () => Promise<void>
}

/** A model that is ready to run. */
export interface Program {
  readonly inputs: readonly OrtMetadata[]
  readonly outputs: readonly OrtMetadata[]
  readonly threads: number
  /** Binds arrays. Throws a GiryException that names each array that does not fit. */
  readonly bind: (arrays: Arrays) => Bound
  /** Ends the profile and answers with the path of its file. */
  readonly endProfile: () => Promise<string>
  /** Frees the model; the arrays stay. */
  readonly dispose: () => Promise<void>
}

const firstLine = (thrown: unknown): string =>
  (thrown instanceof Error ? thrown.message : String(thrown)).split('\n').slice(0, 2).join(' ').trim()

const REMEDY = "use { runtime: 'wasm' }, which runs without ONNX Runtime, and report this message to giry"

const isWeb = (runtime: OnnxRuntime): boolean => runtime.package === 'onnxruntime-web'

const threadsFor = (runtime: OnnxRuntime, { threads, deterministic = false }: ProgramOptions): number => {
  throwAll(threadFaults(threads))
  const wanted = deterministic ? 1 : (threads ?? runtime.threads)
  if (isWeb(runtime) && wanted !== runtime.threads)
    fail(
      'option',
      'threads',
      `onnxruntime-web was loaded with ${runtime.threads} threads, and all its programs share them`,
      `load it with ${wanted} threads, or leave the number out`,
    )
  return wanted
}

// A name of its own for each profile: ONNX Runtime adds only the second, and does not tell the name.
let profiles = 0

const profilePrefix = (runtime: OnnxRuntime, { profile }: ProgramOptions): string | undefined => {
  if (profile !== undefined && isWeb(runtime))
    fail('option', 'profile', 'onnxruntime-web writes no profile', "use { runtime: 'onnx-node' }")
  return profile === undefined ? undefined : `${profile}.${process.pid}.${++profiles}`
}

const tensors = (
  { ort }: OnnxRuntime,
  ends: readonly OrtMetadata[],
  arrays: Readonly<Record<string, Numbers>>,
): Readonly<Record<string, OrtTensor>> =>
  Object.fromEntries(
    ends.flatMap(({ name, type, shape = [] }) => {
      const array = arrays[name]
      return array === undefined
        ? []
        : [[name, new ort.Tensor(type as BoundType, array, shapeFor(shape, array.length))] as const]
    }),
  )

const explain = (runtime: OnnxRuntime, { inputs, outputs }: Arrays, thrown: unknown): never => {
  const gone = Object.entries({ ...inputs, ...outputs }).find(([, array]) => array.buffer.byteLength === 0)
  return gone === undefined
    ? fail(
        'runtime',
        runtime.name,
        `${runtime.package} failed to run the model: ${firstLine(thrown)}`,
        REMEDY,
      )
    : fail(
        'runtime',
        gone[0],
        `the memory behind '${gone[0]}' is gone: it has grown, or was moved to another thread`,
        'bind new arrays after memory has grown',
      )
}

type Run = () => Promise<unknown>

const inPlace = (runtime: OnnxRuntime, session: OrtSession, arrays: Arrays): Run => {
  const feeds = tensors(runtime, session.inputMetadata, arrays.inputs)
  const fetches = tensors(runtime, session.outputMetadata, arrays.outputs)
  return () => session.run(feeds, fetches)
}

const copying = (runtime: OnnxRuntime, session: OrtSession, arrays: Arrays): Run => {
  const feeds = tensors(runtime, session.inputMetadata, arrays.inputs)
  const wanted = Object.entries(arrays.outputs)
  const names = wanted.map(([name]) => name)
  return () =>
    inTurn(runtime.ort, async () => {
      const results = await session.run(feeds, names)
      for (const [name, array] of wanted) array.set(results[name]?.data as Numbers)
    })
}

const nothing = (): void => undefined

const programOf = (
  runtime: OnnxRuntime,
  session: OrtSession,
  threads: number,
  profile: string | undefined,
): Program => {
  const { inputMetadata: inputs, outputMetadata: outputs } = session
  let released: Promise<void> | undefined
  const disposed = async (): Promise<never> =>
    fail(
      'runtime',
      runtime.name,
      `${runtime.package} failed to run the model: it was disposed`,
      'create the program again, or dispose it later',
    )
  return {
    inputs,
    outputs,
    threads,
    bind: (arrays) => {
      throwAll(arrayFaults(inputs, outputs, arrays, !isWeb(runtime)))
      const run = (isWeb(runtime) ? copying : inPlace)(runtime, session, arrays)
      const failed = (thrown: unknown): never => explain(runtime, arrays, thrown)
      return { run: () => (released === undefined ? run().then(nothing, failed) : disposed()) }
    },
    endProfile: async () => {
      if (profile === undefined)
        return fail('option', 'profile', 'this program is not profiled', 'create it with { profile: path }')
      session.endProfiling()
      return profileFile(profile)
    },
    dispose: () => {
      released ??= isWeb(runtime) ? inTurn(runtime.ort, () => session.release()) : session.release()
      return released
    },
  }
}

/** Loads a model into a runtime. Rejects with a GiryException. */
export const createProgram = async (
  runtime: OnnxRuntime,
  bytes: Uint8Array,
  options: ProgramOptions = {},
): Promise<Program> => {
  const threads = threadsFor(runtime, options)
  const profile = profilePrefix(runtime, options)
  const settings = sessionOptions(runtime.provider, threads, options, profile)
  const create = () => runtime.ort.InferenceSession.create(bytes, settings)
  const session = await (isWeb(runtime) ? inTurn(runtime.ort, create) : create()).catch((thrown: unknown) =>
    fail('runtime', runtime.name, `${runtime.package} does not load the model: ${firstLine(thrown)}`, REMEDY),
  )
  return programOf(runtime, session, threads, profile)
}

/** Loads a model into a runtime; errors as data. */
export const createSession = (
  runtime: OnnxRuntime,
  bytes: Uint8Array,
  options: ProgramOptions = {},
): TE.TaskEither<readonly GiryError[], Program> =>
  TE.tryCatch(
    () => createProgram(runtime, bytes, options),
    (thrown) => errorsOf(thrown, 'runtime', runtime.name),
  )
