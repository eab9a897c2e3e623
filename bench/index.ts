/**
 * The benchmarks: compiled steps beside eager ones, beside their floor, and beside the same models written by hand.
 *
 *   npm run bench [-- workload …] [-- --threads n] [-- --rounds n]
 *
 * Prints tables and writes bench/results/bench.json. bench/README.md says what is measured and how.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import * as os from 'node:os'
import { parseArgs } from 'node:util'
import { overBatchSizes } from './measure/batchSizes.js'
import { type Comparison, compare } from './measure/compare.js'
import { type Build, isolated, type Memory } from './measure/isolated.js'
import { profileOf } from './measure/profile.js'
import { nodeRuntime } from './measure/program.js'
import {
  batchSection,
  buildSection,
  memorySection,
  profileSection,
  splitSection,
  steadySection,
  stepsSection,
} from './report/sections.js'
import { workloadNamed, workloads } from './workloads/all.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { threads: { type: 'string' }, rounds: { type: 'string', default: '7' } },
})

const whole = (name: string, text: string): number => {
  const n = Number(text)
  if (Number.isSafeInteger(n) && n >= 1) return n
  throw new RangeError(`--${name} must be a whole number >= 1, but '${text}' was given`)
}

const rounds = whole('rounds', values.rounds)
const chosen = positionals.length === 0 ? workloads : positionals.map(workloadNamed)
const began = performance.now()
const runtime = await nodeRuntime(values.threads === undefined ? undefined : whole('threads', values.threads))
const { threads } = runtime

/** What the numbers depend on. */
const machine = () => ({
  cpu: os.cpus()[0]?.model ?? 'unknown',
  cores: os.availableParallelism(),
  load: os.loadavg().map((x) => Number(x.toFixed(2))),
  node: process.version,
  onnxRuntime: runtime.version,
  threads,
})

const before = machine()
const busy = (before.load[0] ?? 0) > 0.5 ? ': others use the machine, the times are too long' : ''
console.log(
  `${before.cpu}, ${before.cores} cores, ${threads} threads, Node ${before.node}, ONNX Runtime ${before.onnxRuntime}`,
)
console.log(`load average ${before.load.join(', ')}${busy}`)

const comparisons: Comparison[] = []
const builds: Record<string, Build> = {}
const memory: Record<string, { compiled: Memory; eager: Memory }> = {}
for (const w of chosen) {
  console.log(`… ${w.title}`)
  builds[w.name] = await isolated('build', w.name, threads)
  memory[w.name] = {
    compiled: await isolated('memory-onnx', w.name, threads),
    eager: await isolated('memory-wasm', w.name, threads),
  }
  comparisons.push(await compare(runtime, w, rounds))
}
console.log(stepsSection(comparisons))
console.log(splitSection(comparisons))
console.log(buildSection(builds))
console.log(memorySection(memory))

const vae = workloadNamed('vae')
const profiles = Object.fromEntries(
  await Promise.all(chosen.slice(0, 1).map(async (w) => [w.name, await profileOf(runtime, w)] as const)),
)
for (const [name, operators] of Object.entries(profiles)) console.log(profileSection(name, operators))

const all = positionals.length === 0
const batchSizes = all ? await overBatchSizes(vae, [32, 128, 512, 2048, 4096], 5, threads) : undefined
if (batchSizes !== undefined) console.log(batchSection(batchSizes))
const steady = all ? await isolated('steady', 'gan', threads) : undefined
if (steady !== undefined) console.log(steadySection('gan', steady))

const results = new URL('results/', import.meta.url)
mkdirSync(results, { recursive: true })
const file = new URL('bench.json', results)
const seconds = (performance.now() - began) / 1000
writeFileSync(
  file,
  `${JSON.stringify({ before, after: machine(), seconds, comparisons, builds, memory, profiles, batchSizes, steady }, null, 1)}\n`,
)
console.log(`\n${seconds.toFixed(0)} s, load average ${machine().load.join(', ')}; bench/results/bench.json`)
