/**
 * The peers of the benchmark: the same training steps in other libraries, side by side in interleaved rounds.
 *
 *   npm run bench:peers -- [--rounds 7] [--seconds 1] [--threads 2] [--workloads vae,gan] [--peers giry,jax]
 *                          [--out bench/results/peers.json]
 *
 * Prints Markdown tables and writes the same as JSON. What cannot be installed or run is told in a sentence and marked
 * as not measured; the exit code is 0 all the same. Definitions and how to read the table: bench/peers/README.md.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import * as os from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { agreement } from './agreement.js'
import { writeData } from './data.js'
import { requirements } from './install.js'
import { type Entrant, lineUp, reference } from './lineup.js'
import { type Measured, measure, type NotMeasured, type Settings } from './measure.js'
import { open, type Peer } from './peer.js'
import { type Workload, workloads } from './protocol.js'
import { section } from './table.js'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '1' },
    threads: { type: 'string', default: '2' },
    workloads: { type: 'string', default: workloads.join(',') },
    peers: { type: 'string', default: '' },
    out: { type: 'string', default: join(import.meta.dirname, '..', 'results', 'peers.json') },
  },
})

const positive = (name: 'rounds' | 'seconds' | 'threads'): number => {
  const value = Number(options[name])
  if (value > 0 && Number.isFinite(value)) return value
  throw new RangeError(`--${name} must be a positive number, but '${options[name]}' was given`)
}

const asked = (): Workload[] => {
  const names = options.workloads.split(',')
  const unknown = names.filter((name) => !workloads.some((w) => w === name))
  if (unknown.length > 0)
    throw new RangeError(`--workloads knows ${workloads.join(', ')}, but not '${unknown.join(', ')}'`)
  return workloads.filter((w) => names.includes(w))
}

const say = (line: string): void => {
  process.stderr.write(`${line}\n`)
}

const machine = () => ({
  cpu: os.cpus()[0]?.model ?? 'unknown',
  cores: os.availableParallelism(),
  loadAverage: os.loadavg(),
  node: process.version,
  packages: requirements(),
})

const absentees = (entrants: readonly Entrant[]): NotMeasured[] =>
  entrants.flatMap(({ spec, absent }) => (absent === undefined ? [] : [{ peer: spec.name, reason: absent }]))

/** One sentence for each reason, with all peers that it keeps away. */
const told = (absent: readonly NotMeasured[]): string[] =>
  [...new Set(absent.map(({ reason }) => reason))].map((reason) => {
    const names = absent.filter((a) => a.reason === reason).map(({ peer }) => peer)
    return `${reason}: not measured: ${names.join(', ')}`
  })

const report = (workload: Workload, measured: Measured) => {
  const agreements = agreement(workload, measured.rows)
  process.stdout.write(`${section(workload, measured, agreements, reference)}\n`)
  return { workload, ...measured, agreements }
}

const all = async (peers: readonly Peer[], absent: readonly NotMeasured[], settings: Settings) => {
  const results = []
  for (const workload of asked()) {
    const { rows, notMeasured } = await measure(peers, workload, settings, say)
    results.push(report(workload, { rows, notMeasured: [...absent, ...notMeasured] }))
  }
  return results
}

const main = async (): Promise<void> => {
  const data = mkdtempSync(join(os.tmpdir(), 'giry-peers-'))
  const threads = positive('threads')
  const settings = { threads, data, rounds: positive('rounds'), seconds: positive('seconds') }
  say('installing the peers (once; about 1 GB to fetch where the virtual environment is missing)')
  const entrants = await lineUp(options.peers.split(',').filter((name) => name !== ''))
  const absent = absentees(entrants)
  for (const line of told(absent)) say(line)
  writeData(data)
  const began = machine()
  const peers = entrants
    .filter((entrant) => entrant.absent === undefined)
    .map(({ spec }) => open(spec, threads))
  try {
    const results = await all(peers, absent, settings)
    mkdirSync(dirname(options.out), { recursive: true })
    const { rounds, seconds } = settings
    writeFileSync(
      options.out,
      `${JSON.stringify({ machine: began, threads, rounds, seconds, results }, null, 2)}\n`,
    )
    say(`written: ${options.out}`)
  } finally {
    for (const peer of peers) peer.close()
    rmSync(data, { recursive: true, force: true })
  }
}

await main()
