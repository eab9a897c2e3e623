/**
 * The threads of a loaded package.
 *
 *   onnxruntime-node   each session its own: what threads.ts says
 *   onnxruntime-web    one pool for all sessions, made with the first and then fixed; in a page 1
 *                      without cross-origin isolation, or where neither threads nor `env.wasm.wasmPaths` are given
 *
 * Why paths decide: a thread loads the script in which ONNX Runtime lies, and waits for it. Where a bundler has put page and
 * ONNX Runtime into one file, the thread runs the page instead, and the start would never end. With paths, threads load
 * ONNX Runtime's own file. Where threads are asked for, the start ends after 30 s.
 *
 * Errors: rejects where bits that do not depend on threads are asked of a pool of several. Tested in
 * tests/runtime/onnx/session/pool.test.ts.
 */
import type { Host, Way } from '../providers.js'
import type { OrtModule } from './ort.js'
import { type ThreadOptions, threadsOf } from './threads.js'

/** How many threads there are, and what there is to say where another number was asked for. */
export interface Pool {
  readonly threads: number
  readonly notices: readonly string[]
}

const MILLISECONDS_TO_START = 30_000

const pools = new WeakMap<OrtModule, number>()

const isIsolated = (): boolean =>
  (globalThis as { readonly crossOriginIsolated?: boolean }).crossOriginIsolated === true

const fewer = (wanted: number, threads: number, because: string): string =>
  `threads = ${wanted} was asked for, and ${threads} ${threads === 1 ? 'runs' : 'run'}: ${because}`

const needsIsolation =
  'a page may share memory between threads only if it is served with the headers ' +
  'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp'

const inPage = async ({ env }: OrtModule, options: ThreadOptions): Promise<number> =>
  isIsolated() && (options.threads !== undefined || env.wasm.wasmPaths !== undefined) ? threadsOf(options) : 1

const newPool = async (ort: OrtModule, host: Host, options: ThreadOptions): Promise<Pool> => {
  const { wasm } = ort.env
  const threads = host === 'browser' ? await inPage(ort, options) : await threadsOf(options)
  const wanted = await threadsOf(options)
  wasm.numThreads = threads
  // In Node nothing can hang, and the timer would keep the process alive.
  if (threads > 1 && host === 'browser') wasm.initTimeout ||= MILLISECONDS_TO_START
  pools.set(ort, threads)
  const refused = options.threads !== undefined && wanted !== threads
  return { threads, notices: refused ? [fewer(wanted, threads, needsIsolation)] : [] }
}

const samePool = async (threads: number, options: ThreadOptions): Promise<Pool> => {
  if (options.deterministic === true && threads !== 1)
    throw new Error(`its ${threads} threads have started already, and deterministic means one`)
  const { threads: wanted } = options
  const other = wanted !== undefined && options.deterministic !== true && wanted !== threads
  return {
    threads,
    notices: other ? [fewer(wanted, threads, 'onnxruntime-web keeps the number that it started with')] : [],
  }
}

/** Tells a package the threads that the options mean; the number that it will run. */
export const poolOf = async (way: Way, ort: OrtModule, host: Host, options: ThreadOptions): Promise<Pool> => {
  if (way.package === 'onnxruntime-node') return { threads: await threadsOf(options), notices: [] }
  const started = pools.get(ort)
  return started === undefined ? newPool(ort, host, options) : samePool(started, options)
}
