/** Counts on disk, one file for each row and share, so that processes may share the work; and the tables made of them. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fixed, table, times } from '../report/table.js'
import { contendersOf } from './contenders.js'
import type { Count } from './measure.js'
import { type Measured, measuredOf } from './measured.js'
import type { Problem } from './problem.js'

const fileOf = (c: Count, share: string): string =>
  `${[c.problem, c.contender, share].map((part) => part.replaceAll(/\W+/g, '-')).join('_')}.json`

/** Writes one file for each count. */
export const saveCounts = (folder: string, counts: readonly Count[], share: string): void => {
  mkdirSync(folder, { recursive: true })
  for (const c of counts) writeFileSync(join(folder, fileOf(c, share)), JSON.stringify(c))
}

/** The counts that there are. */
export const readCounts = (folder: string): readonly Count[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Count)

const countsOf = (problem: Problem, contender: string, counts: readonly Count[]): readonly Count[] =>
  counts.filter((m) => m.problem === problem.name && m.contender === contender)

/** The rows of a problem that were measured, in the order of the contenders. */
const rowsOf = (problem: Problem, counts: readonly Count[]): readonly Measured[] =>
  contendersOf(problem).flatMap(({ name }) => {
    const own = countsOf(problem, name, counts)
    return own.length === 0 ? [] : [measuredOf(own)]
  })

const small = (x: number): string => (x === 0 ? '0' : Math.abs(x) < 1e-3 ? x.toExponential(0) : fixed(x, 4))
const three = (x: number): string => (x < 1e-9 ? '0' : x < 1e-3 ? x.toExponential(1) : x.toPrecision(3))
const whole = (x: number): string => (x < 1000 ? fixed(x, 1) : x.toExponential(0))

const heads = ['method', 'claim', 'bias ± s.e.', 'in s.e.', 'gradients', 'variance', 'time', 'kernels']
const cells = (m: Measured): readonly string[] => [
  m.contender,
  m.unbiased ? 'none' : 'biased',
  `${small(m.bias.value)} ± ${small(m.bias.standardError)}`,
  whole(m.bias.errors),
  m.gradients.toLocaleString('en-US'),
  three(m.variance),
  times(m.time),
  times(m.kernels),
]

/** The table of a problem. */
export const sectionOf = (problem: Problem, counts: readonly Count[]): string =>
  `**${problem.name}**: ${problem.what}.\n\n${table(heads, rowsOf(problem, counts).map(cells))}\n`

/** What is missing for a whole table, or counted twice. */
export const faultsIn = (problems: readonly Problem[], counts: readonly Count[]): readonly string[] =>
  problems.flatMap((problem) =>
    contendersOf(problem).flatMap(({ name }) => {
      const seeds = countsOf(problem, name, counts).flatMap((m) => m.seeds)
      if (seeds.length === 0) return [`not measured: ${problem.name}, ${name}`]
      return new Set(seeds).size < seeds.length ? [`counted twice: ${problem.name}, ${name}`] : []
    }),
  )
