/**
 * Which tfjs backend evaluates what is not compiled.
 *
 *   auto   wasm in Node; in a browser the backend that tfjs chose; so too for the runtimes that compile
 *   wasm   tfjs-backend-wasm (SIMD)        cpu   plain JavaScript        current   whatever is active
 *
 * Errors: tag `option` for an unknown name; tag `runtime`, when the backend cannot be loaded.
 * Tested in tests/runtime/backend.test.ts.
 */
import * as tf from '@tensorflow/tfjs'
import { taskEither as TE } from 'fp-ts'
import { type GiryError, giryError } from '../dsl/error.js'
import { takeLargeRanks } from './largeRanks.js'
import { nodeModule } from './nodeModule.js'
import { type EagerName, isEagerName, type RuntimeName, runtimeFaults } from './runtimes.js'

const isNode = (): boolean => typeof process !== 'undefined' && process.versions?.node !== undefined

/**
 * Runs f, and takes back what it hangs on the process for uncaught errors: the WASM build of tfjs throws them once more from
 * its own minified line, which Node then prints in front of the sentence.
 */
const withoutListeners = async (f: () => Promise<void>): Promise<void> => {
  const [before, rejectionsBefore] = [
    process.listeners('uncaughtException'),
    process.listeners('unhandledRejection'),
  ]
  await f()
  for (const l of process.listeners('uncaughtException'))
    if (!before.includes(l) && throwsAgain(l)) process.off('uncaughtException', l)
  for (const l of process.listeners('unhandledRejection'))
    if (!rejectionsBefore.includes(l) && throwsAgain(l)) process.off('unhandledRejection', l)
}

/** Whether it is one of theirs, not of somebody else who came at the same time. */
const throwsAgain = (listener: object): boolean =>
  /^function\s*\((ex|reason)\)\s*\{.*throw \1/s.test(`${listener}`)

const loadWasm = async (): Promise<void> => {
  const wasm = await import('@tensorflow/tfjs-backend-wasm')
  if (isNode()) {
    const { createRequire } = await nodeModule('node:module')
    const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')
    wasm.setWasmPaths(`${main.slice(0, main.lastIndexOf('/') + 1)}`)
  }
  await (isNode() ? withoutListeners(() => activate('wasm')) : activate('wasm'))
}

const activate = async (name: string): Promise<void> => {
  if (!(await tf.setBackend(name))) throw new Error(`the tfjs backend '${name}' did not start`)
  await tf.ready()
}

const load = async (name: 'auto' | EagerName): Promise<string> => {
  if (name === 'wasm' || (name === 'auto' && isNode()))
    await (tf.getBackend() === 'wasm' ? tf.ready() : loadWasm())
  else if (name === 'cpu') await activate('cpu')
  else await tf.ready()
  if (tf.getBackend() === 'wasm') takeLargeRanks()
  return tf.getBackend()
}

// One start after the other: tfjs drops a start that another overtakes.
let lastStart: Promise<unknown> = Promise.resolve()

const loadInTurn = (name: 'auto' | EagerName): Promise<string> => {
  const loaded = lastStart.then(() => load(name))
  lastStart = loaded.catch(() => undefined)
  return loaded
}

const start = (name: 'auto' | EagerName): TE.TaskEither<readonly GiryError[], string> =>
  TE.tryCatch(
    () => loadInTurn(name),
    (e) => [
      giryError(
        'runtime',
        name,
        `the runtime '${name}' could not be started: ${e instanceof Error ? e.message : String(e)}`,
        "use { runtime: 'cpu' }, which needs nothing",
      ),
    ],
  )

/** Activates the tfjs backend of a runtime and tells which one runs. */
export const useRuntime = (name: RuntimeName): TE.TaskEither<readonly GiryError[], string> => {
  const faults = runtimeFaults(name)
  return faults.length > 0 ? TE.left(faults) : start(isEagerName(name) ? name : 'auto')
}
