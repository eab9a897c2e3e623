/**
 * Where the time of a compiled step's graphs goes, by ONNX Runtime's own profile.
 */
import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OnnxRuntime } from '../../src/runtime/onnx/load.js'
import { lower } from '../../src/runtime/onnx/lower.js'
import { profileSummary } from '../../src/runtime/onnx/session.js'
import type { Workload } from '../workloads/workload.js'
import { stepGraphs } from './graphs.js'
import { runAlone } from './program.js'
import { orThrowNow } from './thrown.js'

/** One operator, for one step. */
export interface OperatorShare {
  readonly operator: string
  readonly calls: number
  readonly milliseconds: number
  readonly share: number
}

const runs = 40

/** The operators of a step, the longest first. */
export const profileOf = async (runtime: OnnxRuntime, w: Workload): Promise<readonly OperatorShare[]> => {
  const shares: OperatorShare[] = []
  for (const { simplified } of stepGraphs(w.language(), w.batch, 4096)) {
    const { run, program } = await runAlone(runtime, lower(simplified), {
      profile: join(tmpdir(), `giry-${w.name}`),
    })
    for (let i = 0; i < runs; i++) await run()
    const file = await program.endProfile()
    await program.dispose()
    const summary = orThrowNow(profileSummary(JSON.parse(readFileSync(file, 'utf8')) as unknown))
    rmSync(file)
    for (const { operator, calls, microseconds } of summary)
      shares.push({ operator, calls: calls / runs, milliseconds: microseconds / 1000 / runs, share: 0 })
  }
  const total = shares.reduce((s, o) => s + o.milliseconds, 0)
  return shares
    .map((o) => ({ ...o, share: o.milliseconds / total }))
    .sort((a, b) => b.milliseconds - a.milliseconds)
}
