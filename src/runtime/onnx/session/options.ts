/**
 * Options of a session, in the words of ONNX Runtime.
 *
 * Chosen by measurement (one step of a VAE 784-400-20, batch 128, with Adam between the runs, two cores):
 *   a thread that waits for work spins for 1,000 microseconds: it stays awake while the optimizer works, and sleeps soon after
 *   the fit. On idle cores 200, 1,000, 3,000 and 20,000 give medians of 6.4, 5.5, 5.7 and 6.6 ms a step; on busy cores spinning
 *   without bound took 14 ms a run of the products where 200 took 7.
 *   Memory arena and pattern are on. Nothing is logged: what fails is thrown, and told in giry's words.
 * Denormal numbers are kept: ONNX Runtime's `set_denormal_as_zero` counts only in the first session of a process.
 * Tested in tests/runtime/onnx/session.test.ts.
 */
import type { ExecutionProvider } from '../providers.js'
import type { ThreadOptions } from './threads.js'

/** How a program runs. */
export interface ProgramOptions extends ThreadOptions {
  /** Starts a profile; the file that is written begins with this path. */
  readonly profile?: string
  /** Whether ONNX Runtime may rewrite the graph (fusions, layouts); yes if left out. */
  readonly optimize?: boolean
  /** Microseconds that a thread waits awake for work before it sleeps; 1000 if left out. */
  readonly spin?: number
}

const SPIN_MICROSECONDS = 1000
const FATAL = 4

const flag = (on: boolean): string => (on ? '1' : '0')

/** What `InferenceSession.create` gets; `profile` is the beginning of a file's name. */
export const sessionOptions = (
  provider: ExecutionProvider,
  threads: number,
  options: ProgramOptions,
  profile: string | undefined,
): Readonly<Record<string, unknown>> => ({
  executionProviders: [provider],
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: (options.optimize ?? true) ? 'all' : 'disabled',
  enableCpuMemArena: true,
  enableMemPattern: true,
  logSeverityLevel: FATAL,
  extra: {
    session: {
      intra_op: { spin_duration_us: String(options.spin ?? SPIN_MICROSECONDS) },
      use_deterministic_compute: flag(options.deterministic ?? false),
    },
  },
  ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
})
