/**
 * One workload: the compiled step beside the eager one, the floor, the hand-written one, and its own parts, in interleaved
 * rounds.
 */
import type { OnnxRuntime } from '../../src/runtime/onnx/load.js'
import type { Workload } from '../workloads/workload.js'
import { partsOf } from './parts.js'
import { interleave, medianOf, ratio, type Times } from './rounds.js'
import { startSteps, stepping } from './stepper.js'

/** What was measured; times in milliseconds for one step. */
export interface Comparison {
  readonly workload: string
  readonly title: string
  readonly runtime: string
  readonly threads: number
  readonly compiled: number
  readonly stepsPerSecond: number
  readonly eager: number
  readonly floor: number
  readonly byHand: number
  readonly compiledOverEager: number
  readonly compiledOverFloor: number
  readonly compiledOverByHand: number
  /** The step without its parts is what `fit` adds: batches, history, events, finding faults. */
  readonly split: {
    readonly feed: number
    readonly graph: number
    readonly optimizer: number
    readonly rest: number
  }
  /** Relative difference of the objectives of the language and of the hand-written first step. */
  readonly disagreement: number
  readonly rounds: Times
}

const split = (times: Times): Comparison['split'] => {
  const [feed, graph, optimizer] = [
    medianOf(times, 'feed'),
    medianOf(times, 'graph'),
    medianOf(times, 'optimizer'),
  ]
  return { feed, graph, optimizer, rest: medianOf(times, 'compiled') - feed - graph - optimizer }
}

/** Measures a workload. */
export const compare = async (runtime: OnnxRuntime, w: Workload, rounds: number): Promise<Comparison> => {
  const options = { data: w.data(), batch: w.batch, threads: runtime.threads }
  const compiled = await startSteps(w.language(), { ...options, runtime: 'onnx-node' })
  const byHand = await startSteps(w.byHand(), { ...options, runtime: 'onnx-node' })
  const eager = await startSteps(w.language(), { ...options, runtime: 'wasm' })
  const parts = await partsOf(runtime, w)
  const times = await interleave(
    [
      stepping('compiled', compiled, w.chunk),
      stepping('byHand', byHand, w.chunk),
      stepping('eager', eager, 1),
      ...parts.contenders,
    ],
    rounds,
  )
  for (const s of [compiled, byHand, eager]) await s.dispose()
  await parts.dispose()
  const milliseconds = medianOf(times, 'compiled')
  return {
    workload: w.name,
    title: w.title,
    runtime: compiled.runtime,
    threads: compiled.threads,
    compiled: milliseconds,
    stepsPerSecond: 1000 / milliseconds,
    eager: medianOf(times, 'eager'),
    floor: medianOf(times, 'floor'),
    byHand: medianOf(times, 'byHand'),
    compiledOverEager: ratio(times, 'compiled', 'eager'),
    compiledOverFloor: ratio(times, 'compiled', 'floor'),
    compiledOverByHand: ratio(times, 'compiled', 'byHand'),
    split: split(times),
    disagreement: Math.abs(compiled.first.value / byHand.first.value - 1),
    rounds: times,
  }
}
