/**
 * A measurement in a process of its own; bench/measure/isolated.ts starts it. Its last line is the result as JSON.
 *
 *   node --import tsx bench/child.ts build | memory-onnx | memory-wasm | steady  <workload>  <threads>
 */
import * as tf from '@tensorflow/tfjs'
import { traceStep } from '../src/inference/compiled/traceStep.js'
import { simplify } from '../src/runtime/graph/simplify.js'
import { lower } from '../src/runtime/onnx/lower.js'
import { createProgram } from '../src/runtime/onnx/session.js'
import { writeModel } from '../src/runtime/onnx/write.js'
import { stepGraphs } from './measure/graphs.js'
import type { Build, Memory, Steady, Tasks } from './measure/isolated.js'
import { nodeRuntime } from './measure/program.js'
import { startSteps } from './measure/stepper.js'
import { workloadNamed } from './workloads/all.js'
import type { Workload } from './workloads/workload.js'

const loaded = performance.now()
const MiB = 1 << 20

const start = (w: Workload, runtime: 'onnx-node' | 'wasm', threads: number) =>
  startSteps(w.language(), { data: w.data(), batch: w.batch, threads, runtime })

const timed = async <A>(f: () => A | Promise<A>): Promise<readonly [A, number]> => {
  const began = performance.now()
  const result = await f()
  return [result, performance.now() - began]
}

const build = async (w: Workload, threads: number): Promise<Build> => {
  const cold = await start(w, 'onnx-node', threads)
  await cold.dispose()
  const warm = await start(w, 'onnx-node', threads)
  await warm.dispose()
  const runtime = await nodeRuntime(threads)
  const sum = { record: 0, simplify: 0, lower: 0, session: 0 }
  const nodes = { recorded: 0, simplified: 0 }
  for (const { spec } of stepGraphs(w.language(), w.batch, 4096)) {
    const [{ graph }, record] = await timed(() => traceStep(spec))
    const [simplified, simplifying] = await timed(() => simplify(graph))
    const [bytes, lowering] = await timed(() => writeModel(lower(simplified)))
    const [program, session] = await timed(() => createProgram(runtime, bytes))
    await program.dispose()
    sum.record += record
    sum.simplify += simplifying
    sum.lower += lowering
    sum.session += session
    nodes.recorded += graph.nodes.length
    nodes.simplified += simplified.nodes.length
  }
  return {
    load: loaded,
    cold: cold.buildMilliseconds,
    firstStep: cold.first.milliseconds,
    warm: warm.buildMilliseconds,
    ...sum,
    nodes,
  }
}

const memory = async (w: Workload, runtime: 'onnx-node' | 'wasm', threads: number): Promise<Memory> => {
  const before = process.memoryUsage.rss() / MiB
  const stepper = await start(w, runtime, threads)
  await stepper.run(runtime === 'wasm' ? 10 : 100)
  await stepper.dispose()
  return { before, peak: process.resourceUsage().maxRSS / 1024 }
}

const steady = async (w: Workload, threads: number): Promise<Steady> => {
  const points: Steady['points'][number][] = []
  const note = (step: number): void => {
    points.push({ step, resident: process.memoryUsage.rss() / MiB, tensors: tf.memory().numTensors })
  }
  const stepper = await start(w, 'onnx-node', threads)
  let taken = 1
  for (let step = 1000; step <= 10_000; step += 1000) {
    await stepper.run(step - taken)
    taken = step
    note(step)
  }
  await stepper.dispose()
  return { points }
}

const tasks: { readonly [K in keyof Tasks]: (w: Workload, threads: number) => Promise<Tasks[K]> } = {
  build,
  'memory-onnx': (w, threads) => memory(w, 'onnx-node', threads),
  'memory-wasm': (w, threads) => memory(w, 'wasm', threads),
  steady,
}

const [task, workload, threads] = process.argv.slice(2)
const run = tasks[task as keyof Tasks]
if (run === undefined) throw new RangeError(`there is no task '${task}': ${Object.keys(tasks).join(', ')}`)
console.log(JSON.stringify(await run(workloadNamed(workload), Number(threads))))
