/**
 * The graphs of a target's steps, one for each player, as the compiled runtime records and simplifies them.
 */
import type { Player } from '../../src/dsl/games/player.js'
import { type StepSpec, type TracedStep, traceStep } from '../../src/inference/compiled/traceStep.js'
import { playersOf } from '../../src/inference/players.js'
import type { Graph } from '../../src/runtime/graph/graph.js'
import { simplify } from '../../src/runtime/graph/simplify.js'
import type { Target } from '../workloads/workload.js'

/** One player's step. */
export interface StepGraph extends TracedStep {
  readonly player: Player
  readonly spec: StepSpec
  readonly simplified: Graph
}

/** What a player's step is recorded for. */
export const specOf = ({ objective, owns }: Player, batch: number, dataSize: number): StepSpec => {
  const all = Object.entries(objective.nets).flatMap(([net, { parameters }]) =>
    Object.entries(parameters).map(([path, { shape }]) => ({ net, path: `${net}/${path}`, shape })),
  )
  return {
    objective,
    params: Object.fromEntries(all.map(({ path, shape }) => [path, { shape }])),
    paths: all.filter(({ net }) => owns.includes(net)).map(({ path }) => path),
    batch,
    dataSize,
  }
}

/** The graphs of one step. */
export const stepGraphs = (target: Target, batch: number, dataSize: number): readonly StepGraph[] =>
  playersOf(target).map((player) => {
    const spec = specOf(player, batch, dataSize)
    const traced = traceStep(spec)
    return { ...traced, player, spec, simplified: simplify(traced.graph) }
  })
