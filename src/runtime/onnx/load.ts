/**
 * Loading ONNX Runtime.
 *
 *   loadOnnxRuntime(wanted) = the first way to `wanted` whose package loads and whose provider runs a model of one node
 *
 * What was tried before and why it did not serve is remembered in `skipped`, so that nothing falls back in silence.
 * The packages are imported only here and only on demand; both may be absent.
 *
 * Errors: tag `runtime`: nothing serves, what is missing, and the command that mends it.
 * Tested in tests/runtime/onnx/load.test.ts.
 */
import { either as E, taskEither as TE } from 'fp-ts'
import { type GiryError, giryError } from '../../dsl/error.js'
import { isOnnxName, type OnnxName, onnxNames } from '../runtimes.js'
import type { OnnxModel } from './lowering.js'
import {
  type Host,
  installRemedy,
  type OnnxPackage,
  providerRemedy,
  repairRemedy,
  type Way,
  waysTo,
} from './providers.js'
import { importPackage } from './session/import.js'
import { moduleIn, type OrtModule } from './session/ort.js'
import { poolOf } from './session/pool.js'
import { isNode, type ThreadOptions, threadFaults } from './session/threads.js'
import { inTurn } from './session/turns.js'
import { writeModel } from './write.js'

/** A way that was tried and did not serve. */
export interface Skipped extends Way {
  /** One sentence that says why. */
  readonly reason: string
  readonly remedy: string
}

/** An ONNX Runtime that is loaded and has run a model. */
export interface OnnxRuntime extends Way {
  readonly version: string
  /** Threads for each operator, unless a session asks for another number. */
  readonly threads: number
  /** What there is to say of the threads, where another number was asked for. */
  readonly notices: readonly string[]
  /** What was tried before. */
  readonly skipped: readonly Skipped[]
  readonly ort: OrtModule
}

/** How to load. */
export interface LoadOptions extends ThreadOptions {
  /** Imports a package for a provider; `import` if left out. */
  readonly importer?: (name: OnnxPackage, provider: Way['provider'], host: Host) => Promise<unknown>
  /** Where the program runs; found out if left out. */
  readonly host?: Host
}

const probe: OnnxModel = {
  inputs: [{ name: 'x', type: 'float32', shape: [1] }],
  outputs: [{ name: 'y', type: 'float32', shape: [1] }],
  constants: [],
  nodes: [{ operator: 'Neg', domain: '', inputs: ['x'], outputs: ['y'], attributes: {} }],
}

// The first line, without the place in ONNX Runtime's own source that some messages begin with.
const reasonOf = (thrown: unknown): string => {
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  const line = text.split('\n', 1)[0] ?? ''
  return line.replace(/^\/onnxruntime_src.* was false\. /, '').trim()
}

const absenceCodes: readonly unknown[] = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']

// A missing file within a package, or a missing dependency of it, has the same code: then the package is broken.
const isAbsent = (thrown: unknown, name: string): boolean => {
  if (!absenceCodes.includes((thrown as { code?: unknown } | null)?.code)) return false
  const missing = /['"]([^'"]+)['"]/.exec(reasonOf(thrown))?.[1]
  return missing === name
}

const skip = (way: Way, reason: string, remedy: string): E.Either<Skipped, never> =>
  E.left({ ...way, reason, remedy })

const imported = async (
  way: Way,
  host: Host,
  { importer = importPackage }: LoadOptions,
): Promise<E.Either<Skipped, OrtModule>> => {
  try {
    const module = moduleIn(await importer(way.package, way.provider, host))
    if (module !== undefined) return E.right(module)
    return skip(way, `${way.package} loads, but offers no InferenceSession`, repairRemedy(way))
  } catch (thrown) {
    return isAbsent(thrown, way.package)
      ? skip(way, `${way.package} is not installed`, installRemedy(way))
      : skip(way, `${way.package} is installed, but does not load: ${reasonOf(thrown)}`, repairRemedy(way))
  }
}

const computes = async ({ provider }: Way, ort: OrtModule): Promise<boolean> => {
  const session = await ort.InferenceSession.create(writeModel(probe), {
    executionProviders: [provider],
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  })
  const { y } = await session.run({ x: new ort.Tensor('float32', Float32Array.of(1), [1]) })
  await session.release()
  return (y?.data as Float32Array | undefined)?.[0] === -1
}

const start = async (
  way: Way,
  ort: OrtModule,
  host: Host,
  options: LoadOptions,
): Promise<E.Either<Skipped, OnnxRuntime>> => {
  try {
    ort.env.logLevel = 'fatal' // What it reports as an error is thrown as well, and told by giry.
    const pool = await poolOf(way, ort, host, options)
    if (!(await inTurn(ort, () => computes(way, ort)))) throw new Error('it computed a wrong number')
    const { node, web } = ort.env.versions
    const version = (way.package === 'onnxruntime-node' ? node : web) ?? 'unknown'
    return E.right({ ...way, version, ...pool, skipped: [], ort })
  } catch (thrown) {
    const reason = `${way.package} loads, but its provider '${way.provider}' does not start: ${reasonOf(thrown)}`
    return skip(way, reason, providerRemedy(way, host))
  }
}

const tryWay = async (
  way: Way,
  host: Host,
  options: LoadOptions,
): Promise<E.Either<Skipped, OnnxRuntime>> => {
  const module = await imported(way, host, options)
  return E.isLeft(module) ? module : start(way, module.right, host, options)
}

const unavailable = (wanted: OnnxName, skipped: readonly Skipped[]): GiryError =>
  giryError(
    'runtime',
    wanted,
    wanted === 'onnx'
      ? `no ONNX Runtime can be used: ${skipped.map((s) => s.reason).join('; ')}`
      : `the runtime '${wanted}' cannot be used: ${skipped.map((s) => s.reason).join('; ') || 'it runs in Node only'}`,
    skipped[0]?.remedy ?? "use { runtime: 'onnx-web' }",
    { skipped },
  )

const load = async (
  wanted: OnnxName,
  options: LoadOptions,
): Promise<E.Either<readonly GiryError[], OnnxRuntime>> => {
  const host = options.host ?? (isNode() ? 'node' : 'browser')
  const skipped: Skipped[] = []
  for (const way of waysTo(wanted, host)) {
    const tried = await tryWay(way, host, options)
    if (E.isRight(tried)) return E.right({ ...tried.right, skipped })
    skipped.push(tried.left)
  }
  return E.left([unavailable(wanted, skipped)])
}

// The twin of the type, for names that come from outside.
const compiledFaults = (wanted: string): readonly GiryError[] =>
  isOnnxName(wanted)
    ? []
    : [
        giryError(
          'option',
          'runtime',
          `'${wanted}' is no runtime that compiles`,
          `use one of ${onnxNames.join(', ')}`,
        ),
      ]

/** Loads the best ONNX Runtime that is wanted and present, and tries it on a model of one node. */
export const loadOnnxRuntime = (
  wanted: OnnxName = 'onnx',
  options: LoadOptions = {},
): TE.TaskEither<readonly GiryError[], OnnxRuntime> => {
  const faults = [...compiledFaults(wanted), ...threadFaults(options.threads)]
  return faults.length > 0 ? TE.left(faults) : () => load(wanted, options)
}
