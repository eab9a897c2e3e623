/**
 * The parts of a compiled step, each alone: writing minibatch and noise, the graphs, the optimizer; and the floor of the
 * graphs.
 */
import { dataset } from '../../src/dsl/dataset.js'
import { sizeOf } from '../../src/dsl/shape.js'
import * as g from '../../src/index.js'
import { type Batches, shuffled } from '../../src/inference/batches.js'
import { feed } from '../../src/inference/compiled/feed.js'
import { startOptimizer } from '../../src/inference/optimizers/running.js'
import { keyFromSeed } from '../../src/runtime/keys.js'
import type { OnnxRuntime } from '../../src/runtime/onnx/load.js'
import { lower } from '../../src/runtime/onnx/lower.js'
import type { Workload } from '../workloads/workload.js'
import { floorModel } from './floor.js'
import { type StepGraph, stepGraphs } from './graphs.js'
import { type Alone, runAlone } from './program.js'
import { type Contender, repeated } from './rounds.js'

const feeding = ({ spec, simplified, ...traced }: StepGraph, batches: Batches): (() => void) => {
  const sizes = simplified.nodes.flatMap((n) =>
    n.kernel === 'Input' ? [[n.attributes.name, sizeOf(n.shape)] as const] : [],
  )
  const feeds = Object.fromEntries(
    sizes
      .filter(([name]) => !name.startsWith('param/'))
      .map(([name, size]) => [name, new Float32Array(size)]),
  )
  let step = 0
  return () => feed({ ...batches.at(step++), size: spec.batch }, traced, feeds)
}

const updating = ({ spec, player }: StepGraph): (() => void) => {
  const start = Object.fromEntries(
    spec.paths.map((path) => {
      const size = sizeOf(spec.params[path]?.shape ?? [])
      return [path, { data: Float32Array.from({ length: size }, (_, i) => Math.sin(i) / 10) }]
    }),
  )
  const optimizer = startOptimizer(g.adam(1e-3), start, player.sense)
  for (const array of Object.values(optimizer.gradients)) array.set(array.map((_, i) => Math.cos(i) / 10))
  return () => void optimizer.step()
}

const inTurn =
  (all: readonly (() => unknown)[]): (() => Promise<void>) =>
  async () => {
    for (const run of all) await run()
  }

/** The parts as contenders, and the programs to dispose. */
export interface Parts {
  readonly contenders: readonly Contender[]
  readonly graphs: readonly StepGraph[]
  readonly dispose: () => Promise<void>
}

/** Builds the parts of a workload's step. */
export const partsOf = async (runtime: OnnxRuntime, w: Workload): Promise<Parts> => {
  const data = w.data()
  const target = w.language()
  const spaces = target.tag === 'objective' ? target.data : (target.players[0]?.objective.data ?? {})
  const set = dataset(spaces, data)
  const graphs = stepGraphs(target, w.batch, set.size)
  const batches = shuffled(set, w.batch, keyFromSeed(2))
  const wholes: Alone[] = []
  const floors: Alone[] = []
  for (const { simplified } of graphs) {
    wholes.push(await runAlone(runtime, lower(simplified)))
    floors.push(await runAlone(runtime, await floorModel(runtime, simplified)))
  }
  const contender = (name: string, all: readonly (() => unknown)[]): Contender =>
    repeated(name, w.chunk, inTurn(all))
  return {
    graphs,
    contenders: [
      contender(
        'floor',
        floors.map((f) => f.run),
      ),
      contender(
        'graph',
        wholes.map((a) => a.run),
      ),
      contender(
        'feed',
        graphs.map((s) => feeding(s, batches)),
      ),
      contender('optimizer', graphs.map(updating)),
    ],
    dispose: inTurn([...wholes, ...floors].map((a) => a.program.dispose)),
  }
}
