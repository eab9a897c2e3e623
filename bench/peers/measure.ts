/**
 * One workload for all peers: build, compare the objectives, then rounds of runs, one peer at a time.
 *
 *   warm-up   1 step | 20 steps -> early | 180 steps | 100 steps -> late   (the last two only within `warmUpLimit` s)
 *   rounds    in round r the order starts at peer r; a run takes about `seconds`, its number of steps is fixed before
 *
 * A step above `slowStep` seconds is told from the warm-up alone: such a peer does not join the rounds.
 */
import type { Peer } from './peer.js'
import type { Ran, Reply, Workload } from './protocol.js'

const slowStep = 3
const warmUpLimit = 60

export interface Row {
  readonly peer: string
  /** Steps per second of each round; one number, from the warm-up, where a step takes too long. */
  readonly stepsPerSecond: readonly number[]
  readonly buildSeconds: number
  /** Objective at the first step, over steps 3 to 22, and over steps 203 to 302 (nats; undefined: too slow). */
  readonly first: number
  readonly early: number | undefined
  readonly late: number | undefined
}

export interface NotMeasured {
  readonly peer: string
  readonly reason: string
}

export interface Settings {
  readonly threads: number
  readonly data: string
  readonly rounds: number
  /** Aim for the length of one run. */
  readonly seconds: number
}

class Refusal extends Error {}

const expect = <R extends Reply>(reply: Reply, isThat: (reply: Reply) => reply is R): R => {
  if (isThat(reply)) return reply
  throw new Refusal('error' in reply ? reply.error : 'it gave the answer to another request')
}

const run = async (peer: Peer, workload: Workload, steps: number): Promise<Ran> =>
  expect(await peer.ask({ run: workload, steps }), (reply): reply is Ran => 'steps' in reply)

interface Warm {
  readonly peer: Peer
  readonly row: Row
  /** Steps of one run; 0 where the peer is too slow for rounds. */
  readonly steps: number
}

const warmUp = async (peer: Peer, workload: Workload, settings: Settings): Promise<Warm> => {
  const { threads, data, seconds } = settings
  const ready = expect(
    await peer.ask({ prepare: workload, threads, data }),
    (reply): reply is Extract<Reply, { ready: Workload }> => 'ready' in reply,
  )
  const base = { peer: peer.name, buildSeconds: ready.buildSeconds, first: ready.value }
  const one = await run(peer, workload, 1)
  if (one.seconds > slowStep) {
    const row = { ...base, stepsPerSecond: [one.stepsPerSecond], early: undefined, late: undefined }
    return { peer, row, steps: 0 }
  }
  const early = await run(peer, workload, 20)
  const long = 280 / early.stepsPerSecond < warmUpLimit
  if (long) await run(peer, workload, 180)
  const late = long ? await run(peer, workload, 100) : undefined
  const steps = Math.max(1, Math.round(seconds * (late ?? early).stepsPerSecond))
  return { peer, row: { ...base, stepsPerSecond: [], early: early.value, late: late?.value }, steps }
}

const rotated = <T>(list: readonly T[], by: number): T[] => {
  const at = list.length === 0 ? 0 : by % list.length
  return [...list.slice(at), ...list.slice(0, at)]
}

const race = async (warm: readonly Warm[], workload: Workload, rounds: number): Promise<Row[]> => {
  const speeds = new Map<Warm, number[]>(warm.map((w) => [w, [...w.row.stepsPerSecond]]))
  for (let round = 0; round < rounds; round++)
    for (const w of rotated(warm, round))
      if (w.steps > 0) speeds.get(w)?.push((await run(w.peer, workload, w.steps)).stepsPerSecond)
  return warm.map((w) => ({ ...w.row, stepsPerSecond: speeds.get(w) ?? [] }))
}

export interface Measured {
  readonly rows: readonly Row[]
  readonly notMeasured: readonly NotMeasured[]
}

/** Measures one workload with all peers; a peer that refuses is told apart with its reason. */
export const measure = async (
  peers: readonly Peer[],
  workload: Workload,
  settings: Settings,
  say: (line: string) => void,
): Promise<Measured> => {
  const warm: Warm[] = []
  const notMeasured: NotMeasured[] = []
  for (const peer of peers) {
    say(`${workload}: ${peer.name} builds and warms up`)
    try {
      warm.push(await warmUp(peer, workload, settings))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      notMeasured.push({ peer: peer.name, reason: error.message })
    }
  }
  say(`${workload}: ${settings.rounds} rounds of ${warm.length} peers`)
  return { rows: await race(warm, workload, settings.rounds), notMeasured }
}
