/**
 * Mode coverage: the family `gan` beside the plain minimax GAN, on a ring of 8 Gaussians and a grid of 25.
 *
 *   npx tsx bench/games/modes.ts [ring] [grid] [--contender name] [--seeds 10] [--first 1] [--steps n] [--threads n]
 *
 * Prints one line of JSON for each run, then a table, and writes the runs to bench/results/modes.json (modes-ring.json and so on
 * where not all are asked for, so that two processes can share the work). Numbers: bench/games/README.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { fixed, percent, table } from '../report/table.js'
import { contenders, mixtures, type RunOptions, type RunResult, run } from './run.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    contender: { type: 'string' },
    seeds: { type: 'string', default: '10' },
    first: { type: 'string', default: '1' },
    steps: { type: 'string' },
    threads: { type: 'string' },
  },
})

const whole = (name: string, text: string): number => {
  const n = Number(text)
  if (Number.isSafeInteger(n) && n >= 1) return n
  throw new RangeError(`--${name} must be a whole number >= 1, but '${text}' was given`)
}

const optional = (name: 'steps' | 'threads'): number | undefined =>
  values[name] === undefined ? undefined : whole(name, values[name])

/** The names asked for, or all. */
const chosen = <K extends string>(
  what: string,
  all: Readonly<Record<K, unknown>>,
  asked: readonly string[],
): readonly K[] => {
  const names = Object.keys(all) as K[]
  const bad = asked.find((name) => !names.includes(name as K))
  if (bad !== undefined) throw new RangeError(`there is no ${what} '${bad}': choose of ${names.join(', ')}`)
  return asked.length === 0 ? names : (asked as readonly K[])
}

const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length

/** Whether every mode is covered and nine samples of ten are of high quality: what the ring asks of a seed. */
const good = (r: RunResult): boolean => r.covered === r.modes && r.highQuality >= 0.9

const row = (runs: readonly RunResult[]): readonly string[] => {
  const [first] = runs as readonly [RunResult]
  const least = Math.min(...runs.map((r) => r.highQuality))
  return [
    `${first.mixture}, ${first.contender}`,
    String(runs.length),
    `${fixed(mean(runs.map((r) => r.covered)), 1)} of ${first.modes}`,
    fixed(mean(runs.map((r) => r.quarter)), 1),
    percent(mean(runs.map((r) => r.highQuality))),
    percent(least),
    String(runs.filter(good).length),
    fixed(mean(runs.map((r) => r.reverseKl)), 3),
    fixed(mean(runs.map((r) => r.seconds)), 0),
  ]
}

const heads = [
  'mixture, contender',
  'seeds',
  'covered',
  'a quarter of its share',
  'high quality',
  'least',
  'all modes and ≥ 90 %',
  'reverse KL',
  'seconds',
]

const chosenMixtures = chosen('mixture', mixtures, positionals)
const chosenContenders = chosen(
  'contender',
  contenders,
  values.contender === undefined ? [] : [values.contender],
)
const first = whole('first', values.first)
const seeds = Array.from({ length: whole('seeds', values.seeds) }, (_, i) => first + i)
const groups: RunResult[][] = []
for (const mixture of chosenMixtures)
  for (const contender of chosenContenders) {
    const group: RunResult[] = []
    for (const seed of seeds) {
      const o: RunOptions = {
        mixture,
        contender,
        seed,
        steps: optional('steps'),
        threads: optional('threads'),
      }
      const result = await run(o)
      console.log(JSON.stringify(result))
      group.push(result)
    }
    groups.push(group)
  }
console.log(table(heads, groups.map(row)))

const part = [...positionals, ...(values.contender === undefined ? [] : [values.contender])]
const results = new URL('../results/', import.meta.url)
mkdirSync(results, { recursive: true })
const file = ['modes', ...part].join('-')
writeFileSync(new URL(`${file}.json`, results), `${JSON.stringify(groups.flat(), null, 1)}\n`)
console.log(`bench/results/${file}.json`)
