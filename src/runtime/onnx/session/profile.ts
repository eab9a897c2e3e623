/**
 * Where the time of a program goes, by operator.
 *
 *   summary[operator] = (calls, sum of microseconds) over the events `cat = Node` of ONNX Runtime's profile
 *
 * The profile is a list of events in the trace format of Chrome, durations in microseconds. Only the kernel's own time is
 * counted (names ending in `_kernel_time`). Errors: tag `data`, when it is no such list.
 * Tested in tests/runtime/onnx/session.test.ts.
 */
import { either as E } from 'fp-ts'
import { type GiryError, giryError } from '../../../dsl/error.js'
import { nodeModule } from '../../nodeModule.js'

/** The time of all calls of one operator. */
export interface OperatorTime {
  readonly operator: string
  readonly calls: number
  readonly microseconds: number
}

interface NodeEvent {
  readonly cat: 'Node'
  readonly name: string
  readonly dur: number
  readonly args: { readonly op_name: string }
}

const isNodeEvent = (event: unknown): event is NodeEvent => {
  const e = event as { cat?: unknown; name?: unknown; dur?: unknown; args?: { op_name?: unknown } } | null
  return (
    e?.cat === 'Node' &&
    typeof e.name === 'string' &&
    e.name.endsWith('_kernel_time') &&
    typeof e.dur === 'number' &&
    typeof e.args?.op_name === 'string'
  )
}

/** Calls and time of each operator in a profile (parsed), the longest first. */
export const profileSummary = (profile: unknown): E.Either<readonly GiryError[], readonly OperatorTime[]> => {
  if (!Array.isArray(profile))
    return E.left([
      giryError(
        'data',
        'profile',
        'this is no profile of ONNX Runtime: it is no list of events',
        'parse the file as JSON',
      ),
    ])
  const times = new Map<string, OperatorTime>()
  for (const { args, dur } of profile.filter(isNodeEvent)) {
    const operator = args.op_name
    const { calls, microseconds } = times.get(operator) ?? { calls: 0, microseconds: 0 }
    times.set(operator, { operator, calls: calls + 1, microseconds: microseconds + dur })
  }
  return E.right([...times.values()].sort((a, b) => b.microseconds - a.microseconds))
}

/** The file whose path begins like this; ONNX Runtime adds the time. Node only. */
export const profileFile = async (prefix: string): Promise<string> => {
  const [{ readdir }, { basename, dirname, join }] = await Promise.all([
    nodeModule('node:fs/promises'),
    nodeModule('node:path'),
  ])
  const files = await readdir(dirname(prefix))
  const file = files.find((name) => name.startsWith(basename(prefix)))
  if (file === undefined) throw new Error(`ONNX Runtime wrote no profile ${prefix}*`)
  return join(dirname(prefix), file)
}
