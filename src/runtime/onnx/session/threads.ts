/**
 * How many threads compute an operator.
 *
 *   threads = 1 if deterministic, else what is asked for, else min(8, physical cores)
 *
 * The number is always told to ONNX Runtime: its own choice ignores the limits of a container, pins threads to cores,
 * which some containers forbid, and cannot be reported. Two threads on one core share its multipliers: a logical core is
 * worth a thread only where it is a physical one.
 *
 * Bits: with n threads every run of one model gives the same bits (but for ScatterND that adds, which is a race: giry does
 * not write it). Between different n they agree, except where the share of a thread changes how it is computed:
 *   Gemm and MatMul with more columns than rows, A not transposed, an inner size above 128, and shares of 64 columns or
 *   fewer, whose inner size is summed in longer blocks (128x784x400 from 8 threads on, 64x784x128 from 2);
 *   Log, Softplus, Elu, Selu, Celu, Mish, where a share ends within a vector (1e-7 relative).
 * Reductions, softmax, convolutions and all else that was tried agree for 1, 2, 3, 4 and 8. ONNX Runtime's own
 * `use_deterministic_compute` does not change this. `deterministic` therefore means one thread.
 *
 * Errors: tag `option` for a number of threads that is none. Tested in tests/runtime/onnx/session.test.ts.
 */
import { type GiryError, giryError } from '../../../dsl/error.js'
import { nodeModule } from '../../nodeModule.js'

/** Threads for one session. */
export interface ThreadOptions {
  /** Threads for each operator; the physical cores, at most 8, if left out. */
  readonly threads?: number
  /** The same bits on every number of cores: one thread. */
  readonly deterministic?: boolean
}

// A mistyped number would otherwise bring the machine down: onnxruntime-web starts a worker for each thread.
const LARGEST_POOL = 128

/** What is wrong with a number of threads. */
export const threadFaults = (threads: number | undefined): readonly GiryError[] =>
  threads === undefined || (Number.isInteger(threads) && threads > 0 && threads <= LARGEST_POOL)
    ? []
    : [
        giryError(
          'option',
          'threads',
          `threads = ${typeof threads === 'number' ? threads : `'${String(threads)}'`} is no number of threads`,
          `give a whole number from 1 to ${LARGEST_POOL}, or leave it out for the number of cores`,
        ),
      ]

const MOST_THREADS = 8

/** Whether this is Node (or something that offers its interface). */
export const isNode = (): boolean => typeof process !== 'undefined' && process.versions?.node !== undefined

const hasTwinCores = async (): Promise<boolean> => {
  if (process.platform !== 'linux') return process.arch === 'x64'
  const { readFile } = await nodeModule('node:fs/promises')
  return readFile('/sys/devices/system/cpu/smt/active', 'utf8').then(
    (active) => active.trim() === '1',
    () => false,
  )
}

const coresInNode = async (): Promise<number> => {
  const { availableParallelism } = await nodeModule('node:os')
  const logical = availableParallelism()
  return (await hasTwinCores()) ? Math.ceil(logical / 2) : logical
}

/** What a page says of its machine; without isolation it may not share memory, and WASM has one thread. */
interface Page {
  readonly crossOriginIsolated?: boolean
  readonly navigator?: { readonly hardwareConcurrency?: number }
}

const coresInBrowser = (): number => {
  const page = globalThis as unknown as Page
  return page.crossOriginIsolated === true ? Math.ceil((page.navigator?.hardwareConcurrency ?? 1) / 2) : 1
}

/** The number of threads that is used when none is asked for. */
export const defaultThreads = async (): Promise<number> =>
  Math.max(1, Math.min(MOST_THREADS, isNode() ? await coresInNode() : coresInBrowser()))

/** The number of threads that the options mean. */
export const threadsOf = async ({ threads, deterministic = false }: ThreadOptions): Promise<number> =>
  deterministic ? 1 : (threads ?? (await defaultThreads()))
