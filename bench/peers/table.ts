/** The measurements as Markdown: one table for each workload, then whether the objectives agree, then who is missing. */
import type { Agreement } from './agreement.js'
import type { Measured, Row } from './measure.js'
import { median } from './median.js'
import type { Workload } from './protocol.js'

/** Three significant digits, as a plain number. */
const short = (x: number | undefined): string =>
  x === undefined || Number.isNaN(x) ? '–' : String(Number(x.toPrecision(Math.abs(x) >= 100 ? 4 : 3)))

const speed = (row: Row): number => median(row.stepsPerSecond)

const line = (row: Row, own: Row | undefined): string[] => [
  row.peer,
  short(speed(row)),
  `${short(Math.min(...row.stepsPerSecond))} to ${short(Math.max(...row.stepsPerSecond))}`,
  own === undefined ? '–' : short(speed(own) / speed(row)),
  short(row.buildSeconds),
  short(row.early),
  short(row.late),
]

const heading = [
  'peer',
  'steps/s (median)',
  'range',
  'giry ÷ peer',
  'build s',
  'objective, steps 3–22',
  '203–302',
]

/** A Markdown table with padded columns. */
const markdown = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, j) => Math.max(...rows.map((row) => row[j]?.length ?? 0)))
  const text = (row: readonly string[]): string =>
    `| ${row.map((cell, j) => cell.padEnd(widths[j] ?? 0)).join(' | ')} |`
  const rule = `| ${widths.map((w) => '-'.repeat(w)).join(' | ')} |`
  const [head = [], ...body] = rows
  return [text(head), rule, ...body.map(text)].join('\n')
}

const percent = (x: number): string => `${(100 * x).toFixed(1)} %`

const verdict = ({ stage, median: middle, deviation, bound, astray }: Agreement): string => {
  const limit = Number.isFinite(bound) ? `, bound ${percent(bound)}` : ', not bounded'
  const who = astray.length > 0 ? `: DISAGREES: ${astray.join(', ')}` : ''
  return `* objective, ${stage}: median ${short(middle)} nats, furthest ${percent(deviation)}${limit}${who}`
}

/** The section of one workload; ratios are medians of `reference` over medians of the peer. */
export const section = (
  workload: Workload,
  { rows, notMeasured }: Measured,
  agreements: readonly Agreement[],
  reference: string,
): string => {
  const own = rows.find(({ peer }) => peer === reference)
  const sorted = [...rows].sort((a, b) => speed(b) - speed(a))
  const table = markdown([heading, ...sorted.map((row) => line(row, own))])
  const missing = notMeasured.map(({ peer, reason }) => `* ${peer}: not measured: ${reason}`)
  return [`## ${workload}`, '', table, '', ...agreements.map(verdict), ...missing, ''].join('\n')
}
