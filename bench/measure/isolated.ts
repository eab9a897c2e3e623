/**
 * Measurements that need a process of their own: a first build, and memory.
 *
 *   in the parent:  await isolated('build', 'vae', 2)        in the child:  node --import tsx bench/child.ts build vae 2
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** Times of building, in milliseconds. */
export interface Build {
  /** From the start of the process until giry is loaded, translation from TypeScript included. */
  readonly load: number
  /** `fit` until its steps are built: ONNX Runtime loaded, recorded, simplified, lowered, session created. */
  readonly cold: number
  readonly firstStep: number
  /** The same once more in the same process. */
  readonly warm: number
  /** The parts of another build. */
  readonly record: number
  readonly simplify: number
  readonly lower: number
  readonly session: number
  readonly nodes: { readonly recorded: number; readonly simplified: number }
}

/** Memory in MiB. */
export interface Memory {
  /** Resident before the fit. */
  readonly before: number
  /** The largest resident size, after 100 steps (10 eagerly). */
  readonly peak: number
}

/** Memory over a long run. */
export interface Steady {
  readonly points: readonly { readonly step: number; readonly resident: number; readonly tensors: number }[]
}

/** The tasks of a child. */
export interface Tasks {
  readonly build: Build
  readonly 'memory-onnx': Memory
  readonly 'memory-wasm': Memory
  readonly steady: Steady
}

const child = fileURLToPath(new URL('../child.ts', import.meta.url))

/** Runs a task in a fresh process. */
export const isolated = async <K extends keyof Tasks>(
  task: K,
  workload: string,
  threads: number,
): Promise<Tasks[K]> => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', child, task, workload, String(threads)],
    { maxBuffer: 1 << 24 },
  )
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? 'null') as Tasks[K]
}
