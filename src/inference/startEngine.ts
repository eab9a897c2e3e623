/**
 * Chooses an engine by the name of the runtime, and builds it.
 *
 *   auto                 compiled on the best ONNX Runtime there is; if that cannot be, eager, with the reason as a notice
 *   onnx, onnx-node, …   compiled, or an error with the reason
 *   wasm, cpu, current   eager on that tfjs backend
 *
 * Errors: tag `runtime`. Tested in tests/inference/startEngine.test.ts.
 */
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import { errorsOf, type GiryError, GiryException } from '../dsl/error.js'
import { useRuntime } from '../runtime/backend.js'
import { loadOnnxRuntime, type OnnxRuntime } from '../runtime/onnx/load.js'
import { isOnnxName, type OnnxName, type RuntimeName } from '../runtime/runtimes.js'
import { compiledEngine } from './compiled/engine.js'
import { eagerEngine } from './eager.js'
import type { Engine, ParameterSource } from './engine.js'

type Errors = readonly GiryError[]

/** An engine, and what there is to say about how it was chosen. */
export interface Started {
  readonly engine: Engine
  readonly notices: readonly string[]
}

/** What is asked for. */
export interface EngineOptions {
  readonly runtime?: RuntimeName | undefined
  readonly threads?: number | undefined
  readonly deterministic?: boolean | undefined
  /** Builds the first steps, so that what cannot be compiled is known at the start. */
  readonly prepare: (engine: Engine) => Promise<void>
  /** Evaluates what will be evaluated, once: tells whether a tfjs backend has the kernels. */
  readonly trial?: (engine: Engine) => Promise<unknown>
  /** Loads ONNX Runtime; the packages that are installed if left out. */
  readonly load?: typeof loadOnnxRuntime
}

const noticesOf = (runtime: OnnxRuntime): readonly string[] => [
  ...runtime.skipped.map((s) => `${s.reason}, so ${runtime.name} runs: ${s.remedy}`),
  ...runtime.notices,
]

/** A giry error is told as it is; what else a model throws is said to be its own. */
const modelFault = (thrown: unknown): Errors =>
  thrown instanceof GiryException
    ? thrown.errors
    : errorsOf(thrown, 'runtime', 'model').map((e) => ({
        ...e,
        message: `the model threw while its step was recorded: ${e.message}`,
        remedy: e.remedy === '' ? 'mend the model; evaluate() on one datum shows the fault alone' : e.remedy,
      }))

const built = (
  source: ParameterSource,
  runtime: OnnxRuntime,
  { prepare }: EngineOptions,
): TE.TaskEither<Errors, Started> =>
  TE.tryCatch(async () => {
    const engine = compiledEngine(source, runtime)
    try {
      await prepare(engine)
    } catch (e) {
      await engine.dispose()
      throw e
    }
    return { engine, notices: noticesOf(runtime) }
  }, modelFault)

const compiled = (
  source: ParameterSource,
  name: OnnxName,
  o: EngineOptions,
): TE.TaskEither<Errors, Started> =>
  F.pipe(
    (o.load ?? loadOnnxRuntime)(name, {
      ...(o.threads === undefined ? {} : { threads: o.threads }),
      deterministic: o.deterministic === true,
    }),
    TE.flatMap((runtime) => built(source, runtime, o)),
  )

const eager = (source: ParameterSource, name: RuntimeName): TE.TaskEither<Errors, Started> =>
  F.pipe(
    useRuntime(name),
    TE.map((backend) => ({ engine: eagerEngine(source, backend), notices: [] })),
  )

const causeOf = ({ message, remedy }: GiryError): string =>
  remedy === '' ? message : `${message} (${remedy})`

/** Whether a backend of tfjs failed for lack of a kernel: its WASM backend has fewer than plain JavaScript. */
export const lacksKernel = (thrown: unknown): boolean =>
  thrown instanceof Error && /Kernel '\w+' not registered for backend/.test(thrown.message)

/** The fastest tfjs backend that has the kernels. What else goes wrong in the trial will go wrong in the run, and is told there. */
const eagerThatRuns = (source: ParameterSource, { trial }: EngineOptions): TE.TaskEither<Errors, Started> =>
  F.pipe(
    eager(source, 'auto'),
    TE.flatMap((started) => async () => {
      try {
        await trial?.(started.engine)
      } catch (thrown) {
        if (!lacksKernel(thrown)) return E.right(started)
        await started.engine.dispose()
        return eager(source, 'cpu')()
      }
      return E.right(started)
    }),
  )

/** The eager engine, with the reason why the step is not compiled. */
const fallback = (
  source: ParameterSource,
  errors: Errors,
  o: EngineOptions,
): TE.TaskEither<Errors, Started> =>
  F.pipe(
    eagerThatRuns(source, o),
    TE.map(({ engine }) => ({
      engine,
      notices: [
        `the step is not compiled, and runs on tfjs (${engine.runtime}): ${errors.map(causeOf).join('; ')}`,
      ],
    })),
  )

/** The engine for these options. */
export const startEngine = (source: ParameterSource, o: EngineOptions): TE.TaskEither<Errors, Started> => {
  const { runtime = 'auto' } = o
  if (runtime === 'auto')
    return F.pipe(
      compiled(source, 'onnx', o),
      TE.orElse((errors) => fallback(source, errors, o)),
    )
  return isOnnxName(runtime) ? compiled(source, runtime, o) : eager(source, runtime)
}
