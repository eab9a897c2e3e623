/**
 * Mode coverage: the family `gan` beside the plain minimax GAN, on a ring of 8 Gaussians and a grid of 25.
 *
 *   npx tsx bench/games/modes.ts [ring] [grid] [--contender name] [--seeds 10] [--first 1] [--steps n] [--threads n] [--resume]
 *
 * Prints one line of JSON for each run, and a table of all runs in bench/results/modes.json, where each is written as it ends in
 * place of the same one of before: several processes can share the work. `--resume` leaves out what is there already, for the same
 * number of steps. Numbers: bench/games/README.md.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { fixed, percent, table } from '../report/table.js'
import { contenders, mixtures, type RunOptions, type RunResult, recommendedSteps, run } from './run.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    contender: { type: 'string' },
    seeds: { type: 'string', default: '10' },
    first: { type: 'string', default: '1' },
    steps: { type: 'string' },
    threads: { type: 'string' },
    resume: { type: 'boolean', default: false },
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

const results = new URL('../results/', import.meta.url)
const file = new URL('modes.json', results)
mkdirSync(results, { recursive: true })

/** The runs of the file. */
const written = (): readonly RunResult[] =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as readonly RunResult[]) : []

const same = (a: RunOptions, b: RunOptions): boolean =>
  a.mixture === b.mixture && a.contender === b.contender && a.seed === b.seed

/** Puts a run into the file, in place of the same one. */
const write = (r: RunResult): void => {
  const all = [...written().filter((other) => !same(r, other)), r]
  writeFileSync(file, `${JSON.stringify(all, null, 1)}\n`)
}

const first = whole('first', values.first)
const seeds = Array.from({ length: whole('seeds', values.seeds) }, (_, i) => first + i)
const asked: readonly RunOptions[] = chosen('mixture', mixtures, positionals).flatMap((mixture) =>
  chosen('contender', contenders, values.contender === undefined ? [] : [values.contender]).flatMap(
    (contender) =>
      seeds.map((seed) => ({
        mixture,
        contender,
        seed,
        steps: optional('steps') ?? recommendedSteps,
        threads: optional('threads'),
      })),
  ),
)

for (const o of asked) {
  if (values.resume && written().some((r) => same(r, o) && r.steps === o.steps)) continue
  const result = await run(o)
  console.log(JSON.stringify(result))
  write(result)
}

const groups = Object.keys(mixtures).flatMap((mixture) =>
  Object.keys(contenders).map((contender) =>
    written().filter((r) => r.mixture === mixture && r.contender === contender),
  ),
)
const measured = groups.filter((runs) => runs.length > 0).map(row)
console.log(table(heads, measured))
console.log('bench/results/modes.json')
