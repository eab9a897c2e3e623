/**
 * What the runner and a peer say to each other: one JSON object a line over the peer's stdin and stdout.
 *
 *   runner → {"prepare": "vae", "threads": 2, "data": "/tmp/..."}   build the model, take the first step
 *   peer   → {"ready": "vae", "buildSeconds": 1.2, "value": -560.1}  value: the objective at the first step (nats)
 *   runner → {"run": "vae", "steps": 120}
 *   peer   → {"workload": "vae", "steps": 120, "seconds": 0.9, "stepsPerSecond": 133, "value": -210.4}
 *   peer   → {"error": "sentence"}                                   in place of either answer
 *
 * `value` of a run is the mean of the objective over its steps. A peer computes only between a request and its answer.
 */

/** The four training steps that are compared; bench/peers/README.md defines them. */
export const workloads = ['vae', 'convvae', 'iwae', 'gan'] as const

export type Workload = (typeof workloads)[number]

export interface Prepare {
  readonly prepare: Workload
  readonly threads: number
  /** Folder with the batches and initial weights, written by data.ts. */
  readonly data: string
}

export interface Run {
  readonly run: Workload
  readonly steps: number
}

export type Request = Prepare | Run

export interface Ready {
  readonly ready: Workload
  /** Building, tracing, compiling and the first step, in seconds. */
  readonly buildSeconds: number
  readonly value: number
}

export interface Ran {
  readonly workload: Workload
  readonly steps: number
  readonly seconds: number
  readonly stepsPerSecond: number
  readonly value: number
}

/** Why a peer does not measure a workload, as a sentence. */
export interface Refused {
  readonly error: string
}

export type Reply = Ready | Ran | Refused

const isReply = (x: unknown): x is Reply =>
  typeof x === 'object' && x !== null && ('error' in x || 'ready' in x || 'workload' in x)

/** Reads one line of a peer; whatever is not an answer becomes a refusal that quotes it. */
export const parseReply = (line: string): Reply => {
  try {
    const reply: unknown = JSON.parse(line)
    return isReply(reply) ? reply : { error: `it answered with something else than the protocol: ${line}` }
  } catch {
    return { error: `it wrote a line that is not JSON: ${line}` }
  }
}
