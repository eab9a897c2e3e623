/**
 * Every gradient estimator on the same five problems: bias, variance and cost.
 *
 *   npx tsx bench/estimators/index.ts [--draws 1000000] [--problem name]… [--method name]… [--share 1/4] [--results folder]
 *   for i in 1 2 3 4; do npx tsx bench/estimators/index.ts --share $i/4 & done; wait      the same on four cores
 *   npx tsx bench/estimators/index.ts --write                 puts what was measured into docs/estimators.md
 *
 * Prints a table for each problem, and writes counts to files in bench/results/estimators, which processes may share. The estimators of
 * a problem take turns in one process, on tfjs' WASM backend, with the plain score, which their cost is relative to; with --method it
 * runs beside those asked for. A share of the gradients has seeds of its own, so that shares add up to the whole. A million takes about
 * half an hour of one core, nearly all of it for two methods on the belief net, where slices multiply.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import * as g from 'giry'
import { useRuntime } from '../../src/runtime/backend.js'
import { contendersOf } from './contenders.js'
import { measureAll } from './measure.js'
import type { Problem } from './problem.js'
import { problems } from './problems.js'
import { faultsIn, readCounts, saveCounts, sectionOf } from './results.js'

const local = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const { values } = parseArgs({
  options: {
    draws: { type: 'string', default: '1000000' },
    problem: { type: 'string', multiple: true },
    method: { type: 'string', multiple: true },
    share: { type: 'string', default: '1/1' },
    results: { type: 'string', default: local('../results/estimators') },
    write: { type: 'boolean', default: false },
  },
})

const reference = 'score'
/** Gradients in a chunk. */
const perChunk = 5000

/** Whether a name was asked for; all are, where none is. */
const asked = (names: readonly string[] | undefined, name: string): boolean =>
  names === undefined || names.includes(name)

const requireKnown = (names: readonly string[] | undefined, known: readonly string[]): void => {
  const unknown = names?.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new RangeError(`there is no '${unknown}': ${known.join(' | ')}`)
}

/** The seeds of this share of the rounds. */
const seeds = (): readonly number[] => {
  const [i, of] = values.share.split('/').map(Number) as [number, number]
  if (!(Number.isInteger(of) && i >= 1 && i <= of))
    throw new RangeError(`a share is 1/4 to 4/4, and not '${values.share}'`)
  const rounds = Math.max(1, Math.round(Number(values.draws) / perChunk))
  return Array.from({ length: rounds }, (_, round) => round).filter((round) => round % of === i - 1)
}

const measureProblem = async (problem: Problem): Promise<void> => {
  const wanted = contendersOf(problem).filter((c) => c.name === reference || asked(values.method, c.name))
  const all = await measureAll(problem, wanted, { n: perChunk, seeds: seeds() })
  const counts = all.filter((m) => asked(values.method, m.contender))
  saveCounts(values.results, counts, values.share)
  console.log(sectionOf(problem, counts))
}

const write = (): void => {
  const counts = readCounts(values.results)
  const faults = faultsIn(problems, counts)
  if (faults.length > 0) throw new Error(`${values.results} does not make a table\n  ${faults.join('\n  ')}`)
  const page = local('../../docs/estimators.md')
  const marks = ['<!-- bench/estimators begins -->', '<!-- bench/estimators ends -->'] as const
  const text = readFileSync(page, 'utf8')
  const [before, after] = [text.indexOf(marks[0]), text.indexOf(marks[1])]
  if (before < 0 || after < 0) throw new Error(`${page} has no marks for the table`)
  const body = `${marks[0]}\n\n${problems.map((p) => sectionOf(p, counts)).join('\n')}\n`
  writeFileSync(page, `${text.slice(0, before)}${body}${text.slice(after)}`)
}

requireKnown(
  values.problem,
  problems.map((p) => p.name),
)
const chosen = problems.filter((p) => asked(values.problem, p.name))
requireKnown(
  values.method,
  chosen.flatMap((p) => contendersOf(p).map((c) => c.name)),
)
if (values.write) write()
else {
  // Models are built when the modules above are loaded, on the backend that needs no waiting.
  await g.orThrow(useRuntime('wasm'))
  for (const problem of chosen) await measureProblem(problem)
}
