/**
 * Chooses an engine by the name of the runtime, and builds it.
 *
 *   auto                 compiled on the best ONNX Runtime there is; if that cannot be, eager, with the reason as a notice
 *   onnx, onnx-node, …   compiled, or an error with the reason
 *   wasm, cpu, current   eager on that tfjs backend
 *
 * Errors: tag `runtime`. Tested in tests/inference/startEngine.test.ts.
 */
import { function as F, taskEither as TE } from 'fp-ts'
import { errorsOf, type GiryError } from '../dsl/error.js'
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
  /** Loads ONNX Runtime; the packages that are installed if left out. */
  readonly load?: typeof loadOnnxRuntime
}

const noticesOf = (runtime: OnnxRuntime): readonly string[] => [
  ...runtime.skipped.map((s) => `${s.reason}, so ${runtime.name} runs: ${s.remedy}`),
  ...runtime.notices,
]

const built = (
  source: ParameterSource,
  runtime: OnnxRuntime,
  { prepare }: EngineOptions,
): TE.TaskEither<Errors, Started> =>
  TE.tryCatch(
    async () => {
      const engine = compiledEngine(source, runtime)
      try {
        await prepare(engine)
      } catch (e) {
        await engine.dispose()
        throw e
      }
      return { engine, notices: noticesOf(runtime) }
    },
    (e) => errorsOf(e, 'runtime', 'compile'),
  )

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

/** The eager engine, with the reason why the step is not compiled. */
const fallback = (source: ParameterSource, errors: Errors): TE.TaskEither<Errors, Started> =>
  F.pipe(
    eager(source, 'auto'),
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
      TE.orElse((errors) => fallback(source, errors)),
    )
  return isOnnxName(runtime) ? compiled(source, runtime, o) : eager(source, runtime)
}
