/**
 * Every gradient estimator on the same five problems: bias, variance and cost.
 *
 *   npx tsx bench/estimators/index.ts [--draws 1000000] [--seconds 60] [--write]
 *
 * Prints a table for each problem; `--write` puts them into docs/estimators.md, between the marks that it has for them. All
 * estimators of a problem run one after the other in one process, on tfjs' WASM backend; cost is relative to the plain score.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import * as tf from '@tensorflow/tfjs'
import { fixed, table, times } from '../report/table.js'
import { contendersOf } from './contenders.js'
import { type Measured, measure } from './measure.js'
import { problems } from './problems.js'

const { values } = parseArgs({
  options: {
    draws: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '60' },
    write: { type: 'boolean', default: false },
  },
})
const perChunk = 5000
const chunks = Math.max(1, Math.round(Number(values.draws) / perChunk))

// Models are built when the modules above are loaded, on the backend that needs no waiting.
await import('@tensorflow/tfjs-backend-wasm')
await tf.setBackend('wasm')
await tf.ready()

const small = (x: number): string => (x === 0 ? '0' : Math.abs(x) < 1e-3 ? x.toExponential(0) : fixed(x, 4))
const three = (x: number): string => (x < 1e-9 ? '0' : x < 1e-3 ? x.toExponential(1) : x.toPrecision(3))
const row = (m: Measured, first: Measured): readonly string[] => [
  m.contender,
  m.unbiased ? 'none' : 'biased',
  `${small(m.bias.value)} ± ${small(m.bias.standardError)}`,
  fixed(m.bias.errors, 1),
  m.draws.toLocaleString('en-US'),
  three(m.variance),
  times(m.nanoseconds / first.nanoseconds),
  times(m.kernels / first.kernels),
]
const heads = ['method', 'claim', 'bias ± s.e.', 'in s.e.', 'draws', 'variance', 'time', 'kernels']

const sections = problems.map((problem) => {
  const measured = contendersOf(problem).map((c) =>
    measure(problem, c, perChunk, chunks, Number(values.seconds)),
  )
  const first = measured.find((m) => m.contender === 'score') as Measured
  const text = `**${problem.name}**: ${problem.what}.\n\n${table(
    heads,
    measured.map((m) => row(m, first)),
  )}\n`
  console.log(text)
  return text
})

if (values.write) {
  const page = fileURLToPath(new URL('../../docs/estimators.md', import.meta.url))
  const marks = ['<!-- bench/estimators begins -->', '<!-- bench/estimators ends -->'] as const
  const text = readFileSync(page, 'utf8')
  const [before, after] = [text.indexOf(marks[0]), text.indexOf(marks[1])]
  if (before < 0 || after < 0) throw new Error(`${page} has no marks for the table`)
  const body = `${marks[0]}\n\n${sections.join('\n')}\n`
  writeFileSync(page, `${text.slice(0, before)}${body}${text.slice(after)}`)
}
